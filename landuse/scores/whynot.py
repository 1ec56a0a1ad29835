"""Why a parcel is not on the list: the nearest miss first, with numbers, and what would change it.

Parcels that miss for the same reasons share their words; only the numbers are their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from landuse.scores.bars import Bar, bar_code, codes_of
from landuse.scores.engine import Evaluation
from landuse.scores.model import ScoreModel
from landuse.scores.whynot_sides import Side
from landuse.scores.words import FLAG_OF, FLAG_WORDS, Words, short

_NO_SCORE_BEFORE = 100.0
"""A score that could not be computed is farther than any that could."""


def whynot(
    idle: Evaluation,
    les: Evaluation,
    scores: pd.DataFrame,
    *,
    model: ScoreModel,
    absent: Mapping[str, Words],
    contradictions: Sequence[Bar] = (),
    layers: Mapping[str, Words] | None = None,
) -> pd.DataFrame:
    """Say of every parcel that is not listed which condition failed, nearest miss first.

    Parameters
    ----------
    idle, les : the evaluations of the same rows.
    scores : ``flag``, ``veto_zh``, ``veto_en``, and where computed ``contradictions``.
    absent : role -> (zh, en) reason why the source is absent.
    contradictions : the model's, in its order.
    layers : role -> (zh, en) name of the layer; without it the criteria are named.

    Returns
    -------
    ``whynot_zh``, ``whynot_en``; "" for listed parcels. Of the two scores the one with the fewest
    failed conditions stands first, of equals the one nearer its limit; a score that could not be
    computed comes last. What would change the answer is said of the first alone.
    """
    codes = codes_of(scores)
    words = {bar.code: (bar.zh, bar.en) for bar in contradictions}
    make = partial(Side.of, model=model, absent=absent, layers=layers or {}, words=words)
    sides = (
        make(idle, score="idle", bars=bar_code(codes, contradictions, score="idle").to_numpy()),
        make(les, score="les", bars=bar_code(codes, contradictions, score="les").to_numpy()),
    )
    first_idle = (_distance(sides[0]) <= _distance(sides[1])).tolist()
    vetoes = zip(scores["veto_zh"].tolist(), scores["veto_en"].tolist(), strict=True)
    rows = [
        _one(row, flag, veto, sides if idle_first else (sides[1], sides[0]))
        for row, (flag, veto, idle_first) in enumerate(
            zip(scores["flag"].tolist(), vetoes, first_idle, strict=True)
        )
    ]
    made = pd.DataFrame(rows, columns=["whynot_zh", "whynot_en"], index=scores.index)
    return made.astype("str")


def _distance(side: Side) -> np.ndarray[Any, Any]:
    """Return how far a score is from standing: failed conditions, then its share of the limit."""
    gap = side.gap / max(side.minimum, 1.0)
    scored = side.low.astype("int64") + side.few + (side.bars != "") + np.nan_to_num(gap) / 10
    return np.where(side.sufficient, scored, _NO_SCORE_BEFORE - side.evaluation.coverage)


def _one(row: int, flag: str, veto: Words, sides: tuple[Side, Side]) -> Words:
    if flag in FLAG_WORDS:
        return ("", "")
    if flag == "vetoed":
        return _vetoed(row, veto, sides)
    if flag == "insufficient_evidence":
        return _insufficient(row, sides)
    near, far = sides
    (zh, en), (zh_far, en_far) = near.misses(row), far.misses(row)
    change_zh, change_en = near.change(row)
    return (
        f"未列入。最接近{near.name[0]}：{zh}。{far.name[0]}：{zh_far}。{change_zh}",
        f"Not listed. Nearest {near.name[1]}: {en}. {far.name[1].capitalize()}: {en_far}. "
        f"{change_en}".rstrip(),
    )


def _vetoed(row: int, veto: Words, sides: tuple[Side, Side]) -> Words:
    """Say what the scores would have made of a vetoed parcel; idle counts before the other."""
    standing = [side for side in sides if side.stands(row)]
    if standing:
        side = min(standing, key=lambda one: one.score != "idle")
        zh, en = FLAG_WORDS[FLAG_OF[side.score]]
        points = f"{side.evaluation.score[row]:.1f}"
        return (
            f"否决：{veto[0]}。若经核实不成立，将列为{zh}"
            f"（得分 {points} ≥ {short(side.minimum)}）。",
            f"Vetoed: {veto[1]}. If a check disproves that, it would be listed as {en.lower()} "
            f"(score {points} >= {short(side.minimum)}).",
        )
    near_zh, near_en = sides[0].misses(row)
    return (
        f"否决：{veto[0]}。即使不成立也不列入，最接近{sides[0].name[0]}：{near_zh}。",
        f"Vetoed: {veto[1]}. Without it the parcel would not be listed either; nearest "
        f"{sides[0].name[1]}: {near_en}.",
    )


def _insufficient(row: int, sides: tuple[Side, Side]) -> Words:
    near, far = sides
    if not near.evaluation.applies[row].any() and not far.evaluation.applies[row].any():
        return (
            "证据不足：用途不明或无适用指标，无法评分。若给出地类代码，即可评价。",
            "Evidence insufficient: use unknown or no criterion applies. With a land-use code the "
            "parcel can be assessed.",
        )
    (zh, en), (zh_far, en_far) = near.misses(row), far.misses(row)
    change_zh, change_en = near.supply(row)
    return (
        f"证据不足。最接近{near.name[0]}：{zh}。{far.name[0]}：{zh_far}。{change_zh}",
        f"Evidence insufficient. Nearest {near.name[1]}: {en}. {far.name[1].capitalize()}: "
        f"{en_far}. {change_en}".rstrip(),
    )
