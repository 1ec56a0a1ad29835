"""Land-cover shares, form and people."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from landuse.indicators.form import FormSettings, measure_form
from landuse.indicators.measured import MINIMUM_KNOWN, limits
from landuse.indicators.people import PeopleSettings, measure_people
from landuse.indicators.surface import SurfaceSettings, measure_surface
from tests.indicators.ground import X, Y, assert_measured, layer, parcels, rect

LEGEND = {10: "tree", 50: "built"}
# Left column unknown, the middle one trees, the right one built.
COVER = layer([[0, 10, 50]] * 3, nodata=0, dtype="uint8")


def test_shares_are_null_where_less_than_half_is_known() -> None:
    # 30 m wide: 2/3 known. 0 to 15 m: 1/3 known, too little. 0 to 20 m: exactly half, enough.
    given = parcels(rect(0, 0, 30, 30), rect(0, 0, 15, 30), rect(0, 0, 20, 30))
    result = measure_surface(
        parcels=given, landcover=COVER, legend=LEGEND, settings=SurfaceSettings()
    )
    table = assert_measured(result, given)
    assert table["share_tree"].tolist() == pytest.approx([0.5, np.nan, 1], nan_ok=True)
    assert table["share_built"].tolist() == pytest.approx([0.5, np.nan, 0], nan_ok=True)
    assert table["landcover_known_share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 2])
    assert [(f.kind, f.object_id) for f in result["findings"]] == [("doubt", "P1")]


def test_an_absent_land_cover_is_named() -> None:
    given = parcels(rect(0, 0, 30, 30))
    result = measure_surface(parcels=given, landcover=None, legend=None, settings=SurfaceSettings())
    assert list(assert_measured(result, given)) == ["parcel_id"]
    assert [(f.kind, f.object_id) for f in result["findings"]] == [("absent", "landcover")]


def test_many_gaps_make_one_finding_that_counts_them() -> None:
    given = parcels(*[rect(0, 0, 9, 9)] * 101)
    result = measure_surface(
        parcels=given, landcover=COVER, legend=LEGEND, settings=SurfaceSettings()
    )
    assert [f.value for f in result["findings"]] == ["101 / 101"]


def test_form_of_a_square_a_strip_a_frame_and_a_circle() -> None:
    square, strip = rect(0, 0, 20, 20), rect(0, 0, 90, 10)
    frame = rect(0, 0, 50, 50) - rect(10, 10, 40, 40)
    circle = shapely.Point(X, Y).buffer(50, quad_segs=256)
    given = parcels(square, strip, frame, circle, None)
    table = assert_measured(measure_form(parcels=given, settings=FormSettings()), given)
    # square: 80 / (4 * 20) = 1. strip: 200 / (4 * 30) = 5/3. frame: perimeter 200 + 120 = 320,
    # area 2500 - 900 = 1600: 320 / (4 * 40) = 2. circle: 2 pi r / (4 r sqrt(pi)) = sqrt(pi) / 2.
    shape = [1, 5 / 3, 2, math.sqrt(math.pi) / 2, np.nan]
    assert table["shape_index"].tolist() == pytest.approx(shape, rel=1e-5, nan_ok=True)
    # compact = 4 pi A / P^2 = pi / (4 shape^2)
    compact = [math.pi / (4 * one**2) for one in shape]
    assert table["compactness"].tolist() == pytest.approx(compact, rel=1e-5, nan_ok=True)
    assert table["area_planar_m2"].iloc[:3].tolist() == [400, 900, 1600]


def test_people_are_shared_out_by_area() -> None:
    # 100 m cells with 8 and 4 persons.
    persons = layer([[8, 4]], cell_m=100)
    # A quarter of the first cell; half of each; 3/4 of the second with 1/4 off the grid.
    given = parcels(rect(0, 0, 50, 50), rect(50, 0, 150, 100), rect(125, 0, 225, 100))
    result = measure_people(parcels=given, population=persons, settings=PeopleSettings())
    table = assert_measured(result, given)
    # 8 / 4 = 2; 8 / 2 + 4 / 2 = 6; 4 * 3/4 = 3 on the part that is known.
    assert table["population"].tolist() == pytest.approx([2, 6, 3], rel=1e-6)
    # per hectare: 2 / 0.25, 6 / 1, 3 / 0.75
    assert table["population_per_ha"].tolist() == pytest.approx([8, 6, 4], rel=1e-6)


def test_people_nobody_knows_are_null_and_not_zero() -> None:
    persons = layer([[0, np.nan]], cell_m=100)
    given = parcels(rect(10, 0, 90, 100), rect(110, 0, 190, 100), None)
    table = measure_people(parcels=given, population=persons, settings=PeopleSettings())["table"]
    assert table["population"].tolist() == pytest.approx([0, np.nan, np.nan], nan_ok=True)


def test_a_limit_of_the_study_names_the_study_as_its_source() -> None:
    assert MINIMUM_KNOWN.set_to(0.5) is MINIMUM_KNOWN
    changed = MINIMUM_KNOWN.set_to(0.7)
    assert (changed.value, changed.source, changed.mark) == (0.7, "study file", "P")
    assert limits(PeopleSettings(minimum_known=changed)) == {"minimum_known": changed}
