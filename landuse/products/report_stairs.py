"""From all construction land down to the list: what each rule took out, as a table and bars."""

from __future__ import annotations

from typing import Any

import pandas as pd

from landuse.products.facts import RunFacts
from landuse.products.totals import inside_zones
from landuse.products.words import FLAGS, SUSPECTED

FIRST = ("all", "start", "total")
LAST = ("listed", "list", "left")
_SPLIT = ("parcels_in", "area_mu_in", "parcels_out", "area_mu_out")


def stairs(run: RunFacts) -> list[dict[str, Any]]:
    """Return one row a step with parcels and mu, inside and outside zones, and its bar.

    A waterfall that names the ``kind`` of its rows is taken as it is; one of vetoes alone is
    completed from the flags of the parcels, so that the steps always lead from all land to the
    list. Bars hang where the step before them ended: ``x`` and ``width`` are per cent of all land.
    """
    table = run.waterfall if "kind" in run.waterfall.columns else _completed(run)
    rows: list[dict[str, Any]] = table.reindex(
        columns=["kind", "veto", "veto_zh", "veto_en", "parcels", "area_mu", *_SPLIT]
    ).to_dict("records")
    whole = max([row["area_mu"] for row in rows if row["kind"] in FIRST], default=0.0)
    left = whole
    for row in rows:
        row["step"] = "ends" if row["kind"] in (*FIRST, *LAST) else "removed"
        width = 100 * float(row["area_mu"]) / whole if whole else 0.0
        if row["step"] == "removed":
            left -= float(row["area_mu"])
        row["width"] = min(width, 100.0)
        row["x"] = max(100 * left / whole, 0.0) if whole and row["step"] == "removed" else 0.0
    return rows


def vetoes_only(waterfall: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of vetoes alone, whether the waterfall names kinds or not."""
    return waterfall if "kind" not in waterfall else waterfall[waterfall["kind"] == "veto"]


def _completed(run: RunFacts) -> pd.DataFrame:
    """Return the steps counted from the parcels: all, each veto, evidence, score, the list."""
    parcels = run.parcels
    everything = pd.Series(True, index=parcels.index)
    steps = [("all", "", "全部建设用地", "all construction land", everything)]
    steps += [
        ("veto", row["veto"], row["veto_zh"], row["veto_en"], parcels["veto"] == row["veto"])
        for row in run.waterfall.to_dict("records")
    ]
    flag, lacking = parcels["flag"], FLAGS["insufficient_evidence"]
    steps += [
        ("evidence", "", *lacking, flag == "insufficient_evidence"),
        ("score", "", "得分或独立证据未达要求", "scores or families too low", flag == "none"),
        ("listed", "", "疑似清单", "the list", flag.isin(SUSPECTED)),
    ]
    inside, outside = inside_zones(parcels), parcels["zone_in"].eq(other=False).fillna(value=False)
    return pd.DataFrame([
        {
            "kind": kind, "veto": code, "veto_zh": zh, "veto_en": en,
            "parcels": int(mask.sum()), "area_mu": float(parcels["area_mu"][mask].sum()),
            "parcels_in": int((mask & inside).sum()),
            "area_mu_in": float(parcels["area_mu"][mask & inside].sum()),
            "parcels_out": int((mask & outside).sum()),
            "area_mu_out": float(parcels["area_mu"][mask & outside].sum()),
        }
        for kind, code, zh, en, mask in steps
    ])  # fmt: skip
