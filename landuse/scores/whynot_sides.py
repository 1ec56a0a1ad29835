"""One score seen from the parcels it does not list: what failed, by how much, what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

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
    digits = next((n for n in range(1, 7) if round(value, n) < limit), 7)
    return f"{value:.{digits}f}"


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
    _patterns: dict[bytes, tuple[Reach, Words]] = field(default_factory=dict)
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

    def stands(self, row: int) -> bool:
        """Tell whether the score lists this parcel."""
        failed = self.low[row] or self.few[row] or self.bars[row] != ""
        return bool(self.sufficient[row] and not failed)

    def misses(self, row: int) -> Words:
        """Return the conditions that failed, the nearest first; all that held are left out."""
        parts = self._scored(row) if self.sufficient[row] else self._unscored(row)
        return "；".join(zh for zh, _ in parts), "; ".join(en for _, en in parts)

    def change(self, row: int) -> Words:
        """Return what would list this parcel by a score that it has."""
        if not self.sufficient[row]:
            return self.supply(row)
        if self.bars[row] != "":
            zh, en = (
                "若实地证实该矛盾不成立，",
                "If a check in the field disproves the contradiction, ",
            )
            if not self.low[row] and not self.few[row]:
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
        score, least = float(self.evaluation.score[row]), self.model.minimum_families
        parts: list[Words] = []
        count, names = int(self.evaluation.families_agreeing[row]), self._agreeing(row)
        if self.few[row]:
            parts.append((
                f"{count}/{least} 类独立证据一致（{names[0] or '无'}），须 ≥{least} 类",
                f"{count} of {least} independent families agree ({names[1] or 'none'}), "
                f"{least} needed",
            ))  # fmt: skip
        if self.low[row]:
            number = under(score, self.minimum)
            limit, gap = short(self.minimum), f"{self.minimum - float(number):.4g}"
            low = (
                f"得分 {number} < {limit}（差 {gap}）",
                f"score {number} < {limit} ({gap} short)",
            )
            nearer = self.gap[row] / max(self.minimum, 1.0) <= (least - count) / least
            parts.insert(0 if nearer else len(parts), low)
        else:
            number = f"{score:.1f}"
            limit = short(self.minimum)
            parts.insert(0, (f"得分 {number} 已达 {limit}", f"score {number} reaches {limit}"))
        if self.bars[row] != "":
            zh, en = self.words.get(self.bars[row], (self.bars[row], self.bars[row]))
            parts.append((f"被矛盾排除（{zh}）", f"barred by a contradiction ({en})"))
        return parts

    def _unscored(self, row: int) -> list[Words]:
        evaluation, model = self.evaluation, self.model
        coverage, least = float(evaluation.coverage[row]), model.minimum_coverage
        known = int(evaluation.families_known[row])
        if not evaluation.applies[row].any():
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
    def _agrees(self) -> Flags:
        return np.asarray(self.evaluation.deficit >= self.model.agree_at - CLOSE)

    def _agreeing(self, row: int) -> Words:
        """Return the families that agree on this row; rows alike share one answer."""
        agrees = self._agrees[row]
        key = agrees.tobytes()
        if key not in self._families:
            names, criteria = family_names(self.model), self.evaluation.criteria
            codes = dict.fromkeys(criteria[at].family for at in np.flatnonzero(agrees))
            self._families[key] = (
                "、".join(names[code][0] for code in codes),
                ", ".join(names[code][1] for code in codes),
            )
        return self._families[key]

    def _pattern(self, row: int) -> tuple[Reach, Words]:
        """Return what the missing criteria of this row ask for; rows alike share one answer."""
        applies, known = self.evaluation.applies[row], ~np.isnan(self.evaluation.deficit[row])
        key = applies.tobytes() + known.tobytes()
        if key not in self._patterns:
            criteria = self.evaluation.criteria
            gaps = [item for at, item in enumerate(criteria) if applies[at] and not known[at]]
            found = reach(applies, known, criteria=criteria, model=self.model)
            self._patterns[key] = (found, missing_words(gaps, self.absent))
        return self._patterns[key]

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
        column = int(self.one.column[row])
        if column < 0:
            return ("没有哪一项取值单独改变即可列入。", "No single value alone would list it.")
        item = self.evaluation.criteria[column]
        sign, sign_en = ("≥", ">=") if rises(item) else ("≤", "<=")
        now, then = float(self.evaluation.values[row, column]), float(self.one.value[row])
        en = item.unit_en or None
        return (
            f"若{item.zh}实为 {sign}{shown(then, item)}（现 {shown(now, item)}），即达列入条件。",
            f"With {item.en} {sign_en} {shown(then, item, unit=en)} (now "
            f"{shown(now, item, unit=en)}) it meets the conditions.",
        )

    def _range(self, row: int) -> Words:
        _, (zh, en) = self._pattern(row)
        if not zh or not self.low[row]:
            return ("", "")
        low, high = float(self.ranges[0][row]), float(self.ranges[1][row])
        if high < self.minimum:
            top = under(high, self.minimum)
            return (
                f"缺{zh}；即使补齐，得分最高 {top}，仍不足 {short(self.minimum)}。",
                f"Missing: {en}; even with it the score is at most {top}, short of "
                f"{short(self.minimum)}.",
            )
        return (
            f"缺{zh}；补齐后得分在 {low:.1f} 至 {high:.1f} 之间。",
            f"Missing: {en}; with it the score lies between {low:.1f} and {high:.1f}.",
        )
