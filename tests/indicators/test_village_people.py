"""People of villages: shares of the register sum to it; every estimate says what it rests on."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.indicators.villages.homesteads import HomesteadSettings, measure_village_homesteads
from landuse.indicators.villages.people import VillagePeopleSettings, measure_village_people
from tests.indicators.ground import CRS, layer, polygons, rect
from tests.indicators.test_village_place import villages

NAN = np.nan
REGISTER = pd.DataFrame(
    {
        "village_code": ["990781001201", "990781001201", "990781001299"],
        "year": [2023, 2020, 2023],
        "registered_population": [400.0, 999.0, 50.0],
        "resident_population": [200.0, 999.0, 40.0],
        "households": [100.0, 999.0, 12.0],
    }
)


def hamlets(*widths: float) -> gpd.GeoDataFrame:
    """Return squares of 100 m, one a kilometre, each with a house of the given width by 10 m."""
    frame = villages(*(rect(1_000 * k, 0, 1_000 * k + 100, 100) for k in range(len(widths))))
    return frame.assign(village_code="990781001201")


def houses(*widths: float) -> gpd.GeoDataFrame:
    shapes = [rect(1_000 * k + 10, 10, 1_000 * k + 10 + w, 20) for k, w in enumerate(widths)]
    return gpd.GeoDataFrame({"levels": [2.0] * len(widths)}, geometry=shapes, crs=CRS)


def people(settlements: gpd.GeoDataFrame, **more: object) -> pd.DataFrame:
    layers: dict[str, object] = dict.fromkeys(
        ("villages", "county", "towns", "buildings", "population", "register_population",
         "town_census")
    )  # fmt: skip
    layers["frame"] = {}
    result = measure_village_people(
        settlements=settlements, settings=VillagePeopleSettings(), **(layers | more)
    )
    return result["table"]


def test_the_register_is_shared_by_floor_area() -> None:
    # Floors 2 x 100 m2 and 2 x 300 m2 of the latest year's 200 residents: 50 and 150.
    table = people(hamlets(10, 30), buildings=houses(10, 30), register_population=REGISTER)
    assert table["population_est"].tolist() == pytest.approx([50, 150])
    assert table["households_est"].tolist() == pytest.approx([25, 75])
    assert table["registered_population"].tolist() == pytest.approx([100, 300])
    assert table["resident_ratio"].tolist() == pytest.approx([0.5, 0.5])
    assert set(table["population_basis"]) == {"register"}
    assert table["people_per_dwelling"].tolist() == pytest.approx([50, 150])
    # 10,000 m2 of outline a village.
    assert table["area_per_person_m2"].tolist() == pytest.approx([200, 10_000 / 150])


def test_people_in_houses_outside_the_outlines_stay_outside() -> None:
    all_houses = houses(10, 30, 20)  # the third stands at 2 km, in the village, in no outline
    whole = polygons(rect(-100, -100, 3_000, 500), village_code=["990781001201"])
    table = people(hamlets(10, 30), buildings=all_houses, villages=whole,
                   register_population=REGISTER)  # fmt: skip
    # Of 1,200 m2 of floor 200 and 600 lie in outlines.
    assert table["population_est"].tolist() == pytest.approx([200 / 6, 100])


def test_without_a_register_houses_and_the_grid_count_and_say_so() -> None:
    grid = layer(np.full((12, 120), 0.5))  # 0.5 persons a cell of 100 m2
    table = people(hamlets(10), buildings=houses(10), population=grid)
    assert table["population_est"].tolist() == pytest.approx([50])
    assert table[["population_basis", "households_basis"]].iloc[0].tolist() == [
        "raster", "buildings",
    ]  # fmt: skip
    county = polygons(rect(0, 0, 1_200, 120))
    scaled = people(hamlets(10), population=grid, county=county, frame={"population": 1_440.0})
    # The grid holds 720 in the county, the census counted 1,440.
    assert scaled["population_est"].tolist() == pytest.approx([100])
    assert scaled["population_basis"].tolist() == ["raster_rescaled"]


def test_the_grid_is_brought_to_what_each_town_counted() -> None:
    """0.5 persons a cell: 600 in the county; town A holds 300 and counted 900, B is not counted.

    The county counted 1,100, so 200 are left for the 300 that the grid has outside A.
    """
    grid = layer(np.full((10, 120), 0.5))
    towns = polygons(rect(0, 0, 600, 100), rect(600, 0, 1_200, 100), town_code=["A", "B"])
    county = polygons(rect(0, 0, 1_200, 100))
    given_ = hamlets(10, 10).assign(town_code=["A", "B"])
    census = pd.DataFrame({"town_code": ["A", "A", "C"], "population": [1.0, 900.0, 5.0],
                           "year": [2010, 2020, 2020]})  # fmt: skip
    table = people(given_, population=grid, towns=towns, county=county, town_census=census,
                   frame={"population": 1_100.0})  # fmt: skip
    # Each hamlet is 100 cells: 50 persons by the grid.
    assert table["population_est"].tolist() == pytest.approx([50 * 900 / 300, 50 * 200 / 300])
    assert table["population_basis"].tolist() == ["raster_rescaled_town", "raster_rescaled"]


@given(counts=st.lists(st.integers(1, 5_000), min_size=3, max_size=3), county=st.integers(1, 500))
def test_people_of_whole_towns_are_the_people_counted(counts: list[int], county: int) -> None:
    """Outlines that fill the county hold, town by town, what the census counted there."""
    grid = layer(np.arange(30 * 10, dtype="float64").reshape(10, 30))
    blocks = [rect(100 * k, 0, 100 * k + 100, 100) for k in range(3)]
    towns = polygons(*blocks, town_code=["A", "B", "C"])
    given_ = villages(*blocks).assign(town_code=["A", "B", "C"])
    census = pd.DataFrame({"town_code": ["A", "B", "C"], "population": counts})
    whole = polygons(rect(0, 0, 300, 100))
    every = people(given_, population=grid, towns=towns, county=whole, town_census=census,
                   frame={"population": float(sum(counts) + county)})  # fmt: skip
    assert every["population_est"].tolist() == pytest.approx(counts)
    two = people(given_, population=grid, towns=towns, county=whole, town_census=census[:2],
                 frame={"population": float(sum(counts))})  # fmt: skip
    assert two["population_est"].sum() == pytest.approx(sum(counts))


def test_nothing_known_stays_unknown() -> None:
    table = people(hamlets(10))
    assert table["population_est"].isna().all()
    assert table["population_basis"].tolist() == [""]


@given(widths=st.lists(st.integers(4, 50), min_size=1, max_size=6))
def test_the_register_is_conserved(widths: list[int]) -> None:
    table = people(hamlets(*widths), buildings=houses(*widths), register_population=REGISTER)
    assert table["population_est"].sum() == pytest.approx(200)
    assert table["households_est"].sum() == pytest.approx(100)


def test_hollow_share_is_by_area_of_homesteads_only() -> None:
    plots = polygons(rect(0, 0, 40, 100), rect(40, 0, 100, 100), rect(0, 0, 9, 9),
                     parcel_id=["a", "b", "c"])  # fmt: skip
    judged = pd.DataFrame(
        {
            "parcel_id": ["a", "b", "c"],
            "group": ["VILLAGE", "VILLAGE", "IND_OUT"],
            "flag": ["suspected_idle", "none", "suspected_idle"],
            "electricity_kwh_m2": [NAN, 3.0, 99.0],
        }
    )
    table = measure_village_homesteads(
        settlements=hamlets(10), parcels=plots, judged=judged, settings=HomesteadSettings()
    )["table"]
    assert table["hollow_share"].tolist() == pytest.approx([0.4])
    # 60 of 100 metres have a meter: enough.
    assert table["homestead_kwh_m2"].tolist() == pytest.approx([3.0])


def test_a_village_without_a_plot_is_told_only_where_plots_are_mapped() -> None:
    plots = polygons(rect(0, 0, 40, 100), rect(1_000, 0, 1_040, 100), parcel_id=["a", "b"])
    flags = pd.DataFrame({"parcel_id": ["a", "b"], "group": "VILLAGE", "flag": "none"})

    def none(*widths: float) -> pd.Series:
        return measure_village_homesteads(
            settlements=hamlets(*widths), parcels=plots, judged=flags, settings=HomesteadSettings()
        )["table"]

    assert none(10, 10, 10)["no_homestead"].tolist() == [0, 0, 1]  # two of three have a plot
    few = none(10, 10, 10, 10, 10)  # two of five: plots are not mapped
    assert "no_homestead" not in few
    assert "homestead_m2" not in few


def test_a_cluster_without_a_home_is_told() -> None:
    table = people(hamlets(10, 30), buildings=houses(10))
    assert table["no_dwelling"].tolist() == [0, 1]
    assert "no_dwelling" not in people(hamlets(10))
