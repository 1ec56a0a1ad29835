"""The hot loop of the robustness run, compiled: one parcel, every draw, both scores.

The draws lie side by side in memory and every step is free of branches, so the compiler can work
on several draws at once. The loops release the interpreter lock; each parcel is computed from its
own row alone, so the number of threads cannot change a byte.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from landuse.compiled import inner, kept
from landuse.scores.draws import Draws, Ints, Rows, Rule, Words
from landuse.scores.engine import Floats

TOLERANCE = 1e-9
"""Sums of weights differ in their last digits by the order of adding; limits allow for that."""
NO_SCORE = -1.0


class Buffers(NamedTuple):
    """Room for one parcel, each of length D: nothing is allocated inside the loops."""

    moved: Floats
    deficit: Floats
    known: Floats
    total: Floats
    asked: Floats
    agreeing: Ints
    current: Ints


def _make_buffers(draws: int) -> Buffers:
    return Buffers(
        np.empty(draws), np.empty(draws), np.empty(draws), np.empty(draws), np.empty(draws),
        np.empty(draws, np.int64), np.empty(draws, np.int64),
    )  # fmt: skip


def _mix(state: np.uint64) -> np.uint64:
    """Scramble 64 bits (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def _own_errors(key: Words, quantiles: Floats, out: Floats) -> None:
    """Fill ``out`` (sources x D) with standard normal draws that only the key decides."""
    for source in range(out.shape[0]):
        state = key[source]
        for draw in range(out.shape[1]):
            state += np.uint64(0x9E3779B97F4A7C15)
            out[source, draw] = quantiles[mix(state) >> np.uint64(52)]


def _ramp(at: Floats, worth: Floats, moved: Floats, out: Floats) -> None:
    """Fill ``out`` with the deficits of ``moved``: a sum of clamped straight pieces."""
    out[:] = worth[0]
    for piece in range(at.shape[0] - 1):
        low, step = at[piece], worth[piece + 1] - worth[piece]
        rate = 1.0 / (at[piece + 1] - low)
        for draw in range(out.shape[0]):
            share = min(1.0, max(0.0, (moved[draw] - low) * rate))
            out[draw] += step * share


def _known_families(value: Floats, members: Ints, book: Draws) -> int:
    count, last = 0, -1
    for criterion in members:
        if not np.isnan(value[book.column[criterion]]) and book.family[criterion] != last:
            count, last = count + 1, book.family[criterion]
    return count


def _add(criterion: int, value: float, room: Buffers, book: Draws, agree_at: float) -> None:
    """Add one criterion to the sums of the parcel, in every draw."""
    weight = book.weight[criterion]
    if np.isnan(value):
        room.asked[:] += weight
        return
    begin, end = book.start[criterion], book.start[criterion + 1]
    ramp(book.at[begin:end], book.worth[begin:end], room.moved, room.deficit)
    for draw in range(weight.shape[0]):
        room.known[draw] += weight[draw]
        room.total[draw] += weight[draw] * room.deficit[draw]
        room.current[draw] |= np.int64(room.deficit[draw] >= agree_at)


def _score(
    value: Floats, sd: Floats, errors: Floats, members: Ints,
    book: Draws, rule: Rule, room: Buffers, out: Floats,
) -> None:  # fmt: skip
    """Fill ``out`` with the score of one parcel in every draw; without evidence NO_SCORE."""
    out[:] = NO_SCORE
    if known_families(value, members, book) < rule.families:
        return
    room.known[:], room.total[:], room.asked[:] = 0.0, 0.0, 0.0
    room.agreeing[:], room.current[:] = 0, 0
    last = -1
    for criterion in members:
        if book.family[criterion] != last:
            room.agreeing[:] += room.current
            room.current[:] = 0
            last = book.family[criterion]
        column, source = book.column[criterion], book.error[criterion]
        for draw in range(out.shape[0]):
            error = sd[column] * errors[source, draw]
            room.moved[draw] = value[column] + error - book.shift[criterion, draw]
        add(criterion, value[column], room, book, rule.agree_at - TOLERANCE)
    room.agreeing[:] += room.current
    for draw in range(out.shape[0]):
        known = room.known[draw]
        if known >= (rule.coverage - TOLERANCE) * (known + room.asked[draw]):
            out[draw] = 100.0 * room.total[draw] / known


def _count_listed(
    first: int, last: int, rows: Rows, errors: Floats, book: Draws, rule: Rule, out: Ints
) -> None:
    """Count in how many draws each parcel of ``first .. last`` is listed: ``out`` is n x 2.

    A draw counts for the first score that stands. ``errors`` (sources x D) is common to all
    parcels, so that two of them differ by their evidence alone.
    """
    draws = errors.shape[1]
    room, score, hit = make_buffers(draws), np.empty(draws), np.empty(draws, np.bool_)
    for row in range(first, last):
        hit[:] = False
        for which in range(2):
            begin = rows.cut[2 * rows.group[row] + which]
            end = rows.cut[2 * rows.group[row] + which + 1]
            if rows.barred[row, which] or begin == end:
                continue
            score_row(rows.value[row], rows.sd[row], errors, rows.members[begin:end],
                      book, rule, room, score)  # fmt: skip
            limit = rule.minimum[which] - TOLERANCE
            before = hit.sum()
            for draw in range(draws):
                agreed = room.agreeing[draw] >= rule.families
                hit[draw] |= (score[draw] >= limit) & agreed
            out[row, which] = hit.sum() - before


def _draw_scores(
    first: int, last: int, rows: Rows, which: Ints, quantiles: Floats,
    book: Draws, rule: Rule, out: NDArray[np.int32],
) -> None:  # fmt: skip
    """Fill ``out`` (n x D) with the score ``which`` of each parcel under errors of its own.

    In millionths of a point: what differs by less is a tie.
    """
    draws = out.shape[1]
    room, score = make_buffers(draws), np.empty(draws)
    errors = np.empty((rows.key.shape[1], draws))
    for row in range(first, last):
        own_errors(rows.key[row], quantiles, errors)
        begin = rows.cut[2 * rows.group[row] + which[row]]
        end = rows.cut[2 * rows.group[row] + which[row] + 1]
        score_row(rows.value[row], rows.sd[row], errors, rows.members[begin:end],
                  book, rule, room, score)  # fmt: skip
        for draw in range(draws):
            out[row, draw] = np.int32(np.rint(score[draw] * 1e6))


make_buffers = inner(_make_buffers, makes_arrays=True)
mix = inner(_mix)
own_errors = inner(_own_errors, makes_arrays=True)
ramp = inner(_ramp, makes_arrays=True)
known_families = inner(_known_families, makes_arrays=True)
add = inner(_add, makes_arrays=True)
score_row = inner(_score, makes_arrays=True)
count_listed = kept(_count_listed, makes_arrays=True)
draw_scores = kept(_draw_scores, makes_arrays=True)
