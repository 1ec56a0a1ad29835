"""The indicators of intensive land use of a development zone: names, formulas, sources, limits."""

from __future__ import annotations

from dataclasses import dataclass

from landuse.core.settings import Mark, Settings
from landuse.indicators.measured import MINIMUM_KNOWN, Limit

TREE = "TD/T 1029 开发区土地集约利用评价规程（指标与公式据公开代码 as found in public code）"
LEDGER_NOTE = (
    "只按供地台账有行的地块计；台账状态不由影像推断",
    "only parcels with a ledger row count; no state is inferred from imagery",
)
BUILT_NOTE = (
    "已建成：不透水率达到门槛的城镇建设用地（村庄宅基地不计），由影像推断",
    "built-up: urban construction land whose built surface reaches the limit, inferred from "
    "imagery; village homesteads are left out",
)


@dataclass(frozen=True, kw_only=True)
class Term:
    """One indicator: the mean of ``value`` over the land of ``base``, weighted by area.

    ``value`` and ``base`` name what is known of a parcel (see `zone_intensity._known`); ``""`` is
    a source nobody supplies yet. ``needs``: columns without which it cannot be computed.
    """

    code: str
    zh: str
    en: str
    unit: str
    value: str
    base: str
    needs: tuple[str, ...]
    formula_zh: str
    formula_en: str
    numerator_unit: str = "m²"
    denominator_unit: str = "m²"
    mark: Mark = "V"
    source: str = TREE
    note: tuple[str, str] = ("", "")


class IntensitySettings(Settings):
    """What counts as built up, how much must be known, and where the two zone types part."""

    built_at: Limit = Limit(
        value=1 / 3, unit="share of parcel area",
        source="国土资源部令第53号 I-2 的三分之一用于影像 (the third of I-2, applied to imagery: "
        "proposed here)", mark="P",
    )  # fmt: skip
    minimum_known: Limit = MINIMUM_KNOWN.model_copy(
        update={
            "unit": "share of zone area",
            "source": "proposed here: a zone less than half known has no value",
        }
    )
    industrial_led: Limit = Limit(
        value=0.5, unit="share of built-up land",
        source="记忆待核，与三个公开算例相符 (from memory; agrees with three published examples)",
        mark="M",
    )  # fmt: skip
    residential_most: Limit = Limit(
        value=0.15, unit="share of built-up land",
        source="proposed here: between the published examples 0.07 (industry-led) and 0.18 "
        "(mixed)", mark="P",
    )  # fmt: skip


TERMS: tuple[Term, ...] = (
    Term(
        code="supply_rate", zh="土地供应率", en="land supplied", unit="%",
        value="supplied", base="ready", needs=("land_state",),
        formula_zh="已供应国有建设用地 ÷ 已达到供地条件的土地 × 100",
        formula_en="supplied / ready for supply",
        note=(
            LEDGER_NOTE[0] + "；已达到供地条件按已供应与批而未供之和计，农转用不计",
            LEDGER_NOTE[1] + "; ready = supplied and approved but not supplied",
        ),
    ),
    Term(
        code="built_rate", zh="土地建成率", en="supplied land that is built up", unit="%",
        value="built", base="supplied", needs=("land_state", "built_share"),
        formula_zh="已建成城镇建设用地 ÷ 已供应国有建设用地 × 100",
        formula_en="built up / supplied", note=LEDGER_NOTE,
    ),
    Term(
        code="industrial_rate", zh="工业用地率", en="industrial share of built-up land", unit="%",
        value="industrial", base="built", needs=("built_share", "group"),
        formula_zh="工矿仓储用地 ÷ 已建成城镇建设用地 × 100",
        formula_en="industrial, mining and storage land / built up", note=BUILT_NOTE,
    ),
    Term(
        code="far", zh="综合容积率", en="floor-area ratio of built-up land", unit="–",
        value="far", base="built", needs=("built_share", "far"),
        formula_zh="总建筑面积 ÷ 已建成城镇建设用地",
        formula_en="floor area / built up",
        note=(
            BUILT_NOTE[0] + "；层高超过 8 米的单层工业建筑面积加倍",
            BUILT_NOTE[1] + "; one-storey sheds over 8 m count twice",
        ),
    ),
    Term(
        code="coverage", zh="建筑密度", en="building coverage of built-up land", unit="%",
        value="building_coverage", base="built", needs=("built_share", "building_coverage"),
        formula_zh="建筑基底面积 ÷ 已建成城镇建设用地 × 100",
        formula_en="footprints / built up", note=BUILT_NOTE,
    ),
    Term(
        code="industrial_far", zh="工业用地综合容积率", en="floor-area ratio of industrial land",
        unit="–", value="far", base="built_industrial", needs=("built_share", "group", "far"),
        formula_zh="工矿仓储用地上的总建筑面积 ÷ 工矿仓储用地",
        formula_en="floor area on industrial land / industrial land", note=BUILT_NOTE,
    ),
    Term(
        code="industrial_coverage", zh="工业用地建筑系数", en="site coverage of industrial land",
        unit="%", value="building_coverage", base="built_industrial",
        needs=("built_share", "group", "building_coverage"),
        formula_zh="（建筑基底 + 露天堆场 + 露天操作场）÷ 工矿仓储用地 × 100",
        formula_en="(footprints + open storage + open working yards) / industrial land",
        note=(
            "仅计建筑基底；露天堆场、操作场无图，故偏低",
            "footprints only: open storage and working yards are not mapped, so this is too low",
        ),
    ),
    Term(
        code="industrial_tax", zh="工业用地地均税收", en="tax per area of industrial land",
        unit="万元/亩", value="tax_per_mu", base="built_industrial",
        needs=("built_share", "group", "tax_per_mu"),
        formula_zh="工业企业税收总额 ÷ 工矿仓储用地",
        formula_en="tax of industrial enterprises / industrial land",
        numerator_unit="万元", denominator_unit="亩",
        note=(
            "无企业记录的地块为未知，不作零计",
            "a parcel without an enterprise row is unknown, not zero",
        ),
    ),
    Term(
        code="industrial_assets", zh="工业用地固定资产投入强度",
        en="fixed assets per area of industrial land", unit="万元/亩", value="", base="",
        needs=("fixed_assets",),
        formula_zh="工业企业累计固定资产投资总额 ÷ 工矿仓储用地",
        formula_en="accumulated fixed-asset investment / industrial land",
        numerator_unit="万元", denominator_unit="亩",
    ),
    Term(
        code="idle_rate", zh="土地闲置率", en="supplied land that is idle by the ledger", unit="%",
        value="idle", base="supplied", needs=("land_state",),
        formula_zh="闲置土地 ÷ 已供应国有建设用地 × 100（负向）",
        formula_en="idle by the ledger / supplied (less is better)", note=LEDGER_NOTE,
    ),
)  # fmt: skip
"""The zone indicators of domain.md §1.4, in the order of the standard's tree."""

SOURCE_NAMES = {
    "land_state": ("供地台账", "supply ledger"),
    "built_share": ("建成面", "built surface"),
    "group": ("地类", "land use"),
    "far": ("容积率（建筑轮廓与高度）", "floor-area ratio (footprints and heights)"),
    "building_coverage": ("建筑轮廓", "building footprints"),
    "tax_per_mu": ("企业亩均效益表", "enterprise table"),
    "fixed_assets": ("工业企业累计固定资产投资额", "fixed-asset investment of enterprises"),
}
"""Column -> (zh, en) name of the source that it rests on."""
