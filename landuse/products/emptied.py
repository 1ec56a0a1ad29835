"""Which parts of the products stay empty where a source is absent."""

from __future__ import annotations

from typing import Final

Words = tuple[str, str]

EMPTIED: Final[dict[str, Words]] = {
    "county": ("报告与地图无县界", "no county outline in report and map"),
    "towns": (
        "乡镇汇总只有“未归属”，到乡镇中心的距离为空",
        "totals by town hold one row, unassigned; distance to the town centre empty",
    ),
    "zones": (
        "区内外未知，开发区汇总为空",
        "inside or outside a zone unknown; totals by zone empty",
    ),
    "parcels": (
        "没有图斑的地类、权属；地块只能由其他图层推出，推不出则清单全空",
        "no land use or owner of a cadastre; parcels come from other layers, else every list is "
        "empty",
    ),
    "land_use_map": (
        "没有图斑时不能由开放地图划地块",
        "where no cadastre exists no parcel can be drawn from an open map",
    ),
    "villages": ("自然村不能归到行政村", "natural villages have no administrative village"),
    "settlements": (
        "自然村只能由建成像元或建筑推出，没有名称",
        "natural villages are drawn from cells or buildings, without names",
    ),
    "roads": ("通达列与地图道路为空", "access columns and the roads of the map empty"),
    "buildings": ("建筑密度列与地图建筑为空", "building coverage and the map's buildings empty"),
    "water": ("水面列与地图水面为空", "water column and the map's water empty"),
    "lights": ("灯光点列为空", "lamp columns empty"),
    "eco_redline": ("地图无生态保护红线", "no ecological red line on the map"),
    "prime_farmland": ("地图无永久基本农田", "no prime farmland on the map"),
    "growth_boundary": ("地图无城镇开发边界", "no growth boundary on the map"),
    "hazard": ("地图无地质灾害易发区", "no hazard areas on the map"),
    "heritage": ("地图无文保范围", "no heritage areas on the map"),
    "services": ("村庄服务可达为空", "services of villages empty"),
    "water_source": ("村庄水源地占比为空", "water-source share of villages empty"),
    "consent": (
        "整合方案未考虑农户意愿",
        "the consolidation plan does not know which villages agree",
    ),
    "centres": ("城镇中心取各镇建筑最密处", "town centres are where houses stand densest"),
    "landcover": ("地表占比列为空", "land-cover share columns empty"),
    "surfaces": ("地表占比列为空", "land-cover share columns empty"),
    "built_surface": ("建成占比列为空", "built share empty"),
    "built_surface_series": ("历年建成列为空", "built surface by year empty"),
    "built_nonres": ("非居住建成列为空", "non-residential columns empty"),
    "built_volume": ("建筑体积列为空", "building volume empty"),
    "built_height": ("建筑高度列为空", "building height empty"),
    "settlement_degree": ("城镇化程度列为空", "degree of urbanisation empty"),
    "night_light": ("灯光列与灯光趋势为空", "light columns and light trend empty"),
    "population": ("人口列为空", "population columns empty"),
    "elevation": ("坡度、高程列为空，地图无晕渲", "slope and height empty; no hillshade"),
    "landcover_series": ("历年变化列为空", "columns of change over the years empty"),
    "enterprises": ("效益列为空", "economy columns empty"),
    "electricity": ("用电列为空", "electricity columns empty"),
    "vegetation_series": ("植被与返绿列为空", "greenness and greening-over columns empty"),
    "surface_temperature": ("地表温差列为空", "surface-temperature column empty"),
    "ledger": ("台账状态为空，不作法定表述", "ledger state empty; no legal wording"),
    "field_checks": ("核实状态均为未核", "every parcel stands as not checked"),
    "register_population": (
        "村庄户籍、常住人口为空，村庄排序仅为相对",
        "registered people of villages empty; their ranking is relative only",
    ),
    "village_list": ("不能核对村名录", "the list of villages cannot be compared"),
    "town_census": (
        "人口格网只能按全县总数校正",
        "the population grid can be brought to the county's total only",
    ),
    "census": ("不能对照普查人口", "no census to compare with"),
}
NOTHING: Final[Words] = ("本版本没有成果依赖它", "no product of this version rests on it")


def emptied(role: str) -> Words:
    """Return (zh, en): what stays empty without a role."""
    return EMPTIED.get(role, NOTHING)
