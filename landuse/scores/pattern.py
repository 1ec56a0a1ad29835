"""Where low efficiency gathers: Gi* hot spots and local Moran's I over the scored parcels.

One set of random draws without replacement serves all parcels, as in PySAL. Because the lowest
possible p follows from the number of draws, there are enough of them that a small group in a large
county can still pass the correction for many tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from pydantic import Field
from scipy.sparse import csr_array

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.scores.autocorrelation import gi_star, morans_i
from landuse.scores.engine import Flags, Floats
from landuse.scores.permutations import Ints, conditional_p, draw, random_p, rejected
from landuse.scores.robustness import Chosen

STAGE = "pattern"
HOT, COLD = "hot", "cold"


class PatternSettings(Settings):
    """Which score is mapped, who is a neighbour, and how sure one must be."""

    column: str = Field("les", description="score of low efficiency, 0-100, high = act")
    neighbours: Chosen = Field(
        Chosen(value=8, source="proposed here: the eight around a cell; small counts make the "
               "statistic erratic", mark="P"),
        description="nearest parcels that are neighbours",
    )  # fmt: skip
    reach_m: Chosen = Field(
        Chosen(value=1000, source="proposed here: beyond a kilometre nothing is next door",
               mark="P"),
        description="no neighbour is farther, metres between points inside the parcels",
    )  # fmt: skip
    fewest: Chosen = Field(
        Chosen(value=3, source="proposed here: one or two neighbours make no neighbourhood",
               mark="P"),
        description="a parcel with fewer neighbours is not tested",
    )  # fmt: skip
    false_discovery: Chosen = Field(
        Chosen(value=0.05, source="Benjamini and Hochberg 1995; the usual 5 %", mark="M"),
        description="share of wrong hot spots accepted among those told",
    )
    draws: int = Field(99_999, ge=99, description="random draws; the lowest p is 2 / (draws + 1)")
    seed: int = 20260101


@dataclass(frozen=True)
class Neighbourhood:
    """The scored parcels in order of id, and who is whose neighbour (n x n, 0/1, no diagonal)."""

    rows: NDArray[np.intp]
    values: Floats
    weights: csr_array
    counts: Ints

    def tested(self, fewest: float) -> Flags:
        """Return where there are enough neighbours."""
        return np.asarray(self.counts >= fewest)


def spatial_pattern(
    *,
    scores: pd.DataFrame,
    points: pd.DataFrame,
    table: pd.DataFrame | None = None,
    settings: PatternSettings,
) -> dict[str, Any]:
    """Find hot and cold spots of low efficiency among the parcels that have the score.

    Parcels are compared with their like: x is the score less the mean of the peer group, so that
    a place where one group is common is no spot for that. With x that difference, c_i the number
    of neighbours of i, z the standardised x and N scored parcels:

    - Gi* (Ord and Getis 1995, binary, i included, closed form, `scores.autocorrelation`):
      ``(sum_j x_j - (c_i + 1) mean) / (S sqrt((c_i + 1)(N - c_i - 1) / (N - 1)))``; its p is that
      of ``c_i + 1`` parcels drawn at random from all N.
    - local Moran's I (Anselin 1995): ``z_i * mean_j z_j``; its p is that of ``c_i`` parcels drawn
      at random from the N - 1 others (conditional permutation).

    Both p are two-sided and corrected for N tests (Benjamini-Hochberg) before anything is told.

    Parameters
    ----------
    scores : one row a parcel: ``parcel_id, flag`` and the score; vetoed parcels and those
        without the score take no part.
    points : ``parcel_id, x_m, y_m`` of `objects.neighbours`.
    table : ``group`` of each parcel in the order of ``scores``; None: all are of one group.

    Returns
    -------
    ``table``, same rows: ``parcel_id``; ``hot_spot`` ("hot", "cold", ""), ``gi_z``, ``gi_p``;
    ``lisa_quadrant`` (HH among its like, HL an inefficient parcel among efficient ones, LH, LL; ""
    where not significant), ``lisa_p``; p before the correction; null where not tested.
    ``summary``, one row: parcels scored and tested, global Moran's I, its expectation and
    two-sided p (randomisation), counts. ``findings``.
    """
    if table is not None:
        scores = scores.assign(group=table["group"].to_numpy())
    around = neighbourhood(scores, points, settings)
    table = pd.DataFrame({"parcel_id": scores["parcel_id"].to_numpy()}, index=scores.index)
    columns = _local(around, settings)
    for name, (values, fill) in columns.items():
        whole = np.full(len(scores), fill, dtype=values.dtype if fill != "" else object)
        whole[around.rows] = values
        table[name] = pd.Series(whole, index=table.index, dtype="str" if fill == "" else None)
    summary = _summary(around, table, settings)
    return {"table": table, "summary": summary, "findings": _findings(summary, settings)}


def neighbourhood(
    scores: pd.DataFrame, points: pd.DataFrame, settings: PatternSettings
) -> Neighbourhood:
    """Return the scored parcels and their nearest neighbours within reach.

    Their values are differences from the mean of the peer group, where ``scores`` has ``group``.
    """
    at = points.set_index("parcel_id")[["x_m", "y_m"]].reindex(scores["parcel_id"])
    xy, values = at.to_numpy("float64"), scores[settings.column].to_numpy("float64")
    here = ~np.isnan(values) & ~np.isnan(xy).any(axis=1) & (scores["flag"] != "vetoed").to_numpy()
    rows = np.flatnonzero(here)
    # Equally near neighbours are taken in order of id, not in the order of the table.
    rows = rows[np.argsort(scores["parcel_id"].to_numpy(dtype=object)[rows], kind="stable")]
    weights = _nearest(xy[rows], count=int(settings.neighbours.value), reach=settings.reach_m.value)
    return Neighbourhood(
        rows, _among_peers(scores, values, rows), weights, np.diff(weights.indptr).astype("int64")
    )


def _among_peers(scores: pd.DataFrame, values: Floats, rows: NDArray[np.intp]) -> Floats:
    own = pd.Series(values[rows])
    if "group" not in scores:
        return np.asarray(own, dtype="float64")
    group = scores["group"].astype("str").to_numpy()[rows]
    return np.asarray(own - own.groupby(group).transform("mean"), dtype="float64")


def _nearest(xy: Floats, *, count: int, reach: float) -> csr_array:
    n = len(xy)
    if n == 0:
        return csr_array((0, 0))
    _, found = scipy.spatial.cKDTree(xy).query(
        xy, k=count + 1, distance_upper_bound=np.nextafter(reach, np.inf)
    )
    focal, other = np.repeat(np.arange(n), count + 1), found.ravel()
    real = (other < n) & (other != focal)
    focal, other = focal[real], other[real]
    # Where more than ``count`` parcels share one point, the parcel itself need not be among them.
    first = np.r_[0, np.cumsum(np.bincount(focal, minlength=n))][focal]
    kept = np.arange(len(focal)) - first < count
    ones = np.ones(int(kept.sum()))
    return csr_array((ones, (focal[kept], other[kept])), shape=(n, n))


def _local(around: Neighbourhood, settings: PatternSettings) -> dict[str, tuple[Any, Any]]:
    n, blank = len(around.values), np.full(len(around.values), np.nan)
    words = np.full(n, "", dtype=object)
    columns = {
        "hot_spot": (words.copy(), ""),
        "gi_z": (blank.copy(), np.nan),
        "gi_p": (blank.copy(), np.nan),
        "lisa_quadrant": (words.copy(), ""),
        "lisa_p": (blank.copy(), np.nan),
    }
    tested = around.tested(settings.fewest.value)
    if not tested.any() or np.ptp(around.values) == 0:
        return columns
    z = (around.values - around.values.mean()) / around.values.std()
    lag = np.asarray(around.weights @ z)
    drawn = draw(settings.draws, count=int(around.counts.max()) + 1, of=n, seed=settings.seed)
    gi_p = random_p(lag + z, around.counts + 1, values=z, drawn=drawn)
    lisa_p = conditional_p(lag, around.counts, values=z, drawn=drawn)
    gi_z, limit = gi_star(around.values, around.weights), settings.false_discovery.value
    gi_told, lisa_told = (np.zeros(n, dtype=bool) for _ in range(2))
    gi_told[tested] = rejected(gi_p[tested], limit)
    lisa_told[tested] = rejected(lisa_p[tested], limit)
    columns["hot_spot"][0][gi_told] = np.where(gi_z > 0, HOT, COLD)[gi_told]
    columns["lisa_quadrant"][0][lisa_told] = quadrants(z, lag)[lisa_told]
    for name, values in (("gi_z", gi_z), ("gi_p", gi_p), ("lisa_p", lisa_p)):
        columns[name][0][tested] = values[tested]
    return columns


def quadrants(z: Floats, lag: Floats) -> NDArray[np.object_]:
    """Return H or L for the parcel and H or L for its neighbours, above or below the mean."""
    own, near = np.where(z > 0, "H", "L").astype(object), np.where(lag > 0, "H", "L").astype(object)
    return np.asarray(own + near)


def _summary(around: Neighbourhood, table: pd.DataFrame, settings: PatternSettings) -> pd.DataFrame:
    tested = around.tested(settings.fewest.value)
    moran_i, moran_p = _global(around)
    n = len(around.values)
    row = {
        "column": settings.column,
        "parcels": n,
        "tested": int(tested.sum()),
        "isolated": int((~tested).sum()),
        "mean_neighbours": float(around.counts.mean()) if n else math.nan,
        "morans_i": moran_i,
        "morans_i_expected": -1 / (n - 1) if n > 1 else math.nan,
        "morans_p": moran_p,
        "hot": int((table["hot_spot"] == HOT).sum()),
        "cold": int((table["hot_spot"] == COLD).sum()),
        **{f"lisa_{code.lower()}": int((table["lisa_quadrant"] == code).sum())
           for code in ("HH", "HL", "LH", "LL")},
        "lowest_p": 2 / (settings.draws + 1),
    }  # fmt: skip
    return pd.DataFrame([row])


def _global(around: Neighbourhood) -> tuple[float, float]:
    """Return global Moran's I with row-standardised weights, and its two-sided p.

    The p is that of the closed form under randomisation; fewer than four parcels have none.
    """
    if len(around.values) < 4 or np.ptp(around.values) == 0 or not around.weights.nnz:
        return math.nan, math.nan
    return morans_i(around.values, around.weights)


def _findings(summary: pd.DataFrame, settings: PatternSettings) -> list[Finding]:
    row = summary.iloc[0]
    if not row["tested"] or math.isnan(row["morans_i"]):
        return [
            Finding(
                stage=STAGE, kind="note", value=str(row["parcels"]),
                message_zh="有低效得分且相邻的地块太少或得分全同，未计算热点",
                message_en="too few scored parcels near each other, or all scores equal: "
                "no hot spots computed",
            )
        ]  # fmt: skip
    if not row["isolated"]:
        return []
    reach, fewest = settings.reach_m.value, settings.fewest.value
    return [
        Finding(
            stage=STAGE, kind="note", value=f"{row['isolated']} / {row['parcels']}",
            message_zh=f"{reach:.0f} 米内有得分的相邻地块不足 {fewest:.0f} 宗，未检验是否热点",
            message_en=f"fewer than {fewest:.0f} scored neighbours within {reach:.0f} m: "
            "not tested for hot spots",
        )
    ]  # fmt: skip
