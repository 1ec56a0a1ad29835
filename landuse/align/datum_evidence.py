"""One layer held against one reference: the fit as each datum, the free offset, the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from landuse.align.datum import SHIFTED, redeclared
from landuse.align.offset import Offset, Term, measure_offset, moved_losses, z_of
from landuse.core.crs import between
from landuse.core.settings import Settings
from landuse.sources.spec import Datum

Floats = NDArray[np.float64]
Verdict = Literal["agrees", "another_datum", "offset_unexplained", "weak"]
Measure = Literal["distance_m", "contrast"]


class Limits(Settings):
    """How much evidence the guard wants. All are proposals (P).

    Measured on the outlines of 30 counties of Zhejiang, each redrawn by errors of 100, 150 and
    200 m a side that are alike within 2.5 km, by 200 m at each vertex, and generalised by 100 and
    200 m: of 180 honest ones none was accused (158 agree, 22 weak); of the same 180 shifted by
    GCJ-02, 155 were named GCJ02 (30, 24, 14, 27, 30, 30 of 30), 25 weak, none anything else.
    Against cells, 40 made-up grounds with half of the houses unseen and 20 villages without any:
    honest 38 agree, 2 weak; shifted 38 named, 2 weak; houses that have nothing to do with the
    cells 40 weak.
    """

    spacing_m: float = Field(50.0, gt=0, description="between points of a ring")
    most_ring_points: int = Field(1500, gt=0)
    most_points: int = Field(3000, gt=0, description="points of a layer laid on cells")
    least_points: int = Field(100, gt=0, description="fewer are weak")
    halvings: int = Field(4, ge=2, le=6, description="2 to this power spatial blocks")
    close_m: float = Field(300.0, gt=0, description="slits between towns, up to twice this, close")
    cap_m: float = Field(400.0, gt=0, description="a ring point farther off costs no more")
    window_m: float = Field(1000.0, gt=0, description="what a cell is contrasted with")
    margin_m: float = Field(500.0, gt=0, description="searched beyond the farthest datum")
    margin_z: float = Field(4.0, gt=0, description="standard errors another datum must win by")
    rival_z: float = Field(3.0, gt=0, description="standard errors a far rival must lose by")
    rival_m: float = Field(300.0, gt=0, description="what counts as far from the best place")
    most_se_m: float = Field(60.0, gt=0, description="an offset less sure is weak")
    sharp_m: float = Field(60.0, gt=0, description="an offset this small is drawing, in any layer")
    coarse_m: float = Field(200.0, gt=0, description="an offset this small is, in a coarse layer")
    cells_m: float = Field(100.0, gt=0, description="an offset this small is, against cells")
    separable_m: float = Field(
        300.0, gt=0, description="datums nearer to the declared one cannot be told from it"
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Proof:
    """A layer and what it is held against, as points on fields of loss."""

    role: str
    against: str
    measure: Measure
    declared: Datum
    crs: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What came of a proof; see `landuse.align.datum_guard.guard_datums`."""

    role: str
    against: str
    measure: Measure
    declared: Datum
    best: Datum
    verdict: Verdict
    fit_declared: float
    fit_best: float
    margin_z: float
    rival_z: float
    offset_east_m: float
    offset_north_m: float
    offset_se_m: float
    expected_east_m: float
    expected_north_m: float
    points: int


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A datum the file may really have: the layer's mean offset then, and the loss by block."""

    datum: Datum
    expected: Floats
    loss: Floats


def judge(proof: Proof, *, limits: Limits) -> Judged:
    """Compare the datums a layer may have and measure its free offset."""
    points = proof.terms[0].points
    blocks = 2**limits.halvings
    if min(len(term.points) for term in proof.terms) < limits.least_points:
        return _thin(proof)
    tried = _hypotheses(proof, limits=limits, blocks=blocks)
    reach = max(float(np.abs(one.expected).max()) for one in tried) + limits.margin_m
    offset = measure_offset(proof.terms, reach_m=reach, rival_m=limits.rival_m, blocks=blocks)
    best = min(tried, key=lambda one: one.loss.sum())
    slack_m = _drawing_m(proof, offset, limits)
    sign = -1.0 if proof.measure == "contrast" else 1.0
    return Judged(
        role=proof.role,
        against=proof.against,
        measure=proof.measure,
        declared=proof.declared,
        best=best.datum,
        verdict=_verdict(tried, best, offset, slack_m=slack_m, limits=limits),
        fit_declared=sign * float(tried[0].loss.sum()),
        fit_best=sign * float(best.loss.sum()),
        margin_z=float(z_of(tried[0].loss - best.loss)),
        rival_z=offset.rival_z,
        offset_east_m=offset.east_m,
        offset_north_m=offset.north_m,
        offset_se_m=offset.se_m,
        expected_east_m=float(best.expected[0]),
        expected_north_m=float(best.expected[1]),
        points=len(points),
    )


def _thin(proof: Proof) -> Judged:
    nan = float("nan")
    return Judged(
        role=proof.role,
        against=proof.against,
        measure=proof.measure,
        declared=proof.declared,
        best=proof.declared,
        verdict="weak",
        fit_declared=nan,
        fit_best=nan,
        margin_z=nan,
        rival_z=nan,
        offset_east_m=nan,
        offset_north_m=nan,
        offset_se_m=nan,
        expected_east_m=nan,
        expected_north_m=nan,
        points=len(proof.terms[0].points),
    )


def _hypotheses(proof: Proof, *, limits: Limits, blocks: int) -> list[Hypothesis]:
    """Return the declared datum first, then the others that can be told from it here."""
    unshifted: Datum = "WGS84"
    others: list[Datum] = [
        datum
        for datum in (unshifted, *SHIFTED)
        if datum != proof.declared and (datum in SHIFTED or proof.declared in SHIFTED)
    ]
    points = proof.terms[0].points
    tried: list[Hypothesis] = []
    for datum in (proof.declared, *others):
        moved = [_moved(term, proof, datum) for term in proof.terms]
        expected = (points - moved[0]).mean(axis=0)
        if datum == proof.declared or np.hypot(*expected) >= limits.separable_m:
            loss = moved_losses(proof.terms, moved, blocks=blocks)
            tried.append(Hypothesis(datum, expected, loss))
    return tried


def _moved(term: Term, proof: Proof, datum: Datum) -> Floats:
    """Move the points of a term as if the file had a datum: the layer's home, or to the layer."""
    if datum == proof.declared:
        return term.points
    there = between(proof.crs, "EPSG:4326")
    lonlat = np.stack(there.transform(*term.points.T), axis=1)
    if term.sign < 0:
        moved = redeclared(lonlat, declared=proof.declared, really=datum)
    else:
        moved = redeclared(lonlat, declared=datum, really=proof.declared)
    back = there.transform(moved[:, 0], moved[:, 1], direction="INVERSE")
    return np.stack(back, axis=1)


def _drawing_m(proof: Proof, offset: Offset, limits: Limits) -> float:
    """Return how far a layer may lie off by the way it is drawn, metres.

    Shifted by T, a ring keeps 2 T / pi from itself on average. An offset of twice what the rings
    still keep from each other at their best is hardly more than that.
    """
    if proof.measure == "contrast":
        return limits.cells_m + 3 * offset.se_m
    off = float(np.clip(2.0 * offset.loss, limits.sharp_m, limits.coarse_m))
    return off + 3 * offset.se_m


def _verdict(
    tried: list[Hypothesis], best: Hypothesis, offset: Offset, *, slack_m: float, limits: Limits
) -> Verdict:
    """Weigh the free offset and the fit; both must name the same other datum to accuse."""
    if offset.rival_z < limits.rival_z or offset.se_m > limits.most_se_m:
        return "weak"
    place = np.array([offset.east_m, offset.north_m])
    miss = [float(np.hypot(*(place - one.expected))) for one in tried]
    if miss[0] <= slack_m:
        return "agrees" if best is tried[0] else "weak"
    near = int(np.argmin(miss))
    if miss[near] > slack_m:
        return "offset_unexplained"
    sure = float(z_of(tried[0].loss - best.loss)) >= limits.margin_z
    return "another_datum" if best is tried[near] and sure else "weak"
