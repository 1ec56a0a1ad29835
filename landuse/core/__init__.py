"""The words every room speaks: grid, CRS, units, findings, errors. No file, no network."""
