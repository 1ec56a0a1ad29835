"""The supply ledger: the legal state of each parcel, from the dates of its contract."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.units import M2_PER_HA
from landuse.indicators.ledger_findings import (
    STAGE,
    area_findings,
    doubt_findings,
    earlier_findings,
    incomplete_findings,
    row_findings,
    silent_findings,
)
from landuse.indicators.ledger_rows import complete, deciding
from landuse.indicators.ledger_rules import LedgerLimits
from landuse.indicators.ledger_states import ledger_states
from landuse.indicators.ledger_words import ledger_sentences
from landuse.indicators.measured import Measured, absent, are_among, start
from landuse.indicators.zonal import Zones

_TEXTS = ("ledger_rule", "ledger_zh", "ledger_en", "ledger_cause")
COLUMNS = ("land_state", *_TEXTS, "ledger_idle_years", "ledger_idle", "ledger_rows")


class LedgerSettings(LedgerLimits):
    """The numbers of the ledger rules and the analysis date."""

    as_of: date


def measure_ledger(
    *,
    parcels: gpd.GeoDataFrame,
    ledger: pd.DataFrame | None,
    built: pd.DataFrame | None,
    settings: LedgerSettings,
) -> Measured:
    """Say in which legal state the ledger proves each parcel to be on the analysis date.

    Of several contracts the most recent decides (`ledger_rows.deciding` says how ties break); the
    earlier ones, rows that name no parcel and dates that cannot be right are findings. A parcel
    without a row has no state and no sentence: nothing is concluded from what it looks like.

    Parameters
    ----------
    parcels : ``parcel_id``, polygons; ``area_m2`` if there is one, else the planar area is used.
    ledger : ``parcel_id`` and the columns of `ledger_states`; one row a contract.
    built : ``parcel_id`` and ``built_share`` (0 to 1), for the rule on stopped works.

    Returns
    -------
    ``land_state`` : one of eight words, null without a row; the bureau's own word wins.
    ``ledger_rule`` : code of the rule, ``DECLARED`` where the bureau's word differs from the dates.
    ``ledger_zh``, ``ledger_en`` : a sentence with dates, source and mark.
    ``ledger_cause`` : the cause as the ledger has it.
    ``ledger_idle_years`` : years past the agreed start without a start; else null.
    ``ledger_idle`` : 1 an idle rule fires, 0 the ledger proves use, null otherwise.
    ``ledger_rows`` : rows of the ledger that name the parcel.
    Texts are "" where there is nothing to say.

    Source: domain.md §1.1 (I-1 to I-5), §8 A10.
    """
    table = start(parcels)
    if ledger is None:
        return {"table": table, "findings": [absent(STAGE, "ledger", COLUMNS)]}
    ids, rows = table["parcel_id"], complete(ledger)
    here = rows[are_among(rows["parcel_id"], ids)].drop(columns="built_share")
    alike = here.duplicated()
    single = _with_built(here[~alike], built)
    kept = single.drop(columns=[name for name in ("start_date",) if name not in ledger])
    states = ledger_states(kept, as_of=settings.as_of, limits=settings)
    judged = single.join(states)
    decides = deciding(single, as_of=pd.Timestamp(settings.as_of))
    chosen = judged[decides]
    words = ledger_sentences(chosen, as_of=settings.as_of, limits=settings)
    said = chosen.join(words).rename(columns={"cause": "ledger_cause"}).set_index("parcel_id")
    for name in COLUMNS[:-1]:
        table[name] = ids.map(said[name]).astype(said[name].dtype)
    table[list(_TEXTS)] = table[list(_TEXTS)].fillna("")
    table["ledger_rows"] = ids.map(here["parcel_id"].value_counts()).fillna(0).astype("int64")
    findings = row_findings(rows, ledger, ids, alike=int(alike.sum()))
    findings += silent_findings(single, limit=settings.silent_rows.value)
    findings += _parcel_findings(parcels, ids, judged, decides, settings)
    return {"table": table, "findings": findings}


def _with_built(rows: pd.DataFrame, built: pd.DataFrame | None) -> pd.DataFrame:
    """Return the rows with the built share of their parcel, null where it is not known."""
    if built is None or "built_share" not in built:
        return rows.assign(built_share=pd.Series(float("nan"), index=rows.index, dtype="float64"))
    share = built.set_index("parcel_id")["built_share"]
    return rows.assign(built_share=rows["parcel_id"].map(share).astype("float64"))


def _parcel_findings(
    parcels: gpd.GeoDataFrame,
    ids: pd.Series,
    judged: pd.DataFrame,
    decides: pd.Series,
    settings: LedgerSettings,
) -> list[Finding]:
    if "area_m2" in parcels:
        area = parcels["area_m2"].astype("float64")
    else:
        area = pd.Series(Zones(parcels).area_m2, index=parcels.index)
    given_m2 = judged["area_ha"] * M2_PER_HA
    return [
        *doubt_findings(judged[decides]),
        *earlier_findings(judged, decides),
        *incomplete_findings(judged[decides]),
        *area_findings(
            pd.Series(area.to_numpy(), index=ids.to_numpy()),
            given_m2.set_axis(judged["parcel_id"]),
            decides=decides.to_numpy(),
            limit=settings.area_difference.value,
        ),
    ]
