"""Totals by town, by zone and by place: count and mu per flag and grade, in and outside zones.

Without a layer of zones (``zone_in`` null) a parcel counts neither inside nor outside, and a total
of such parcels alone has no split: its ``_in`` and ``_out`` are null, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from landuse.products.columns import ColumnName
from landuse.products.safety import plain_texts
from landuse.products.words import (
    FLAGS,
    OUTSIDE_EN,
    OUTSIDE_ZH,
    SUSPECTED,
    ZONES_UNKNOWN_EN,
    ZONES_UNKNOWN_ZH,
)

DEFAULT_GRADES = ("I", "II", "III")
TOWN = ("town_code", "town_name")
PLACES = (("", "", ""), ("_in", "·区内", ", in zones"), ("_out", "·区外", ", outside zones"))
PLACE_NAMES = (
    ("in", "区内", "in zones"),
    ("out", OUTSIDE_ZH, OUTSIDE_EN),
    ("unknown", ZONES_UNKNOWN_ZH, ZONES_UNKNOWN_EN),
)


def town_totals(table: pd.DataFrame, *, grades: Sequence[str] = DEFAULT_GRADES) -> pd.DataFrame:
    """Return one row a town, in order of code; parcels in no town form a row of their own."""
    keys = table[list(TOWN)].fillna("")
    return _totals(table, keys, grades=grades)


def zone_totals(table: pd.DataFrame, *, grades: Sequence[str] = DEFAULT_GRADES) -> pd.DataFrame:
    """Return one row a development zone, then one row for all parcels outside zones."""
    inside, unknown = inside_zones(table), table["zone_in"].isna()
    names = table["zone_name"].fillna("").where(inside, "").mask(unknown, ZONES_UNKNOWN_ZH)
    keys = pd.DataFrame({"zone_in": inside, "zone_name": names})
    rows = _totals(table, keys, grades=grades)
    return rows.sort_values(
        ["zone_in", "zone_name"], ascending=[False, True], ignore_index=True, kind="stable"
    )


def place_totals(table: pd.DataFrame, *, grades: Sequence[str] = DEFAULT_GRADES) -> pd.DataFrame:
    """Return one row inside zones and one outside; one row "unknown" where zones are not known.

    ``place``, ``place_zh``, ``place_en``, then count and mu of every flag and grade; rows without
    a parcel stay where zones are known, so that the reader sees a zero and not a gap.
    """
    inside, unknown = inside_zones(table), table["zone_in"].isna()
    place = pd.Series("out", index=table.index).mask(inside, "in").mask(unknown, "unknown")
    split = [column.name for column in total_columns(grades) if _is_split(column.name)]
    measures = _measures(table, grades=grades).drop(columns=split)
    known = ("in", "out") if not unknown.all() or table.empty else ()
    held = [*known, *(("unknown",) if unknown.any() else ())]
    sums = measures.groupby(place).sum().reindex(held, fill_value=0)
    words = {code: (zh, en) for code, zh, en in PLACE_NAMES}
    rows = sums.rename_axis("place").reset_index()
    rows.insert(1, "place_zh", [words[code][0] for code in held])
    rows.insert(2, "place_en", [words[code][1] for code in held])
    return with_shares(rows)


def inside_zones(table: pd.DataFrame) -> pd.Series:
    """Return where a parcel is known to lie in a development zone."""
    return table["zone_in"].astype("boolean").fillna(value=False).astype("bool")


def county_totals(table: pd.DataFrame, *, grades: Sequence[str] = DEFAULT_GRADES) -> pd.Series:
    """Return the totals of all parcels; every row of the other totals adds up to them."""
    whole = _measures(table, grades=grades).sum().to_frame().T
    known = pd.Series(table["zone_in"].notna().any() or table.empty, index=whole.index)
    return with_shares(_honest(whole, known)).iloc[0]


def total_columns(
    grades: Sequence[str] = DEFAULT_GRADES, *, split: bool = True
) -> tuple[ColumnName, ...]:
    """Return what each column of the totals is called, in order.

    ``split=False`` leaves out the columns inside and outside zones, as in `place_totals`.
    """
    keys = [
        ("all", "全部地块", "all parcels"),
        ("assessed", "参评", "assessed (not vetoed)"),
        ("suspected", "疑似合计", "suspected"),
        *((flag, zh.split("（")[0], en) for flag, (zh, en) in FLAGS.items()),
        *((f"grade_{code}", f"等级 {code}", f"grade {code}") for code in grades),
    ]
    pairs = [
        column
        for key, zh, en in keys
        for end, end_zh, end_en in (PLACES if split else PLACES[:1])
        for column in (
            ColumnName(
                f"{key}{end}_count", f"{zh}{end_zh} 宗数", f"{en}{end_en}: parcels", "宗", 0
            ),
            ColumnName(f"{key}{end}_mu", f"{zh}{end_zh} 面积", f"{en}{end_en}: area", "亩", 2),
        )
    ]
    return (
        *pairs,
        ColumnName("suspected_share", "疑似占参评面积", "share suspected of assessed", "%", 1),
        ColumnName("suspected_share_all", "疑似占全部面积", "share suspected of all", "%", 1),
    )


def with_shares(totals: pd.DataFrame) -> pd.DataFrame:
    """Return totals with the shares suspected of the area assessed and of all the area.

    Assessed is what was not vetoed: the base of the finding of `scores.assess`. Null where there
    is nothing to share.
    """
    bases = {"suspected_share": "assessed_mu", "suspected_share_all": "all_mu"}
    some = {name: totals[base].where(lambda area: area > 1e-9) for name, base in bases.items()}
    return totals.assign(**{name: totals["suspected_mu"] / base for name, base in some.items()})


def _totals(table: pd.DataFrame, keys: pd.DataFrame, *, grades: Sequence[str]) -> pd.DataFrame:
    by = list(keys.columns)
    measured = pd.concat([plain_texts(keys), _measures(table, grades=grades)], axis=1)
    known = measured[by].assign(known=table["zone_in"].notna())
    sums = measured.groupby(by, sort=True, as_index=False).sum()
    with_zones = known.groupby(by, sort=True, as_index=False)["known"].any()["known"]
    return with_shares(_honest(sums, with_zones))


def _honest(totals: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """Blank the split of totals of which no parcel is known to lie in or outside a zone."""
    if known.all():
        return totals
    split = [name for name in totals.columns if _is_split(name)]
    return totals.assign(**{name: totals[name].astype("float64").where(known) for name in split})


def _is_split(name: str) -> bool:
    return name.rsplit("_", 1)[0].endswith(("_in", "_out"))


def _measures(table: pd.DataFrame, *, grades: Sequence[str]) -> pd.DataFrame:
    """Return one row a parcel: 0/1 counts and mu per column of the totals."""
    flags, area = table["flag"], table["area_mu"].fillna(0.0).to_numpy()
    inside = inside_zones(table).to_numpy()
    outside = ~inside & table["zone_in"].notna().to_numpy()
    masks = {
        "all": np.ones(len(table), dtype=bool),
        "assessed": _true(flags != "vetoed"),
        "suspected": _true(flags.isin(SUSPECTED)),
        **{flag: _true(flags == flag) for flag in FLAGS},
        **{f"grade_{code}": _true(table["grade"] == code) for code in grades},
    }
    measures: dict[str, np.ndarray] = {}
    for key, mask in masks.items():
        for end, place in (("", mask), ("_in", mask & inside), ("_out", mask & outside)):
            measures[f"{key}{end}_count"] = place.astype("int64")
            measures[f"{key}{end}_mu"] = np.where(place, area, 0.0)
    return pd.DataFrame(measures, index=table.index)


def _true(mask: pd.Series) -> np.ndarray:
    """Return where a mask is true; null, which an unknown text may give, is not."""
    where: np.ndarray = mask.to_numpy(dtype=bool, na_value=False)
    return where
