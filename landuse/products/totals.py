"""Totals by town and by zone: count and mu per flag and grade, inside and outside zones.

Without a layer of zones (``zone_in`` null) a parcel counts neither inside nor outside.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from landuse.products.columns import ColumnName
from landuse.products.safety import plain_texts
from landuse.products.words import FLAGS, SUSPECTED, ZONES_UNKNOWN_ZH

DEFAULT_GRADES = ("I", "II", "III")
TOWN = ("town_code", "town_name")
ZONE = ("zone_in", "zone_name")


def town_totals(table: pd.DataFrame, *, grades: Sequence[str] = DEFAULT_GRADES) -> pd.DataFrame:
    """Return one row a town, in order of code; parcels in no town form a row of their own."""
    return _totals(table, by=TOWN, grades=grades)


def zone_totals(table: pd.DataFrame, *, grades: Sequence[str] = DEFAULT_GRADES) -> pd.DataFrame:
    """Return one row a development zone, then one row for all parcels outside zones."""
    inside, unknown = inside_zones(table), table["zone_in"].isna()
    names = table["zone_name"].fillna("").where(inside, "").mask(unknown, ZONES_UNKNOWN_ZH)
    named = table.assign(zone_in=inside, zone_name=names)
    rows = _totals(named, by=ZONE, grades=grades)
    return rows.sort_values(
        ["zone_in", "zone_name"], ascending=[False, True], ignore_index=True, kind="stable"
    )


def inside_zones(table: pd.DataFrame) -> pd.Series:
    """Return where a parcel is known to lie in a development zone."""
    return table["zone_in"].astype("boolean").fillna(value=False).astype("bool")


def county_totals(table: pd.DataFrame, *, grades: Sequence[str] = DEFAULT_GRADES) -> pd.Series:
    """Return the totals of all parcels; every row of the other totals adds up to them."""
    return with_shares(_measures(table, grades=grades).sum().to_frame().T).iloc[0]


def total_columns(grades: Sequence[str] = DEFAULT_GRADES) -> tuple[ColumnName, ...]:
    """Return what each column of the totals is called, in order."""
    suspected = (("suspected", "疑似合计", "suspected"),)
    places = (("", "", ""), ("_in", "·区内", ", in zones"), ("_out", "·区外", ", outside zones"))
    keys = [("all", "全部地块", "all parcels"), *suspected]
    named = [
        (f"{key}{end}", zh + end_zh, en + end_en)
        for key, zh, en in keys
        for end, end_zh, end_en in places
    ]
    named += [
        (f"{flag}{end}", FLAGS[flag][0].split("（")[0] + end_zh, FLAGS[flag][1] + end_en)
        for flag in FLAGS
        for end, end_zh, end_en in (places if flag in SUSPECTED else places[:1])
    ]
    named += [(f"grade_{code}", f"等级 {code}", f"grade {code}") for code in grades]
    pairs = [
        column
        for key, zh, en in named
        for column in (
            ColumnName(f"{key}_count", f"{zh} 宗数", f"{en}: parcels", "宗", 0),
            ColumnName(f"{key}_mu", f"{zh} 面积", f"{en}: area", "亩", 2),
        )
    ]
    return (*pairs, ColumnName("suspected_share", "疑似占参评面积", "share suspected", "%", 1))


def with_shares(totals: pd.DataFrame) -> pd.DataFrame:
    """Return totals with ``suspected_share``: suspected area over the area that was not vetoed.

    Null where nothing was left to assess. Same base as the finding of `scores.assess`.
    """
    assessed = (totals["all_mu"] - totals["vetoed_mu"]).where(lambda area: area > 1e-9)
    return totals.assign(suspected_share=totals["suspected_mu"] / assessed)


def _totals(table: pd.DataFrame, *, by: Sequence[str], grades: Sequence[str]) -> pd.DataFrame:
    named = [name for name in by if name != "zone_in"]
    keys = table[list(by)].assign(**{name: table[name].fillna("") for name in named})
    keys = plain_texts(keys)
    measured = pd.concat([keys, _measures(table, grades=grades)], axis=1)
    return with_shares(measured.groupby(list(by), sort=True, as_index=False).sum())


def _measures(table: pd.DataFrame, *, grades: Sequence[str]) -> pd.DataFrame:
    """Return one row a parcel: 0/1 counts and mu per column of the totals."""
    area, inside = table["area_mu"].fillna(0.0), inside_zones(table)
    outside = ~inside & table["zone_in"].notna()
    flags = {flag: table["flag"] == flag for flag in FLAGS}
    everything = pd.Series(True, index=table.index)
    suspected = table["flag"].isin(SUSPECTED)
    masks = {"all": everything, "suspected": suspected} | flags
    for key in ("all", "suspected", *SUSPECTED):
        masks |= {f"{key}_in": masks[key] & inside, f"{key}_out": masks[key] & outside}
    masks |= {f"grade_{code}": table["grade"] == code for code in grades}
    measures: dict[str, pd.Series] = {}
    for column in total_columns(grades)[:-1]:
        key, kind = column.name.rsplit("_", 1)
        mask = masks[key]
        measures[column.name] = mask.astype("int64") if kind == "count" else area.where(mask, 0.0)
    return pd.DataFrame(measures, index=table.index)
