"""Time the robustness run beside the same arithmetic in plain numpy, in one process.

    python benchmarks/monte_carlo.py [--parcels 20000] [--draws 500] [--threads 2]

Evidence is random, all criteria of the default model for both scores apply or not by peer group,
and every criterion is given an error of measurement. Prints the median of three runs of each, after
one run that compiles (shown apart). The plain peer repeats the flag rule draw by draw with
vectorised numpy over all parcels and keeps the ranks; its random numbers differ, so shares agree
to the noise of the draws. Nothing here decides whether a test passes.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd

from landuse.scores import draws as packing
from landuse.scores.engine import Evaluation
from landuse.scores.listing import listing
from landuse.scores.model import ScoreModel
from landuse.scores.robustness import RobustnessSettings, robustness
from landuse.toml_file import read_toml

MODEL = Path(__file__).resolve().parents[1] / "landuse" / "scores" / "models" / "china.toml"
GROUPS = ("IND_IN", "IND_OUT", "URBAN_RES", "COMM", "VILLAGE")


@dataclass(frozen=True)
class Error:
    """A relative error of 5 % for every source."""

    absolute: float = 0.0
    relative: float = 0.05
    support_m2: float = 0.0


def county(parcels: int, model: ScoreModel) -> pd.DataFrame:
    """Return random evidence, spread over and beyond each ramp, a tenth of it missing."""
    rng = np.random.default_rng(330781)
    table = pd.DataFrame({"parcel_id": [f"p{row:06d}" for row in range(parcels)]})
    table["group"] = rng.choice(GROUPS, parcels)
    table["area_m2"] = rng.lognormal(9, 1, parcels)
    for item in model.criteria:
        low, high = item.ramp[0][0], item.ramp[-1][0]
        values = rng.uniform(low - 0.3 * (high - low), high + 0.3 * (high - low), parcels)
        table[item.column] = np.where(rng.random(parcels) < 0.1, np.nan, values)
    return table


def plain(table: pd.DataFrame, settings: RobustnessSettings) -> pd.DataFrame:
    """Do the same in numpy alone, one draw after the other."""
    model, draws = settings.score_model, settings.draws
    run = listing(table, model)
    book = packing.pack_draws(model, seed=1, draws=draws, weight_spread=0.2, ramp_spread=0.1)
    rows = packing.pack_rows(table, model, seed=1, barred=np.zeros((len(table), 2), bool))
    rng = np.random.default_rng(1)
    listed, count = np.flatnonzero(run.listed), np.zeros(len(table))
    ranks = np.empty((draws, len(listed)), dtype="int32")
    for draw in range(draws):
        errors = rng.standard_normal(rows.key.shape)
        idle, by_idle = once(run.idle, 0, draw, errors, model=model, rows=rows, book=book)
        les, by_les = once(run.les, 1, draw, errors, model=model, rows=rows, book=book)
        stands = (by_idle & ~run.barred_idle) | (by_les & ~run.barred_les)
        count += stands & ~run.vetoed
        deciding = np.where(run.stands_idle, idle, les)[listed]
        ranks[draw, np.argsort(-deciding, kind="stable")] = np.arange(1, len(listed) + 1)
    band = np.quantile(ranks, [0.1, 0.9], axis=0, method="inverted_cdf")
    result = pd.DataFrame({"p_flag": count / draws, "width": np.nan})
    result.loc[listed, "width"] = band[1] - band[0]
    return result


def once(
    part: Evaluation, which: int, draw: int, errors: np.ndarray, *,
    model: ScoreModel, rows: packing.Rows, book: packing.Draws,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return score and flag of every parcel in one draw."""
    rule, names = packing.pack_rule(model), [item.code for item in model.criteria]
    known_weight, total, asked = (np.zeros(len(rows.value)) for _ in range(3))
    agree = np.zeros((len(rows.value), len(model.families)), bool)
    for place, item in enumerate(part.criteria):
        k = names.index(item.code)
        column, weight = book.column[k], book.weight[k, draw]
        moved = rows.value[:, column] + rows.sd[:, column] * errors[:, book.error[k]]
        at, worth = np.array(item.ramp).T
        deficit = np.interp(moved - book.shift[k, draw], at, worth)
        known = part.applies[:, place] & ~np.isnan(deficit)
        asked += weight * part.applies[:, place]
        known_weight += weight * known
        total += np.where(known, weight * deficit, 0.0)
        agree[:, book.family[k]] |= known & (deficit >= rule.agree_at)
    enough = (known_weight > 0) & (known_weight >= rule.coverage * asked)
    enough &= part.families_known >= rule.families
    score = np.full(len(total), -1.0)
    np.divide(100 * total, known_weight, out=score, where=enough)
    return score, (score >= rule.minimum[which]) & (agree.sum(axis=1) >= rule.families)


def timed(work: Callable[[], Any], repeat: int = 3) -> tuple[Any, float]:
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        made = work()
        seconds.append(time.perf_counter() - start)
    return made, statistics.median(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parcels", type=int, default=20_000)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, default=None, help="flag limit of both scores")
    asked = parser.parse_args()
    model = ScoreModel.model_validate(read_toml(MODEL)).model_copy(update={"derived": ()})
    noisy = tuple(item.model_copy(update={"error": Error()}) for item in model.criteria)
    changes: dict[str, Any] = {"criteria": noisy}
    if asked.limit is not None:
        changes["flag_minimum"] = {"idle": asked.limit, "les": asked.limit}
    model = model.model_copy(update=changes)
    table = county(asked.parcels, model)
    settings = RobustnessSettings(score_model=model, draws=asked.draws).model_copy(
        update={"score_model": model}
    )
    start = time.perf_counter()
    robustness(table=table.head(50), settings=settings, threads=asked.threads)
    first = time.perf_counter() - start
    ours, fast = timed(lambda: robustness(table=table, settings=settings, threads=asked.threads))
    peer, slow = timed(lambda: plain(table, settings))
    gap = (ours["table"]["p_flag"] - peer["p_flag"]).abs()
    width = ours["table"]["rank_p90"] - ours["table"]["rank_p10"]
    print(f"Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}")
    print(f"{asked.parcels} parcels, {int(width.notna().sum())} listed, {asked.draws} draws, "
          f"{len(model.criteria)} criteria, {asked.threads} threads")  # fmt: skip
    print(f"first call (import, compile or load from cache) {first:6.2f} s")
    print(f"robustness, median of 3                         {fast:6.2f} s")
    print(f"plain numpy, median of 3                        {slow:6.2f} s")
    print(f"p_flag: mean gap {gap.mean():.4f}, largest {gap.max():.3f}; median band width "
          f"{width.median():.0f} and {peer['width'].median():.0f}")  # fmt: skip


if __name__ == "__main__":
    main()
