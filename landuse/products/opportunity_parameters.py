"""Every number behind the opportunities, where it comes from and how well it is known."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from landuse.indicators.measured import limits
from landuse.plans.incentive import PARAMETERS, SOURCE, UNITS
from landuse.plans.matching.industries import FAR_FLOORS, SECTORS, far_floor
from landuse.plans.sites.settings import Condition
from landuse.products.method import mark_text, parameter_table
from landuse.products.numbers import plain_number
from landuse.products.opportunity_facts import OpportunityFacts, OpportunitySettings

Row = tuple[str, str, str, str, str, str, str, str]
COLUMNS = ["group", "code", "zh", "value", "unit", "mark", "source", "en"]
STUDY = "study file [matching]; proposed here"
SITE_LIMITS = {
    "gap_m": ("成片间距", "gap of an assembly"),
    "seam_m": ("可忽略的缝隙", "seam that parts nothing"),
    "least_width_m": ("最小宽度", "least width"),
    "least_area_m2": ("最小面积", "least area"),
    "most_owners": ("先征询的权利人数", "owners asked first"),
    "least_need": ("被否决地块的最低得分", "least score of a vetoed plot"),
}
FIT = {
    "ops": ("机会得分", "opportunity score"),
    "size": ("用足地块", "no land left over"),
    "use": ("适宜用途的位次", "rank of the use"),
    "boundary": ("在城镇开发边界内的占比", "share in the growth boundary"),
}


def parameters(facts: OpportunityFacts) -> pd.DataFrame:
    """Return one row a parameter with ``COLUMNS``, all text."""
    chosen = facts.settings
    rows = [*_model(chosen), *_sites(chosen), *_rules(chosen), *_matching(chosen),
            *_industries(), *_incentive(chosen)]  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    return table.assign(mark=table["mark"].map(mark_text))


def _model(chosen: OpportunitySettings) -> list[Row]:
    """Return criteria, vetoes and grades of the opportunity score."""
    table = parameter_table(chosen.opportunity_model)
    rows: list[Row] = []
    for item in table.to_dict("records"):
        weight = item["weight"]
        value = item["limit"] or item["ramp"]
        if weight == weight and weight is not None:
            value = f"权重 {plain_number(weight)}；{value}"
        code, zh, en, source = (str(item[name]) for name in ("code", "zh", "en", "source"))
        mark = _bare(str(item["mark"])) or chosen.opportunity_model.mark
        source = source or chosen.opportunity_model.source
        rows.append((f"机会得分：{item['kind']}", code, zh, str(value), "", mark, source, en))
    return rows


def _bare(mark: str) -> str:
    """Return the mark without the words that the table put behind it."""
    return mark.split("（", maxsplit=1)[0]


def _sites(chosen: OpportunitySettings) -> list[Row]:
    found = limits(chosen.limits) | limits(chosen.work)
    words = SITE_LIMITS | {"ideal_far": ("园区理想容积率（强度潜力）", "ideal FAR of a zone")}
    return [
        ("地块", code, words.get(code, (code, code))[0], plain_number(item.value), item.unit,
         item.mark, item.source, words.get(code, (code, code))[1])
        for code, item in found.items()
    ]  # fmt: skip


def _rules(chosen: OpportunitySettings) -> list[Row]:
    """Return uses and the disposal advice in the order in which it wins."""
    uses = [
        ("适宜用途", use.code, use.zh, _conditions(use.when), "", use.mark, use.source, use.en)
        for use in chosen.rules.uses
    ]
    advice = [
        (f"处置建议（第 {place} 条）", rule.code, rule.zh,
         _conditions((*rule.when, *rule.either)), "", rule.mark, rule.basis_zh, rule.en)
        for place, rule in enumerate(chosen.rules.advice, start=1)
    ]  # fmt: skip
    return [*uses, *advice]


def _conditions(when: Iterable[Condition]) -> str:
    return "；".join(f"{column} {sign} {plain_number(value)}" for column, sign, value in when)


def _matching(chosen: OpportunitySettings) -> list[Row]:
    match = chosen.matching
    rows: list[Row] = [
        ("匹配：适宜度", name, FIT.get(name, (name, name))[0], f"权重 {plain_number(item.value)}",
         "", item.mark, item.source, FIT.get(name, (name, name))[1])
        for name, item in match.fit_weights.items()
    ]  # fmt: skip
    share = match.fit_share
    rows.append(("匹配", "fit_share", "适宜度在目标中的份额", plain_number(share.value), "",
                 share.mark, share.source, "part of the fit in the worth of a pair"))  # fmt: skip
    rows += [("匹配", f"priority_weight.{rank}", f"优先级 {rank} 的权重", plain_number(weight), "",
              "P", STUDY, f"weight of priority {rank}")
             for rank, weight in match.priority_weight.items()]  # fmt: skip
    switches = {
        "share_assemblies": ("成片地可分给几个项目", "projects may share an assembly"),
        "receiving_first": ("安置点方案用到的地块不给项目", "plots planned for villages are kept"),
        "unknown_bars": ("未知的条件视为不满足", "an unknown condition bars"),
        "far_bars": ("低于行业容积率下限的项目不落地", "a project below the least FAR is barred"),
    }
    rows += [("匹配", name, zh, "是" if getattr(match, name) else "否", "", "P", STUDY, en)
             for name, (zh, en) in switches.items()]  # fmt: skip
    return rows


def _industries() -> list[Row]:
    rows: list[Row] = [
        ("行业用途", f"{item.first:02d}–{item.last:02d}", item.zh, "、".join(item.uses), "", "P",
         "proposed here", item.en)
        for item in SECTORS
    ]  # fmt: skip
    for division in FAR_FLOORS:
        floor = far_floor(division)
        if floor is not None:
            rows.append(("行业容积率下限", f"{division:02d}", f"GB/T 4754 大类 {division:02d}",
                         plain_number(floor.value), "", floor.mark, floor.source,
                         f"least FAR of division {division:02d}"))  # fmt: skip
    return rows


def _incentive(chosen: OpportunitySettings) -> list[Row]:
    unit = UNITS[chosen.incentive.unit][0]
    return [
        ("激励", name, zh, plain_number(float(getattr(chosen.incentive, name))),
         unit if name == "pot" else "", "P", SOURCE, en)
        for name, (zh, en) in PARAMETERS.items()
    ]  # fmt: skip
