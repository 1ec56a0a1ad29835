"""The cost of every named absence in words: criteria, coverage, families, vetoes, products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from landuse.products.emptied import NOTHING, emptied
from landuse.products.numbers import percent
from landuse.products.words import GROUPS
from landuse.scores.cost import SCORES, Cost, Ways, cost_of
from landuse.scores.model import Criterion, ScoreModel, ScoreName
from landuse.scores.villages import KINDS

Words = tuple[str, str]

GIVEN_BY: Final[Ways] = {
    "far": (("buildings", "built_surface"), ("built_surface", "built_height")),
    "building_coverage": (("buildings", "built_surface"),),
    "shape_index": (("parcels",), ("land_use_map",), ("built_surface",), ("landcover",)),
}
"""What makes what: footprints count where a built surface confirms them (`indicators.built`), and
parcels may be made from other layers (`objects`)."""

VILLAGES_GIVEN_BY: Final[Ways] = {
    "elevation_m": (("elevation",), ("settlements",)),
    "elevation_rank": (("elevation",), ("settlements",)),
    "travel_min": (("roads",), ("elevation",)),
    "households_est": (("buildings",), ("register_population",), ("settlements",)),
    "hollow_share": (("parcels",), ("land_use_map",)),
    "area_m2": ((),),
    "hamlet_density": ((),),
    "hamlet_crowding": ((),),
    "nn5_distance_m": ((),),
    "town_distance_m": (("centres",), ("towns",), ("parcels",)),
}
"""The same for villages; what an outline gives by itself needs nothing more."""

SCORE_NAMES: Final[dict[ScoreName, Words]] = {
    "idle": ("疑似闲置", "idle"),
    "les": ("疑似低效", "les"),
    **KINDS,
}
_NOBODY: Final = (
    "证据不足：不会有任何疑似",
    "evidence insufficient: no parcel can be flagged",
)
_NO_PARCEL: Final = (
    "没有可评价的地块：清单为空，不会有任何疑似",
    "nothing to assess: every list is empty, no parcel can be flagged",
)
_REST: Final = ("其他", "others")


@dataclass(frozen=True, kw_only=True)
class RoleCost:
    """One absent role: why it is absent, and what that alone costs parcels and villages."""

    role: str
    name: Words
    reason: Words
    cost: Cost
    village: Cost | None = None

    @property
    def emptied(self) -> Words:
        """Return which parts of the products stay empty."""
        return emptied(self.role)

    @property
    def empties_only(self) -> bool:
        """Tell whether no score and no veto feels the absence: some columns are empty, no more."""
        felt = self.village is not None and (self.village.criteria or self.village.vetoes)
        return not (self.cost.criteria or self.cost.vetoes or felt) and self.cost.can_flag

    def village_parts(self) -> list[Words]:
        """Return what the scores and vetoes of natural villages lose."""
        if self.village is None:
            return []
        return [*_lost(self.village, scores=tuple(KINDS)), *_vetoes(self.village)]

    def words(self) -> Words:
        """Return the whole cost as one line, in Chinese and in English."""
        parts = [*_lost(self.cost), *_vetoes(self.cost)]
        if self.cost.criteria:
            parts.append(coverage_words(self.cost, only_reduced=True))
            parts += _families(self.cost)
        if not self.cost.can_flag:
            parts.append(_NOBODY)
        parts += self.village_parts()
        if self.emptied != NOTHING or not parts:
            parts.append(self.emptied)
        return joined(parts)


@dataclass(frozen=True, kw_only=True)
class AbsenceBill:
    """Every absence of a study, each alone, and all of them together.

    ``parcels`` tells whether there is anything to assess, given or made from other layers.
    """

    roles: tuple[RoleCost, ...]
    together: Cost
    model: ScoreModel
    parcels: bool = True

    @property
    def can_flag(self) -> bool:
        """Tell whether a parcel of any group can still be flagged."""
        return self.parcels and self.together.can_flag

    @property
    def verdict(self) -> Words:
        """Return whether any parcel can still be flagged, with the minimum asked for."""
        least = percent(self.model.minimum_coverage, 0)
        families = self.model.minimum_families
        asked = (f"须 ≥{least}、≥{families} 类", f"needs {least} and {families} families")
        if not self.parcels:
            return _NO_PARCEL
        if not self.together.can_flag:
            return (f"{_NOBODY[0]}（{asked[0]}）", f"{_NOBODY[1]} ({asked[1]})")
        silent = self.together.silent_groups
        if silent:
            zh, en = _group_names(silent)
            return (
                f"证据不足，不会有疑似：{zh}（{asked[0]}）",
                f"evidence insufficient, nothing can be flagged: {en} ({asked[1]})",
            )
        return (f"各组都可判定（{asked[0]}）", f"every group can be judged ({asked[1]})")

    def data(self) -> dict[str, Any]:
        """Return the bill as plain data with stable keys."""
        return {
            "minimum_coverage": self.model.minimum_coverage,
            "minimum_families": self.model.minimum_families,
            **_cost_data(self.together),
            "can_flag": self.can_flag,
            "verdict_zh": self.verdict[0],
            "verdict_en": self.verdict[1],
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return one record a role as plain data with stable keys."""
        return [self._row(item) for item in self.roles]

    def _row(self, item: RoleCost) -> dict[str, Any]:
        zh, en = item.words()
        return {
            "role": item.role,
            "name_zh": item.name[0],
            "name_en": item.name[1],
            "reason_zh": item.reason[0],
            "reason_en": item.reason[1],
            "cost_zh": zh,
            "cost_en": en,
            "emptied_zh": item.emptied[0],
            "emptied_en": item.emptied[1],
            **_cost_data(item.cost),
        }


def absence_bill(
    absent: Mapping[str, Words],
    *,
    model: ScoreModel,
    role_names: Mapping[str, Words],
    parcels: bool = True,
    village_model: ScoreModel | None = None,
) -> AbsenceBill:
    """Return what each absence costs alone and what all cost together.

    Parameters
    ----------
    absent : role to (zh, en): why it is absent.
    role_names : roles that this version can be given. A role that the model asks for and that is
        not among them is absent too, whatever a study brings.
    village_model : the model of natural villages; its losses stand beside those of the parcels.
    """
    reasons = {role: reason for role, reason in absent.items() if role in role_names}
    reasons |= _never_there(model, role_names)
    rows = tuple(
        RoleCost(
            role=role, name=role_names.get(role) or _asked_for(role, model), reason=reason,
            cost=cost_of({role}, model, ways=GIVEN_BY), village=_village_cost(role, village_model),
        )
        for role, reason in reasons.items()
    )  # fmt: skip
    together = cost_of(reasons, model, ways=GIVEN_BY)
    return AbsenceBill(roles=rows, together=together, model=model, parcels=parcels)


def _village_cost(role: str, model: ScoreModel | None) -> Cost | None:
    if model is None:
        return None
    return cost_of({role}, model, ways=VILLAGES_GIVEN_BY, scores=tuple(KINDS))


def _asked_for(role: str, model: ScoreModel) -> Words:
    return next((item.zh, item.en) for item in model.criteria if item.data == role)


def _never_there(model: ScoreModel, role_names: Mapping[str, Words]) -> dict[str, Words]:
    asked = {item.data: (item.missing_zh, item.missing_en) for item in model.criteria if item.data}
    plain = ("本版本没有这种数据源", "no such source in this version")
    return {
        role: (zh or plain[0], en or plain[1])
        for role, (zh, en) in asked.items()
        if role not in role_names
    }


def coverage_words(cost: Cost, *, only_reduced: bool = False) -> Words:
    """Return the largest coverage of each score; per group where it differs.

    Groups of one value stand together, the largest value first. ``only_reduced`` leaves out a
    score that loses nothing.
    """
    parts = []
    for score in SCORES:
        rows = sorted((r for r in cost.reach if r.score == score), key=lambda r: -r.coverage)
        if not rows or (only_reduced and rows[-1].coverage >= 1):
            continue
        held: dict[str, list[str]] = {}
        for item in rows:
            held.setdefault(percent(item.coverage, 0), []).append(item.group)
        said = [_of_groups(groups, shown, alone=len(held) == 1) for shown, groups in held.items()]
        zh, en = joined(said, comma=("、", ", "))
        parts.append((f"{SCORE_NAMES[score][0]} {zh}", f"{SCORE_NAMES[score][1]} {en}"))
    zh, en = joined(parts, comma=("，", ", "))
    return (f"最大证据覆盖：{zh}", f"largest coverage: {en}")


def _of_groups(groups: list[str], shown: str, *, alone: bool) -> Words:
    if alone:
        return (shown, shown)
    zh, en = _group_names(groups)
    return (f"{zh} {shown}", f"{en} {shown}")


def _group_names(groups: Iterable[str]) -> Words:
    listed = list(groups)
    zh = "/".join(GROUPS.get(code, code) if code else _REST[0] for code in listed)
    return (zh, "/".join(code or _REST[1] for code in listed))


def _lost(cost: Cost, *, scores: Iterable[ScoreName] = SCORES) -> list[Words]:
    """Return the lost criteria of each score; those of one name stand together."""
    parts = []
    for score in scores:
        alike: dict[Words, list[Criterion]] = {}
        for item in cost.criteria:
            if item.score == score:
                alike.setdefault((item.zh, item.en), []).append(item)
        said = [_with_weights(name, items) for name, items in alike.items()]
        if said:
            zh, en = joined(said, comma=("、", ", "))
            parts.append((f"{SCORE_NAMES[score][0]}少 {zh}", f"{SCORE_NAMES[score][1]} loses {en}"))
    return parts


def _with_weights(name: Words, items: list[Criterion]) -> Words:
    """Return codes, name and weight; from the least to the most where peer groups differ."""
    codes = "/".join(item.code for item in items)
    ends = (min(item.weight for item in items), max(item.weight for item in items))
    said = list(dict.fromkeys(percent(one, 0) for one in ends))
    return (f"{codes} {name[0]} {'–'.join(said)}", f"{codes} {name[1]} {' to '.join(said)}")


def _vetoes(cost: Cost) -> list[Words]:
    if not cost.vetoes:
        return []
    zh = "、".join(f"{item.code} {item.zh}" for item in cost.vetoes)
    return [(f"未核对 {zh}", "not checked " + ", ".join(f"{i.code} {i.en}" for i in cost.vetoes))]


def _families(cost: Cost) -> list[Words]:
    if not cost.families:
        return []
    zh = "、".join(item.zh for item in cost.families)
    return [(f"失去证据类：{zh}", "families lost: " + ", ".join(i.en for i in cost.families))]


def joined(parts: Iterable[Words], *, comma: Words = ("；", "; ")) -> Words:
    """Join pairs of words language by language."""
    listed = list(parts)
    return (comma[0].join(zh for zh, _ in listed), comma[1].join(en for _, en in listed))


def _cost_data(cost: Cost) -> dict[str, Any]:
    return {
        "criteria": [
            {"code": i.code, "score": i.score, "zh": i.zh, "en": i.en, "weight": i.weight,
             "family": i.family}
            for i in cost.criteria
        ],
        "vetoes": [{"code": i.code, "zh": i.zh, "en": i.en} for i in cost.vetoes],
        "families_lost": [item.code for item in cost.families],
        "coverage": {score: cost.coverage(score) for score in SCORES},
        "reach": [asdict(item) | {"families": list(item.families)} for item in cost.reach],
        "can_flag": cost.can_flag,
        "silent_groups": list(cost.silent_groups),
    }  # fmt: skip
