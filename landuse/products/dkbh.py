"""The parcel list in the field names of Chinese land offices: DKBH, XZQDM … BZ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from landuse.core.units import M2_PER_HA
from landuse.products.columns import ColumnName
from landuse.products.numbers import is_missing
from landuse.products.words import FLAGS, OUTSIDE_ZH

COLUMNS: Final = tuple(
    ColumnName(*entry)
    for entry in (
        ("DKBH", "地块编号", "parcel id"),
        ("XZQDM", "行政区代码", "town code"),
        ("XZQMC", "行政区名称", "town"),
        ("ZLDWDM", "坐落单位代码", "village code"),
        ("ZLDWMC", "坐落单位名称", "village"),
        ("DKLX", "类型", "kind"),
        ("ZONE_IN", "区内外", "in or outside a zone"),
        ("KFQMC", "开发区名称", "development zone"),
        ("DLBM", "地类编码", "land-use code"),
        ("CLASS_SYS", "分类体系", "system of the land-use codes"),
        ("MJ_M2", "面积", "area", "m²", 2),
        ("MJ_MU", "面积", "area", "亩", 2),
        ("MJ_HM2", "面积", "area", "hm²", 4),
        ("RJL", "容积率", "floor-area ratio", "–", 2),
        ("JZMD", "建筑密度", "building coverage", "%", 1),
        ("BTS_L", "不透水率", "built surface share", "%", 1),
        ("LES", "疑似低效得分", "suspected low-efficiency score", "分", 1),
        ("GRADE", "等级", "grade"),
        ("CONF", "证据覆盖", "evidence coverage", "%", 0),
        ("EVID", "证据", "evidence"),
        ("VETO", "否决规则", "veto rule"),
        ("SUGG", "建议", "what to look into first"),
        ("RANK", "位次", "rank"),
        ("RK_P10", "位次 P10", "rank, 10th percentile"),
        ("RK_P90", "位次 P90", "rank, 90th percentile"),
        ("SRC_YR", "数据年份", "years of the data"),
        ("PARAM_HASH", "参数摘要", "digest of the parameters"),
        ("CX", "中心经度", "longitude, CGCS2000", "°", 6),
        ("CY", "中心纬度", "latitude, CGCS2000", "°", 6),
        ("HSZT", "核实状态", "state of the field check"),
        ("HSR", "核实人", "checked by"),
        ("HSRQ", "核实日期", "checked on"),
        ("BZ", "备注", "note"),
    )
)
"""The columns of `domain.md` §9.1 in its order; every name fits a shapefile."""
NAMES: Final = {column.name: column for column in COLUMNS}
_TAKEN: Final = {
    "XZQDM": "town_code", "XZQMC": "town_name", "ZLDWDM": "village_code",
    "ZLDWMC": "village_name", "KFQMC": "zone_name", "DLBM": "land_use", "MJ_M2": "area_m2",
    "MJ_MU": "area_mu", "RJL": "far", "JZMD": "building_coverage", "BTS_L": "built_share",
    "LES": "les", "GRADE": "grade", "CONF": "coverage", "EVID": "evidence_zh", "VETO": "veto",
    "RANK": "rank", "RK_P10": "rank_p10", "RK_P90": "rank_p90", "CX": "lon", "CY": "lat",
    "HSZT": "check_status", "HSR": "checked_by", "HSRQ": "checked_on", "BZ": "check_note",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ListFacts:
    """What is the same in every row: system of the codes, years of the data, parameters."""

    class_system: str = ""
    source_years: str = ""
    parameters: str = ""


def dkbh_table(table: pd.DataFrame, facts: ListFacts) -> pd.DataFrame:
    """Return parcels or villages under the columns of §9.1; what the list lacks stays empty.

    Parameters
    ----------
    table : the id in the first column; a GeoDataFrame keeps its geometry and CRS.

    Returns
    -------
    ``COLUMNS`` in order. ``DKLX`` in words; ``CONF``, ``JZMD``, ``BTS_L`` as shares of 0 to 1;
    ``MJ_HM2`` = area in m² / 10,000.
    """
    empty = pd.Series(None, index=table.index, dtype="object")
    made: dict[str, Any] = {name: table.get(source, empty) for name, source in _TAKEN.items()}
    made |= {
        "DKBH": table.iloc[:, 0],
        "DKLX": _words(table, "kind", str) if "kind" in table else _words(table, "flag", _flag),
        "ZONE_IN": _words(table, "zone_in", _zone),
        "CLASS_SYS": facts.class_system,
        "MJ_HM2": table["area_m2"] / M2_PER_HA,
        "SUGG": table["suggestion"] if "suggestion" in table else table["suggestion_zh"],
        "SRC_YR": facts.source_years,
        "PARAM_HASH": facts.parameters,
    }
    listed = pd.DataFrame(made, index=table.index)[list(NAMES)]
    if not isinstance(table, gpd.GeoDataFrame):
        return listed
    return gpd.GeoDataFrame(listed, geometry=table.geometry.array, crs=table.crs)


def _words(table: pd.DataFrame, name: str, word: Callable[[Any], str]) -> pd.Series:
    if name not in table:
        return pd.Series("", index=table.index, dtype="str")
    return table[name].map(lambda value: "" if is_missing(value) else word(value)).astype("str")


def _flag(flag: str) -> str:
    return FLAGS.get(flag, (flag, flag))[0]


def _zone(inside: bool) -> str:
    return "区内" if inside else OUTSIDE_ZH
