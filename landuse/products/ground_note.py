"""What kind of parcels these are where they are no cadastre, and what it means to have none."""

from __future__ import annotations

import pandas as pd

from landuse.scores.vetoes import UNKNOWN_USES

ORIGINS: dict[str, tuple[str, str]] = {
    "osm_landuse": ("开放地图的土地利用", "the land use of an open map"),
    "built_cells": ("建成像元", "built-up cells"),
}
NONE_ZH = (
    "没有可评价的地块：证据不足。本次没有地籍图斑，也没有开放地图土地利用、土地覆盖或建成面；"
    "请放入图斑（如 DLTB.*）或运行 landuse fetch 后重新运行。这不表示没有闲置低效用地"
)
NONE_EN = (
    "Nothing to assess: the evidence is insufficient. There is no cadastre, no land use of an open "
    "map, no land cover and no built-up surface; add parcels (such as DLTB.*) or run landuse "
    "fetch, then run again. It does not mean that no land is idle"
)


def ground_note(parcels: pd.DataFrame) -> tuple[str, str]:
    """Return what a reader must know of the parcels themselves, (zh, en); "" where nothing.

    Parameters
    ----------
    parcels : the parcel table; ``origin`` stands in it where parcels were drawn from open data.
    """
    if parcels.empty:
        return NONE_ZH, NONE_EN
    if "origin" not in parcels.columns:
        return "", ""
    origins = [name for name in ORIGINS if (parcels["origin"] == name).any()]
    if not origins:
        return "", ""
    zh = "、".join(ORIGINS[name][0] for name in origins)
    en = " and ".join(ORIGINS[name][1] for name in origins)
    unknown = parcels["group"].isin(UNKNOWN_USES).any() if "group" in parcels.columns else False
    return (
        f"地块由{zh}划出，不是地籍：边界、面积和权属都不能当作宗地，只用于查找应去核实的地方"
        + ("；用途未知，按用途设门槛的指标不适用，相应地块证据不足、不评级" if unknown else ""),
        f"Parcels are drawn from {en}: they are no cadastre. Take no boundary, area or owner from "
        "them; they tell where to look"
        + (
            ". Their use is not known: criteria with limits by use do not apply, and such parcels "
            "are not graded"
            if unknown
            else ""
        ),
    )
