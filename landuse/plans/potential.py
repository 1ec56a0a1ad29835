"""What consolidation of a village could free: in theory by three methods, and realistically."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.units import m2_to_mu
from landuse.indicators.measured import Limit, LimitSettings
from landuse.plans.village_land import village_land_m2

STAGE = "potential"
Floats = NDArray[np.float64]
METHODS = ("potential_percapita_m2", "potential_household_m2", "potential_idle_m2")


class PotentialSettings(LimitSettings):
    """Standards of land, and how much of the theory can come true."""

    per_person_m2: Limit = Limit(
        value=120, unit="m²", source="domain.md §3.5: 100 to 150 (GB 50188-2007)", mark="P"
    )
    per_household_m2: Limit = Limit(value=140, unit="m²", source="domain.md §3.5", mark="P")
    public_share: Limit = Limit(value=0.30, unit="share", source="domain.md §3.5", mark="P")
    least: Limit = Limit(value=0.3, source="domain.md §3.5: f in [.3, .7]", mark="P")
    central: Limit = Limit(value=0.5, source="许昌 .51, domain.md §3.5", mark="V")
    most: Limit = Limit(value=0.7, source="domain.md §3.5: f in [.3, .7]", mark="P")
    warn_share: Limit = Limit(
        value=0.6, source="domain.md §3.1: more than 60 % of village land is a bug", mark="P"
    )


def consolidation_potential(
    *, villages: pd.DataFrame, settings: PotentialSettings
) -> dict[str, Any]:
    """Estimate what each village could free if it were consolidated.

    .. math::
        P_{person} = A - s N,\\ P_{household} = A (1 - p) - h H,\\ P_{idle} = A \\cdot hollow

    each within [0, A]. The theory taken is the *least* of the methods known (proposed: a cautious
    reading). Realistic = theory x f; low and high use the least and the most f, the central f lies
    between them by urgency (the higher of hvs and mrs), suitability (slope) and feasibility (travel
    time), their geometric mean; where one of them is unknown it is the central value.

    Parameters
    ----------
    villages : ``village_id``, the columns of `village_land_m2` (A) and, where known,
        ``population_est``,
        ``households_est``, ``hollow_share``, ``hvs``, ``mrs``, ``slope_deg``, ``travel_min``.

    Returns
    -------
    ``potential``: ``village_id``, ``METHODS``, ``potential_theory_m2``, ``realistic_share``,
    ``potential_low_mu``, ``potential_mu``, ``potential_high_mu``. Null where no method is known.
    ``findings``.

    Source: domain.md §3.5; three-dimension model of 禹城 (JARE 2017).
    """
    known = villages.reindex(columns=[*_READ]).astype("float64")
    land = village_land_m2(known)
    area = land.where(land > 0)
    methods = {
        "potential_percapita_m2": area - settings.per_person_m2.value * known["population_est"],
        "potential_household_m2": area * (1 - settings.public_share.value)
        - settings.per_household_m2.value * known["households_est"],
        "potential_idle_m2": area * known["hollow_share"],
    }
    table = pd.DataFrame({name: value.clip(lower=0, upper=area) for name, value in methods.items()})
    theory = table.min(axis=1, skipna=True)
    share = _share(known, settings)
    table.insert(0, "village_id", villages["village_id"])
    table["potential_theory_m2"], table["realistic_share"] = theory, share.where(theory.notna())
    for name, factor in (("potential_low_mu", settings.least.value), ("potential_mu", share),
                         ("potential_high_mu", settings.most.value)):  # fmt: skip
        table[name] = m2_to_mu(theory) * factor
    return {"potential": table, "findings": _findings(table, area, settings)}


_READ = ("area_m2", "homestead_m2", "population_est", "households_est", "hollow_share", "hvs",
         "mrs", "slope_deg", "travel_min")  # fmt: skip


def _share(known: pd.DataFrame, settings: PotentialSettings) -> pd.Series:
    urgency = known[["hvs", "mrs"]].max(axis=1) / 100
    suited = (1 - known["slope_deg"] / 25).clip(0, 1)
    feasible = (1 - known["travel_min"] / 120).clip(0, 1)
    mean = np.cbrt(urgency * suited * feasible)
    least, most = settings.least.value, settings.most.value
    return (least + (most - least) * mean).fillna(settings.central.value)


def _findings(table: pd.DataFrame, area: pd.Series, settings: PotentialSettings) -> list[Finding]:
    unknown = int(table["potential_mu"].isna().sum())
    told = []
    if unknown:
        zh = "没有面积、人口、户数或空心占比，潜力未估"
        en = "no area, people, households or hollow share: no potential"
        told.append(_told("absent", f"{unknown} / {len(table)}", zh, en))
    land = float(m2_to_mu(area.where(table["potential_mu"].notna()).sum()))
    share = float(table["potential_mu"].sum()) / land if land else 0.0
    if share > settings.warn_share.value:
        zh = "现实潜力超过村庄用地的 60%，多半是数据有误"
        en = "realistic potential above 60 % of village land: likely bad data"
        told.append(_told("doubt", f"{share:.0%}", zh, en))
    return told


def _told(kind: str, value: str, zh: str, en: str) -> Finding:
    return Finding(stage=STAGE, kind=kind, object_id="", value=value, message_zh=zh, message_en=en)
