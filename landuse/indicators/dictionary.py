"""The data dictionary: every column, in Chinese and English, and the sources it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Column:
    """One column of a product.

    Attributes
    ----------
    unit : unit of the value shown; ``%`` means a share stored as 0 to 1.
    decimals : digits shown, in the unit shown.
    roles : sources the column rests on. Every group must be met by at least one of its roles:
        ``(("buildings", "built_surface"),)`` needs either, two groups need both.
    """

    name: str
    zh: str
    en: str
    unit: str = ""
    decimals: int = 0
    roles: tuple[tuple[str, ...], ...] = ()

    def lacking(self, present: Collection[str]) -> tuple[tuple[str, ...], ...]:
        """Return the groups of roles that no present source meets; empty = it can be measured."""
        return tuple(group for group in self.roles if not set(group) & set(present))


class ClassNames(Protocol):
    """What a legend entry says: ``sources.raster_product.ClassName`` fits."""

    @property
    def key(self) -> str:
        """Column stem."""

    @property
    def zh(self) -> str:
        """Chinese name."""

    @property
    def en(self) -> str:
        """English name."""


_PARCELS = (("parcels",),)
_TOWNS = (("towns",),)
_ZONES = (("zones",),)
_LANDCOVER = (("landcover", "surfaces"),)
_SERIES = (("landcover_series",),)
_POPULATION = (("population",),)
_LEDGER = (("ledger",),)
_CHECKS = (("field_checks",),)
_ELEVATION = (("elevation",),)
_NIGHT_LIGHT = (("night_light",),)
_BUILT_SERIES = (("built_surface_series",),)
_GREEN = (("vegetation_series",),)
_VOLUME = (("built_volume", "built_surface"), ("built_volume", "built_height"))
_PAVED = (("landcover", "surfaces"), ("built_surface", "buildings"))
_FAR = (("buildings", "built_surface"), ("buildings", "built_height"))

PARCEL_COLUMNS: tuple[Column, ...] = (
    Column("parcel_id", "地块编号", "parcel id", roles=_PARCELS),
    Column("town_code", "乡镇代码", "town code", roles=_TOWNS),
    Column("town_name", "乡镇", "town", roles=_TOWNS),
    Column("zone_in", "区内", "in a development zone", roles=_ZONES),
    Column("zone_name", "开发区", "development zone", roles=_ZONES),
    Column("land_use", "地类代码", "land-use code", roles=_PARCELS),
    Column("land_use_zh", "地类", "land use (Chinese)", roles=_PARCELS),
    Column("land_use_en", "地类（英文）", "land use", roles=_PARCELS),
    Column("group", "同类组", "peer group", roles=_PARCELS),
    Column("area_m2", "面积", "area", "m²", 2, _PARCELS),
    Column("area_mu", "面积", "area", "亩", 2, _PARCELS),
    Column("idle_score", "疑似闲置得分", "suspected idleness score", "分", 1),
    Column("les", "疑似低效得分", "suspected low-efficiency score", "分", 1),
    Column("score", "得分", "score", "分", 1),
    Column("grade", "等级", "grade"),
    Column("flag", "判定", "flag"),
    Column("coverage", "证据覆盖", "evidence coverage", "%", 0),
    Column("families", "一致的独立证据", "independent families that agree", "类"),
    Column("families_available", "可用的独立证据", "independent families available", "类"),
    Column("evidence_zh", "证据", "evidence (Chinese)"),
    Column("evidence_en", "证据（英文）", "evidence"),
    Column("veto", "否决规则", "veto rule"),
    Column("veto_zh", "否决原因", "reason of the veto (Chinese)"),
    Column("veto_en", "否决原因（英文）", "reason of the veto"),
    Column("veto_share", "否决项实测值", "measured value of the veto", "", 4),
    Column("suggestion", "建议", "what to look into first (Chinese)"),
    Column("rank", "位次", "rank"),
    Column("rank_p10", "位次 P10", "rank, 10th percentile"),
    Column("rank_p90", "位次 P90", "rank, 90th percentile"),
    Column("p_flag", "入选概率", "probability of being listed", "%", 0),
    Column("stability", "稳健性", "robustness"),
    Column("tipping_zh", "翻转条件", "smallest change of one weight that unlists it (Chinese)"),
    Column("tipping_en", "翻转条件（英文）", "smallest change of one weight that unlists it"),
    Column("land_state", "台账状态", "state in the supply ledger", roles=_LEDGER),
    Column("ledger_rule", "台账规则", "rule on the ledger's dates", roles=_LEDGER),
    Column("ledger_zh", "台账依据", "what the ledger says (Chinese)", roles=_LEDGER),
    Column("ledger_en", "台账依据（英文）", "what the ledger says", roles=_LEDGER),
    Column("contradictions", "矛盾代码", "contradictions, codes"),
    Column("contradictions_zh", "矛盾", "contradictions (Chinese)"),
    Column("contradictions_en", "矛盾（英文）", "contradictions"),
    Column("signal", "信号", "signal"),
    Column("hot_spot", "热点", "hot or cold spot of low efficiency"),
    Column("cluster_id", "成片编号", "cluster of adjacent flagged parcels"),
    Column("cluster_area_mu", "成片面积", "area of the cluster", "亩", 2),
    Column("cluster_parcels", "成片宗数", "parcels in the cluster", "宗"),
    Column("check_status", "核实状态", "state of the field check", roles=_CHECKS),
    Column("checked_by", "核实人", "checked by", roles=_CHECKS),
    Column("checked_on", "核实日期", "checked on", roles=_CHECKS),
    Column("check_note", "备注", "note of the field check", roles=_CHECKS),
    Column("whynot_zh", "未列入原因", "why it is not listed (Chinese)"),
    Column("whynot_en", "未列入原因（英文）", "why it is not listed"),
    Column("lon", "经度", "longitude, CGCS2000", "°", 6, _PARCELS),
    Column("lat", "纬度", "latitude, CGCS2000", "°", 6, _PARCELS),
)
"""The parcel list of the public contract, in its order."""

INDICATOR_COLUMNS: tuple[Column, ...] = (
    Column("landcover_known_share", "地表覆盖已知占比", "land cover known", "%", 1, _LANDCOVER),
    Column("built_share", "不透水率", "built surface share", "%", 1, (("built_surface",),)),
    Column("built_height_m", "平均建筑高度", "mean net building height", "m", 1,
           (("built_height",),)),
    Column("nonres_share", "非居住建成面占比", "non-residential built surface share", "%", 1,
           (("built_nonres",),)),
    Column("volume_m3_per_m2", "建筑体积密度", "building volume per parcel area", "m³/m²", 2,
           (("built_volume",),)),
    Column("settlement_degree", "城镇化程度（GHS-SMOD 代码，仅作背景）",
           "degree of urbanisation (GHS-SMOD code, background only)", "", 0,
           (("settlement_degree",),)),
    Column("building_coverage", "建筑密度", "building coverage", "%", 1, (("buildings",),)),
    Column("building_completeness", "建筑轮廓完整度", "footprint completeness of the town", "–", 2,
           (("buildings",), ("built_surface",))),
    Column("far", "容积率", "floor-area ratio", "–", 2, _FAR),
    Column("far_source", "容积率来源", "source of the floor-area ratio", roles=_FAR),
    Column("ntl_nw", "夜间灯光", "night light", "nW/cm²/sr", 2, _NIGHT_LIGHT),
    Column("ntl_context_nw", "周边灯光（仅作背景）", "night light around (background only)",
           "nW/cm²/sr", 2, _NIGHT_LIGHT),
    Column("lights_per_ha", "灯具密度", "lamps per hectare", "盏/公顷", 2, (("lights",),)),
    Column("population", "人口", "population", "人", 1, _POPULATION),
    Column("population_per_ha", "人口密度", "population density", "人/公顷", 1, _POPULATION),
    Column("slope_deg", "坡度", "slope", "°", 1, _ELEVATION),
    Column("elevation_m", "海拔", "elevation", "m", 1, _ELEVATION),
    Column("road_distance_m", "距道路", "distance to a road", "m", 0, (("roads",),)),
    Column("town_distance_m", "距乡镇中心", "distance to the town centre", "m", 0, _TOWNS),
    Column("zone_distance_m", "距开发区", "distance to a development zone", "m", 0, _ZONES),
    Column("shape_index", "形状指数", "shape index", "–", 2, _PARCELS),
    Column("compactness", "紧凑度", "compactness", "–", 2, _PARCELS),
    Column("area_planar_m2", "投影面积", "area on the map plane", "m²", 2, _PARCELS),
    Column("eco_redline_share", "生态保护红线占比", "in the ecological redline", "%", 1,
           (("eco_redline",),)),
    Column("prime_farmland_share", "永久基本农田占比", "in permanent prime farmland", "%", 1,
           (("prime_farmland",),)),
    Column("growth_boundary_share", "城镇开发边界内占比", "in the urban growth boundary", "%", 1,
           (("growth_boundary",),)),
    Column("hazard_share", "地质灾害区占比", "in a geohazard area", "%", 1, (("hazard",),)),
    Column("heritage_share", "文物保护范围占比", "in a heritage area", "%", 1, (("heritage",),)),
    Column("water_share", "水域占比", "under water", "%", 1, (("water",),)),
    Column("impervious_first_share", "首年不透水占比", "impervious, first year", "%", 1, _SERIES),
    Column("impervious_last_share", "末年不透水占比", "impervious, last year", "%", 1, _SERIES),
    Column("impervious_change", "不透水占比变化", "change of impervious share", "%", 1, _SERIES),
    Column("unbuilt_years", "连续未建年数", "latest years in a row not built", "年", 0, _SERIES),
    Column("built_first_share", "首年建成面占比", "built surface, first year", "%", 1,
           _BUILT_SERIES),
    Column("built_last_share", "末年建成面占比", "built surface, last year", "%", 1, _BUILT_SERIES),
    Column("built_change", "建成面占比变化", "change of built surface share", "%", 1,
           _BUILT_SERIES),
    Column("light_slope_nw_per_year", "灯光趋势", "trend of night light", "nW/cm²/sr/年", 3,
           _NIGHT_LIGHT),
    Column("ndvi_latest", "末年植被指数", "greenness (NDVI), latest year", "–", 2, _GREEN),
    Column("vegetated_share", "有植被占比", "under vegetation, last years", "%", 1, _GREEN),
    Column("ndvi_first", "前期植被指数", "greenness (NDVI), first years", "–", 2, _GREEN),
    Column("ndvi_slope_per_year", "植被指数趋势", "trend of greenness", "1/年", 4, _GREEN),
    Column("ndvi_p", "植被趋势显著性 p", "p of the trend of greenness", "–", 3, _GREEN),
    Column("greened_share", "返绿占比", "share that greened over", "%", 1, _GREEN),
    Column("green_over", "建设用地返绿（1=是）", "built or bare land greens over (1 = yes)", "–", 0,
           _GREEN),
    Column("lst_anomaly_k", "地表温度差（与同类比）", "surface temperature against peers", "K", 1,
           (("surface_temperature",),)),
    Column("light_cluster_ha", "同类连片面积", "area of adjoining parcels of its kind", "公顷", 1,
           _NIGHT_LIGHT),
    Column("light_per_volume_nw_m3", "单位体积灯光（连片）",
           "light per built volume of the cluster", "nW/sr/m³", 0, (*_NIGHT_LIGHT, *_VOLUME)),
    Column("light_cluster_slope_nw_per_year", "连片灯光趋势", "trend of night light of the cluster",
           "nW/cm²/sr/年", 3, _NIGHT_LIGHT),
    Column("paved_open_share", "硬化无建筑占比", "sealed without a building", "%", 1, _PAVED),
    Column("paved_in_use", "硬化场地在用（1=是）", "paved and in use: yard, car park (1 = yes)",
           "–", 0, (*_PAVED, *_GREEN)),
    Column("tax_per_mu", "亩均税收", "tax per mu", "万元/亩", 2, (("enterprises",),)),
    Column("emp_class_rank", "亩均等级（1=A）", "A-D class (1 = A)", "–", 0, (("enterprises",),)),
    Column("electricity_kwh_m2", "单位用地年用电量", "electricity by ground", "千瓦时/m²/年", 2,
           (("electricity",),)),
    Column("electricity_kwh_floor_m2", "单位建筑面积年用电量", "electricity by floor area",
           "千瓦时/m²/年", 2, (("electricity",), *_FAR)),
    Column("ledger_idle", "台账未动工线索（1=有）", "ledger: not started in time (1 = yes)", "–", 0,
           _LEDGER),
    Column("ledger_idle_years", "逾约定开工年数", "years past the agreed start", "年", 2, _LEDGER),
    Column("ledger_rows", "台账行数", "rows in the ledger", "行", 0, _LEDGER),
    Column("ledger_cause", "台账登记原因", "cause on record in the ledger", roles=_LEDGER),
)  # fmt: skip
"""Every indicator, in the order products show it; shares of classes come from `share_columns`."""

COLUMNS: tuple[Column, ...] = (*PARCEL_COLUMNS, *INDICATOR_COLUMNS)


def share_columns(legend: Iterable[ClassNames]) -> tuple[Column, ...]:
    """Return the column ``share_<key>`` of each class of a land-cover legend."""
    return tuple(
        Column(f"share_{c.key}", f"{c.zh}占比", f"share of {c.en}", "%", 1, _LANDCOVER)
        for c in legend
    )


def indicator_names(legend: Iterable[ClassNames] = ()) -> dict[str, Column]:
    """Return the indicators by name: class shares first, then the rest in dictionary order."""
    return {column.name: column for column in (*share_columns(legend), *INDICATOR_COLUMNS)}


def lost_columns(
    present: Collection[str], columns: Iterable[Column] = INDICATOR_COLUMNS
) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the columns that cannot be measured and, for each, the groups of roles it lacks."""
    found = {column.name: column.lacking(present) for column in columns}
    return {name: groups for name, groups in found.items() if groups}
