"""Natural villages judged: three scores, kinds of candidates, evidence, and what it rests on.

Nobody is moved by a score. A kind is a reason to ask the village (意愿调查), never a decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import pandas as pd
from pydantic import Field

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.scores.engine import CLOSE, Evaluation, evaluate
from landuse.scores.model import Criterion, ScoreModel, ScoreName
from landuse.scores.ramps import value_at
from landuse.scores.vetoes import apply_vetoes, unchecked
from landuse.scores.words import shown, with_unit

STAGE = "villages"
KINDS: Final[dict[ScoreName, tuple[str, str]]] = {
    "mrs": ("下山搬迁村", "mountain relocation"),
    "hvs": ("空心村", "hollow village"),
    "scattered": ("零星自然村", "scattered hamlet"),
}
"""Kinds in the order in which they are named: hazard and hills before people before size."""
NONE, UNKNOWN, VETOED = ("无", "none"), ("证据不足", "insufficient evidence"), ("否决", "vetoed")
ASK = ("建议先做整村搬迁意愿调查；是否搬迁由农户自愿决定",
       "ask the village first; moving is for its households to decide")  # fmt: skip
NO_REGISTER = ("无户籍数据，仅为相对排序", "no register of people: a relative ranking only")
POINTS = ("仅有村庄点位，只按海拔、聚散、距离排序", "villages known as points: height, scatter and "
          "distance only")  # fmt: skip
OUTLINE, POINT = "SETTLEMENT", "SETTLEMENT_POINT"
SIGNS_SHOWN = 3


class VillageSettings(Settings):
    """The score model, and what the study has."""

    score_model: ScoreModel
    years: dict[str, str] = Field(default={})
    absent: dict[str, tuple[str, str]] = Field(default={})


def assess_villages(*, settlements: pd.DataFrame, settings: VillageSettings,
                    **measured: pd.DataFrame | None) -> dict[str, Any]:  # fmt: skip
    """Judge every natural village.

    Parameters
    ----------
    settlements : ``settlement_id`` and facts; ``area_m2`` null or 0 for a village known as a point.
    measured : tables with ``settlement_id`` and indicator columns.

    Returns
    -------
    ``villages``: one row a settlement, in its order: ``village_id``, the facts, every indicator,
    ``hvs``, ``mrs``, ``scattered`` (0 to 100, null where evidence is insufficient) each with
    ``_coverage``, ``kind``, ``kinds``, ``kind_en``, ``score``, ``grade``, ``coverage``, ``rank``
    (within its kind), ``evidence_zh/en``, ``basis_zh/en``, ``suggestion_zh/en``,
    ``veto``, ``veto_zh/en``, ``veto_share``. ``findings``. ``contributions``: points by criterion.

    Source: domain.md §3.2-3.4, §8 B-C. A veto beats every score.
    """
    model = settings.score_model
    table = joined(settlements, measured)
    scores = {name: evaluate(table, model, score=name) for name in KINDS}
    vetoes = apply_vetoes(table, model)
    for name, found in scores.items():
        table[name] = found.score
        table[f"{name}_coverage"] = found.coverage
    stands = {name: _stands(found, model, name) & (vetoes["veto"] == "").to_numpy()
              for name, found in scores.items()}  # fmt: skip
    table = table.join(vetoes.drop(columns=["veto_limit", "veto_layer"]))
    table = table.join(_kinds(stands, scores, vetoes))
    table = table.join(_ranked(table, stands, model))
    table = table.join(_evidence(table, stands, scores, settings))
    table = table.rename(columns={"settlement_id": "village_id"}).drop(columns="group")
    return {
        "villages": table,
        "contributions": _contributions(table["village_id"], scores),
        "findings": [*unchecked(table, model), *_findings(table, settings)],
    }


def joined(settlements: pd.DataFrame, measured: Mapping[str, pd.DataFrame | None]) -> pd.DataFrame:
    """Return facts and indicators beside each other, and ``group``: outline or point."""
    table = pd.DataFrame(settlements).drop(columns="geometry", errors="ignore")
    for part in measured.values():
        if part is not None:
            fresh = [name for name in part if name == "settlement_id" or name not in table]
            table = table.merge(part[fresh], on="settlement_id", how="left", validate="1:1")
    area = table.get("area_m2", pd.Series(np.nan, index=table.index)).astype("float64")
    table["group"] = np.where(area.fillna(0) > 0, OUTLINE, POINT)
    return table


def _stands(found: Evaluation, model: ScoreModel, name: ScoreName) -> np.ndarray:
    high = np.nan_to_num(found.score, nan=-1.0) >= model.flag_minimum[name] - CLOSE
    return np.asarray(high)


def _kinds(
    stands: Mapping[ScoreName, np.ndarray], scores: Mapping[ScoreName, Evaluation],
    vetoes: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    known = np.logical_or.reduce([found.sufficient for found in scores.values()])
    empty = np.where(vetoes["veto"] != "", 2, np.where(known, 0, 1))
    rows = []
    for row in range(len(vetoes)):
        names = [KINDS[name] for name in KINDS if stands[name][row]]
        first = names[0] if names else (NONE, UNKNOWN, VETOED)[int(empty[row])]
        rows.append((first[0], first[1], ";".join(name[0] for name in names)))
    columns = ["kind", "kind_en", "kinds"]
    return pd.DataFrame(rows, columns=columns, index=vetoes.index).astype("str")


def _ranked(
    table: pd.DataFrame, stands: Mapping[ScoreName, np.ndarray], model: ScoreModel
) -> pd.DataFrame:
    """Return the deciding score, its coverage, grade, and rank in its kind; ties share a rank."""
    score = pd.Series(np.nan, index=table.index)
    cover = pd.Series(np.nan, index=table.index)
    for name in reversed(KINDS):
        score = score.mask(stands[name], table[name])
        cover = cover.mask(stands[name], table[f"{name}_coverage"])
    grade = pd.Series("", index=table.index, dtype="str")
    for item in sorted(model.grades, key=lambda one: one.minimum):
        grade = grade.mask(score >= item.minimum - CLOSE, item.code)
    rank = score.round(9).groupby(table["kind"]).rank(ascending=False, method="min")
    rank = rank.astype("Int64")
    return pd.DataFrame({"score": score, "coverage": cover, "grade": grade, "rank": rank})


def _evidence(
    table: pd.DataFrame, stands: Mapping[ScoreName, np.ndarray],
    scores: Mapping[ScoreName, Evaluation], settings: VillageSettings,
) -> pd.DataFrame:  # fmt: skip
    no_register = "register_population" in settings.absent
    least = settings.score_model.agree_at - CLOSE
    signs = {
        name: [_Sign.of(item, settings) for item in found.criteria]
        for name, found in scores.items()
    }
    rows = []
    for row, group in enumerate(table["group"]):
        told = [
            _sentence(scores[name], row, name, signs[name], least)
            for name in KINDS
            if stands[name][row]
        ]
        basis = [POINTS] if group == POINT else [NO_REGISTER] if no_register else []
        zh, en = ("；".join(part[0] for part in told), "; ".join(part[1] for part in told))
        rests = ("；".join(item[0] for item in basis), "; ".join(item[1] for item in basis))
        rows.append((zh, en, *rests, *(ASK if told else ("", ""))))
    columns = ["evidence_zh", "evidence_en", "basis_zh", "basis_en", "suggestion_zh",
               "suggestion_en"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns, index=table.index).astype("str")


def _sentence(
    found: Evaluation, row: int, name: ScoreName, signs: Sequence[_Sign], least: float
) -> tuple[str, str]:
    """Return the kind, its score, coverage and strongest signs with value, limit, years, mark."""
    order = np.argsort(-found.points[row], kind="stable")
    best = [at for at in order if found.deficit[row, at] >= least][:SIGNS_SHOWN]
    told = [signs[at].tell(found.values[row, at]) for at in best]
    score, cover = found.score[row], found.coverage[row]
    lacking = [found.criteria[at] for at in
               np.flatnonzero(found.applies[row] & np.isnan(found.deficit[row]))]  # fmt: skip
    zh = f"候选{KINDS[name][0]}（{score:.1f} 分，证据覆盖 {cover:.0%}）："
    zh += "，".join(sign[0] for sign in told)
    en = f"candidate, {KINDS[name][1]} ({score:.1f}, coverage {cover:.0%}): "
    en += ", ".join(sign[1] for sign in told)
    if lacking:
        zh += f"；缺 {'、'.join(item.zh for item in lacking)}"
        en += f"; missing {', '.join(item.en for item in lacking)}"
    return zh, en


@dataclass(frozen=True, kw_only=True)
class _Sign:
    """What is said of every value of one criterion: its name, and limit, years and mark."""

    item: Criterion
    tail: str
    tail_en: str

    @classmethod
    def of(cls, item: Criterion, settings: VillageSettings) -> Self:
        """Make the words of a criterion; a limit that no value reaches is left out."""
        notes = [part for part in (settings.years.get(item.data, ""), item.mark) if part]
        tail, tail_en = "，".join(notes), ", ".join(notes)
        if not np.isnan(float(value_at(item, settings.score_model.agree_at))):
            tail = "，".join([f"门槛 {item.limit_zh}", *notes])
            tail_en = ", ".join([f"limit {item.limit_en}", *notes])
        return cls(item=item, tail=tail, tail_en=tail_en)

    def tell(self, value: float) -> tuple[str, str]:
        """Return the criterion with a value, Chinese and English."""
        item, zh = self.item, shown(value, self.item)
        en = shown(value, item, unit="") + with_unit(item.unit_en) if item.unit_en else zh
        return f"{item.zh} {zh}（{self.tail}）", f"{item.en} {en} ({self.tail_en})"


def _contributions(ids: pd.Series, scores: Mapping[ScoreName, Evaluation]) -> pd.DataFrame:
    """Return points by village and criterion; null where a criterion does not apply or lacks."""
    parts = {}
    for name, found in scores.items():
        for at, item in enumerate(found.criteria):
            points = np.where(np.isnan(found.deficit[:, at]), np.nan, found.points[:, at])
            parts[f"{name}_{item.code}"] = points
    return pd.DataFrame({"village_id": ids} | parts)


def _findings(table: pd.DataFrame, settings: VillageSettings) -> list[Finding]:
    told = [
        Finding(
            stage=STAGE, kind="note", object_id=zh, value=str(int((table["kind"] == zh).sum())),
            message_zh=f"候选{zh}（按主要类别计）", message_en=f"candidates by main kind: {en}",
        )
        for zh, en in (*KINDS.values(), UNKNOWN, VETOED)
    ]  # fmt: skip
    if "register_population" in settings.absent:
        told.append(Finding(stage=STAGE, kind="doubt", object_id="register_population", value="",
                            message_zh=NO_REGISTER[0], message_en=NO_REGISTER[1]))  # fmt: skip
    return told
