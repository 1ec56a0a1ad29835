"""Assemblies: laws of merging, barriers, alternatives; order of rows changes nothing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.objects.neighbours import NeighbourSettings, measure_neighbours
from landuse.plans.sites.assemblies import components, join_plots, list_sites, outlines, site_id
from landuse.plans.sites.choose import first_choice

CRS = "EPSG:4549"
X, Y = 450_000.0, 3_232_000.0


def plots(
    *boxes: tuple[float, float, float, float], owners: tuple[str, ...] = ()
) -> gpd.GeoDataFrame:
    shapes = [shapely.box(X + a, Y + b, X + c, Y + d) for a, b, c, d in boxes]
    names = [f"P{k:03d}" for k in range(len(boxes))]
    held = list(owners) or [""] * len(boxes)
    return gpd.GeoDataFrame({"parcel_id": names, "owner": held}, geometry=shapes, crs=CRS)


def pairs_of(made: gpd.GeoDataFrame) -> pd.DataFrame:
    return measure_neighbours(parcels=made, settings=NeighbourSettings())["neighbours"]


def joined(made: gpd.GeoDataFrame, **barriers: list[shapely.Geometry]) -> pd.DataFrame:
    walls = {name: np.array(shapes, dtype=object) for name, shapes in barriers.items()}
    return join_plots(made, pairs_of(made), walls, gap_m=30).pairs


def line(x: float, low: float, high: float) -> shapely.LineString:
    return shapely.LineString([(X + x, Y + low), (X + x, Y + high)])


@pytest.mark.parametrize(("gap", "sites"), [(0.0, 1), (29.9, 1), (30.0, 1), (30.1, 2), (80.0, 2)])
def test_a_gap_over_30_m_never_merges(gap: float, sites: int) -> None:
    made = plots((0, 0, 50, 50), (50 + gap, 0, 100 + gap, 50))
    assert len(set(components(made["parcel_id"], joined(made)))) == sites


def test_a_river_parts_and_a_pond_does_not() -> None:
    """20 m apart: a river through the gap parts; a pond of 20 m length can be walked round."""
    made = plots((0, 0, 50, 50), (70, 0, 120, 50))
    river = shapely.box(X + 56, Y - 100, X + 64, Y + 150)
    pond = shapely.box(X + 56, Y + 15, X + 64, Y + 35)
    assert joined(made, water=[river]).empty
    assert len(joined(made, water=[pond])) == 1
    found = join_plots(made, pairs_of(made), {"water": np.array([river])}, gap_m=30)
    assert found.parted.to_numpy().tolist() == [["P000", "P001", "water"]]


def test_a_motorway_or_railway_line_parts_plots_that_a_lane_does_not() -> None:
    made = plots((0, 0, 50, 50), (70, 0, 120, 50))
    assert joined(made, roads=[line(60, -200, 200)]).empty
    assert len(joined(made, roads=[line(300, -200, 200)])) == 1
    assert len(joined(made)) == 1


def test_a_third_plot_leads_round_a_short_wall() -> None:
    """Two plots parted by a wall still are one site if a third adjoins both beyond its end."""
    made = plots((0, 0, 50, 50), (70, 0, 120, 50), (0, 60, 120, 100))
    wall = line(60, -100, 55)
    label = components(made["parcel_id"], joined(made, roads=[wall]))
    assert len(set(label)) == 1


def test_whole_parts_of_one_owner_and_single_plots_are_listed() -> None:
    made = plots((0, 0, 50, 50), (52, 0, 100, 50), (102, 0, 150, 50), (400, 0, 450, 50),
                 owners=("a", "a", "b", "b"))  # fmt: skip
    table = list_sites(made, joined(made), most_grouped=60)
    members = set(table["members"])
    assert members == {"P000;P001;P002", "P000;P001", "P000", "P001", "P002", "P003"}
    lone = table.set_index("members").loc["P003"]
    assert (lone["site_id"], lone["overlaps"], lone["kind"]) == ("S-P003", "", "plot")
    pair = table.set_index("members").loc["P000;P001", "overlaps"].split(";")
    assert set(pair) == {site_id(["P000"]), site_id(["P001"]), site_id(["P000", "P001", "P002"])}
    assert table.groupby("group_id").size().to_dict() == {"G-P000": 5, "G-P003": 1}


def test_an_id_rests_on_the_members_alone() -> None:
    assert site_id(["b", "a"]) == site_id(["a", "b"]) != site_id(["a", "c"])
    assert site_id(["a"]) == "S-a"


boxes = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(20, 60), st.integers(20, 60)),
    min_size=1, max_size=14,
)  # fmt: skip


def spread(drawn: list[tuple[int, int, int, int]]) -> gpd.GeoDataFrame:
    """Return boxes that do not overlap: one that would is left out."""
    kept: list[shapely.Polygon] = []
    for x, y, wide, deep in drawn:
        one = shapely.box(x, y, x + wide, y + deep)
        if not any(one.intersects(other) for other in kept):
            kept.append(one)
    return plots(
        *[one.bounds for one in kept], owners=tuple("abc"[k % 3] for k in range(len(kept)))
    )


@settings(max_examples=40)
@given(drawn=boxes, seed=st.integers(0, 999))
def test_order_changes_nothing_and_areas_are_conserved(
    drawn: list[tuple[int, int, int, int]], seed: int
) -> None:
    made = spread(drawn)
    mixed = made.sample(frac=1, random_state=seed).reset_index(drop=True)
    one = list_sites(made, joined(made), most_grouped=60)
    other = list_sites(mixed, joined(mixed), most_grouped=60)
    pd.testing.assert_frame_equal(one, other)
    whole = one[one.groupby("group_id")["plots"].transform("max") == one["plots"]]
    whole = whole.drop_duplicates("group_id")
    area = outlines(whole, made).area
    assert area.sum() == pytest.approx(made.area.sum())
    again = outlines(other, mixed).set_index("site_id").area
    assert again.reindex(one["site_id"]).to_numpy() == pytest.approx(outlines(one, made).area)


@given(drawn=boxes)
def test_groups_are_as_far_apart_as_the_gap_says(drawn: list[tuple[int, int, int, int]]) -> None:
    made = spread(drawn)
    label = components(made["parcel_id"], joined(made))
    united = made.assign(label=label).dissolve("label").geometry.to_numpy()
    for k, one in enumerate(united):
        assert all(shapely.distance(one, other) > 30 for other in united[k + 1 :])


@settings(max_examples=40)
@given(drawn=boxes, most=st.integers(0, 3), barred=st.integers(0, 5))
def test_no_plot_is_in_two_chosen_sites(
    drawn: list[tuple[int, int, int, int]], most: int, barred: int
) -> None:
    made = spread(drawn)
    table = list_sites(made, joined(made), most_grouped=60)
    owner = made.set_index("parcel_id")["owner"]
    table["owners"] = [owner[text.split(";")].nunique() for text in table["members"]]
    table["area_m2"] = outlines(table, made).area.to_numpy()
    table["veto"] = np.where(np.arange(len(table)) % 6 < barred, "V01", "")
    chosen = table[first_choice(table, most_owners=most)]
    members = [name for text in chosen["members"] for name in text.split(";")]
    assert len(members) == len(set(members))
    assert (chosen["veto"] == "").all()
    assert ((chosen["owners"] <= most) | (chosen["plots"] == 1)).all()
    if barred == 0:
        assert set(members) == set(made["parcel_id"])  # nothing is lost where nothing is vetoed
