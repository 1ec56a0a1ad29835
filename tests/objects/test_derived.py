"""Parcels from built-up cells and from mapped land use: laws over random ground, and arithmetic."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from landuse.core.errors import LanduseError
from landuse.core.findings import Finding
from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.objects.classes import class_table
from landuse.objects.derived.cells import CellParcelSettings, parcels_from_cells
from landuse.objects.derived.cuts import CutSettings
from landuse.objects.derived.land_use import LandUseParcelSettings, parcels_from_land_use
from landuse.objects.derived.mask import BuiltCellSettings
from landuse.objects.derived.merging import MergeSettings
from landuse.objects.ids import IdSettings
from landuse.objects.overlay import overlaps

CRS = "EPSG:4549"
X, Y = 451_000.0, 3_231_000.0
SIDE = 24
CELL = 10.0
EXTENT = SIDE * CELL
IDS = IdSettings(adcode="330781")
BUILT = BuiltCellSettings(built_codes=(50,))
NONE: dict[str, Any] = dict.fromkeys(("roads", "water", "towns", "zones", "previous"))
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ground(built: NDArray[np.bool_], *, code: int = 50) -> Layer:
    """Return land cover whose lower left corner is (X, Y): ``code`` where built, else cropland."""
    rows, columns = built.shape
    grid = Grid.covering((X, Y, X + columns * CELL, Y + rows * CELL), resolution_m=CELL, crs=CRS)
    return Layer(grid, np.where(built, code, 40).astype(np.uint8), nodata=0, year=2021)


def patch(rows: slice, columns: slice, *, shape: tuple[int, int] = (SIDE, SIDE)) -> Any:
    """Return a mask; row 0 is the northern edge."""
    mask = np.zeros(shape, dtype=bool)
    mask[rows, columns] = True
    return mask


def layer(shapes: list[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def by_cells(
    landcover: Layer | None, chosen: CellParcelSettings | None = None, **layers: Any
) -> dict[str, Any]:
    chosen = chosen or CellParcelSettings(ids=IDS, built=BUILT)
    layers = NONE | {"built_surface": None} | layers
    return parcels_from_cells(landcover=landcover, settings=chosen, **layers)


def by_map(
    shapes: list[Any], land_use: list[Any], chosen: LandUseParcelSettings | None = None, **more: Any
) -> dict[str, Any]:
    chosen = chosen or LandUseParcelSettings(ids=IDS)
    table = layer(shapes, land_use=land_use)
    return parcels_from_land_use(land_use_map=table, settings=chosen, **(NONE | more))


def entries(done: dict[str, Any]) -> dict[str, float]:
    ledger = done["ledger"]
    return dict(zip(ledger["item"], ledger["area_m2"], strict=True))


def texts(findings: list[Finding], kind: str) -> list[str]:
    return [finding.message_en for finding in findings if finding.kind == kind]


def balanced(done: dict[str, Any]) -> None:
    """Check that what came in is what stays plus what was taken out, each by name."""
    area = entries(done)
    came = area.pop("entered") + area.pop("filled", 0.0)
    assert sum(area.values()) == pytest.approx(came, rel=1e-9, abs=1e-6)
    assert done["layer"].geometry.area.sum() == pytest.approx(area["parcels"], rel=1e-12)


coordinate = st.floats(-30, EXTENT + 30, allow_nan=False).map(lambda value: round(value, 3))
lines = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=4, unique=True),
    max_size=5,
)
classes = st.sampled_from(["primary", "residential", "tertiary_link", "footway"])
masks = st.builds(
    lambda seed, share: np.random.default_rng(seed).random((SIDE // 2, SIDE // 2)) < share,
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.3, 0.6, 0.9, 1.0]),
).map(lambda coarse: np.kron(coarse, np.ones((2, 2), dtype=bool)).astype(bool))


@st.composite
def surroundings(draw: Any) -> dict[str, Any]:
    """Draw roads, a pond, two towns that meet in a crooked line, and a zone."""
    roads = [LineString([(X + x, Y + y) for x, y in line]) for line in draw(lines)]
    cut_x = [X + draw(coordinate) for _ in range(2)]
    low, high = Y - 100, Y + EXTENT + 100
    west = Polygon([(X - 100, low), (cut_x[0], low), (cut_x[1], high), (X - 100, high)])
    whole = box(X - 100, low, X + EXTENT + 100, high)
    east = whole.difference(west)
    x, y, w, h = (draw(st.integers(0, 150)) + 0.5 for _ in range(4))
    pond, zone = box(X + x, Y + y, X + x + w / 4, Y + y + h / 4), box(X + x, Y, X + x + w, Y + h)
    named = draw(st.lists(classes, min_size=len(roads), max_size=len(roads)))
    return {
        "roads": layer(roads, road_class=named) if roads else None,
        "water": layer([pond]),
        "towns": layer([east, west], town_code=["330781102", "330781001"]),
        "zones": layer([zone, zone], zone_name=["区", "区"]),
    }


@given(built=masks, around=surroundings(), seed=st.integers(0, 99))
@few
def test_laws_of_parcels_from_cells(
    built: NDArray[np.bool_], around: dict[str, Any], seed: int
) -> None:
    done = by_cells(ground(built), **around)
    table = done["layer"]
    balanced(done)
    assert entries(done)["entered"] == pytest.approx(built.sum() * 100.0)
    assert (table.geometry.geom_type == "Polygon").all()
    assert table.geometry.is_valid.all()
    assert (table.geometry.area >= 1000 - 1e-6).all()
    assert table["parcel_id"].is_unique
    touching = overlaps(table, around["towns"])
    assert np.bincount(touching.objects[touching.shared_m2 > 1e-3]).max(initial=0) <= 1
    itself = overlaps(table, table)
    assert itself.shared_m2[itself.objects != itself.areas].sum() < 1e-6
    shuffled = {
        name: None if more is None else more.sample(frac=1, random_state=seed)
        for name, more in around.items()
    }
    again = by_cells(ground(built), **shuffled)
    assert_geodataframe_equal(again["layer"], table)
    assert [*again["layer"].geometry.to_wkb()] == [*table.geometry.to_wkb()]
    assert again["findings"] == done["findings"]


boxes = st.lists(
    st.tuples(*[st.integers(0, 200)] * 2, *[st.integers(4, 150)] * 2).map(
        lambda b: box(X + b[0], Y + b[1], X + b[0] + b[2], Y + b[1] + b[3])
    ),
    min_size=1,
    max_size=8,
)
uses = st.sampled_from(["industrial", "residential", "forest", "park", None, "unheard_of"])


@given(shapes=boxes, around=surroundings(), data=st.data())
@few
def test_laws_of_parcels_from_land_use(
    shapes: list[Any], around: dict[str, Any], data: st.DataObject
) -> None:
    land_use = data.draw(st.lists(uses, min_size=len(shapes), max_size=len(shapes)))
    done = by_map(shapes, land_use, **around)
    table = done["layer"]
    balanced(done)
    assert (table.geometry.area >= 200 - 1e-6).all()
    assert not table["land_use"].isin(["forest", "park"]).any()
    touching = overlaps(table, around["towns"])
    assert np.bincount(touching.objects[touching.shared_m2 > 1e-3]).max(initial=0) <= 1
    order = data.draw(st.permutations(range(len(shapes))))
    again = by_map([shapes[k] for k in order], [land_use[k] for k in order], **around)
    assert_geodataframe_equal(again["layer"], table)
    assert [*again["layer"].geometry.to_wkb()] == [*table.geometry.to_wkb()]


def test_a_road_of_some_width_is_taken_out_and_a_lane_only_cuts() -> None:
    """200 x 200 m of built cells; a tertiary road, 12 m wide, west to east; a lane across it."""
    roads = layer(
        [
            LineString([(X - 50, Y + 140), (X + 300, Y + 140)]),
            LineString([(X + 120, Y - 50), (X + 120, Y + 300)]),
            LineString([(X + 50, Y - 50), (X + 50, Y + 300)]),
        ],
        road_class=["tertiary", "residential", "footway"],
    )
    done = by_cells(ground(patch(slice(4, 24), slice(0, 20))), roads=roads)
    area = entries(done)
    assert area["road"] == pytest.approx(200 * 12)
    assert "roads of these classes do not cut parcels: footway (1)" in texts(
        done["findings"], "note"
    )
    # south of the road 134 m, north of it 54 m; west of the lane 120 m, east of it 80 m
    expected = sorted([120 * 134, 80 * 134, 120 * 54, 80 * 54])
    assert sorted(done["layer"].geometry.area) == pytest.approx(expected)
    assert done["layer"]["parcel_id"].tolist() == [f"330781-000-000{k}" for k in range(1, 5)]


def test_a_scrap_goes_to_the_neighbour_with_the_longest_border_but_not_across_a_town_line() -> None:
    """A lane cuts 5 m off a 200 x 100 m patch; a town line cuts that strip 60 m : 40 m."""
    built = patch(slice(14, 24), slice(0, 20))
    lane = layer([LineString([(X - 50, Y + 5), (X + 300, Y + 5)])], road_class=["residential"])
    west, east = box(X - 9, Y - 9, X + 120, Y + 200), box(X + 120, Y - 9, X + 300, Y + 200)
    towns = layer([west, east], town_code=["330781001", "330781002"])
    table = by_cells(ground(built), roads=lane, towns=towns)["layer"]
    assert table["parcel_id"].tolist() == ["330781-001-0001", "330781-002-0001"]
    assert table.geometry.area.tolist() == pytest.approx([12_000, 8_000])


def test_what_is_too_small_or_too_thin_and_alone_is_dropped_by_name() -> None:
    """9 cells are 900 m2; a strip one cell wide of 15 is 1,500 m2; 10 cells 2 x 5 stay."""
    built = patch(slice(0, 3), slice(0, 3))
    built |= patch(slice(6, 7), slice(0, 15)) | patch(slice(10, 12), slice(0, 5))
    done = by_cells(ground(built))
    area = entries(done)
    assert (area["small"], area["sliver"], area["parcels"]) == (900.0, 1500.0, 1000.0)
    dropped = texts(done["findings"], "dropped")
    assert "too small and without a neighbour: 1.4 mu" in dropped  # 900 / 666.67 = 1.35
    assert "too thin and without a neighbour: 2.2 mu" in dropped  # 1500 / 666.67 = 2.25


def test_a_small_hole_is_filled_and_a_larger_one_is_not() -> None:
    """Holes of 5 and 6 cells; a hole with an unknown cell stays open."""
    built = patch(slice(0, 20), slice(0, 20))
    built[2:3, 2:7] = built[5:7, 2:5] = built[10, 10] = False
    cover = ground(built)
    cover.values[10, 10] = 0
    done = by_cells(cover)
    area = entries(done)
    assert area["filled"] == 500.0
    assert area["parcels"] == (400 - 6 - 1) * 100.0
    # 1 of 576 cells
    assert "0.2% of the cells are not known and count as not built" in texts(
        done["findings"], "doubt"
    )


def test_without_land_cover_built_surface_over_its_threshold_counts() -> None:
    """10 m2 of a cell of 100 m2 are enough, 9 are not; which layer was used is told."""
    built = patch(slice(0, 10), slice(0, 10))
    surface = ground(built)
    surface = Layer(surface.grid, np.where(built, 10.0, 9.0), year=2018)
    done = by_cells(None, built_surface=surface)
    assert entries(done)["parcels"] == 10_000.0
    assert "share of built-up surface (2018)" in texts(done["findings"], "note")[0]
    both = by_cells(ground(~built), built_surface=surface)
    assert "built class of the land cover (2021)" in texts(both["findings"], "note")[0]


def test_neither_layer_is_a_missing_source_and_no_built_code_a_mistake() -> None:
    with pytest.raises(LanduseError, match="no built-up surface") as caught:
        by_cells(None)
    assert caught.value.exit_code == 3
    with pytest.raises(ValueError, match="built_codes"):
        by_cells(ground(patch(slice(0, 9), slice(0, 9))), CellParcelSettings(ids=IDS))


def test_no_built_cell_gives_an_empty_table_of_the_same_form() -> None:
    full = by_cells(ground(patch(slice(0, 9), slice(0, 9))))["layer"]
    done = by_cells(ground(patch(slice(0), slice(0))))
    assert done["layer"].empty
    assert done["layer"].dtypes.equals(full.dtypes)
    assert done["layer"].crs == full.crs
    assert "no parcel came out of this" in texts(done["findings"], "absent")
    empty = by_map([box(X, Y, X + 99, Y + 99)], ["forest"])["layer"]
    assert empty.empty
    assert empty.columns.tolist() == ["parcel_id", "land_use", "origin", "geometry"]


def test_ids_stay_when_a_patch_is_added_and_its_neighbour_goes() -> None:
    first = patch(slice(0, 5), slice(0, 5)) | patch(slice(10, 15), slice(0, 5))
    second = patch(slice(10, 15), slice(0, 5)) | patch(slice(0, 5), slice(15, 20))
    old = by_cells(ground(first))
    new = by_cells(ground(second), previous=old["layer"])
    assert old["layer"]["parcel_id"].tolist() == ["330781-000-0001", "330781-000-0002"]
    assert new["layer"]["parcel_id"].tolist() == ["330781-000-0002", "330781-000-0003"]
    assert new["retired"]["parcel_id"].tolist() == ["330781-000-0001"]


def test_the_smaller_polygon_has_the_ground_even_where_it_is_no_construction_land() -> None:
    """A 300 x 300 m estate with a 100 x 100 m wood and, half over its edge, a works."""
    estate = box(X, Y, X + 300, Y + 300)
    wood, works = box(X + 50, Y + 50, X + 150, Y + 150), box(X + 250, Y, X + 350, Y + 100)
    done = by_map([estate, wood, works], ["residential", "forest", "industrial"])
    table = done["layer"].set_index("land_use").geometry.area
    assert table["residential"] == pytest.approx(90_000 - 10_000 - 5_000)
    assert table["industrial"] == pytest.approx(10_000)
    area = entries(done)
    assert (area["entered"], area["covered"]) == pytest.approx((100_000, 15_000))


def test_a_wood_larger_than_the_works_in_it_leaves_them_whole() -> None:
    done = by_map(
        [box(X, Y, X + 900, Y + 900), box(X, Y, X + 99, Y + 99)], ["forest", "industrial"]
    )
    assert done["layer"].geometry.area.tolist() == pytest.approx([99 * 99])


def test_parts_of_one_polygon_are_parcels_of_their_own() -> None:
    two = MultiPolygon([box(X, Y, X + 50, Y + 50), box(X + 90, Y, X + 140, Y + 50)])
    assert len(by_map([two], ["retail"])["layer"]) == 2


def test_a_sliver_between_two_mapped_polygons_goes_to_the_one_it_borders_longest() -> None:
    """A road-side strip 2 m x 100 m along a works, 2 m of it along a shop."""
    works, strip = box(X, Y, X + 100, Y + 100), box(X, Y + 100, X + 100, Y + 102)
    shop = box(X + 100, Y + 60, X + 200, Y + 160)
    done = by_map([works, strip, shop], ["industrial", "commercial", "retail"])
    table = done["layer"].set_index("land_use").geometry.area
    assert table.to_dict() == pytest.approx({"industrial": 10_200, "retail": 10_000})
    assert "1 pieces (200 m2) joined" in texts(done["findings"], "repaired")[0]


def test_values_the_classes_lack_are_construction_land_and_told() -> None:
    done = by_map([box(X, Y, X + 50, Y + 50), box(X + 60, Y, X + 99, Y + 50)], ["datacenter", None])
    assert sorted(done["layer"]["land_use"]) == ["", "datacenter"]
    assert texts(done["findings"], "doubt") == [
        "land use not in the OSM classes, taken as construction land: datacenter (1)"
    ]


def test_the_osm_classes_are_in_the_peer_groups_of_the_others() -> None:
    groups = {"IND", "URBAN_RES", "COMM", "VILLAGE", "OTHER"}
    table = class_table("OSM")
    assert all((land.group in groups) is land.assessed for land in table.classes.values())
    assert table.classes["industrial"].group == "IND"
    assert not any(table.classes[name].assessed for name in ("forest", "farmland", "military"))


def test_layers_in_different_crs_are_refused_and_roads_without_a_class_all_cut() -> None:
    built = ground(patch(slice(0, 20), slice(0, 20)))
    line = LineString([(X - 50, Y + 140), (X + 300, Y + 140)])
    assert len(by_cells(built, roads=layer([line]))["layer"]) == 2
    with pytest.raises(ValueError, match="different CRS"):
        by_cells(built, roads=layer([line]).set_crs("EPSG:4548", allow_override=True))


def test_an_area_drawn_as_a_road_is_road_land() -> None:
    road = layer([box(X, Y + 100, X + 200, Y + 120)], road_class=["service"])
    done = by_cells(ground(patch(slice(4, 24), slice(0, 20))), roads=road)
    assert entries(done)["road"] == pytest.approx(200 * 20)


def test_every_threshold_can_be_set() -> None:
    """Without minimum, sliver width, filling and roads the cells come back as they are."""
    built = patch(slice(0, 1), slice(0, 1)) | patch(slice(3, 6), slice(3, 6))
    built[4, 4] = False
    chosen = CellParcelSettings(
        ids=IDS, built=BUILT, fill_hole_m2=0, cut=CutSettings(road_half_width_m={}),
        merge=MergeSettings(minimum_area_m2=0, sliver_width_m=0),
    )  # fmt: skip
    road = layer([LineString([(X, Y), (X + 240, Y + 240)])], road_class=["primary"])
    table = by_cells(ground(built), chosen, roads=road)["layer"]
    assert sorted(table.geometry.area) == [100.0, 800.0]
    assert shapely.get_num_interior_rings(table.geometry.to_numpy()).sum() == 1
