"""One score seen from the parcels it does not list: what failed, by how much, what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

from landuse.scores.engine import CLOSE, Evaluation, Flags, Floats
from landuse.scores.model import ScoreModel, ScoreName
from landuse.scores.ramps import rises
from landuse.scores.whynot_change import (
    OneValue,
    Reach,
    missing_words,
    one_value,
    reach,
    score_range,
)
from landuse.scores.words import SCORE_WORDS, Words, family_names, named, short, shown


def under(value: float, limit: float) -> str:
    """Return a number below its limit with as many digits as show that it is.

    >>> under(48.24, 60), under(59.97, 60)
    ('48.2', '59.97')
    """
    for digits in range(1, 7):
        if round(value, digits) < limit:
            return f"{value:.{digits}f}"
    return f"{value:.7f}"


class _Rows(NamedTuple):
    """What every parcel is asked, as lists: a number of an array is slow to take out singly."""

    sufficient: list[bool]
    low: list[bool]
    few: list[bool]
    bars: list[str]
    score: list[float]
    gap: list[float]
    coverage: list[float]
    agreeing: list[int]
    known: list[int]
    column: list[int]
    then: list[float]
    least: list[float]
    most: list[float]


def _patterns(flags: Flags) -> list[bytes]:
    """Return the flags of each row as one value: rows alike have the same one."""
    packed = np.packbits(flags, axis=1)
    return [row.tobytes() for row in packed]


@dataclass(frozen=True, eq=False, kw_only=True)
class Side:
    """One score of n parcels with its limit, the contradictions that bar it, and its words."""

    score: ScoreName
    evaluation: Evaluation
    model: ScoreModel
    minimum: float
    sufficient: Flags
    gap: Floats
    low: Flags
    few: Flags
    bars: np.ndarray[Any, Any]
    one: OneValue
    ranges: tuple[Floats, Floats]
    absent: Mapping[str, Words]
    layers: Mapping[str, Words]
    words: Mapping[str, Words]
    _asked: dict[bytes, tuple[Reach, Words]] = field(default_factory=dict)
    _families: dict[bytes, Words] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        evaluation: Evaluation,
        *,
        score: ScoreName,
        bars: np.ndarray[Any, Any],
        model: ScoreModel,
        absent: Mapping[str, Words],
        layers: Mapping[str, Words],
        words: Mapping[str, Words],
    ) -> Self:
        """Make the side of one score; ``words`` tells a contradiction by its code."""
        minimum = model.flag_minimum[score]
        gap = minimum - evaluation.score
        return cls(
            score=score, evaluation=evaluation, model=model, minimum=minimum,
            sufficient=evaluation.sufficient, gap=gap, low=np.nan_to_num(gap, nan=-1.0) > 0,
            few=evaluation.families_agreeing < model.minimum_families, bars=bars,
            one=one_value(evaluation, model, score=score), ranges=score_range(evaluation),
            absent=absent, layers=layers, words=words,
        )  # fmt: skip

    @property
    def name(self) -> Words:
        """Return the name of the score."""
        return SCORE_WORDS[self.score]

    @cached_property
    def _of(self) -> _Rows:
        found = self.evaluation
        arrays = (
            self.sufficient, self.low, self.few, self.bars, found.score, self.gap, found.coverage,
            found.families_agreeing, found.families_known, self.one.column, self.one.value,
            *self.ranges,
        )  # fmt: skip
        return _Rows(*(values.tolist() for values in arrays))

    @cached_property
    def _limit(self) -> str:
        return short(self.minimum)

    def stands(self, row: int) -> bool:
        """Tell whether the score lists this parcel."""
        of = self._of
        return of.sufficient[row] and not (of.low[row] or of.few[row] or of.bars[row] != "")

    def misses(self, row: int) -> Words:
        """Return the conditions that failed, the nearest first; all that held are left out."""
        parts = self._scored(row) if self._of.sufficient[row] else self._unscored(row)
        return "；".join([zh for zh, _ in parts]), "; ".join([en for _, en in parts])

    def change(self, row: int) -> Words:
        """Return what would list this parcel by a score that it has."""
        of = self._of
        if not of.sufficient[row]:
            return self.supply(row)
        if of.bars[row] != "":
            zh, en = (
                "若实地证实该矛盾不成立，",
                "If a check in the field disproves the contradiction, ",
            )
            if not of.low[row] and not of.few[row]:
                return f"{zh}即列入。", f"{en}it is listed."
            return f"{zh}仍须满足其余条件。", f"{en}the other conditions still fail."
        parts = [part for part in (self._one_value(row), self._range(row)) if part[0]]
        return "".join(zh for zh, _ in parts), " ".join(en for _, en in parts)

    def supply(self, row: int) -> Words:
        """Return which missing sources would give this parcel a score."""
        found, _ = self._pattern(row)
        if not found.roles:
            return ("", "")
        zh, en = self._source_names(found)
        if not found.enough:
            return (
                f"即使补齐{zh}，也只有 {found.families} 类独立证据，覆盖 {found.coverage:.2f}。",
                f"Even with {en} there are {found.families} independent families, coverage "
                f"{found.coverage:.2f}.",
            )
        return (
            f"若补齐{zh}，覆盖可达 {found.coverage:.2f}、独立证据 {found.families} 类，即可评分。",
            f"With {en} coverage would be {found.coverage:.2f} with {found.families} independent "
            "families: enough for a score.",
        )

    def _scored(self, row: int) -> list[Words]:
        of, limit, needed = self._of, self._limit, self.model.minimum_families
        parts: list[Words] = []
        count, names = of.agreeing[row], self._agreeing(row)
        if of.few[row]:
            parts.append((
                f"{count}/{needed} 类独立证据一致（{names[0] or '无'}），须 ≥{needed} 类",
                f"{count} of {needed} independent families agree ({names[1] or 'none'}), "
                f"{needed} needed",
            ))  # fmt: skip
        if of.low[row]:
            number = under(of.score[row], self.minimum)
            gap = f"{self.minimum - float(number):.4g}"
            low = (
                f"得分 {number} < {limit}（差 {gap}）",
                f"score {number} < {limit} ({gap} short)",
            )
            nearer = of.gap[row] / max(self.minimum, 1.0) <= (needed - count) / needed
            parts.insert(0 if nearer else len(parts), low)
        else:
            number = f"{of.score[row]:.1f}"
            parts.insert(0, (f"得分 {number} 已达 {limit}", f"score {number} reaches {limit}"))
        if of.bars[row] != "":
            zh, en = self.words.get(of.bars[row], (of.bars[row], of.bars[row]))
            parts.append((f"被矛盾排除（{zh}）", f"barred by a contradiction ({en})"))
        return parts

    def _unscored(self, row: int) -> list[Words]:
        model, coverage, known = self.model, self._of.coverage[row], self._of.known[row]
        least = model.minimum_coverage
        if not self.evaluation.applies[row].any():
            return [("没有适用的指标", "no criterion applies")]
        parts: list[Words] = []
        if coverage < least:
            number = under(coverage * 100, least * 100)
            limit = f"{short(round(least * 100, 6))}%"
            parts.append((f"证据覆盖 {number}% < {limit}", f"coverage {number}% < {limit}"))
        if known < model.minimum_families:
            parts.append((
                f"可用独立证据 {known}/{model.minimum_families} 类",
                f"{known} of {model.minimum_families} independent families known",
            ))  # fmt: skip
        _, (zh, en) = self._pattern(row)
        if zh:
            parts.append((f"缺{zh}", f"missing: {en}"))
        return parts

    @cached_property
    def _agrees(self) -> tuple[Flags, list[bytes]]:
        agrees = np.asarray(self.evaluation.deficit >= self.model.agree_at - CLOSE)
        return agrees, _patterns(agrees)

    def _agreeing(self, row: int) -> Words:
        """Return the families that agree on this row; rows alike share one answer."""
        agrees, alike = self._agrees
        key = alike[row]
        if key not in self._families:
            names, criteria = family_names(self.model), self.evaluation.criteria
            codes = dict.fromkeys(criteria[at].family for at in np.flatnonzero(agrees[row]))
            self._families[key] = (
                "、".join(names[code][0] for code in codes),
                ", ".join(names[code][1] for code in codes),
            )
        return self._families[key]

    @cached_property
    def _knows(self) -> tuple[Flags, list[bytes]]:
        known = ~np.isnan(self.evaluation.deficit)
        return known, _patterns(np.column_stack([self.evaluation.applies, known]))

    def _pattern(self, row: int) -> tuple[Reach, Words]:
        """Return what the missing criteria of this row ask for; rows alike share one answer."""
        known, alike = self._knows
        key = alike[row]
        if key not in self._asked:
            criteria, applies = self.evaluation.criteria, self.evaluation.applies[row]
            gaps = [item for at, item in enumerate(criteria) if applies[at] and not known[row, at]]
            found = reach(applies, known[row], criteria=criteria, model=self.model)
            self._asked[key] = (found, missing_words(gaps, self.absent))
        return self._asked[key]

    def _source_names(self, found: Reach) -> Words:
        """Return the layers where they are known by name, else the criteria they carry."""
        if all(role in self.layers for role in found.roles):
            names = [self.layers[role] for role in found.roles]
        else:
            names = [(item.zh, item.en) for item in found.criteria]
        return (
            named([zh for zh, _ in names], most=4, language="zh"),
            named([en for _, en in names], most=4, language="en"),
        )

    def _one_value(self, row: int) -> Words:
        column = self._of.column[row]
        if column < 0:
            return ("没有哪一项取值单独改变即可列入。", "No single value alone would list it.")
        item = self.evaluation.criteria[column]
        sign, sign_en = ("≥", ">=") if rises(item) else ("≤", "<=")
        now, then = float(self.evaluation.values[row, column]), self._of.then[row]
        en = item.unit_en or None
        return (
            f"若{item.zh}实为 {sign}{shown(then, item)}（现 {shown(now, item)}），即达列入条件。",
            f"With {item.en} {sign_en} {shown(then, item, unit=en)} (now "
            f"{shown(now, item, unit=en)}) it meets the conditions.",
        )

    def _range(self, row: int) -> Words:
        _, (zh, en) = self._pattern(row)
        if not zh or not self._of.low[row]:
            return ("", "")
        low, high = self._of.least[row], self._of.most[row]
        if high < self.minimum:
            top = under(high, self.minimum)
            return (
                f"缺{zh}；即使补齐，得分最高 {top}，仍不足 {self._limit}。",
                f"Missing: {en}; even with it the score is at most {top}, short of {self._limit}.",
            )
        return (
            f"缺{zh}；补齐后得分在 {low:.1f} 至 {high:.1f} 之间。",
            f"Missing: {en}; with it the score lies between {low:.1f} and {high:.1f}.",
        )
