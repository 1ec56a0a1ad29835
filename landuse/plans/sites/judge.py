"""Sites judged: vetoes first, then the opportunity score, its evidence, uses and advice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.plans.sites.rules import advise, best_uses
from landuse.plans.sites.settings import SiteSettings
from landuse.scores.engine import CLOSE, Evaluation, evaluate
from landuse.scores.model import Criterion, ScoreModel
from landuse.scores.vetoes import apply_vetoes
from landuse.scores.words import shown

TOO_SMALL, TOO_NARROW = "too_small", "too_narrow"
THREE_LINES = ("prime_farmland", "eco_redline", "growth_boundary")
NOT_CHECKED = "未核对三区三线"
SIGNS_SHOWN = 3
Words = tuple[str, str]


def unchecked(
    model: ScoreModel, layers: Mapping[str, object | None], names: Mapping[str, Words]
) -> list[Words]:
    """Return what was not checked, (zh, en): the three lines first, then each other veto layer.

    No proxy stands in for a line: not a zone, not a town's built body.
    """
    named = [names.get(role, (role, role)) for role in THREE_LINES if layers.get(role) is None]
    told = []
    if named:
        zh, en = "、".join(zh for zh, _ in named), ", ".join(en for _, en in named)
        told.append((f"{NOT_CHECKED}（缺{zh}）", f"three lines not checked (without {en})"))
    others = [role for role in dict.fromkeys(veto.data for veto in model.vetoes)
              if role not in THREE_LINES and layers.get(role) is None]  # fmt: skip
    for role in others:
        zh, en = names.get(role, (role, role))
        told.append((f"未核对{zh}", f"{en} not checked"))
    return told


def judge(sites: pd.DataFrame, settings: SiteSettings) -> pd.DataFrame:
    """Return the columns that judge each site; ``sites`` holds every measured column.

    Returns
    -------
    ``veto, veto_zh, veto_en, veto_layer, veto_share, veto_limit`` (first rule that hits, "" =
    none), ``ops`` (0-100, null where vetoed by a line or evidence is insufficient), ``grade,
    coverage, families``, ``buildable`` (1 where nothing stands against building), ``best_use,
    uses, use_fits``, the columns of `rules.advise`, ``evidence_zh, evidence_en``.

    Source: domain.md §4.1, §4.2, §4.4, §8 E. Vetoes beat the score.
    """
    model, rules = settings.score_model, settings.rules
    table = sites.assign(group="SITE")
    found = evaluate(table, model, score="ops")
    vetoes = site_vetoes(table, settings)
    barred = vetoes["veto"] != ""
    made = vetoes.assign(
        ops=pd.Series(found.score, index=sites.index).mask(barred),
        coverage=found.coverage,
        families=found.families_known,
        buildable=(~barred).astype("float64"),
    )
    made["grade"] = _grades(made["ops"], model)
    facts = with_facts(table, made)
    made = made.join(best_uses(facts, rules.uses)).join(advise(facts, rules.advice))
    lined = barred & ~made["veto"].isin([TOO_SMALL, TOO_NARROW])
    made.loc[lined, ["best_use", "uses", "use_fits"]] = ""
    made = _told_first(made, lined)
    return made.join(_evidence(made, sites, found, settings))


def with_facts(table: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """Return the facts that rules may ask about; a truth value is 1 or 0, unknown is null."""
    inside = table["zone_in"].astype("Float64").astype("float64")
    known = table["growth_share"].notna().astype("float64")
    return table.assign(
        zone_in=inside, growth_known=known, les=table["need"] * 100, ops=made["ops"],
        buildable=made["buildable"], too_narrow=(made["veto"] == TOO_NARROW).astype("float64"),
    )  # fmt: skip


def site_vetoes(table: pd.DataFrame, settings: SiteSettings) -> pd.DataFrame:
    """Return the first rule against each site: a line, the ground, then its size and width."""
    limits = settings.limits
    made = apply_vetoes(table, settings.score_model)
    short = [
        (TOO_SMALL, "area_m2", limits.least_area_m2.value, "面积不足", "too small"),
        (TOO_NARROW, "min_width_m", limits.least_width_m.value,
         "宽度不足，面积虽够也摆不下厂房", "too narrow for a works hall, however large"),
    ]  # fmt: skip
    for code, column, least, zh, en in short:
        hit = (table[column] < least - CLOSE) & (made["veto"] == "")
        made.loc[hit, ["veto", "veto_zh", "veto_en", "veto_layer"]] = [code, zh, en, "parcels"]
        made.loc[hit, "veto_share"] = table.loc[hit, column]
        made.loc[hit, "veto_limit"] = least
    return made


def _grades(ops: pd.Series, model: ScoreModel) -> pd.Series:
    grade = pd.Series("", index=ops.index, dtype="str")
    for item in sorted(model.grades, key=lambda one: one.minimum):
        grade = grade.mask(ops >= item.minimum - CLOSE, item.code)
    return grade


LINE_FIRST = (
    "先核对管控线：否决未解除前不提处置建议", "check the line first: no advice while it stands",
    "先由自然资源部门核对管控线位置与本地块的关系",
    "first let the bureau check where the line runs",
)  # fmt: skip


def _told_first(made: pd.DataFrame, lined: pd.Series) -> pd.DataFrame:
    """Put the check of the line in the place of advice where a line stands against the site."""
    columns = ["advice", "advice_zh", "advice_en", "first_check_zh", "first_check_en",
               "advice_basis_zh", "advice_basis_en", "advice_mark", "advice_also"]  # fmt: skip
    words = ["check_line", *LINE_FIRST, "领域规范 §4.1：否决优先于评分",
             "domain specification §4.1: vetoes beat scores", "P", ""]  # fmt: skip
    made = made.copy()
    made.loc[lined, columns] = words
    return made


def _evidence(
    made: pd.DataFrame, sites: pd.DataFrame, found: Evaluation, settings: SiteSettings
) -> pd.DataFrame:
    rows = []
    judged, facts = made.to_dict("records"), _facts(sites)
    told = zip(sites["unchecked"], sites["unchecked_en"], strict=True)
    for row, (one, fact, (open_zh, open_en)) in enumerate(zip(judged, facts, told, strict=True)):
        if one["veto"]:
            said = refusal(one, settings)
            rows.append(("；".join([said[0], fact[0]]), "; ".join([said[1], fact[1]])))
        else:
            said = _score(found, row, one["grade"], settings.score_model)
            zh = "；".join(part for part in (said[0], fact[0], open_zh.replace(";", "、")) if part)
            en = "; ".join(part for part in (said[1], fact[1], open_en) if part)
            rows.append((zh + "。", en + "."))
    columns = ["evidence_zh", "evidence_en"]
    return pd.DataFrame(rows, columns=columns, index=made.index).astype("str")


def _score(found: Evaluation, row: int, code: str, model: ScoreModel) -> Words:
    if np.isnan(found.score[row]):
        cover = f"{found.coverage[row]:.0%}"
        return (f"证据不足，未评机会分（覆盖 {cover}）",
                f"not enough evidence for a score (coverage {cover})")  # fmt: skip
    order = np.argsort(-found.points[row], kind="stable")
    best = [at for at in order if found.points[row, at] > 0][:SIGNS_SHOWN]
    signs = [_sign(found.values[row, at], found.points[row, at], found.criteria[at])
             for at in best]  # fmt: skip
    lacking = [found.criteria[at] for at in
               np.flatnonzero(found.applies[row] & np.isnan(found.deficit[row]))]  # fmt: skip
    names = {grade.code: (grade.zh, grade.en) for grade in model.grades}
    grade = names.get(code, ("", ""))
    cover = f"{found.coverage[row]:.0%}"
    zh = f"机会分 {found.score[row]:.1f}（{grade[0]}，证据覆盖 {cover}）："
    zh += "、".join(sign[0] for sign in signs)
    en = f"opportunity {found.score[row]:.1f} ({grade[1]}, coverage {cover}): "
    en += ", ".join(sign[1] for sign in signs)
    if lacking:
        zh += f"；缺{'、'.join(item.zh for item in lacking)}"
        en += f"; missing {', '.join(item.en for item in lacking)}"
    return zh, en


def _sign(value: float, points: float, item: Criterion) -> Words:
    unit = item.unit_en or item.unit
    return (f"{item.zh} {shown(value, item)}（+{points:.1f}）",
            f"{item.en} {shown(value, item, unit=unit)} (+{points:.1f})")  # fmt: skip


def _facts(sites: pd.DataFrame) -> list[Words]:
    """Return what is said of the size, the largest rectangle and the owners of each site."""
    columns = ("plots", "area_mu", "rect_length_m", "rect_width_m", "owners")
    made = []
    for plots, area, length, width, owners in zip(*(sites[name] for name in columns), strict=True):
        zh = f"{plots} 宗 {area:.1f} 亩，最大内接矩形 {length:.0f}×{width:.0f} m"
        en = f"plots: {plots}, {area:.1f} mu, largest rectangle {length:.0f} by {width:.0f} m"
        if pd.notna(owners):
            zh += f"，权利人 {owners} 个"
            en += f", owners: {owners}"
        made.append((zh, en))
    return made


def refusal(one: Mapping[str, object], settings: SiteSettings) -> Words:
    """Return why a site is refused: rule, number, limit, layer, in Chinese and English."""
    code, value, limit = (
        str(one["veto"]),
        float(str(one["veto_share"])),
        float(str(one["veto_limit"])),
    )
    if code in (TOO_SMALL, TOO_NARROW):
        unit = "m²" if code == TOO_SMALL else "m"
        digits = 0 if code == TOO_SMALL else 1
        found, least = f"{value:,.{digits}f} {unit}", f"{limit:,.0f} {unit}"
        return (f"不入选：{one['veto_zh']}（{found}，至少 {least}，P）",
                f"refused: {one['veto_en']} ({found}, at least {least}, P)")  # fmt: skip
    veto = next(item for item in settings.score_model.vetoes if item.code == code)
    share = veto.unit == "%"
    number = f"{value:.1%}" if share else f"{value:.1f}{veto.unit}"
    most = f"{limit:.0%}" if share else f"{limit:g}{veto.unit}"
    zh, en = settings.layer_names.get(veto.data, (veto.data, veto.data))
    return (f"否决：{veto.zh} {number}（门槛 {most}，图层{zh}，{veto.mark}）",
            f"vetoed: {veto.en} {number} (limit {most}, layer {en}, {veto.mark})")  # fmt: skip


def model_findings(sites: pd.DataFrame, stage: str) -> list[Finding]:
    """Return one finding for each line that was not checked."""
    pairs = set(zip(sites["unchecked"], sites["unchecked_en"], strict=True))
    told = [pair for zh, en in sorted(pairs)
            for pair in zip(zh.split(";"), en.split(";"), strict=True) if pair[0]]  # fmt: skip
    return [
        Finding(
            stage=stage, kind="absent", object_id="", value=str(len(sites)),
            message_zh=f"退低进高：{zh}", message_en=f"sites for better use: {en}",
        )
        for zh, en in dict.fromkeys(told)
    ]  # fmt: skip
