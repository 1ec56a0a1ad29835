"""Whose light it is, and fields given up in the ring around a village."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.indicators.measured import Measured
from landuse.indicators.villages.change import (
    VillageChangeSettings,
    measure_village_change,
    pixel_m2,
)
from tests.indicators.ground import X, Y, layer, polygons, rect

NAN = np.nan
ROLES = ("villages", "night_light_series", "vegetation_series", "landcover_series")
FALLING = [layer(np.full((100, 100), 9.0 - k), year=2014 + k) for k in range(8)]
LARGE = rect(0, 0, 700, 700)


def villages(*shapes: object, codes: str = "") -> gpd.GeoDataFrame:
    ids = pd.Series([f"V{k}" for k in range(len(shapes))], dtype="str")
    table = polygons(*shapes, settlement_id=ids, village_code=list(codes) or ["a"] * len(shapes))
    return table.set_index(pd.Index(range(7, 7 + len(shapes))))


def change(given_: gpd.GeoDataFrame, **more: object) -> Measured:
    layers = dict.fromkeys(ROLES) | more
    result = measure_village_change(
        settlements=given_, settings=VillageChangeSettings(), **layers
    )  # fmt: skip
    pd.testing.assert_index_equal(result["table"].index, given_.index)
    assert result["table"]["settlement_id"].tolist() == given_["settlement_id"].tolist()
    return result


def test_a_pixel_of_viirs_is_as_large_as_at_its_latitude() -> None:
    # 404.9 m x 461.9 m at 29.2 degrees north, as the domain specification computes.
    assert pixel_m2(villages(LARGE)) == pytest.approx(404.9 * 461.9, rel=2e-3)


def test_light_is_of_the_settlement_where_it_is_large_enough_else_of_the_village() -> None:
    given_ = villages(LARGE, rect(0, 0, 50, 50), rect(0, 0, 60, 50), rect(0, 0, 9, 9), codes="aabz")
    outlines = polygons(rect(0, 0, 900, 900), rect(0, 0, 400, 400), village_code=["a", "b"])
    table = change(given_, villages=outlines, night_light_series=FALLING)["table"]
    assert table["ntl_support"].tolist() == ["settlement", "village", "", ""]
    # 700 x 700 m = 49 ha, 81 ha and 16 ha in pixels of 18.7 ha: 2.6, 4.3 and 0.9. The last has
    # no village and is counted itself.
    pixel = pixel_m2(given_)
    sizes = [490_000 / pixel, 810_000 / pixel, 160_000 / pixel, 81 / pixel]
    assert table["ntl_pixels"].tolist() == pytest.approx(sizes, rel=1e-4)
    expected = pytest.approx([-1, -1, NAN, NAN], nan_ok=True)
    assert table["light_slope_nw_per_year"].tolist() == expected
    assert table["light_decline"].tolist() == expected
    alone = change(given_, night_light_series=FALLING)
    assert alone["table"]["ntl_support"].tolist() == ["settlement", "", "", ""]
    assert "villages" in {f.object_id for f in alone["findings"]}


def test_light_below_the_detection_limit_is_no_trend() -> None:
    # 0.29 falling to 0.22, all below the cutoff of 0.3 nW: dark throughout.
    dim = [layer(np.full((100, 100), 0.29 - 0.01 * k), year=2014 + k) for k in range(8)]
    table = change(villages(LARGE), night_light_series=dim)["table"]
    assert table["light_slope_nw_per_year"].tolist() == [0]
    assert table["light_decline"].tolist() == [0]


@settings(max_examples=20, deadline=None)
@given(lights=st.lists(st.floats(1, 60), min_size=8, max_size=8), add=st.floats(0, 30))
def test_a_brighter_country_falls_no_faster_and_mirrored_years_change_the_sign(
    lights: list[float], add: float
) -> None:
    def slope(values: list[float]) -> float:
        series = [layer(np.full((10, 10), v), cell_m=100, year=2014 + k)
                  for k, v in enumerate(values)]  # fmt: skip
        found = change(villages(LARGE), night_light_series=series)["table"]
        return float(found["light_slope_nw_per_year"].iloc[0])

    one = slope(lights)
    assert slope([light + add for light in lights]) == pytest.approx(one, abs=1e-9)
    assert slope(lights[::-1]) == pytest.approx(-one, abs=1e-9)


def _fields(*years: np.ndarray) -> list[object]:
    return [layer(v, cell_m=30.0, year=2015 + k, dtype="uint8", nodata=0)
            for k, v in enumerate(years)]  # fmt: skip


def test_fields_inside_the_outline_do_not_count_and_the_ring_starts_at_its_edge() -> None:
    # 2.4 km of fields. All inside the outline of 600 m turn to grass, nothing else does.
    first = np.full((80, 80), 1)
    later = first.copy()
    later[30:50, 30:50] = 4
    given_ = villages(rect(900, 900, 1_500, 1_500))
    series = _fields(first, later, later, later)
    assert change(given_, landcover_series=series)["table"]["abandoned_crop_share"].tolist() == [0]
    # Now the ground outside turns to forest as well, and all of the ring with it.
    every = _fields(first, *[np.full((80, 80), 2)] * 3)
    share = change(given_, landcover_series=every)["table"]["abandoned_crop_share"]
    assert share.tolist() == pytest.approx([1])


def test_share_of_a_point_is_that_of_its_ring() -> None:
    # West of the point the fields turn to shrub: half of a ring that lies about it evenly.
    first = np.full((80, 80), 1)
    west = first.copy()
    west[:, :40] = 3
    point = villages(shapely.Point(X + 1_200, Y + 1_200))
    table = change(point, landcover_series=_fields(first, west, west, west))["table"]
    assert table["abandoned_crop_share"].tolist() == pytest.approx([0.5])


@settings(max_examples=15, deadline=None)
@given(
    codes=st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 8]), min_size=4 * 25, max_size=4 * 25),
    where=st.integers(0, 24),
)
def test_abandonment_is_a_share_and_farmed_again_never_raises_it(
    codes: list[int], where: int
) -> None:
    years = [np.kron(v, np.ones((8, 8), dtype=int)) for v in np.array(codes).reshape(4, 5, 5)]
    given_ = villages(rect(500, 500, 700, 640), shapely.Point(X + 300, Y + 800))
    share = change(given_, landcover_series=_fields(*years))["table"]["abandoned_crop_share"]
    assert share.dropna().between(0, 1).all()
    known = np.all([year != 0 for year in years], axis=0)
    block = np.zeros((5, 5), dtype=bool)
    block.ravel()[where] = True
    farmed = years[3].copy()
    farmed[np.kron(block, np.ones((8, 8), dtype=int)).astype(bool) & known] = 1
    again = change(given_, landcover_series=_fields(*years[:3], farmed))["table"]
    assert (again["abandoned_crop_share"].fillna(0) <= share.fillna(0) + 1e-9).all()


def test_order_of_villages_and_years_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    years = [rng.integers(1, 5, (40, 40)) for _ in range(5)]
    given_ = villages(rect(300, 300, 400, 400), rect(600, 600, 800, 700), codes="ab")
    outlines = polygons(rect(0, 0, 900, 900), rect(0, 0, 700, 700), village_code=["a", "b"])
    one = change(given_, landcover_series=_fields(*years), villages=outlines,
                 night_light_series=FALLING)["table"]  # fmt: skip
    back = {"villages": outlines.iloc[::-1], "landcover_series": _fields(*years)[::-1]}
    other = change(given_.iloc[::-1], night_light_series=FALLING[::-1], **back)["table"]
    pd.testing.assert_frame_equal(other.loc[one.index], one)
