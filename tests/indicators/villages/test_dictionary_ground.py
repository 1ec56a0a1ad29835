"""Every column of reach, ground, limits and change is in the dictionary, with its sources."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from landuse.indicators.dictionary import lost_columns
from landuse.indicators.villages.change import VillageChangeSettings, measure_village_change
from landuse.indicators.villages.dictionary_ground import GROUND_COLUMNS
from landuse.indicators.villages.limits import VillageLimitSettings, measure_village_limits
from landuse.indicators.villages.reach import ReachSettings, measure_village_reach
from tests.indicators.ground import X, Y, layer, polygons, rect

GIVEN = polygons(rect(0, 0, 700, 700), settlement_id=["V0"], village_code=["a"])
AREA = polygons(rect(0, 0, 300, 300), village_code=["a"], road_class=["primary"])
SERIES = [layer(np.ones((90, 90)), year=2015 + k) for k in range(6)]
SOURCES: dict[str, Any] = {
    "roads": AREA, "elevation": SERIES[0], "hazard": AREA, "eco_redline": AREA,
    "prime_farmland": AREA, "heritage": AREA, "growth_boundary": AREA, "water_source": AREA,
    "night_light": SERIES, "vegetation_series": SERIES, "landcover_series": SERIES,
}  # fmt: skip
LINES = ("elevation", "hazard", "eco_redline", "prime_farmland", "heritage", "growth_boundary",
         "water_source")  # fmt: skip
OTHER_ROLES = ("centres", "settlements")


def _made(*, without: str = "") -> set[str]:
    of = {name: None if name == without else value for name, value in SOURCES.items()}
    centres = polygons(shapely.Point(X, Y))
    tables: list[pd.DataFrame] = [
        measure_village_reach(settlements=GIVEN, centres=centres, roads=of["roads"], water=None,
                              elevation=of["elevation"], settings=ReachSettings()),
        measure_village_limits(settlements=GIVEN.assign(elevation_m=[120.0]),
                               settings=VillageLimitSettings(), **{k: of[k] for k in LINES}),
        measure_village_change(settlements=GIVEN, villages=AREA,
                               night_light_series=of["night_light"],
                               vegetation_series=of["vegetation_series"],
                               landcover_series=of["landcover_series"],
                               settings=VillageChangeSettings()),
    ]  # fmt: skip
    return {name for part in tables for name in part["table"]} - {"settlement_id"}


def test_dictionary_and_measures_agree() -> None:
    assert _made() == {column.name for column in GROUND_COLUMNS}


@pytest.mark.parametrize("role", SOURCES)
def test_a_missing_role_costs_what_the_dictionary_says(role: str) -> None:
    present = {*SOURCES, *OTHER_ROLES} - {role}
    assert _made() - _made(without=role) == set(lost_columns(present, GROUND_COLUMNS))
