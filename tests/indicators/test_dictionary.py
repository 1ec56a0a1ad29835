"""Every column that an indicator makes is in the dictionary, with the sources it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from landuse.core.settings import Settings
from landuse.indicators import dictionary
from landuse.indicators.access import AccessSettings, measure_access
from landuse.indicators.activity import ActivitySettings, measure_activity
from landuse.indicators.built import BuiltSettings, measure_built
from landuse.indicators.dictionary import (
    COLUMNS,
    INDICATOR_COLUMNS,
    PARCEL_COLUMNS,
    Column,
    share_columns,
)
from landuse.indicators.economy import EconomySettings, measure_economy
from landuse.indicators.electricity import ElectricitySettings, measure_electricity
from landuse.indicators.form import FormSettings, measure_form
from landuse.indicators.greenness import GreennessSettings, measure_greenness
from landuse.indicators.heat import HeatSettings, measure_heat
from landuse.indicators.ledger import LedgerSettings, measure_ledger
from landuse.indicators.light_clusters import LightClusterSettings, measure_light_clusters
from landuse.indicators.measured import Limit, limits
from landuse.indicators.paved import PavedSettings, measure_paved
from landuse.indicators.people import PeopleSettings, measure_people
from landuse.indicators.planning import PlanningSettings, measure_planning
from landuse.indicators.surface import SurfaceSettings, measure_surface
from landuse.indicators.terrain import TerrainSettings, measure_terrain
from landuse.indicators.trend import TrendSettings, measure_trend
from landuse.indicators.urban import UrbanSettings, measure_urban
from tests.indicators.ground import X, Y, assert_measured, layer, parcels, polygons, rect


@dataclass(frozen=True)
class Name:
    key: str
    zh: str
    en: str


LEGEND = (Name("tree", "林木", "trees"), Name("built", "建成", "built-up"))
GROUND = parcels(rect(0, 0, 60, 60), rect(60, 0, 120, 60), town_code=["A", "A"], group=["X", "X"])
LINES = polygons(rect(0, 0, 30, 30), town_code=["A"], height_m=[6.0], road_class=["primary"])
FLAT = layer(np.full((12, 12), 10.0))
CLASSES = layer(np.full((12, 12), 8), nodata=0, dtype="uint8", year=2020)
CONTROL = ("eco_redline", "prime_farmland", "growth_boundary", "hazard", "heritage", "water")
FIRMS = pd.DataFrame({"parcel_id": ["P0"], "tax_10k_yuan": [1.0], "emp_class": ["A"]})
GRANTS = pd.DataFrame({"parcel_id": ["P0"]})
METERS = pd.DataFrame({"parcel_id": ["P0"], "electricity_kwh": [100]})
Measure = Callable[..., Any]


def _electricity(*, parcels: gpd.GeoDataFrame, electricity: pd.DataFrame | None,
                 settings: ElectricitySettings, **built: Any) -> Any:  # fmt: skip
    """Measure electricity as a run does: after the floor area."""
    floor = measure_built(parcels=parcels, settings=BuiltSettings(), **built)["table"]
    return measure_electricity(
        parcels=parcels, electricity=electricity, built=floor, settings=settings
    )


# What each indicator takes: argument, value, and the role it stands for in a study.
INDICATORS: dict[str, tuple[Measure, Settings, dict[str, Any], dict[str, Any]]] = {
    "form": (measure_form, FormSettings(), {}, {}),
    "surface": (measure_surface, SurfaceSettings(), {"landcover": CLASSES},
                {"legend": {3: "tree", 8: "built"}}),
    "built": (measure_built, BuiltSettings(),
              {"built_surface": FLAT, "built_height": FLAT, "buildings": LINES}, {}),
    "activity": (measure_activity, ActivitySettings(),
                 {"night_light": FLAT, "lights": polygons(shapely.Point(X, Y))}, {}),
    "people": (measure_people, PeopleSettings(), {"population": FLAT}, {}),
    "terrain": (measure_terrain, TerrainSettings(), {"elevation": FLAT}, {}),
    "access": (measure_access, AccessSettings(),
               {"roads": LINES, "zones": LINES, "towns": LINES}, {}),
    "planning": (measure_planning, PlanningSettings(), dict.fromkeys(CONTROL, LINES), {}),
    "trend": (measure_trend, TrendSettings(),
              {"landcover_series": [CLASSES], "night_light_series": [CLASSES]}, {}),
    "urban": (measure_urban, UrbanSettings(),
              {"built_nonres": FLAT, "built_volume": FLAT, "settlement_degree": CLASSES,
               "built_surface_series": [CLASSES]}, {}),
    "greenness": (measure_greenness, GreennessSettings(), {"vegetation_series": [CLASSES]}, {}),
    "heat": (measure_heat, HeatSettings(), {"surface_temperature": FLAT}, {}),
    "light_clusters": (measure_light_clusters, LightClusterSettings(),
                       {"night_light": FLAT, "night_light_series": [CLASSES],
                        "built_surface": FLAT, "built_height": FLAT, "built_volume": FLAT}, {}),
    "paved": (measure_paved, PavedSettings(),
              {"landcover": CLASSES, "built_surface": FLAT, "buildings": LINES,
               "vegetation_series": [CLASSES]}, {"legend": {3: "tree", 8: "built"}}),
    "economy": (measure_economy, EconomySettings(), {"enterprises": FIRMS}, {}),
    "electricity": (_electricity, ElectricitySettings(),
                    {"electricity": METERS, "buildings": LINES, "built_surface": FLAT,
                     "built_height": FLAT}, {}),
    "ledger": (measure_ledger, LedgerSettings(as_of=date(2024, 12, 31)), {"ledger": GRANTS},
               {"built": None}),
}  # fmt: skip
ROLE_OF = {"night_light_series": "night_light"}


def _run(name: str, given: gpd.GeoDataFrame, *, without: str = "") -> pd.DataFrame:
    measure, settings, sources, fixed = INDICATORS[name]
    taken = {k: None if ROLE_OF.get(k, k) == without else v for k, v in sources.items()}
    return assert_measured(measure(parcels=given, settings=settings, **taken, **fixed), given)


def _produced(*, without: str = "") -> set[str]:
    return {
        column for name in INDICATORS for column in _run(name, GROUND, without=without).columns
    } - {"parcel_id"}


# Columns of the contract that an indicator makes.
CONTRACT = tuple(column for column in PARCEL_COLUMNS if column.roles == (("ledger",),))


def test_dictionary_and_indicators_agree() -> None:
    listed = {column.name for column in (*INDICATOR_COLUMNS, *CONTRACT, *share_columns(LEGEND))}
    assert _produced() == listed


ROLES = sorted(
    {ROLE_OF.get(source, source) for entry in INDICATORS.values() for source in entry[2]}
)


@pytest.mark.parametrize("role", ROLES)
def test_a_missing_role_costs_what_the_dictionary_says(role: str) -> None:
    roles = {r for c in COLUMNS for group in c.roles for r in group} - {role}
    if role == "landcover":
        roles -= {"surfaces"}
    made = (*INDICATOR_COLUMNS, *CONTRACT, *share_columns(LEGEND))
    lost = set(dictionary.lost_columns(roles, made))
    assert _produced() - _produced(without=role) == lost


@pytest.mark.parametrize("name", INDICATORS)
def test_parcels_are_not_touched_and_may_be_none(name: str) -> None:
    before = GROUND.copy(deep=True)
    full = _run(name, GROUND)
    pd.testing.assert_frame_equal(pd.DataFrame(GROUND), pd.DataFrame(before))
    assert list(_run(name, GROUND.iloc[:0])) == list(full)


@pytest.mark.parametrize("name", INDICATORS)
def test_order_of_parcels_does_not_matter(name: str) -> None:
    forward, backward = _run(name, GROUND), _run(name, GROUND.iloc[::-1])
    pd.testing.assert_frame_equal(backward.loc[forward.index], forward)


def test_columns_are_unique_named_twice_and_honest_about_demolition() -> None:
    names = [column.name for column in COLUMNS]
    assert len(names) == len(set(names))
    for column in COLUMNS:
        assert column.zh
        assert column.en
        assert "拆" not in column.zh
        assert "demol" not in column.en


def test_far_needs_footprints_or_surface_with_height() -> None:
    far = next(column for column in COLUMNS if column.name == "far")
    assert far.lacking({"buildings"}) == ()
    assert far.lacking({"built_surface", "built_height"}) == ()
    assert far.lacking({"built_surface"}) == (("buildings", "built_height"),)


def test_share_columns_speak_the_legend() -> None:
    assert share_columns(LEGEND[:1]) == (
        Column("share_tree", "林木占比", "share of trees", "%", 1, (("landcover", "surfaces"),)),
    )


@pytest.mark.parametrize("name", INDICATORS)
def test_every_number_says_where_it_comes_from(name: str) -> None:
    settings = INDICATORS[name][1]
    for limit in limits(settings).values():
        assert limit.source
        assert limit.mark in {"V", "V-weak", "M", "P"}
    loose = [
        field
        for field, value in settings
        if isinstance(value, float | int) and not isinstance(value, bool | Limit)
    ]
    assert loose == []
