"""What the columns of the parcel list mean, on which source, how well known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Meaning:
    """One sentence on a column in Chinese and English, its source and the mark of the source."""

    zh: str
    en: str
    source: str = ""
    mark: str = ""


_OWN: Final = "本方案"
_LAW: Final = "国土资源部令第53号；domain.md §1.1"
MEANINGS: Final[dict[str, Meaning]] = {
    name: Meaning(*entry)
    for name, entry in {
        "parcel_id": (
            "县代码-乡镇代码-流水号，或资料自带的编号；各年重算时按重叠沿用",
            "county, town and serial, or the id of the data; kept from run to run by overlap",
            _OWN, "P",
        ),
        "zone_in": (
            "地块在开发区内的面积占比达到门槛（默认一半）即为区内；没有开发区图层时为空",
            "in a zone when the set share of its area is (half unless set); empty without zones",
            _OWN, "P",
        ),
        "group": (
            "与谁比较：同类组由地类和区内外决定，门槛、权重按组取",
            "peers it is compared with, by land use and zone; limits and weights go by group",
            _OWN, "P",
        ),
        "area_m2": ("椭球面积", "area on the ellipsoid", "domain.md §6.1", "M"),
        "area_mu": ("1 公顷 = 15 亩", "1 ha = 15 mu", "domain.md §6.1", "V"),
        "idle_score": (
            "100 × Σ(权重 × 缺口) ÷ Σ(权重)，只计有值的适用指标；越高越需核实，证据不足为空",
            "100 × Σ(w·d) ÷ Σ(w) over applicable criteria with a value; high = look at it; empty "
            "where evidence is insufficient",
            _OWN, "P",
        ),
        "les": (
            "算法同疑似闲置得分，指标与权重不同；越高越需核实，证据不足为空",
            "computed as the idleness score from other criteria; high = look at it",
            _OWN, "P",
        ),
        "score": ("起决定作用的得分", "the score that decided", _OWN, "P"),
        "grade": (
            "按得分门槛分级；未列入的为空", "by limits of the score; empty if not listed",
            _OWN, "P",
        ),
        "coverage": (
            "有值指标的权重 ÷ 适用指标的权重；缺失不计零",
            "weight of criteria with a value ÷ weight of applicable ones; missing is never zero",
            _OWN, "P",
        ),
        "families": (
            "支持疑似判断的独立证据类数；少于要求的不列入",
            "independent families of evidence that agree with the suspicion",
            _OWN, "P",
        ),
        "families_available": (
            "有值的独立证据类数", "independent families of evidence that have a value", _OWN, "P",
        ),
        "evidence_zh": (
            "由数值、门槛、年份、依据等级生成的一句话",
            "a sentence made of values, limits, years and marks",
            _OWN, "P",
        ),
        "veto": (
            "首先命中的否决规则；否决优先于得分",
            "first veto that hit; vetoes come before scores",
            _OWN, "P",
        ),
        "veto_share": (
            "否决规则所读的实测值，单位随规则（占比为 0–1）",
            "measured value the veto reads, in the unit of the rule (a share is 0 to 1)",
            _OWN, "P",
        ),
        "suggestion": (
            "先核实什么；不是处置决定", "what to look into first; no decision", _OWN, "P",
        ),
        "lon": ("地块内一点的经度，CGCS2000", "longitude of a point in the parcel, CGCS2000"),
        "lat": ("地块内一点的纬度，CGCS2000", "latitude of a point in the parcel, CGCS2000"),
        "flag": (
            "先否决，再看证据是否充足，再看得分与一致的独立证据；只表示疑似",
            "vetoes first, then sufficiency of evidence, then score and families that agree",
            _OWN, "P",
        ),
        "rank": ("按得分、面积由高到低的位次", "place by score, then area", _OWN, "P"),
        "rank_p10": (
            "扰动权重、折线与测量误差后位次的第 10 百分位",
            "10th percentile of the rank when weights, ramps and measurements are disturbed",
            _OWN, "P",
        ),
        "rank_p90": (
            "扰动权重、折线与测量误差后位次的第 90 百分位",
            "90th percentile of the rank when weights, ramps and measurements are disturbed",
            _OWN, "P",
        ),
        "p_flag": (
            "扰动权重、折线与测量误差时被列入的次数占比",
            "share of the disturbed draws in which the parcel is listed",
            _OWN, "P",
        ),
        "stability": (
            "stable 稳健：多数扰动下结论不变；fragile 易变：常与本次结论不同",
            "stable: most disturbed draws agree with the run; fragile: many do not",
            _OWN, "P",
        ),
        "tipping_zh": (
            "单独改变一项权重时，使该地块退出清单的最小改变",
            "smallest change of one weight that takes the parcel off the list",
            _OWN, "P",
        ),
        "land_state": (
            "供地台账日期所证明的状态；没有台账记录即为空",
            "state that the dates of the supply ledger prove; empty without a row",
            _LAW, "V",
        ),
        "ledger_rule": ("台账日期命中的规则", "rule that the ledger's dates met", _LAW, "V"),
        "ledger_zh": ("台账状态及其日期", "the state and its dates", _LAW, "V"),
        "contradictions": (
            "与疑似判断相反的证据，代码以 ; 相连",
            "evidence that speaks against the suspicion, codes joined by ;",
            _OWN, "P",
        ),
        "contradictions_zh": (
            "与疑似判断相反的证据", "evidence that speaks against the suspicion", _OWN, "P",
        ),
        "signal": (
            "greened_over 绿覆返荒、paved_in_use 硬化在用：单列的信号，不计入得分",
            "greened over, or paved and in use: a signal of its own, outside the score",
            _OWN, "P",
        ),
        "hot_spot": (
            "低效得分（与同类组平均之差）在空间上的高值聚集（hot）或低值聚集（cold）",
            "where scores above (hot) or below (cold) the mean of their peer group gather",
            "Getis & Ord 1992", "V-weak",
        ),
        "cluster_id": (
            "相邻疑似地块组成的片", "cluster of adjacent flagged parcels", _OWN, "P",
        ),
        "cluster_area_mu": ("所在片的总面积", "area of all parcels of the cluster", _OWN, "P"),
        "cluster_parcels": ("所在片的宗数", "parcels of the cluster", _OWN, "P"),
        "check_status": (
            "现场核实：未核、属实、不属实", "field check: not yet, confirmed, rejected", "", "",
        ),
        "whynot_zh": (
            "未列入的规则、图层、实测与门槛",
            "why it is not listed: rule, layer, measured value and limit",
            _OWN, "P",
        ),
    }.items()
}  # fmt: skip
"""Meanings by machine name; an English companion column has the meaning of its Chinese one."""


def meaning_of(name: str) -> Meaning:
    """Return what a column means; an empty meaning where nothing is written of it."""
    twin = f"{name.removesuffix('_en')}_zh" if name.endswith("_en") else name
    return MEANINGS.get(name) or MEANINGS.get(twin) or Meaning("", "")
