"""What a study chose, as the settings of the rooms."""

from __future__ import annotations

from dataclasses import dataclass

from landuse.align.datum_guard import GuardSettings
from landuse.align.partition_settings import PartitionSettings
from landuse.indicators.access import AccessSettings
from landuse.indicators.activity import ActivitySettings
from landuse.indicators.built import BuiltSettings
from landuse.indicators.economy import EconomySettings
from landuse.indicators.electricity import ElectricitySettings
from landuse.indicators.form import FormSettings
from landuse.indicators.greenness import GreennessSettings
from landuse.indicators.heat import HeatSettings
from landuse.indicators.ledger import LedgerSettings
from landuse.indicators.light_clusters import LightClusterSettings
from landuse.indicators.paved import PavedSettings
from landuse.indicators.people import PeopleSettings
from landuse.indicators.planning import PlanningSettings
from landuse.indicators.surface import SurfaceSettings
from landuse.indicators.terrain import TerrainSettings
from landuse.indicators.trend import TrendSettings
from landuse.indicators.urban import UrbanSettings
from landuse.indicators.villages.limits import VillageLimitSettings
from landuse.objects.classes import class_table
from landuse.objects.crosswalk import CrosswalkSettings
from landuse.objects.derived.cells import CellParcelSettings
from landuse.objects.derived.land_use import LandUseParcelSettings
from landuse.objects.derived.mask import BuiltCellSettings
from landuse.objects.ids import IdSettings
from landuse.objects.parcels import ParcelSettings
from landuse.objects.settlements import SettlementSettings
from landuse.plans.matching.requests import RequestSettings
from landuse.sources.products import PRODUCTS
from landuse.sources.spec import ClassSystem, Sources, VectorSource
from landuse.study import Study

NO_ADCODE = "000000"
TRUSTED_LICENCE = "ODbL"
GUARDED = ("county", "towns", "parcels", "buildings", "water", "roads", "settlements")
_BUILT_KEYS, _WATER_KEYS = ("built", "impervious"), ("water",)


@dataclass(frozen=True)
class IndicatorSettings:
    """The settings of every indicator, with what the study chose put in."""

    ledger: LedgerSettings
    form: FormSettings = FormSettings()
    surface: SurfaceSettings = SurfaceSettings()
    built: BuiltSettings = BuiltSettings()
    activity: ActivitySettings = ActivitySettings()
    people: PeopleSettings = PeopleSettings()
    terrain: TerrainSettings = TerrainSettings()
    access: AccessSettings = AccessSettings()
    planning: PlanningSettings = PlanningSettings()
    trend: TrendSettings = TrendSettings()
    economy: EconomySettings = EconomySettings()
    electricity: ElectricitySettings = ElectricitySettings()
    urban: UrbanSettings = UrbanSettings()
    greenness: GreennessSettings = GreennessSettings()
    heat: HeatSettings = HeatSettings()
    paved: PavedSettings = PavedSettings()
    light_clusters: LightClusterSettings = LightClusterSettings()


def indicator_settings(study: Study) -> IndicatorSettings:
    """Return the indicator settings with the study's choices."""
    chosen = study.indicators
    activity = ActivitySettings()
    built = BuiltSettings()
    light = activity.minimum_light_area_ha.set_to(chosen.minimum_light_area_ha)
    complete = built.minimum_completeness.set_to(chosen.minimum_building_completeness)
    return IndicatorSettings(
        ledger=LedgerSettings(as_of=study.study.as_of),
        activity=activity.model_copy(update={"minimum_light_area_ha": light}),
        trend=TrendSettings(minimum_light_area_ha=light),
        light_clusters=LightClusterSettings(minimum_light_area_ha=light),
        built=built.model_copy(update={"minimum_completeness": complete}),
        access=AccessSettings(road_classes=chosen.major_road_classes),
    )


def class_system(sources: Sources, *, from_map: bool = False) -> ClassSystem | None:
    """Return the system of the parcels' land-use codes; None where they carry none."""
    if from_map:
        return "OSM"
    parcels = sources.parcels
    return parcels.class_system if parcels and "land_use" in parcels.fields else None


def parcel_settings(study: Study, *, from_map: bool) -> ParcelSettings:
    """Return how parcels are prepared."""
    choice = study.parcels
    return ParcelSettings(
        class_system=class_system(study.sources, from_map=from_map),
        classes=choice.classes,
        minimum_area_m2=choice.minimum_area_m2,
        zone_share_minimum=choice.zone_share_minimum,
        size_cut_m2=choice.size_cut_m2,
    )


def crosswalk_settings(study: Study, *, from_map: bool) -> CrosswalkSettings:
    """Return how land-use codes are carried into the classes of 2023."""
    system = class_system(study.sources, from_map=from_map)
    return CrosswalkSettings(system=system, decided=study.parcels.decided)


def map_parcel_settings(study: Study) -> LandUseParcelSettings:
    """Return how parcels are drawn from an open map."""
    return LandUseParcelSettings(ids=_ids(study), classes=study.parcels.classes)


def cell_parcel_settings(study: Study) -> CellParcelSettings:
    """Return how parcels are drawn from built-up cells."""
    built = BuiltCellSettings(built_codes=_codes(study.sources, _BUILT_KEYS))
    return CellParcelSettings(ids=_ids(study), built=built, prefer="built_surface")


def settlement_settings(study: Study) -> SettlementSettings:
    """Return how natural villages are found."""
    built = BuiltCellSettings(built_codes=_codes(study.sources, _BUILT_KEYS))
    return SettlementSettings(ids=_ids(study, letter="Z"), built=built)


def village_limit_settings(study: Study) -> VillageLimitSettings:
    """Return how the ground of villages is measured, with the study's classes of height."""
    return VillageLimitSettings(elevation_classes=study.villages.elevation_classes)


def request_settings(study: Study) -> RequestSettings:
    """Return what the project table is called and how it heads its columns."""
    source = study.sources.projects
    if source is None:
        return RequestSettings()
    return RequestSettings(file=str(source.path), headings=dict(source.fields))


def partition_settings(study: Study) -> PartitionSettings:
    """Return how towns are made a clean partition."""
    return PartitionSettings(adcode=study.study.adcode or None)


def guard_settings(study: Study) -> GuardSettings:
    """Return what each layer declares, and which are trusted: those of the open map."""
    sources = study.sources
    layers = {
        role: source for role, source in sources.of_kind(VectorSource).items() if role in GUARDED
    }
    trusted = tuple(
        role for role, source in layers.items() if source.licence.startswith(TRUSTED_LICENCE)
    )
    return GuardSettings(
        declared={role: source.datum for role, source in layers.items() if role not in trusted},
        trusted=trusted,
        built_codes=_codes(sources, _BUILT_KEYS),
        water_codes=_codes(sources, _WATER_KEYS),
        parcel_land_use=_construction_codes(sources),
    )


def _construction_codes(sources: Sources) -> tuple[str, ...]:
    system = class_system(sources)
    if system is None or system == "local":
        return ()
    classes = class_table(system).classes
    return tuple(sorted(code for code, land in classes.items() if land.assessed))


def _ids(study: Study, *, letter: str = "") -> IdSettings:
    return IdSettings(adcode=study.study.adcode or NO_ADCODE, letter=letter)


def _codes(sources: Sources, keys: tuple[str, ...]) -> tuple[int, ...]:
    """Return the codes of some classes of the land cover; none where it is made of surfaces."""
    if sources.landcover is None:
        return ()
    legend = PRODUCTS[sources.landcover.product].legend
    return tuple(code for code, item in legend.items() if item.key in keys)
