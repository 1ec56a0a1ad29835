"""Shapefile on request: ten-letter field names, UTF-8 with .cpg, and a table of what they mean."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import pyogrio

from landuse.products.geopackage import shape_of, storable
from landuse.products.safety import is_text
from landuse.products.tables import write_csv

NAME_LENGTH, TEXT_BYTES = 10, 254
"""Most letters of a field name and most bytes of a text in a DBF file."""
WRITTEN = "2026-01-01"
"""Date in the head of every DBF file: the real one would change the bytes of equal results."""
SHORT: Final[Mapping[str, str]] = {
    "parcel_id": "DKBH", "village_id": "DKBH", "site_id": "DKBH", "town_code": "XZQDM",
    "town_name": "XZQMC", "village_code": "ZLDWDM", "village_name": "ZLDWMC", "name": "MC",
    "kind": "DKLX", "flag": "PANDING", "zone_in": "ZONE_IN", "zone_name": "KFQMC",
    "land_use": "DLBM", "land_use_zh": "DLMC", "area_m2": "MJ_M2", "area_mu": "MJ_MU",
    "far": "RJL", "building_coverage": "JZMD", "built_share": "BTS_L", "les": "LES",
    "grade": "GRADE", "coverage": "CONF", "evidence_zh": "EVID", "veto": "VETO",
    "suggestion": "SUGG", "suggestion_zh": "SUGG", "rank": "RANK", "rank_p10": "RK_P10",
    "rank_p90": "RK_P90", "lon": "CX", "lat": "CY", "check_status": "HSZT", "checked_by": "HSR",
    "checked_on": "HSRQ", "check_note": "BZ",
}  # fmt: skip
"""Field names of the parcel list of `domain.md` §9.1, where a column has one."""
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
ALIAS_SUFFIX = ".字段对照.csv"


def field_names(columns: Iterable[str]) -> dict[str, str]:
    """Return a field name for each column: at most ten of A-Z, 0-9 and _, each once.

    >>> field_names(["parcel_id", "share_tree", "share_trees_tall", "share_trees_tiny"])
    {'parcel_id': 'DKBH', 'share_tree': 'SHARE_TREE', 'share_trees_tall': 'SHARE_TR_1', \
'share_trees_tiny': 'SHARE_TR_2'}
    """
    names: dict[str, str] = {}
    for column in columns:
        plain = "".join(letter if letter.isalnum() else "_" for letter in column.upper())
        ascii_only = plain.encode("ascii", "ignore").decode() or "F"
        wanted = SHORT.get(column, ascii_only)[:NAME_LENGTH]
        names[column] = _free(wanted, set(names.values()))
    return names


def _free(wanted: str, taken: set[str]) -> str:
    number, name = 0, wanted
    while name in taken:
        number += 1
        name = f"{wanted[: NAME_LENGTH - 1 - len(str(number))]}_{number}"
    return name


def write_shapefile(table: gpd.GeoDataFrame, path: Path, *, aliases: Mapping[str, str]) -> Path:
    """Write a layer as a shapefile, and beside it a CSV that says what each field is.

    Texts longer than a DBF field holds are cut at a whole character and end in an ellipsis; the
    CSV counts them by field. The parts appear together, the .shp last.

    Raises
    ------
    pyogrio.errors.DataSourceError
        If the disk refuses.
    """
    plain = storable(table)
    names = field_names([name for name in plain.columns if name != plain.geometry.name])
    cuts = {name: _cut(plain, name) for name in names}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=path.parent) as scratch:
        made = Path(scratch) / path.name
        pyogrio.write_dataframe(
            plain.rename(columns=names), made, driver="ESRI Shapefile", encoding="UTF-8",
            layer_options={"DBF_DATE_LAST_UPDATE": WRITTEN}, **shape_of(plain),
        )  # fmt: skip
        _alias_table(names, aliases, cuts, made.with_suffix(ALIAS_SUFFIX))
        for suffix in (*PARTS[1:], ALIAS_SUFFIX, PARTS[0]):
            os.replace(made.with_suffix(suffix), path.with_suffix(suffix))  # noqa: PTH105
    return path


def _cut(table: pd.DataFrame, name: str) -> int:
    """Cut the texts of a column in place to what a field holds; return how many were cut."""
    column = table[name]
    if pd.api.types.is_bool_dtype(column.dtype):
        table[name] = column.astype("Int32")
    if not is_text(column):
        return 0
    long = column.map(lambda text: len(str(text).encode()) > TEXT_BYTES, na_action="ignore")
    long = long.fillna(value=False).astype(bool)
    table.loc[long, name] = column[long].map(_shortened)
    return int(long.sum())


def _shortened(text: str) -> str:
    end = "…"
    kept = text.encode()[: TEXT_BYTES - len(end.encode())].decode("utf-8", "ignore")
    return kept + end


def _alias_table(
    names: Mapping[str, str], aliases: Mapping[str, str], cuts: Mapping[str, int], path: Path
) -> None:
    rows = [
        (field, column, aliases.get(column, column), cuts[column])
        for column, field in names.items()
    ]
    heads = ["field", "column", "zh", "texts_cut"]
    table = pd.DataFrame(rows, columns=heads)
    write_csv(table, path, heads)
