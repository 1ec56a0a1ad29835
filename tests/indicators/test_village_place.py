"""Where villages lie: neighbours, crowding, services, dispersion, by hand and in any order."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from landuse.indicators.villages.place import PlaceSettings, measure_village_place
from tests.indicators.ground import CRS, X, Y, rect

NAN = np.nan


def villages(*shapes: object) -> gpd.GeoDataFrame:
    ids = [f"V{k:03d}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"settlement_id": ids}, geometry=list(shapes), crs=CRS)


def at(x: float, y: float = 0.0) -> shapely.Point:
    return shapely.Point(X + x, Y + y)


def place(given_: gpd.GeoDataFrame, **more: gpd.GeoDataFrame) -> pd.DataFrame:
    layers = {"centres": None, "services": None, "buildings": None} | more
    result = measure_village_place(settlements=given_, settings=PlaceSettings(), **layers)
    assert result["table"]["settlement_id"].tolist() == given_["settlement_id"].tolist()
    return result["table"]


def test_neighbours_of_points_on_a_line() -> None:
    # 0, 2, 4 and 10 km. Within 5 km: of the first 2, of the last none (6 km to the third).
    table = place(villages(at(0), at(2_000), at(4_000), at(10_000)))
    assert table["villages_within_5km"].tolist() == [2, 2, 2, 0]
    e = np.exp(-1.0)
    # Scale 2 km: the first sees e^-1 + e^-2 + e^-5; the last e^-5 + e^-4 + e^-3.
    first, last = e + e**2 + e**5, e**5 + e**4 + e**3
    assert table["hamlet_density"].iloc[[0, 3]].tolist() == pytest.approx([first, last])
    # Within 3 km of the first: itself and the second, both with 2 neighbours. Of the last: itself.
    assert table["hamlet_crowding"].tolist() == [2, 2, 2, 0]
    assert table["nn5_distance_m"].isna().all()


def test_the_fifth_neighbour_and_the_town() -> None:
    table = place(villages(*(at(1_000 * k) for k in range(6))), centres=villages(at(0, 3_000)))
    # From the first: 1, 2, 3, 4, 5 km; from the third: 1, 1, 2, 2, 3 km.
    assert table["nn5_distance_m"].iloc[[0, 2]].tolist() == [5_000, 3_000]
    assert table["town_distance_m"].iloc[[0, 4]].tolist() == [3_000, 5_000]


def test_services_count_within_a_kilometre_and_none_is_zero_only_where_the_layer_is() -> None:
    given_ = villages(at(0), at(5_000))
    services = villages(at(999), at(0, -500), at(1_001))
    assert place(given_, services=services)["services_1km"].tolist() == [2, 0]
    assert "services_1km" not in place(given_)


def test_shape_and_dispersion_of_an_outline() -> None:
    # A square of 100 m: 4 pi 10,000 / 400^2 = 0.785. A point has no shape.
    square = rect(0, 0, 100, 100)
    houses = villages(*(rect(x, y, x + 2, y + 2) for x in (9, 49, 89) for y in (9, 89)))
    table = place(villages(square, at(900)), buildings=houses)
    assert table["compactness"].tolist() == pytest.approx([np.pi / 4, NAN], nan_ok=True)
    # Six houses, each 40 m from the next: 40 / (0.5 sqrt(10,000 / 6)) = 1.96.
    expected = 40 / (0.5 * np.sqrt(10_000 / 6))
    assert table["dispersion_ann"].tolist() == pytest.approx([expected, NAN], nan_ok=True)
    few = place(villages(square), buildings=houses.iloc[:4])
    assert few["dispersion_ann"].isna().all()


def test_a_village_without_a_place_stays_and_is_unknown() -> None:
    table = place(villages(at(0), shapely.Point(), at(1_000)))
    assert table["villages_within_5km"].tolist() == pytest.approx([1, NAN, 1], nan_ok=True)
    assert np.isnan(table["hamlet_density"].iloc[1])


@given(
    spots=st.lists(
        st.tuples(st.integers(0, 9_000), st.integers(0, 9_000)), min_size=1, max_size=12,
        unique=True,
    ),
    order=st.randoms(use_true_random=False),
)  # fmt: skip
def test_order_changes_nothing(spots: list[tuple[int, int]], order: object) -> None:
    given_ = villages(*(at(x, y) for x, y in spots))
    mixed = list(range(len(given_)))
    order.shuffle(mixed)  # type: ignore[attr-defined]
    one = place(given_).set_index("settlement_id")
    two = place(given_.iloc[mixed].reset_index(drop=True)).set_index("settlement_id")
    pd.testing.assert_frame_equal(one, two.loc[one.index])
