"""Intensive land use of each development zone, after TD/T 1029: ratios of sums over parcels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.units import m2_to_mu
from landuse.indicators.ledger_rules import IDLE, NOT_SUPPLIED, UNSUPPLIED
from landuse.indicators.zone_intensity_terms import SOURCE_NAMES, TERMS, IntensitySettings, Term

STAGE = "zone_intensity"
INDUSTRY, UNCLASSED = ("IND_IN", "IND_OUT"), ("ALL", "LOT_SMALL", "LOT_LARGE", "")
ALL_ZONES = ("全部开发区", "all zones")
KINDS = {
    "industrial": ("工业主导型（示意）", "industry-led (indicative)"),
    "mixed": ("产城融合型（示意）", "industry and town mixed (indicative)"),
    "": ("", ""),
}
"""Type of a zone; the standard's own cut was not at hand, so the words say that it is a hint."""


def measure_zone_intensity(*, parcels: pd.DataFrame, settings: IntensitySettings) -> dict[str, Any]:
    """Compute the zone-level indicators from the parcels inside each development zone.

    .. math:: I_z = \\sum_{p \\in z} v_p A_p / \\sum_{p \\in z} A_p

    over the parcels p of the indicator's base (e.g. built-up industrial land) of which the value v
    is known; sums before ratios, so that zones add up.

    Parameters
    ----------
    parcels : one row a parcel: ``zone_in`` (null: zones not supplied), ``zone_name``, ``area_m2``,
        and what there is of ``zone_code, group, built_share, far, building_coverage, tax_per_mu,
        land_state``.

    Returns
    -------
    ``table``, one row a zone and indicator, zones by name and all zones together last:
    ``zone_code, zone_name, zone_name_en, level`` ("zone", "all"), ``indicator``, names, ``value``
    (shares 0 to 1) with ``unit``, ``numerator`` and ``denominator`` with units, ``coverage``
    (share of the zone's parcel area of which it is known whether and how much it counts),
    ``reason_zh, reason_en`` where the value is null, formula, note, source, mark. ``zones``, one
    row a zone: parcels, areas, shares, type (indicative). ``findings``.

    Source: domain.md §1.4 (TD/T 1029), §1.3 (floor area, 建筑系数).
    """
    inside = parcels[parcels["zone_in"].astype("boolean").fillna(value=False).astype("bool")]
    known = _known(inside, settings)
    keys = _keys(inside)
    lacking = _lacking(parcels)
    made = [_rows(term, known, keys, lacking=lacking, settings=settings) for term in TERMS]
    table = pd.concat(made, ignore_index=True)
    table = table.sort_values(
        ["level", "zone_name", "zone_code", "order"], ascending=[False, True, True, True],
        ignore_index=True,
    ).drop(columns="order")  # fmt: skip
    return {
        "table": table,
        "zones": _zones(known, keys, settings),
        "findings": _findings(parcels, table),
    }


def _known(parcels: pd.DataFrame, settings: IntensitySettings) -> pd.DataFrame:
    """Return what is known of each parcel: areas, 0/1 flags and values, NaN where unknown."""
    given = parcels.reindex(columns=["area_m2", *SOURCE_NAMES])
    state, group = given["land_state"].astype("object"), given["group"].astype("object")
    stated = state.notna() & (state != "")
    classed = group.notna() & ~group.isin(UNCLASSED)
    built = (given["built_share"] >= settings.built_at.value).where(given["built_share"].notna())
    flags = {
        "supplied": (~state.isin(NOT_SUPPLIED)).where(stated),
        "ready": ((state == UNSUPPLIED) | ~state.isin(NOT_SUPPLIED)).where(stated),
        "idle": (state == IDLE).where(stated),
        "industrial": group.isin(INDUSTRY).where(classed),
        "residential": (group == "URBAN_RES").where(classed),
        "built": built.mask(group == "VILLAGE", False),
    }
    numbers = ["area_m2", "far", "building_coverage", "tax_per_mu"]
    known = given[numbers].astype("float64").assign(
        **{name: flag.astype("float64") for name, flag in flags.items()}
    )  # fmt: skip
    return known.assign(built_industrial=_both(known["built"], known["industrial"]))


def _both(one: pd.Series, other: pd.Series) -> pd.Series:
    """Return 1 where both hold, 0 where either is known not to, else NaN."""
    return (one * other).mask((one == 0) | (other == 0), 0.0)


def _keys(parcels: pd.DataFrame) -> pd.DataFrame:
    names = parcels.reindex(columns=["zone_code", "zone_name"]).astype("str").fillna("")
    return names.astype("str")


def _lacking(parcels: pd.DataFrame) -> set[str]:
    """Return the columns that the table lacks or that say nothing of any parcel."""
    given = parcels.reindex(columns=list(SOURCE_NAMES))
    silent = given.isna() | given.isin(UNCLASSED)
    return {name for name in SOURCE_NAMES if silent[name].all()}


def _rows(
    term: Term,
    known: pd.DataFrame,
    keys: pd.DataFrame,
    *,
    lacking: set[str],
    settings: IntensitySettings,
) -> pd.DataFrame:
    """Return one indicator for each zone and, if there is any, for all zones together."""
    parts = pd.concat([keys, _parts(term, known)], axis=1)
    zones = parts.groupby(["zone_code", "zone_name"], sort=True, as_index=False).sum()
    zones = zones.assign(level="zone", zone_name_en=zones["zone_name"])
    names = {"zone_code": "", "zone_name": ALL_ZONES[0], "zone_name_en": ALL_ZONES[1]}
    sums = zones[["area", "known", "numerator", "denominator"]].sum()
    whole = pd.DataFrame([sums.to_dict() | names | {"level": "all"}])[: len(zones)]
    rows = pd.concat([zones, whole], ignore_index=True) if len(zones) else zones
    absent = [name for name in term.needs if name in lacking]
    return _told(rows, term, absent=absent, settings=settings)


def _told(
    rows: pd.DataFrame, term: Term, *, absent: list[str], settings: IntensitySettings
) -> pd.DataFrame:
    """Return the rows with value, coverage and, where there is no value, the reason."""
    coverage = (rows["known"] / rows["area"]).where(rows["area"] > 0)
    little, nothing = coverage < settings.minimum_known.value, rows["denominator"] <= 0
    value = rows["numerator"] / rows["denominator"].where(~nothing)
    least = f"{settings.minimum_known.value:.0%}"
    reasons = [
        (pd.Series(bool(absent), index=rows.index), _absent(absent)),
        (little, (f"已知面积不足 {least}", f"known for less than {least} of the zone")),
        (nothing, ("没有可计的用地", "no land to count")),
    ]
    texts = {
        f"reason_{tongue}": pd.Series(
            np.select([hit for hit, _ in reasons], [text[place] for _, text in reasons], ""),
            index=rows.index, dtype="str",
        )
        for place, tongue in enumerate(("zh", "en"))
    }  # fmt: skip
    sums = rows[["numerator", "denominator"]]
    return rows.drop(columns=["area", "known"]).assign(
        order=TERMS.index(term),
        indicator=term.code, zh=term.zh, en=term.en,
        value=value.mask(texts["reason_zh"] != ""), unit=term.unit,
        numerator=np.nan if absent else sums["numerator"], numerator_unit=term.numerator_unit,
        denominator=np.nan if absent else sums["denominator"],
        denominator_unit=term.denominator_unit,
        coverage=0.0 if absent else coverage, **texts,
        formula_zh=term.formula_zh, formula_en=term.formula_en,
        note_zh=term.note[0], note_en=term.note[1], source=term.source, mark=term.mark,
    )  # fmt: skip


def _absent(columns: list[str]) -> tuple[str, str]:
    zh = "、".join(SOURCE_NAMES[name][0] for name in columns)
    en = ", ".join(SOURCE_NAMES[name][1] for name in columns)
    return f"缺少资料：{zh}", f"not supplied: {en}"


def _parts(term: Term, known: pd.DataFrame) -> pd.DataFrame:
    """Return what each parcel adds to numerator and denominator, and whether that is known."""
    area = known["area_m2"]
    if not term.value:
        none = pd.Series(0.0, index=known.index)
        return pd.DataFrame({"area": area, "known": none, "numerator": none, "denominator": none})
    base, value = known[term.base], known[term.value]
    counts = (base == 1) & value.notna()
    weight = area if term.denominator_unit == "m²" else m2_to_mu(area)
    return pd.DataFrame(
        {
            "area": area,
            "known": area.where((base == 0) | counts, 0.0),
            "numerator": (weight * value).where(counts, 0.0),
            "denominator": weight.where(counts, 0.0),
        }
    )


def _zones(known: pd.DataFrame, keys: pd.DataFrame, settings: IntensitySettings) -> pd.DataFrame:
    """Return one row a zone: parcels, areas, shares of built-up land, and its indicative type."""
    area = known["area_m2"]
    built = area.where(known["built"] == 1, 0.0)
    classed = built.where(known["industrial"].notna(), 0.0)
    decided = known["built"].notna() & ((known["built"] == 0) | known["industrial"].notna())
    parts = keys.assign(
        parcels=1,
        area_m2=area,
        known_m2=area.where(decided, 0.0),
        built_m2=built,
        classed_m2=classed,
        industrial_m2=classed.where(known["industrial"] == 1, 0.0),
        residential_m2=classed.where(known["residential"] == 1, 0.0),
    )
    zones = parts.groupby(["zone_code", "zone_name"], sort=True, as_index=False).sum()
    enough = zones["known_m2"] >= settings.minimum_known.value * zones["area_m2"]
    base = zones["classed_m2"].where(enough & (zones["classed_m2"] > 0))
    industrial, residential = zones["industrial_m2"] / base, zones["residential_m2"] / base
    led = (industrial >= settings.industrial_led.value) & (
        residential <= settings.residential_most.value
    )
    kind = np.select([base.isna(), led], ["", "industrial"], "mixed")
    return zones.drop(columns=["known_m2", "classed_m2"]).assign(
        industrial_share=industrial,
        residential_share=residential,
        kind=pd.Series(kind, index=zones.index, dtype="str"),
        kind_zh=pd.Series([KINDS[code][0] for code in kind], index=zones.index, dtype="str"),
        kind_en=pd.Series([KINDS[code][1] for code in kind], index=zones.index, dtype="str"),
    )


def _findings(parcels: pd.DataFrame, table: pd.DataFrame) -> list[Finding]:
    """Return why there is no table, or which indicators no zone has, one finding a reason."""
    if table.empty:
        unknown = bool(len(parcels)) and bool(parcels["zone_in"].isna().all())
        zh, en = (
            ("未提供开发区边界，园区集约利用指标未计算",
             "zones not supplied: zone-level intensity not computed")
            if unknown
            else ("没有地块位于开发区内，园区集约利用指标未计算",
                  "no parcel lies in a zone: zone-level intensity not computed")
        )  # fmt: skip
        return [_finding("absent" if unknown else "note", zh, en, names=[])]
    empty = table[table["level"] == "all"]
    empty = empty[empty["reason_zh"].str.startswith("缺少资料")]
    return [
        _finding("absent", zh, en, names=list(rows["zh"]))
        for (zh, en), rows in empty.groupby(["reason_zh", "reason_en"], sort=False)
    ]


def _finding(kind: str, zh: str, en: str, *, names: Iterable[str]) -> Finding:
    return Finding(
        stage=STAGE, kind=kind, value="、".join(names), message_zh=f"园区集约利用：{zh}",
        message_en=f"zone intensity: {en}",
    )  # fmt: skip
