"""The data dictionary of reach, ground, limits and change of natural villages."""

from __future__ import annotations

from landuse.indicators.dictionary import Column

_CENTRES = ("centres", "parcels", "towns")
_TRAVEL = (_CENTRES, ("roads", "elevation"))
_ROADS = (("roads",),)
_ELEVATION = (("elevation",),)
_LISTED = (("elevation", "settlements"),)
_LIGHT = (("night_light",),)
_GREEN = (("vegetation_series",),)

GROUND_COLUMNS: tuple[Column, ...] = (
    Column("travel_min", "到镇时间", "time to the nearest town centre", "分钟", 0, _TRAVEL),
    Column("travel_basis", "到镇时间依据", "what the travel time rests on", roles=_TRAVEL),
    Column("road_distance_m", "距通村道路", "distance to a road of village class or better", "m", 0,
           _ROADS),
    Column("slope_deg", "聚落坡度（P50）", "slope, median of the outline", "°", 1, _ELEVATION),
    Column("elevation_m", "海拔（P50）", "elevation, median of the outline", "m", 0, _LISTED),
    Column("elevation_rank", "县内海拔位次", "share of villages that lie lower", "%", 0, _LISTED),
    Column("relief_to_valley_m", "高出谷底（1 公里内）",
           "height above the valley floor within 1 km", "m", 0, _ELEVATION),
    Column("hazard_share", "地质灾害区占比", "in a geohazard area", "%", 1, (("hazard",),)),
    Column("hazard_near", "地质灾害 200 米内（1=是）",
           "within 200 m of a hazard area (1 = yes)", "–", 0, (("hazard",),)),
    Column("eco_redline_share", "生态保护红线占比", "in the ecological redline", "%", 1,
           (("eco_redline",),)),
    Column("water_source_share", "饮用水水源保护区占比", "in a protected water source", "%", 1,
           (("water_source",),)),
    Column("prime_farmland_share", "永久基本农田占比", "in permanent prime farmland", "%", 1,
           (("prime_farmland",),)),
    Column("heritage_share", "文物保护范围占比", "in a heritage area", "%", 1, (("heritage",),)),
    Column("growth_boundary_share", "城镇开发边界内占比", "in the urban growth boundary", "%", 1,
           (("growth_boundary",),)),
    Column("light_slope_nw_per_year", "灯光趋势", "trend of night light", "nW/cm²/sr/年", 3,
           _LIGHT),
    Column("light_p", "灯光趋势显著性 p", "p of the trend of night light", "–", 3, _LIGHT),
    Column("light_decline", "灯光下降（p<0.05）", "fall of night light (p < 0.05), else 0",
           "nW/cm²/sr/年", 3, _LIGHT),
    Column("ntl_pixels", "灯光像元数", "VIIRS pixels the light rests on", "个", 1, _LIGHT),
    Column("ntl_support", "灯光对象", "whose light: settlement or administrative village",
           roles=_LIGHT),
    Column("greened_share", "返绿占比", "share that greened over", "%", 1, _GREEN),
    Column("ndvi_slope_a", "植被指数趋势", "trend of greenness", "1/年", 4, _GREEN),
    Column("abandoned_crop_share", "周边撂荒占比（500 米内，首年耕地近 3 年均为林灌草）",
           "cropland of the first year within 500 m that was wild in each of the last 3 years", "%",
           1, (("landcover_series",),)),
)  # fmt: skip
"""What `reach`, `ground`, `limits` and `change` make, in the order products show it."""
