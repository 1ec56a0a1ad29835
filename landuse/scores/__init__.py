"""Criteria to score, grade, evidence and flag. Tables in, tables out: no geometry, no raster."""
