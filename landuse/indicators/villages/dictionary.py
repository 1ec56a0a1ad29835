"""The data dictionary of natural villages: every column of villages.csv that is measured."""

from __future__ import annotations

from landuse.indicators.dictionary import Column
from landuse.indicators.villages.dictionary_ground import GROUND_COLUMNS

_OUTLINE = (("settlements", "built_surface", "buildings"),)
_CENTRES = (("centres", "parcels", "towns"),)
_HOUSES = (("buildings",),)
_REGISTER = (("register_population",),)
_PEOPLE = (("settlements", "register_population", "population"),)
_HOMES = (("settlements", "register_population", "buildings"),)
_PLOTS = (("parcels", "land_use_map"),)

VILLAGE_COLUMNS: tuple[Column, ...] = (
    Column("area_m2", "面积", "area", "m²", 0, _OUTLINE),
    Column("area_mu", "面积", "area", "亩", 2, _OUTLINE),
    Column("building_count", "建筑数", "buildings", "个", 0, _HOUSES),
    Column("lon", "经度（CGCS2000）", "longitude", "°", 6, _OUTLINE),
    Column("lat", "纬度（CGCS2000）", "latitude", "°", 6, _OUTLINE),
    Column("origin", "边界来历", "what the outline was made from", roles=_OUTLINE),
    Column("villages_within_5km", "5 公里内自然村", "other villages within 5 km", "个", 0,
           _OUTLINE),
    Column("hamlet_density", "村庄密度（近者计多）",
           "neighbouring villages, counted the less the farther", "–", 1, _OUTLINE),
    Column("hamlet_crowding", "周边村庄聚散", "villages around the villages around", "个", 1,
           _OUTLINE),
    Column("nn5_distance_m", "距第五近村", "distance to the fifth nearest village", "m", 0,
           _OUTLINE),
    Column("town_distance_m", "到镇直线距离", "straight line to the nearest town centre", "m", 0,
           _CENTRES),
    Column("services_1km", "1 公里内服务设施", "services within 1 km", "个", 0, (("services",),)),
    Column("compactness", "紧凑度（4πA/P²）", "compactness", "–", 2, _OUTLINE),
    Column("dispersion_ann", "房屋分散度（最近邻比）",
           "nearest-neighbour ratio of houses: above 1 dispersed", "–", 2, _HOUSES),
    Column("dwelling_count", "住房数", "dwellings", "个", 0, _HOUSES),
    Column("dwelling_floor_m2", "住房建筑面积", "floor area of dwellings", "m²", 0, _HOUSES),
    Column("no_dwelling", "无住房（1=是）", "no dwelling (1 = yes)", "–", 0, _HOUSES),
    Column("registered_population", "户籍人口（分摊）", "registered people, shared out", "人", 0,
           _REGISTER),
    Column("resident_population", "常住人口（分摊）", "resident people, shared out", "人", 0,
           _REGISTER),
    Column("resident_ratio", "常住户籍比", "residents over registered", "%", 0, _REGISTER),
    Column("population_est", "常住人口（估）", "residents, estimated", "人", 0, _PEOPLE),
    Column("population_basis", "人口依据", "what the people rest on", roles=_PEOPLE),
    Column("households_est", "户数（估）", "households, estimated", "户", 1, _HOMES),
    Column("households_basis", "户数依据", "what the households rest on", roles=_HOMES),
    Column("area_per_person_m2", "人均用地（按户籍）", "area a registered person", "m²", 0,
           _REGISTER),
    Column("people_per_dwelling", "每处住房常住人口", "residents a dwelling", "人", 2,
           (*_HOUSES, *_PEOPLE)),
    Column("homestead_m2", "宅基地面积", "area of homesteads", "m²", 0, _PLOTS),
    Column("homestead_flagged_m2", "其中疑似闲置低效", "of which suspected idle or low", "m²", 0,
           _PLOTS),
    Column("hollow_share", "疑似闲置低效宅基地占比", "share of homesteads suspected", "%", 1,
           _PLOTS),
    Column("no_homestead", "没有宅基地图斑（1=是）", "no homestead plot (1 = yes)", "–", 0, _PLOTS),
    Column("homestead_kwh_m2", "宅基地单位面积用电", "electricity a square metre of homestead",
           "kWh/m²", 1, (("electricity",), *_PLOTS)),
    *GROUND_COLUMNS,
)  # fmt: skip
