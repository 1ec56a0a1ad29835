"""The whole method on one page: the ordered stages, and nothing else.

Layers come onto one CRS and one grid; parcels are built; indicators measure them; the score
model judges them; the products show what was found, how sure it is, and what is not known.
"""

from __future__ import annotations

from landuse.align.datum_guard import guard_datums
from landuse.align.grid import GridSettings, study_grid
from landuse.align.overlap import OverlapSettings, measure_overlap
from landuse.align.partition import partition_towns
from landuse.align.rasters import RasterAlign, align_raster, align_series
from landuse.align.surfaces import BurnSettings, burn_surfaces
from landuse.align.tables import TableAlign, align_table
from landuse.align.vectors import VectorAlign, align_vector
from landuse.choices import (
    GUARDED,
    cell_parcel_settings,
    crosswalk_settings,
    guard_settings,
    indicator_settings,
    map_parcel_settings,
    parcel_settings,
    partition_settings,
    request_settings,
    settlement_settings,
    village_limit_settings,
)
from landuse.core.settings import Settings
from landuse.deliver import deliver
from landuse.indicators.access import AccessSettings, measure_access
from landuse.indicators.activity import measure_activity
from landuse.indicators.assemble import assemble
from landuse.indicators.built import measure_built
from landuse.indicators.economy import measure_economy
from landuse.indicators.electricity import measure_electricity
from landuse.indicators.form import measure_form
from landuse.indicators.greenness import measure_greenness
from landuse.indicators.heat import measure_heat
from landuse.indicators.ledger import measure_ledger
from landuse.indicators.light_clusters import measure_light_clusters
from landuse.indicators.overlay import split_lines
from landuse.indicators.paved import measure_paved
from landuse.indicators.people import measure_people
from landuse.indicators.planning import measure_planning
from landuse.indicators.surface import measure_surface
from landuse.indicators.terrain import measure_terrain
from landuse.indicators.trend import measure_trend
from landuse.indicators.urban import measure_urban
from landuse.indicators.villages.centres import find_town_centres
from landuse.indicators.villages.change import VillageChangeSettings, measure_village_change
from landuse.indicators.villages.fields import FieldSettings, join_fields
from landuse.indicators.villages.homesteads import HomesteadSettings, measure_village_homesteads
from landuse.indicators.villages.limits import measure_village_limits
from landuse.indicators.villages.people import VillagePeopleSettings, measure_village_people
from landuse.indicators.villages.place import PlaceSettings, measure_village_place
from landuse.indicators.villages.reach import ReachSettings, measure_village_reach
from landuse.indicators.villages.reclaim import ReclaimSettings, measure_village_reclaim
from landuse.indicators.zone_intensity import measure_zone_intensity
from landuse.indicators.zone_intensity_terms import IntensitySettings
from landuse.objects.crosswalk import crosswalk
from landuse.objects.derived.cells import parcels_from_cells
from landuse.objects.derived.land_use import parcels_from_land_use
from landuse.objects.frame import FrameSettings, describe_frame
from landuse.objects.neighbours import NeighbourSettings, measure_neighbours
from landuse.objects.none import NoParcelSettings, no_parcels
from landuse.objects.parcels import build_parcels
from landuse.objects.settlement_points import take_settlements
from landuse.objects.settlements import build_settlements
from landuse.plan import CONTROL_ROLES, Plan
from landuse.plans.matching.match import match_projects
from landuse.plans.matching.requests import read_projects
from landuse.plans.potential import consolidation_potential
from landuse.plans.proposal import propose, screen_receiving
from landuse.plans.quota import village_quota
from landuse.plans.reclaim import reclamation
from landuse.plans.sites.find import find_sites
from landuse.plans.sites.ground import measure_outlines
from landuse.plans.sites.listing import outline_sites
from landuse.plans.whole_area import town_sheets
from landuse.plans.worklists import WorkSettings, work_lists
from landuse.products.checks import CheckSettings, merge_checks
from landuse.products.results import merge_judged, merge_results
from landuse.runner import Recalls, Stage
from landuse.scores.assess import assess
from landuse.scores.clusters import ClusterSettings, find_clusters
from landuse.scores.pattern import PatternSettings, spatial_pattern
from landuse.scores.robustness import RobustnessSettings, robustness
from landuse.scores.texts import tell
from landuse.scores.tipping import TippingSettings, tipping
from landuse.scores.villages import assess_villages
from landuse.sources.describe import describe_sources
from landuse.sources.spec import RasterSource, TableSource, VectorSource
from landuse.study import OpenStudy


def stages(study: OpenStudy) -> list[Stage]:
    """Return the stages of a study in order; a source it does not have makes no stage."""
    plan = Plan(study)
    _bring_layers_in(plan)
    _settle_the_frame(plan)
    _build_objects(plan)
    _measure(plan)
    _judge(plan)
    deliver(plan)
    return plan.stages


def _bring_layers_in(plan: Plan) -> None:
    crs, sources = plan.head.crs, plan.sources
    plan.add(
        "sources", "数据来源", describe_sources, plan.describe(), files={"files": plan.files()}
    )
    for role, source in plan.frame_first(sources.of_kind(VectorSource)).items():
        vector = VectorAlign.for_role(
            role, source, crs=crs, duplicates=plan.study.parcels.duplicates
        )
        takes = {"frame": plan.layer(plan.frame_role)} if role != plan.frame_role else {}
        plan.align(role, align_vector, vector, takes=takes)
    grid = GridSettings(crs=crs, resolution_m=plan.head.resolution_m, bounds=plan.head.bounds)
    frame = {"frame": plan.layer(plan.frame_role)}
    plan.add("grid", "工作格网", study_grid, grid, takes=frame)
    on_grid = {"grid": "grid.grid"}
    in_frame = on_grid | frame
    for role, product in sources.of_kind(RasterSource).items():
        raster = RasterAlign(role=role, product=product.product, year=product.year)
        if product.series:
            plan.align_many(role, align_series, raster, takes=in_frame)
        else:
            plan.align(role, align_raster, raster, takes=in_frame)
    if sources.surfaces:
        surfaces = BurnSettings(surfaces=sources.surfaces, crs=crs)
        plan.align_many("surfaces", burn_surfaces, surfaces, takes=on_grid)
    for role, table in sources.of_kind(TableSource).items():
        plan.align(role, align_table, TableAlign.for_role(role, table))
    plan.add("overlap", "资料范围", measure_overlap, OverlapSettings(), takes=plan.aligned())


def _settle_the_frame(plan: Plan) -> None:
    """Test what the layers declare, make the towns fit, split lines, describe the study area."""
    guarded = plan.of(*GUARDED, "built_surface") | {"landcover": plan.one_year("landcover")}
    plan.add("datum", "坐标基准检验", guard_datums, guard_settings(plan.study), takes=guarded)
    if plan.sources.towns:
        takes = plan.of("county", "towns") | {"codes": plan.tables("village_list")["village_list"]}
        plan.add(
            "towns", "乡镇界整理", partition_towns, partition_settings(plan.study), takes=takes
        )
    plan.add("lines", "管控线切分", split_lines, Settings(), takes=plan.of(*CONTROL_ROLES))
    frame = plan.of("county", "towns") | plan.tables("village_list", "census")
    plan.add("frame", "研究区", describe_frame, FrameSettings(adcode=plan.head.adcode), takes=frame)


def _build_objects(plan: Plan) -> None:
    study, of = plan.study, plan.of
    cells = of("built_surface") | {"landcover": plan.one_year("landcover")}
    cutting = of("roads", "water", "towns", "zones") | {"previous": plan.layer("previous_parcels")}
    from_map = plan.from_map
    if from_map:
        takes = of("land_use_map") | cutting
        plan.add("parcels_from_map", "由开放地图划地块", parcels_from_land_use,
                 map_parcel_settings(study), takes=takes)  # fmt: skip
    elif not plan.sources.parcels and any(cells.values()):
        takes = cells | cutting
        plan.add("parcels_from_cells", "由建成像元划地块", parcels_from_cells,
                 cell_parcel_settings(study), takes=takes)  # fmt: skip
    elif not plan.sources.parcels:
        plan.add("no_parcels", "没有地块", no_parcels, NoParcelSettings(crs=plan.head.crs))
    takes = {"parcels": plan.parcel_layer()} | of("towns", "zones")
    plan.add("parcels", "地块", build_parcels, parcel_settings(study, from_map=from_map),
             takes=takes)  # fmt: skip
    takes = {"parcels": "parcels.parcels"}
    plan.add("crosswalk", "用地用海分类", crosswalk, crosswalk_settings(study, from_map=from_map),
             takes=takes)  # fmt: skip
    villages = of("buildings", "settlements", "towns", "villages", "zones", "growth_boundary")
    takes = {"parcels": "parcels.parcels"}
    plan.add("neighbours", "相邻地块", measure_neighbours, NeighbourSettings(), takes=takes)
    if any(cells.values()) or villages["buildings"]:
        takes = cells | villages | {"previous": plan.layer("previous_settlements")}
        plan.add("settlements", "自然村", build_settlements, settlement_settings(study),
                 takes=takes)  # fmt: skip
    elif study.sources.settlements:
        takes = of("settlements", "towns", "villages")
        takes |= {"previous": plan.layer("previous_settlements")}
        plan.add("settlements", "自然村", take_settlements, settlement_settings(study),
                 takes=takes)  # fmt: skip


def _measure(plan: Plan) -> None:
    chosen, of = indicator_settings(plan.study), plan.of
    landcover, light = ({"landcover": plan.landcover()},
                        {"night_light": plan.one_year("night_light")})  # fmt: skip
    years = {
        "landcover_series": plan.layers("landcover_series"),
        "night_light_series": plan.layers("night_light"),
    }
    built = of("built_surface", "buildings", "built_height")
    plan.measure("form", "形态", measure_form, chosen.form)
    plan.measure("surface", "地表", measure_surface, chosen.surface, landcover, plan.legend())
    plan.measure("built", "建筑", measure_built, chosen.built, built)
    ledger = plan.tables("ledger") | {"built": "built.table"}
    plan.measure("ledger", "供地台账", measure_ledger, chosen.ledger, ledger)
    plan.measure("activity", "活动", measure_activity, chosen.activity, light | of("lights"))
    plan.measure("people", "人口", measure_people, chosen.people, of("population"))
    plan.measure("terrain", "地形", measure_terrain, chosen.terrain, of("elevation"))
    plan.measure("access", "通达", measure_access, chosen.access, of("roads", "towns", "zones"))
    plan.measure("planning", "管控线", measure_planning, chosen.planning,
                 plan.lines(*CONTROL_ROLES) | of("water"))  # fmt: skip
    plan.measure("trend", "历年变化", measure_trend, chosen.trend, years)
    greenness = {"vegetation_series": plan.layers("vegetation_series")}
    plan.measure("greenness", "返绿", measure_greenness, chosen.greenness, greenness)
    plan.measure("heat", "地表温度", measure_heat, chosen.heat, of("surface_temperature"))
    paved = landcover | of("built_surface", "buildings") | greenness
    plan.measure("paved", "硬化场地", measure_paved, chosen.paved, paved, plan.legend())
    lit = light | {"night_light_series": plan.layers("night_light")}
    lit |= of("built_surface", "built_height", "built_volume")
    plan.measure("light_clusters", "连片灯光", measure_light_clusters, chosen.light_clusters, lit)
    plan.measure("economy", "效益", measure_economy, chosen.economy, plan.tables("enterprises"))
    power = plan.tables("electricity") | {"built": "built.table"}
    plan.measure("electricity", "用电", measure_electricity, chosen.electricity, power)
    urban = of("built_nonres", "built_volume", "settlement_degree") | {
        "built_surface_series": plan.layers("built_surface_series")
    }
    plan.measure("urban", "城镇化", measure_urban, chosen.urban, urban)
    takes = {"parcels": "parcels.parcels"} | {name: f"{name}.table" for name in plan.measured}
    plan.add("table", "指标总表", assemble, Settings(), takes=takes)


def _judge(plan: Plan) -> None:
    model, table = plan.opened.model, {"table": "table.table"}
    plan.add("robustness", "稳健性", robustness, RobustnessSettings(score_model=model), takes=table)
    plan.add("tipping", "临界权重", tipping, TippingSettings(score_model=model), takes=table)
    plan.add("scores", "评分与判定", assess, plan.assess_settings(),
             takes=table | {"robust": "robustness.table", "tipping": "tipping.table"})  # fmt: skip
    plan.add("texts", "判定说明", tell, plan.assess_settings(),
             takes=table | {"scores": "scores.scores"})  # fmt: skip
    scores, before = {"scores": "scores.scores"}, {"previous": plan.layer("previous_parcels")}
    plan.add("pattern", "空间格局", spatial_pattern, PatternSettings(),
             takes=scores | table | {"points": "neighbours.points"})  # fmt: skip
    plan.add("clusters", "成片", find_clusters, ClusterSettings(),
             takes=scores | table | before | {"neighbours": "neighbours.neighbours"})  # fmt: skip
    takes = scores | table | {"parcels": "parcels.parcels", "derived": "scores.derived",
                              "clusters": "clusters.table"}  # fmt: skip
    plan.add("judged", "判定总表", merge_judged, plan.result_settings(), takes=takes)
    plan.add("results", "成果总表", merge_results, Settings(),
             takes={"judged": "judged.parcels", "pattern": "pattern.table",
                    "texts": "texts.texts"})  # fmt: skip
    plan.add("zone_intensity", "园区集约利用", measure_zone_intensity, IntensitySettings(),
             takes={"parcels": "judged.parcels"})  # fmt: skip
    plan.add("checks", "实地核实", merge_checks, CheckSettings(as_of=plan.head.as_of),
             takes=before | {"parcels": "parcels.parcels",
                             "checks": plan.tables("field_checks")["field_checks"]})  # fmt: skip
    plan.add("fields", "连片耕地", join_fields, FieldSettings(),
             takes={"landcover": plan.landcover()}, fixed=plan.legend())  # fmt: skip
    plan.collect("parcel_findings", "地块发现")
    _judge_villages(plan)
    _judge_sites(plan)
    plan.collect("land_findings", "用地发现", after="parcel_findings")
    _match(plan)
    plan.collect("findings", "发现", after="land_findings")


def _judge_sites(plan: Plan) -> None:
    """Outline the sites where better use could go, measure each shape once, and judge them."""
    chosen = plan.site_settings()
    plan.add("site_outlines", "地块组合", outline_sites, chosen, takes=plan.outline_links())
    ground = plan.ground_links(*CONTROL_ROLES)
    plan.add("site_ground", "地块条件", measure_outlines, chosen.ground(), takes=ground,
             fixed=plan.legend(), recalls=Recalls("outline", "table", "known"))  # fmt: skip
    present = sorted(name for name, source in ground.items() if source)
    plan.add("sites", "退低进高地块", find_sites, chosen, takes=plan.site_links(),
             fixed={"present": present})  # fmt: skip


def _match(plan: Plan) -> None:
    """Give projects sites, list the work by zone and town, and reckon the towns' incentive."""
    if plan.sources.projects:
        plan.add("projects", "项目用地需求", read_projects, request_settings(plan.study),
                 takes=plan.tables("projects"))  # fmt: skip
    asked = {"projects": plan.output("projects.projects"), "sites": "sites.sites",
             "plan": plan.output("consolidation.plan")}  # fmt: skip
    plan.add("matching", "项目匹配", match_projects, plan.study.matching, takes=asked)
    given = {"sites": "sites.sites", "uses": "matching.uses"}
    plan.add("worklists", "区内外工作清单", work_lists, WorkSettings(),
             takes=given | {"parcels": "results.parcels", "refused": "sites.refused",
                            "intensity": "zone_intensity.table"})  # fmt: skip
    land = {"parcels": "judged.parcels", "villages": plan.output("villages.villages"),
            "ledger": plan.output("consolidation.ledger"),
            "plan": plan.output("consolidation.plan"),
            "receiving": plan.output("receiving.sites"),
            "results": plan.tables("town_results")["town_results"]}  # fmt: skip
    plan.add("whole_area", "全域整治与激励", town_sheets, plan.study.incentive,
             takes=given | land | {"matched": "matching.projects"})  # fmt: skip


def _judge_villages(plan: Plan) -> None:
    """Measure and judge the natural villages, where the study has any."""
    if plan.output("settlements.settlements") is None:
        return
    of, found = plan.of, {"settlements": "settlements.settlements"}
    plan.add("town_centres", "城镇中心", find_town_centres, AccessSettings(),
             takes={"parcels": "parcels.parcels"} | of("centres"))  # fmt: skip
    centres, houses = {"centres": "town_centres.layer"}, of("buildings")
    plan.add("village_place", "村庄区位", measure_village_place, PlaceSettings(),
             takes=found | centres | houses | of("services"))  # fmt: skip
    plan.add("village_reach", "到镇时间", measure_village_reach, ReachSettings(),
             takes=found | centres | of("roads", "water", "elevation"))  # fmt: skip
    people = houses | of("villages", "county", "towns", "population")
    people |= plan.tables("register_population", "town_census") | {"frame": "frame.county"}
    plan.add("village_people", "村庄人口", measure_village_people, VillagePeopleSettings(),
             takes=found | people)  # fmt: skip
    limits = plan.lines(*CONTROL_ROLES) | of("elevation", "water_source")
    plan.add("village_limits", "村庄条件", measure_village_limits,
             village_limit_settings(plan.study), takes=found | limits)  # fmt: skip
    series = {
        f"{role}_series": plan.layers(name)
        for role, name in (("night_light", "night_light"), ("vegetation", "vegetation_series"),
                           ("landcover", "landcover_series"))
    }  # fmt: skip
    plan.add("village_change", "村庄变化", measure_village_change, VillageChangeSettings(),
             takes=found | series | of("villages"))  # fmt: skip
    plots = {"parcels": "judged.geometry", "judged": "judged.parcels"}
    plan.add("village_homesteads", "村庄宅基地", measure_village_homesteads, HomesteadSettings(),
             takes=found | plots)  # fmt: skip
    parts = ("place", "reach", "people", "limits", "change", "homesteads")
    takes = found | {part: f"village_{part}.table" for part in parts}
    plan.add("villages", "村庄评价", assess_villages, plan.village_settings(), takes=takes)
    judged = {"villages": "villages.villages"}
    plan.add("village_potential", "整合潜力", consolidation_potential, plan.study.potential,
             takes=judged)  # fmt: skip
    plan.add("village_reclaim", "复垦条件", measure_village_reclaim, ReclaimSettings(),
             takes=found | plan.fields() | of("water"),
             fixed=plan.legend())  # fmt: skip
    plan.add("reclaim", "复垦适宜性", reclamation, plan.reclaim_rules(),
             takes=judged | {"measured": "village_reclaim.table"})  # fmt: skip
    plan.add("quota", "指标台账", village_quota, plan.study.quota,
             takes=judged | {"reclaim": "reclaim.reclaim"})  # fmt: skip
    plan.add("receiving", "安置点筛选", screen_receiving, plan.study.receiving,
             takes={"parcels": "judged.parcels", "geometry": "judged.geometry"})  # fmt: skip
    proposal = judged | found | plan.tables("consent")
    proposal |= {"quota": "quota.ledger", "sites": "receiving.sites"}
    plan.add("consolidation", "整合方案", propose, plan.study.plan, takes=proposal)
