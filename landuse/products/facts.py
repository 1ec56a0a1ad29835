"""What a list or report says about the run itself: study, sources, absences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from landuse.products.columns import ColumnLike
from landuse.scores.model import Criterion, ScoreModel, Veto


@dataclass(frozen=True, kw_only=True)
class StudyFacts:
    """What is assessed, as of when, and by which run.

    ``manifest`` holds a few facts in the order shown: program version, zonal engine, parcels,
    parameter digest.
    """

    name: str
    title_zh: str
    title_en: str
    as_of: str
    crs: str
    adcode: str = ""
    run_code: str = ""
    stamp_zh: str = "内部工作用图，不公开"
    stamp_en: str = "Internal use, not for release"
    manifest: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SourceFact:
    """One input: which file (its digest), of which year, under which licence."""

    role: str
    title_zh: str
    title_en: str
    file: str
    digest: str = ""
    year: str = ""
    licence: str = ""
    attribution: str = ""


@dataclass(frozen=True, kw_only=True)
class Absence:
    """An input that is not there, why, and what the result lacks for it."""

    role: str
    reason_zh: str
    reason_en: str
    cost_zh: str
    cost_en: str


def absences(
    absent: Mapping[str, tuple[str, str]],
    *,
    model: ScoreModel,
    robustness: bool = False,
    role_names: Mapping[str, tuple[str, str]] | None = None,
) -> tuple[Absence, ...]:
    """Return every named absence with what it costs: criteria, weight, vetoes not checked.

    Parameters
    ----------
    absent : role -> (zh, en) reason.
    model : the score model, which says what rests on each role.
    robustness : whether rank intervals were computed; where not, that is an absence too.
    role_names : role -> (zh, en) name of the layer.
    """
    named = role_names or {}
    rows = []
    for role, (zh, en) in absent.items():
        name_zh, name_en = named.get(role, (role, role))
        cost_zh, cost_en = _cost(role, model)
        rows.append(
            Absence(
                role=role, reason_zh=f"{name_zh}：{zh}", reason_en=f"{name_en}: {en}",
                cost_zh=cost_zh, cost_en=cost_en,
            )
        )  # fmt: skip
    return (*rows, *(() if robustness else (_NO_ROBUSTNESS,)))


_NO_ROBUSTNESS = Absence(
    role="robustness",
    reason_zh="位次区间：本次未计算稳健性",
    reason_en="rank interval: robustness was not computed in this run",
    cost_zh="位次 P10、P90 为空，位次的稳健程度未知",
    cost_en="rank P10 and P90 are empty; how stable a rank is remains unknown",
)


def _cost(role: str, model: ScoreModel) -> tuple[str, str]:
    lost = {item.code: item for item in model.criteria if item.data == role}
    vetoes = [veto for veto in model.vetoes if veto.data == role]
    zh = [_criterion_cost(item)[0] for item in lost.values()]
    en = [_criterion_cost(item)[1] for item in lost.values()]
    zh += [_veto_cost(veto)[0] for veto in vetoes]
    en += [_veto_cost(veto)[1] for veto in vetoes]
    if not zh:
        return ("本评分模型不直接使用", "not used directly by this score model")
    return ("；".join(zh), "; ".join(en))


def _criterion_cost(item: Criterion) -> tuple[str, str]:
    weight = f"{item.weight * 100:.0f}%"
    return (
        f"可能缺指标 {item.code} {item.zh}（权重 {weight}）",
        f"criterion {item.code} {item.en} may be missing (weight {weight})",
    )


def _veto_cost(veto: Veto) -> tuple[str, str]:
    return (f"未核对：{veto.zh}", f"not checked: {veto.en}")


def dictionary_rows(
    columns: list[str], names: Mapping[str, ColumnLike]
) -> list[tuple[str, str, str, str, str]]:
    """Return the data dictionary: code, Chinese name, English name, unit, roles it rests on."""
    rows = []
    for code in columns:
        known = names.get(code)
        if known is None:
            rows.append((code, code, code, "", ""))
            continue
        roles = getattr(known, "roles", ())
        roles = (roles,) if isinstance(roles, str) else roles
        rows.append((code, known.zh, known.en, known.unit, ", ".join(roles)))
    return rows
