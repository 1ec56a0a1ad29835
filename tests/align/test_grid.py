"""The working grid: covers what it must, and every product's cells nest in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landuse.align.grid import GridSettings, study_grid
from landuse.core.errors import LanduseError
from landuse.core.grid import Grid
from landuse.sources.products import PRODUCTS
from tests.align.layers import squares


def grid(**changes: object) -> Grid:
    settings = {"crs": "EPSG:4549", "resolution_m": 10} | changes
    made: Grid = study_grid(frame=None, settings=GridSettings.model_validate(settings))["grid"]
    return made


@given(
    x=st.floats(3e5, 7e5), y=st.floats(2e6, 4e6), side=st.floats(1, 38_000),
    resolution_m=st.sampled_from([1, 5, 10, 20, 25, 30]),
)  # fmt: skip
def test_the_grid_covers_its_bounds_and_every_product_nests(
    x: float, y: float, side: float, resolution_m: float
) -> None:
    made = grid(bounds=(x, y, x + side, y + side), resolution_m=resolution_m)
    x0, y0, x1, y1 = made.bounds
    assert x0 <= x < x + side <= x1
    assert y0 <= y < y + side <= y1
    for product in PRODUCTS.values():
        coarse = made.coarsen(product.nest(resolution_m))  # raises if it does not divide
        assert coarse.bounds == pytest.approx(made.bounds)


def test_bounds_go_before_the_layer_that_tells_where_the_study_is() -> None:
    county = squares(40, side=1000.0)
    settings = GridSettings(crs="EPSG:4549", resolution_m=10)
    made = study_grid(frame=county, settings=settings)["grid"]
    # x 451 400 .. 491 400 on lines of 1500 m: 450 000 .. 492 000
    assert (made.bounds[0], made.bounds[2]) == (450_000, 492_000)
    named = settings.model_copy(update={"bounds": (0, 0, 10, 10)})
    assert study_grid(frame=county, settings=named)["grid"].shape == (150, 150)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "no county, no parcels and no bounds"),
        ({"bounds": (5, 5, 5, 9)}, "empty"),
        ({"bounds": (0, 0, 1e6, 1e6), "resolution_m": 1}, "too large"),
        ({"crs": "EPSG:4490", "bounds": (0, 0, 1, 1)}, "in metres"),
        ({"crs": "EPSG:2263", "bounds": (0, 0, 1, 1)}, "in metres"),  # feet
        ({"crs": "nonsense", "bounds": (0, 0, 1, 1)}, "in metres"),
    ],
)
def test_what_makes_no_grid_is_a_fault_of_the_study(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(LanduseError, match=message) as caught:
        grid(**changes)
    assert caught.value.exit_code == 2


def test_a_layer_in_another_crs_is_refused() -> None:
    settings = GridSettings(crs="EPSG:4548", resolution_m=10)
    with pytest.raises(LanduseError, match="differ") as caught:
        study_grid(frame=squares(), settings=settings)
    assert caught.value.exit_code == 4


def test_an_odd_resolution_does_not_blow_the_grid_up() -> None:
    """30 m: nests 1, 3 and 15, with 50 a common multiple of 150 cells, 4.5 km."""
    made = grid(bounds=(450_000, 3_150_000, 450_100, 3_150_100), resolution_m=30)
    assert made.shape == (150, 150)
