"""How sure a place on the list is: the flag rule repeated with weights, ramps and values shaken.

``p_flag`` is the share of draws in which a parcel is listed. In each draw the errors of
measurement behind ``p_flag`` are the same for all parcels, so two parcels differ in it by their
evidence alone. The rank band uses errors that every parcel has for itself: those do not cancel
when parcels are compared.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from landuse.core.settings import Mark, Settings
from landuse.scores.draws import (
    Draws,
    Ints,
    Rows,
    Rule,
    common_errors,
    pack_draws,
    pack_rows,
    pack_rule,
    quantile_table,
)
from landuse.scores.engine import Flags, Floats
from landuse.scores.listing import Listing, listing
from landuse.scores.model import ScoreModel

STABLE, FRAGILE = "stable", "fragile"
ROWS_AT_ONCE = 256


class Chosen(Settings):
    """A number of the method, with where it comes from and how well it is known."""

    value: float = Field(ge=0)
    source: str
    mark: Mark


class RobustnessSettings(Settings):
    """How much is shaken, how often, and what counts as stable."""

    score_model: ScoreModel
    draws: int = Field(500, ge=1, description="draws; the standard error of a share is at most "
                       "0.5 / sqrt(draws)")  # fmt: skip
    seed: int = 20260101
    weight_spread: Chosen = Field(
        Chosen(value=0.2, source="domain specification §2.5: weights ±20 %", mark="P"),
        description="standard deviation of a weight, as a share of it",
    )
    ramp_spread: Chosen = Field(
        Chosen(value=0.1, source="proposed here: a tenth of the ramp's own width", mark="P"),
        description="standard deviation of the shift of a ramp, as a share of its width",
    )
    stable_at: Chosen = Field(
        Chosen(value=0.8, source="proposed here: four draws of five agree with the run", mark="P"),
        description="share of draws that must agree with the run",
    )


def robustness(
    *,
    table: pd.DataFrame,
    settings: RobustnessSettings,
    threads: int | None = None,
) -> dict[str, Any]:
    """Repeat the flag rule under perturbed weights, ramps and measured values.

    Parameters
    ----------
    table : one row a parcel: ``parcel_id, group, area_m2`` and the indicator columns.
    threads : threads to use, by default one a processor; the result does not depend on it.

    Returns
    -------
    ``table``, one row a parcel in the same order: ``parcel_id``; ``p_flag`` (0-1; vetoed 0);
    ``p_idle``, ``p_les``: share of draws with that flag, idle first, so that they sum to
    ``p_flag``; ``rank_p10``, ``rank_p90`` (Int64): 10th and 90th percentile of the rank among the
    parcels listed in the run, by the score that listed them, then area, then id, so that without
    any spread both equal ``rank``; null for others; ``stability``: "stable" where at least
    ``stable_at`` of the draws agree with the run, "fragile" where fewer do, "" where the run had
    no judgement (vetoed, insufficient evidence).
    """
    model = settings.score_model
    run = listing(table, model)
    bars = np.column_stack([run.barred_idle, run.barred_les])
    rows = pack_rows(run.table, model, seed=settings.seed, barred=bars | run.vetoed[:, None])
    book = pack_draws(
        model,
        seed=settings.seed,
        draws=settings.draws,
        weight_spread=settings.weight_spread.value,
        ramp_spread=settings.ramp_spread.value,
    )
    rule = pack_rule(model)
    workers = threads or os.cpu_count() or 1
    errors = common_errors(model, seed=settings.seed, draws=settings.draws)
    counts = _count(rows, errors, book, rule, workers=workers)
    p_flag = counts.sum(axis=1) / settings.draws
    low, high = _bands(run, rows, book, rule, workers=workers)
    result = {
        "parcel_id": table["parcel_id"].to_numpy(),
        "p_flag": p_flag,
        "p_idle": counts[:, 0] / settings.draws,
        "p_les": counts[:, 1] / settings.draws,
        "rank_p10": low,
        "rank_p90": high,
        "stability": _stability(run, p_flag, settings.stable_at.value),
    }
    return {"table": pd.DataFrame(result, index=table.index), "findings": []}


def _count(rows: Rows, errors: Floats, book: Draws, rule: Rule, *, workers: int) -> Ints:
    """Return in how many draws each flag is raised (n x 2: idle, else low efficiency)."""
    from landuse.scores.kernel import count_listed  # the compiler takes a second to import

    counts = np.zeros((len(rows.value), 2), dtype="int64")
    _in_parts(
        lambda first, last: count_listed(first, last, rows, errors, book, rule, counts),
        len(counts),
        workers=workers,
    )
    return counts


def _bands(
    run: Listing, rows: Rows, book: Draws, rule: Rule, *, workers: int
) -> tuple[pd.array, pd.array]:
    """Return the 10th and 90th percentile of the rank of every listed parcel, null for others."""
    from landuse.scores.kernel import draw_scores  # the compiler takes a second to import

    order = _by_area(run.table, run.listed)
    draws = book.weight.shape[1]
    scores = np.empty((len(order), draws), dtype="int32")
    chosen = rows._replace(
        value=rows.value[order], sd=rows.sd[order], key=rows.key[order], group=rows.group[order]
    )
    which = np.where(run.stands_idle[order], 0, 1)
    quantiles = quantile_table()
    _in_parts(
        lambda first, last: draw_scores(first, last, chosen, which, quantiles, book, rule, scores),
        len(order),
        workers=workers,
    )
    ranks = _ranks(scores, workers=workers)
    bands = []
    for share in (0.1, 0.9):
        band = pd.array([pd.NA] * len(run.table), dtype="Int64")
        band[order] = _percentile(ranks, share)
        bands.append(band)
    return bands[0], bands[1]


def _by_area(table: pd.DataFrame, listed: Flags) -> Ints:
    """Return the places of the listed parcels, larger first, then by id: the order of ties."""
    keys = table[["area_m2", "parcel_id"]].reset_index(drop=True)[listed]
    ordered = keys.sort_values(["area_m2", "parcel_id"], ascending=[False, True], kind="stable")
    return np.asarray(ordered.index, dtype="int64")


def _ranks(scores: NDArray[np.int32], *, workers: int) -> NDArray[np.int32]:
    """Return the rank (1 = highest) in each draw (n x D); of equals the earlier row leads."""
    by_draw = np.ascontiguousarray(scores.T)
    places = np.arange(len(scores), dtype="int64")

    def rank(first: int, last: int) -> None:
        for draw in range(first, last):
            # One whole number carries score and place, so that no two are equal.
            keys = -by_draw[draw].astype("int64") * len(scores) + places
            by_draw[draw, np.argsort(keys)] = places + 1

    _in_parts(rank, len(by_draw), workers=workers)
    return np.ascontiguousarray(by_draw.T)


def _percentile(ranks: NDArray[np.int32], share: float) -> NDArray[np.int32]:
    """Return the smallest rank that at least ``share`` of the draws do not exceed."""
    place = int(np.ceil(share * ranks.shape[1] - 1e-9)) - 1
    return np.partition(ranks, place, axis=1)[:, place]


def _stability(run: Listing, p_flag: Floats, stable_at: float) -> pd.Series[str]:
    agreement = np.where(run.listed, p_flag, 1 - p_flag)
    words = np.where(agreement >= stable_at - 1e-9, STABLE, FRAGILE)
    return pd.Series(np.where(run.assessed, words, ""), index=run.table.index, dtype="str")


def _in_parts(work: Callable[[int, int], None], length: int, *, workers: int) -> None:
    """Call ``work(first, last)`` on consecutive parts, side by side."""
    starts = range(0, length, ROWS_AT_ONCE)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        list(pool.map(lambda first: work(first, min(first + ROWS_AT_ONCE, length)), starts))
