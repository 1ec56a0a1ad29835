"""Write data/sources.csv, the registry of open raster products, from their modules."""

from __future__ import annotations

import csv
from pathlib import Path

from landuse.sources.products import registry_rows

REGISTRY = Path(__file__).parents[1] / "data" / "sources.csv"


def main() -> None:
    """Write the registry; a test tells when it is out of step."""
    rows = list(registry_rows())
    with REGISTRY.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{REGISTRY.name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
