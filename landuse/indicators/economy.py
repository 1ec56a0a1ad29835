"""Economy: what the enterprises on a parcel pay, and how they are ranked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.core.units import m2_to_mu
from landuse.indicators.measured import Measured, absent, are_among, gaps, start
from landuse.indicators.zonal import Zones

STAGE = "economy"
COLUMNS = ("tax_per_mu", "emp_class_rank")


class EconomySettings(Settings):
    """Classes from best to worst (the first has rank 1), and what the columns are called."""

    classes: tuple[str, ...] = ("A", "B", "C", "D")
    tax_column: str = "tax_10k_yuan"
    class_column: str = "emp_class"
    year_column: str = "year"


def measure_economy(
    *, parcels: gpd.GeoDataFrame, enterprises: pd.DataFrame | None, settings: EconomySettings
) -> Measured:
    """Measure tax per mu and the 亩均 class of each parcel from a bureau's table.

    .. math:: tax_{mu} = \\sum_{enterprises} tax / A_{mu}

    Parameters
    ----------
    parcels : with ``area_mu`` (reported area) if there is one; else the planar area is used.
    enterprises : ``parcel_id`` (text), tax in 10 000 yuan and/or class (A best), and the year if
        there are several (for each parcel only its latest counts); columns as the settings say.

    Returns
    -------
    ``tax_per_mu`` (10 000 yuan per mu) : the taxes of all enterprises on the parcel over its area;
        null when one of them is not known, since the sum would then be too low.
    ``emp_class_rank`` (1 = A … 4 = D) : the *worst* class on the parcel. The list is one of
        candidates for a field check, and the summed tax already speaks for the whole parcel; a
        finding names the parcels where classes differ.
    A parcel without enterprise rows is null in both: no record is not a tax of zero.

    Source: domain.md §1.2 (亩均论英雄), §8 A08, A09.
    """
    table = start(parcels)
    if enterprises is None:
        return {"table": table, "findings": [absent(STAGE, "enterprises", COLUMNS)]}
    ids = table["parcel_id"]
    latest, findings = _latest(enterprises, ids, year=settings.year_column)
    if settings.tax_column in latest:
        tax = latest.groupby("parcel_id")[settings.tax_column].agg(
            lambda one: one.sum(skipna=False)
        )
        table["tax_per_mu"] = ids.map(tax).astype(float) / _area_mu(parcels)
    else:
        findings.append(absent(STAGE, f"enterprises.{settings.tax_column}", ["tax_per_mu"]))
    if settings.class_column in latest:
        ranks, found = _ranks(latest[settings.class_column], settings.classes)
        worst = ranks.groupby(latest["parcel_id"]).max()
        table["emp_class_rank"] = ids.map(worst).astype(float)
        mixed = ids.map(ranks.groupby(latest["parcel_id"]).nunique()) > 1
        findings += found + _mixed(ids, mixed)
    else:
        findings.append(absent(STAGE, f"enterprises.{settings.class_column}", ["emp_class_rank"]))
    return {"table": table, "findings": findings}


def _latest(
    enterprises: pd.DataFrame, ids: pd.Series, *, year: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the rows of each parcel's latest year, and the rows that name no parcel here."""
    here = are_among(enterprises["parcel_id"], ids)
    rows = enterprises[here]
    if year in rows:
        newest = rows.groupby("parcel_id")[year].transform("max")
        rows = rows[(rows[year] == newest) | newest.isna()]
    lost = int((~here).sum())
    if not lost:
        return rows, []
    return rows, [
        Finding(
            stage=STAGE,
            kind="doubt",
            object_id="enterprises",
            value=f"{lost} / {len(enterprises)}",
            message_zh="企业表中有记录的地块编号在地块图层中不存在，未使用",
            message_en="enterprise rows name parcels that are not in the parcel layer: not used",
        )
    ]


def _ranks(given: pd.Series, classes: tuple[str, ...]) -> tuple[pd.Series, list[Finding]]:
    """Return 1 for the best class and so on; a class not listed is unknown, with a finding."""
    text = given.astype("str").str.strip().str.upper()
    ranks = text.map({name: rank for rank, name in enumerate(classes, start=1)}).astype(float)
    strange = sorted(set(text[ranks.isna() & given.notna()]))
    if not strange:
        return ranks, []
    return ranks, [
        Finding(
            stage=STAGE,
            kind="doubt",
            object_id="enterprises",
            value=", ".join(strange),
            message_zh=f"亩均等级不在 {'/'.join(classes)} 之内，按缺失处理",
            message_en=f"class not among {'/'.join(classes)}: left null",
        )
    ]


def _mixed(ids: pd.Series, mixed: pd.Series) -> list[Finding]:
    return gaps(
        STAGE,
        ids,
        mixed,
        kind="note",
        zh="同一地块有多家企业且等级不同，取最差等级",
        en="several enterprises of different class on one parcel: the worst is used",
    )


def _area_mu(parcels: gpd.GeoDataFrame) -> pd.Series:
    if "area_mu" in parcels:
        area = parcels["area_mu"].astype(float)
    else:
        area = pd.Series(m2_to_mu(Zones(parcels).area_m2), index=parcels.index)
    return area.where(area > 0, np.nan)
