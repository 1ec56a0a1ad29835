"""The facts of a run put together from the tables a product stage is given."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from landuse import __version__
from landuse.indicators.dictionary import Column, indicator_names
from landuse.indicators.zonal import ENGINE
from landuse.products.absence_cost import absence_bill
from landuse.products.checks import with_checks
from landuse.products.columns import ColumnLike, ColumnName
from landuse.products.facts import PlanFacts, RunFacts, StudyFacts, absences
from landuse.products.quota_lists import with_reclaim
from landuse.products.report_evidence import holds
from landuse.products.settings import ProductSettings
from landuse.products.source_sheet import source_facts


def gather(
    settings: ProductSettings,
    *,
    parcels: pd.DataFrame,
    contributions: pd.DataFrame,
    waterfall: pd.DataFrame,
    findings: pd.DataFrame,
    sources: pd.DataFrame,
    facts: Mapping[str, str],
    overlap: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    frame: Mapping[str, float | None] | None = None,
    checks: pd.DataFrame | None = None,
    intensity: pd.DataFrame | None = None,
    intensity_zones: pd.DataFrame | None = None,
    villages: pd.DataFrame | None = None,
    quota: pd.DataFrame | None = None,
    potential: pd.DataFrame | None = None,
    reclaim: pd.DataFrame | None = None,
    **plan: pd.DataFrame,
) -> RunFacts:
    """Return everything a workbook or report is made of.

    ``overlap`` is the table of `align.overlap`; without it the source sheet tells no overlap.
    ``decisions``, ``frame``, ``intensity`` and ``intensity_zones``: see `RunFacts`. ``checks``:
    the field checks, by parcel id. ``plan`` : the tables of `PlanFacts`, all or none.
    """
    parcels = with_checks(parcels, checks)
    model = settings.score_model
    return RunFacts(
        study=study_facts(settings, run_code=facts["run_code"], parcels=len(parcels)),
        model=model,
        parcels=parcels,
        waterfall=waterfall,
        findings=findings,
        contributions=contributions,
        sources=source_facts(sources, overlap=overlap, as_of=settings.as_of),
        absences=absences(
            settings.absent,
            model=model,
            contributions=contributions,
            robustness=holds(parcels, "p_flag"),
            role_names=settings.role_names,
            village_model=settings.village_model,
        ),
        bill=absence_bill(
            settings.absent,
            model=model,
            role_names=settings.role_names,
            parcels=not parcels.empty,
            village_model=settings.village_model,
        ),
        names=column_names(settings),
        decisions=decisions,
        frame=frame or {},
        intensity=intensity,
        intensity_zones=intensity_zones,
        villages=villages,
        quota=quota,
        village_model=settings.village_model if villages is not None else None,
        plan_rules=settings.plan_rules,
        proposal=PlanFacts(**plan) if plan else None,
        potential=with_reclaim(potential, reclaim),
    )


def study_facts(settings: ProductSettings, *, run_code: str, parcels: int) -> StudyFacts:
    """Return what is assessed, as of when, and by which run."""
    return StudyFacts(
        name=settings.name,
        title_zh=settings.title_zh,
        title_en=settings.title_en,
        as_of=settings.as_of,
        crs=settings.crs,
        adcode=settings.adcode,
        run_code=run_code,
        stamp_zh=settings.stamp_zh,
        stamp_en=settings.stamp_en,
        manifest={
            "landuse": __version__,
            "zonal engine": ENGINE,
            "score model": settings.score_model.name,
            "parcels": str(parcels),
            "run code": run_code,
        },
    )


def column_names(settings: ProductSettings) -> dict[str, ColumnLike]:
    """Return the names of indicators, class shares and the model's derived columns."""
    names: dict[str, ColumnLike] = dict(indicator_names())
    for key, (zh, en) in settings.legend.items():
        names[f"share_{key}"] = Column(f"share_{key}", f"{zh}占比", f"share of {en}", "%", 1)
    for item in settings.score_model.derived:
        names[item.column] = ColumnName(item.column, item.zh, item.en, item.unit, 1)
    return names
