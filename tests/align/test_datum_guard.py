"""The datum guard on made-up ground: what it finds, what it leaves open, what it never does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely import affinity

from landuse.align.datum_evidence import Verdict
from landuse.align.datum_guard import COLUMNS, GuardSettings, guard_datums
from landuse.align.sampling import triangle_areas
from landuse.core.layers import Layer
from landuse.sources.spec import Datum
from tests.align.guarded import (
    BUILT,
    WATER,
    cells_under,
    county_ring,
    grid,
    houses,
    layer_of,
    redrawn,
    seen,
)
from tests.align.layers import CRS, X, Y

DATUMS: tuple[Datum, ...] = ("WGS84", "GCJ02", "BD09")


def guarded(
    *, declared: Mapping[str, Datum], trusted: tuple[str, ...] = (), **layers: Any
) -> dict[str, Any]:
    chosen = GuardSettings(
        declared=dict(declared), trusted=trusted, built_codes=(BUILT,), water_codes=(WATER,)
    )
    return guard_datums(**layers, settings=chosen)


def on_cells(layer: gpd.GeoDataFrame, cells: Layer, *, declared: Datum = "WGS84") -> Any:
    """Return the row of buildings against land cover."""
    done = guarded(buildings=layer, landcover=cells, declared={"buildings": declared})
    return done["evidence"].iloc[0]


def ring_row(ring: shapely.Polygon, county: shapely.Polygon) -> Any:
    """Return the row of towns, declared WGS84, against a trusted county."""
    done = guarded(
        towns=layer_of(ring),
        county=layer_of(county),
        declared={"towns": "WGS84"},
        trusted=("county",),
    )
    return done["evidence"].iloc[0]


@pytest.mark.parametrize("declared", DATUMS)
@pytest.mark.parametrize("really", DATUMS)
def test_buildings_name_the_datum_they_have(declared: Datum, really: Datum) -> None:
    true = houses(np.random.default_rng(1))
    row = on_cells(
        seen(true, declared=declared, really=really), cells_under(true, BUILT), declared=declared
    )
    assert row["best"] == really
    assert row["verdict"] == ("agrees" if really == declared else "another_datum")
    assert row["offset_east_m"] == pytest.approx(row["expected_east_m"], abs=15)
    assert row["offset_north_m"] == pytest.approx(row["expected_north_m"], abs=15)
    assert row["fit_best"] > 0.2
    assert row["fit_declared"] < 0.1 or really == declared


@pytest.mark.parametrize("kind", ["water", "settlements", "roads"])
def test_other_layers_are_laid_on_the_cells_they_should_lie_on(kind: str) -> None:
    """Villages as points, roads as lines through them, ponds as polygons: all 557 m off."""
    rng = np.random.default_rng(2)
    true = houses(rng, villages=40)
    centres = shapely.centroid(true.geometry.to_numpy())
    ends = shapely.get_coordinates(centres)
    lanes = shapely.linestrings(np.stack([ends, ends + rng.normal(0, 40, ends.shape)], axis=1))
    made = {"water": true, "settlements": layer_of(*centres), "roads": layer_of(*lanes)}
    code = WATER if kind == "water" else BUILT
    layer = seen(made[kind], declared="WGS84", really="GCJ02")
    done = guarded(
        landcover=cells_under(made[kind], code), declared={kind: "WGS84"}, **{kind: layer}
    )
    row = done["evidence"].iloc[0]
    assert (row["role"], row["best"], row["verdict"]) == (kind, "GCJ02", "another_datum")


def test_a_built_surface_counts_by_its_share_of_the_cell() -> None:
    """Cells of 20 m hold 400 m2: 200 m2 built are a share of a half, and half the contrast."""
    true = houses(np.random.default_rng(3))
    cover = cells_under(true, BUILT)
    halves = np.where(cover.values == BUILT, 200.0, 0.0).astype(np.float32)
    chosen = {"declared": {"buildings": "WGS84"}, "buildings": true}
    whole = guarded(landcover=cover, **chosen)["evidence"].iloc[0]
    half = guarded(built_surface=Layer(cover.grid, halves), **chosen)["evidence"].iloc[0]
    assert half["against"] == "built_surface"
    assert half["verdict"] == whole["verdict"] == "agrees"
    assert half["fit_best"] == pytest.approx(whole["fit_best"] / 2, rel=1e-5)


@settings(max_examples=6, deadline=None)
@given(east=st.floats(-900, 900), north=st.floats(-900, 900))
def test_the_offset_of_a_moved_ring_is_the_move(east: float, north: float) -> None:
    ring = county_ring(np.random.default_rng(4))
    row = ring_row(affinity.translate(ring, east, north), ring)
    assert row["offset_east_m"] == pytest.approx(east, abs=10)
    assert row["offset_north_m"] == pytest.approx(north, abs=10)


def test_a_move_that_no_datum_explains_is_called_that() -> None:
    ring = county_ring(np.random.default_rng(5))
    done = guarded(
        towns=layer_of(affinity.translate(ring, -300, 200)),
        county=layer_of(ring),
        declared={"towns": "CGCS2000"},
        trusted=("county",),
    )
    assert done["evidence"]["verdict"].to_list() == ["offset_unexplained"]
    (doubt,) = done["findings"]
    assert (doubt.kind, doubt.object_id) == ("doubt", "towns")
    assert "E -300 m, N +200 m" in doubt.value
    assert "sources.towns.crs" in doubt.message_en


def test_the_order_of_the_rows_changes_nothing_and_nothing_is_moved() -> None:
    true = houses(np.random.default_rng(6))
    layer = seen(true, declared="WGS84", really="GCJ02")
    before = layer.copy()
    cells = cells_under(true, BUILT)
    order = np.random.default_rng(7).permutation(len(layer))
    chosen = {"landcover": cells, "declared": {"buildings": "WGS84"}}
    one = guarded(buildings=layer, **chosen)
    other = guarded(buildings=layer.iloc[order].reset_index(drop=True), **chosen)
    assert_frame_equal(one["evidence"], other["evidence"])
    assert one["findings"] == other["findings"]
    assert shapely.equals_exact(layer.geometry.to_numpy(), before.geometry.to_numpy()).all()


@pytest.mark.parametrize("seed", range(4))
def test_houses_that_have_nothing_to_do_with_the_cells_are_weak(seed: int) -> None:
    cells = cells_under(houses(np.random.default_rng(seed)), BUILT)
    row = on_cells(houses(np.random.default_rng(seed + 100)), cells)
    assert row["verdict"] == "weak"


def test_a_city_built_everywhere_tells_nothing() -> None:
    lattice = grid()
    city = Layer(lattice, np.full(lattice.shape, BUILT, dtype=np.uint8), 0)
    row = on_cells(houses(np.random.default_rng(8)), city)
    assert row["verdict"] == "weak"
    assert row["fit_declared"] == pytest.approx(0, abs=1e-6)


def test_a_city_beside_scattered_houses_does_not_draw_them() -> None:
    """East of the houses all is built; every step east finds more of it, and none is better."""
    true = houses(np.random.default_rng(9))
    west = true[true.geometry.centroid.x < X]
    cells = cells_under(true.iloc[:0], BUILT)
    cells.values[:, cells.values.shape[1] // 2 :] = BUILT
    assert on_cells(west, cells)["verdict"] != "another_datum"


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(shapely.box(X, Y, X + 1000, Y + 1000), id="few-points"),
        pytest.param(shapely.box(X, Y, X + 60_000, Y + 100), id="a-strip"),
    ],
)
def test_a_ring_that_fixes_no_place_is_weak(shape: shapely.Polygon) -> None:
    """40 points; or two parallel lines, which fit as well 500 m farther along."""
    assert ring_row(shape, affinity.translate(shape, 450, 0))["verdict"] == "weak"


@pytest.mark.parametrize("seed", range(3))
def test_rings_of_different_counties_accuse_nobody(seed: int) -> None:
    one, other = (county_ring(np.random.default_rng(50 + 2 * seed + k)) for k in range(2))
    assert ring_row(one, other)["verdict"] != "another_datum"


def test_a_piece_of_a_county_redrawn_is_not_corrected() -> None:
    rng = np.random.default_rng(10)
    ring = county_ring(rng)
    piece = shapely.intersection(ring, shapely.box(X + 9_000, Y, X + 30_000, Y + 5_000))
    verdict = ring_row(redrawn(shapely.make_valid(piece), rng, sd_m=200), ring)["verdict"]
    assert verdict in ("weak", "agrees")


@pytest.mark.parametrize(("sd_m", "least_found"), [(100, 3), (200, 0)])
def test_error_rates_over_simulated_counties(sd_m: float, least_found: int) -> None:
    """Honest coarse rings are never accused; 100 m coarse and GCJ-02, they are found.

    A small draw of what `Limits` reports of 30 real counties and six ways of redrawing.
    """
    found, counties = 0, 3
    for seed in range(counties):
        rng = np.random.default_rng(seed)
        county = county_ring(rng)
        honest = redrawn(county, rng, sd_m=sd_m)
        shifted = seen(layer_of(honest), declared="WGS84", really="GCJ02").geometry.iloc[0]
        assert ring_row(honest, county)["verdict"] in ("agrees", "weak")
        row = ring_row(shifted, county)
        assert row["verdict"] in ("another_datum", "weak")
        found += row["verdict"] == "another_datum" and row["best"] == "GCJ02"
    assert found >= least_found


def test_of_two_layers_neither_trusted_one_is_shifted() -> None:
    ring = county_ring(np.random.default_rng(11))
    county = layer_of(ring)
    towns = seen(county, declared="WGS84", really="GCJ02")
    done = guarded(county=county, towns=towns, declared={"county": "GCJ02", "towns": "WGS84"})
    (doubt,) = done["findings"]
    assert doubt.object_id == "county, towns"
    for way in ('sources.county.datum = "WGS84"', 'sources.towns.datum = "GCJ02"'):
        assert way in doubt.message_zh
        assert way in doubt.message_en
    assert "one of the two" in doubt.message_en


def test_two_that_agree_may_both_be_shifted() -> None:
    county = layer_of(county_ring(np.random.default_rng(12)))
    done = guarded(county=county, towns=county, declared={"county": "WGS84", "towns": "WGS84"})
    assert [finding.kind for finding in done["findings"]] == ["note", "note"]
    assert all("shift of both" in finding.message_en for finding in done["findings"])


def test_a_doubt_says_what_was_measured_and_what_to_write() -> None:
    true = houses(np.random.default_rng(13))
    done = guarded(
        buildings=seen(true, declared="WGS84", really="GCJ02"),
        landcover=cells_under(true, BUILT),
        declared={"buildings": "WGS84"},
    )
    (doubt,) = done["findings"]
    assert (doubt.stage, doubt.kind, doubt.object_id) == ("align.datum_guard", "doubt", "buildings")
    assert doubt.value.startswith("WGS84 -> GCJ02; E +4")
    for text in (doubt.message_zh, doubt.message_en):
        assert 'sources.buildings.datum = "GCJ02"' in text
    assert "疑似" in doubt.message_zh
    assert "No coordinate was moved" in doubt.message_en


def test_trusted_and_undeclared_layers_are_not_tested() -> None:
    true = houses(np.random.default_rng(14))
    layer = seen(true, declared="WGS84", really="GCJ02")
    cells = cells_under(true, BUILT)
    declared: dict[str, Datum] = {"buildings": "WGS84"}
    assert guarded(buildings=layer, landcover=cells, declared={})["findings"] == []
    trusted = guarded(buildings=layer, landcover=cells, declared=declared, trusted=("buildings",))
    assert trusted["findings"] == []
    assert trusted["evidence"].columns.to_list() == list(COLUMNS)


def test_only_parcels_of_construction_land_are_laid_on_built_cells() -> None:
    """Parcels that tile all the ground say nothing; those of the codes named do."""
    true = houses(np.random.default_rng(15)).assign(land_use="0702")
    ground = layer_of(shapely.box(*grid().bounds)).assign(land_use="0101")
    tiled = gpd.GeoDataFrame(
        {"land_use": [*true["land_use"], *ground["land_use"]]},
        geometry=[*true.geometry, *ground.geometry],
        crs=CRS,
    )
    chosen = GuardSettings(declared={"parcels": "WGS84"}, built_codes=(BUILT,))
    cells = cells_under(true, BUILT)
    verdicts = [
        guard_datums(
            parcels=tiled,
            landcover=cells,
            settings=chosen.model_copy(update={"parcel_land_use": codes}),
        )["evidence"]["verdict"].iloc[0]
        for codes in ((), ("0702",))
    ]
    assert verdicts == ["weak", "agrees"]


def test_outside_china_nothing_is_tested() -> None:
    square = shapely.box(230_000, 900_000, 240_000, 910_000)
    abroad = gpd.GeoDataFrame(geometry=[square], crs="EPSG:26986")
    done = guarded(county=abroad, towns=abroad, declared={"county": "NAD83", "towns": "NAD83"})
    assert done["evidence"].empty
    assert [finding.kind for finding in done["findings"]] == ["note"]


def test_where_a_datum_shifts_by_less_than_drawing_it_is_not_told_apart() -> None:
    """Near 96 E 37.1 N GCJ-02 is less than 300 m from WGS84: neither is tried for the other."""
    near = layer_of(county_ring(np.random.default_rng(16), radius_m=9_000))
    there = near.set_geometry(near.geometry.translate(500_000 - X, 4_108_000 - Y))
    there = there.set_crs("EPSG:4541", allow_override=True)  # central meridian 96 E
    done = guarded(county=there, towns=there, declared={"county": "GCJ02", "towns": "WGS84"})
    assert set(done["evidence"]["verdict"]) == {"agrees"}


def test_no_layer_no_evidence() -> None:
    done = guarded(declared={})
    assert done["findings"] == []
    assert done["evidence"].empty
    assert set(get_args(Verdict)) == {"agrees", "another_datum", "offset_unexplained", "weak"}


@given(seed=st.integers(0, 10_000), far_m=st.sampled_from([0.0, 3_232_000.0]))
def test_areas_of_triangles_are_those_of_shapely(seed: int, far_m: float) -> None:
    corners = np.random.default_rng(seed).uniform(-90, 90, (50, 3, 2)) + far_m
    assert triangle_areas(corners).tolist() == shapely.area(shapely.polygons(corners)).tolist()
