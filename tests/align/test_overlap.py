"""How much of the study area a layer covers: worked by hand, and laws."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box

from landuse.align.overlap import COLUMNS, OverlapSettings, measure_overlap
from landuse.core.grid import Grid
from landuse.core.layers import Layer, known_cells, of_codes

CRS = "EPSG:4549"
X, Y = 500_000.0, 3_200_000.0


def layer(*shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def square(x, y, side):
    return box(X + x, Y + y, X + x + side, Y + y + side)


FRAME = layer(square(0, 0, 100))


def measured(frame=FRAME, **layers):
    table = measure_overlap(settings=OverlapSettings(), frame=frame, **layers)["overlap"]
    return table.set_index("key")


def cells(known, *, year=None):
    grid = Grid.covering((X, Y, X + 100, Y + 100), resolution_m=10, crs=CRS)
    values = np.zeros(grid.shape, dtype="uint8")
    values[:, :known] = 1
    return Layer(grid, values, 0, year)


def test_raster_counts_known_cells_inside_the_frame():
    """3 of 10 columns known = 0.3; in the left half of the frame 3 of 5 = 0.6."""
    row = measured(landcover=cells(3)).loc["landcover"]
    assert (row["known_share"], row["rows"], row["columns"]) == (0.3, 10, 10)
    half = layer(box(X, Y, X + 50, Y + 100))
    assert measured(half, landcover=cells(3)).loc["landcover", "known_share"] == 0.6


def test_a_series_has_a_row_a_year():
    table = measured(night_light=[cells(10, year=2014), cells(5, year=2015)])
    assert table["known_share"].to_dict() == {"night_light:2014": 1.0, "night_light:2015": 0.5}


def test_polygons_that_tile_are_compared_by_area_others_by_count():
    """Towns cover 60 x 100 of 100 x 100 m; one zone of two touches; bounds 40 x 40 of 100 x 100."""
    towns = layer(box(X, Y, X + 60, Y + 100))
    zones = layer(square(0, 0, 40), square(500, 500, 40))
    one_zone = layer(square(0, 0, 40))
    table = measured(towns=towns, zones=zones)
    assert table.loc["towns", "area_share"] == pytest.approx(0.6)
    assert table.loc["zones", "inside_share"] == 0.5
    assert np.isnan(table.loc["zones", "area_share"])
    assert measured(zones=one_zone).loc["zones", "extent_share"] == pytest.approx(0.16)


def test_lines_points_and_tables():
    road = layer(LineString([(X - 50, Y + 50), (X + 150, Y + 50)]))
    lamps = layer(Point(X + 5, Y + 5), Point(X + 500, Y))
    table = measured(roads=road, lights=lamps, ledger=pd.DataFrame({"parcel_id": ["1", "2"]}))
    assert table["kind"].to_dict() == {"roads": "line", "lights": "point", "ledger": "table"}
    assert table.loc["lights", "inside_share"] == 0.5
    assert table["features"].to_dict() == {"roads": 1, "lights": 2, "ledger": 2}


def test_without_a_frame_nothing_is_said_of_vectors_and_all_cells_count():
    table = measured(None, towns=FRAME, landcover=cells(4), water=None)
    assert list(table.index) == ["towns", "landcover"]
    assert table.loc["towns"].filter(like="_share").isna().all()
    assert table.loc["landcover", "known_share"] == 0.4


def test_no_layer_gives_an_empty_table_with_its_columns():
    assert measure_overlap(settings=OverlapSettings())["overlap"].columns.tolist() == list(COLUMNS)


@given(
    st.lists(st.tuples(*[st.floats(-200, 200)] * 2, st.floats(1, 150)), min_size=1, max_size=8),
    st.floats(-1000, 1000),
)
def test_shares_lie_between_0_and_1_and_move_with_the_map(places, shift):
    shapes = [square(x, y, side) for x, y, side in places]
    moved = layer(*shapes).translate(shift, -shift)
    frame = layer(square(0, 0, 100)).translate(shift, -shift)
    here = measured(towns=layer(*shapes))
    there = measured(gpd.GeoDataFrame(geometry=frame), towns=gpd.GeoDataFrame(geometry=moved))
    shares = here.filter(like="_share").loc["towns"].dropna()
    assert shares.between(0, 1).all()
    assert there.loc["towns", shares.index].tolist() == pytest.approx(shares.tolist(), abs=2e-6)


@given(st.permutations(range(6)))
def test_order_of_objects_does_not_matter(order):
    shapes = [square(30 * i, 20 * i, 25) for i in range(6)]
    one, other = measured(towns=layer(*shapes)), measured(towns=layer(*(shapes[i] for i in order)))
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 200])
def test_the_share_does_not_depend_on_how_many_rows_there_are(rows):
    """In row i the first i % 7 of 10 cells are known; the others are NaN."""
    grid = Grid.covering((X, Y, X + 100, Y + rows * 10), resolution_m=10, crs=CRS)
    values = np.where(np.arange(10) < (np.arange(rows) % 7)[:, None], 1.0, np.nan)
    whole = layer(box(X, Y, X + 100, Y + rows * 10))
    share = measured(whole, built_height=Layer(grid, values.astype("float32"))).iloc[0]
    assert share["known_share"] == round(sum(i % 7 for i in range(rows)) / (10 * rows), 6)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("nodata", [None, 0, 0.0, 2.5, 255.0, -9999.0, 65535, float("nan")])
def test_a_cell_is_known_unless_it_is_nan_or_nodata(dtype, nodata):
    found = [0, 1, 2, 100, *([2.5, -9999, np.nan] if dtype.startswith("float") else [])]
    values = np.array(found, dtype=dtype).reshape(1, -1)
    wanted = [not np.isnan(value) and (nodata is None or value != nodata) for value in found]
    assert known_cells(values, nodata).tolist() == [wanted]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "float32"])
@given(st.lists(st.integers(-1, 300), max_size=4), st.lists(st.integers(0, 9), max_size=8))
def test_cells_of_codes_are_those_in_the_list(dtype, codes, found):
    values = np.array(found).astype(dtype).reshape(1, -1)
    assert of_codes(values, codes).tolist() == np.isin(values, codes).tolist()
