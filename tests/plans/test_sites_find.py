"""The stage over a made-up row of plots: score by hand, vetoes, unknown lines, several owners."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from landuse.core.grid import Grid
from landuse.core.layers import Layer
from landuse.objects.neighbours import NeighbourSettings, measure_neighbours
from landuse.plans.sites.ground import measure_outlines
from landuse.plans.sites.listing import outline_sites
from landuse.plans.sites.measure import earthwork, nearest_homes
from landuse.plans.sites.settings import SiteLimits, SiteSettings
from landuse.scores.model import ScoreModel
from landuse.sources.roles import ROLE_NAMES
from landuse.study import SHIPPED_MODELS, shipped_rules
from landuse.toml_file import read_toml
from tests.plans.made_sites import fields_of, search_sites

CRS = "EPSG:4549"
X, Y = 450_000.0, 3_232_000.0
MU = 10_000 / 15


def model(name: str) -> ScoreModel:
    return ScoreModel.model_validate(read_toml(SHIPPED_MODELS / name))


SETTINGS = SiteSettings(
    score_model=model("china_opportunity.toml"), reclaim_model=model("china_reclaim.toml"),
    rules=shipped_rules(), class_system="SD3", layer_names=ROLE_NAMES,
)  # fmt: skip


def box(a: float, b: float, c: float, d: float) -> shapely.Polygon:
    return shapely.box(X + a, Y + b, X + c, Y + d)


def layer(*shapes: shapely.Geometry, **columns: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


# Two plots of 100 x 80 m that touch, one of 100 x 80 m far off, and a home 50 m east of the first.
SHAPES = (box(0, 0, 100, 80), box(100, 0, 200, 80), box(900, 0, 1_000, 80), box(250, 0, 270, 20))
EVERYWHERE = box(-500, -500, 1_500, 500)


def parcels(**change: list[Any]) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    table = pd.DataFrame({
        "parcel_id": ["a", "b", "c", "home"],
        "flag": ["suspected_idle", "suspected_low_efficiency", "suspected_idle", "none"],
        "veto": "", "group": ["IND_IN", "IND_IN", "IND_OUT", "VILLAGE"],
        "les": [80.0, 60.0, 70.0, 5.0],
        "idle_score": [70.0, 20.0, 60.0, 0.0], "score": [80.0, 60.0, 70.0, 5.0],
        "far": [0.2, 0.6, np.nan, 1.0],
        "area_m2": [8_000.0, 8_000.0, 8_000.0, 400.0], "land_use": "0601", "town_code": "330781101",
        "town_name": "甲镇", "zone_in": pd.array([True, True, False, False], dtype="boolean"),
        "zone_name": ["园", "园", "", ""], "zone_distance_m": [0.0, 0.0, 800.0, 60.0],
        "town_distance_m": [3_000.0] * 4, "ledger_rule": "", "ledger_cause": "",
        "emp_class_rank": [np.nan] * 4,
    } | change)  # fmt: skip
    return table, gpd.GeoDataFrame(
        {"parcel_id": table["parcel_id"]}, geometry=list(SHAPES), crs=CRS
    )


def found(*, settings: SiteSettings = SETTINGS, owners: pd.DataFrame | None = None,
          change: dict[str, list[Any]] | None = None, **layers: Any) -> dict[str, Any]:  # fmt: skip
    table, geometry = parcels(**(change or {}))
    near = measure_neighbours(parcels=geometry, settings=NeighbourSettings())["neighbours"]
    return search_sites(parcels=table, geometry=geometry, neighbours=near, owners=owners,
                      settings=settings, **layers)  # fmt: skip


def site(made: dict[str, Any], members: str) -> pd.Series:
    return made["sites"].set_index("members").loc[members]


def test_the_score_of_an_assembly_by_hand() -> None:
    """need .7 x .25 + growth 1 x .20 + zone 1 x .15 + 24 mu .7 x .15 + road 300 m 1 x .06
    + owners 1 x .05 = .74 of .86 known (no ramp .04, no slope .10): 86.05."""
    roads = layer(shapely.LineString([(X, Y + 380), (X + 200, Y + 380)]), road_class=["primary"])
    owners = pd.DataFrame({"parcel_id": ["a", "b"], "owner_name": ["甲", "甲"]})
    made = found(growth_boundary=layer(EVERYWHERE), roads=roads, owners=owners)
    whole = site(made, "a;b")
    assert whole["area_mu"] == pytest.approx(24)
    assert whole["need"] == pytest.approx(0.7)
    assert whole["road_m"] == pytest.approx(300)
    known = 0.175 + 0.20 + 0.15 + 0.7 * 0.15 + 0.06 + 0.05
    assert whole["ops"] == pytest.approx(100 * known / 0.86)
    assert whole["coverage"] == pytest.approx(0.86)
    assert (whole["rect_length_m"], whole["rect_width_m"]) == pytest.approx((200, 80), abs=0.1)
    assert whole["min_width_m"] == pytest.approx(80, abs=0.5)
    assert whole["sensitive_m"] == pytest.approx(50)
    assert whole["far"] == pytest.approx(0.4)
    assert bool(whole["first_choice"])
    assert not site(made, "a")["first_choice"]
    assert whole["overlaps"] == "S-a;S-b"
    assert made["layer"]["site_id"].tolist() == made["sites"]["site_id"].tolist()


def test_without_the_three_lines_it_runs_says_so_and_uses_no_proxy() -> None:
    """A zone is there, and still the share in the boundary stays null, as does its criterion."""
    made = found()
    whole = site(made, "a;b")
    assert whole["unchecked"].startswith(
        "未核对三区三线（缺永久基本农田、生态保护红线、城镇开发边界）"
    )
    assert "未核对三区三线" in whole["evidence_zh"]
    assert pd.isna(whole["growth_share"])
    assert whole["coverage"] == pytest.approx(0.25 + 0.15 + 0.15)
    assert site(made, "c")["advice"] == "check_lines"
    assert any("未核对三区三线" in item.message_zh for item in made["findings"])
    held = {
        name: layer(box(5_000, 5_000, 5_100, 5_100)) for name in ("eco_redline", "prime_farmland")
    }
    lines = found(growth_boundary=layer(EVERYWHERE), **held)
    assert "三区三线" not in site(lines, "a;b")["unchecked"]


def test_a_line_beats_every_score_and_is_told_with_layer_and_share() -> None:
    made = found(eco_redline=layer(box(150, 0, 200, 80)), growth_boundary=layer(EVERYWHERE))
    whole = site(made, "a;b")
    assert (whole["veto"], whole["veto_layer"]) == ("V01", "eco_redline")
    assert whole["veto_share"] == pytest.approx(0.25)
    assert pd.isna(whole["ops"])
    assert (whole["uses"], whole["advice"]) == ("", "check_line")
    assert site(made, "b")["veto_share"] == pytest.approx(0.5)
    assert site(made, "a")["veto"] == ""
    assert bool(site(made, "a")["first_choice"])
    row = made["refused"].set_index("members").loc["a;b"]
    assert (row["rule"], row["layer"], row["value"]) == ("V01", "eco_redline", pytest.approx(0.25))
    assert "25.0%" in row["reason_zh"]
    assert "生态保护红线" in row["reason_zh"]


def test_a_plot_vetoed_before_joins_nothing_and_keeps_its_reason() -> None:
    made = found(change={"flag": ["suspected_idle", "vetoed", "none", "none"],
                         "veto": ["", "V01", "", ""]},
                 eco_redline=layer(box(100, 0, 200, 80)))  # fmt: skip
    assert set(made["sites"]["members"]) == {"a", "b"}
    assert site(made, "b")["veto_share"] == pytest.approx(1)
    low = found(change={"flag": ["none", "vetoed", "none", "none"], "veto": ["", "V01", "", ""],
                        "les": [0.0, 10.0, 0.0, 0.0], "idle_score": [0.0] * 4})  # fmt: skip
    assert low["sites"].empty  # used well: no candidate, so nothing is refused
    assert low["refused"].empty


def test_several_owners_are_listed_but_not_chosen_before_single_ones() -> None:
    owners = pd.DataFrame({"parcel_id": ["a", "b"], "owner_name": ["甲", "乙"]})
    made = found(owners=owners)
    chosen = made["sites"][made["sites"]["first_choice"]]
    assert set(chosen["members"]) == {"a", "b", "c"}
    assert made["refused"]["rule"].tolist() == ["several_owners"]
    assert "2 个权利人" in made["refused"]["reason_zh"].iloc[0]
    two = SETTINGS.limits.most_owners.set_to(2)
    wider = SETTINGS.model_copy(update={"limits": SiteLimits(most_owners=two)})
    again = found(owners=owners, settings=wider)
    assert bool(site(again, "a;b")["first_choice"])
    assert again["refused"].empty


def test_a_narrow_or_small_site_is_refused_with_number_and_limit() -> None:
    narrow = SETTINGS.limits.least_width_m.set_to(90)
    made = found(settings=SETTINGS.model_copy(update={"limits": SiteLimits(least_width_m=narrow)}))
    assert set(made["sites"]["veto"]) == {"too_narrow"}
    assert "至少 90 m" in made["refused"]["reason_zh"].iloc[0]
    small = SETTINGS.limits.least_area_m2.set_to(9_000)
    some = found(settings=SETTINGS.model_copy(update={"limits": SiteLimits(least_area_m2=small)}))
    assert some["refused"]["members"].tolist() == ["c"]  # a and b are large enough together
    assert bool(site(some, "a;b")["first_choice"])


def test_a_canal_between_two_plots_is_told_as_the_reason() -> None:
    made = found(water=layer(box(99.5, -200, 100.5, 300)))
    assert "a;b" not in set(made["sites"]["members"])
    row = made["refused"].set_index("rule").loc["parted"]
    assert (row["members"], row["layer"], row["value"]) == ("a;b", "water", 2)
    assert row["area_mu"] == pytest.approx(24)
    assert "河流" in row["reason_zh"]


def test_what_plots_share_is_counted_once() -> None:
    """b drawn 20 m into a: 16,000 m2 of reported area less 20 x 80."""
    table, geometry = parcels()
    moved = geometry.copy()
    moved.loc[1, "geometry"] = box(80, 0, 180, 80)
    near = measure_neighbours(parcels=moved, settings=NeighbourSettings())["neighbours"]
    made = search_sites(parcels=table, geometry=moved, neighbours=near, settings=SETTINGS)
    assert site(made, "a;b")["area_m2"] == pytest.approx(16_000 - 1_600)


def test_order_of_rows_changes_nothing() -> None:
    table, geometry = parcels()
    owners = pd.DataFrame({"parcel_id": ["a", "b", "c"], "owner_name": ["甲", "甲", "乙"]})
    near = measure_neighbours(parcels=geometry, settings=NeighbourSettings())["neighbours"]
    order = [2, 3, 1, 0]
    one = search_sites(parcels=table, geometry=geometry, neighbours=near, owners=owners,
                     settings=SETTINGS)  # fmt: skip
    other = search_sites(
        parcels=table.iloc[order].reset_index(drop=True), owners=owners.iloc[::-1],
        geometry=geometry.iloc[order].reset_index(drop=True), neighbours=near.iloc[::-1],
        settings=SETTINGS,
    )  # fmt: skip
    pd.testing.assert_frame_equal(one["sites"], other["sites"])
    pd.testing.assert_frame_equal(one["refused"], other["refused"])
    assert one["layer"].geometry.geom_equals(other["layer"].geometry).all()


def test_a_study_may_set_a_limit_by_a_bare_number_but_no_gap_that_is_not_measured() -> None:
    """Pairs of neighbours are measured to 30 m: beyond that a wider gap would change nothing."""
    assert SiteLimits.model_validate({"gap_m": 12}).gap_m.value == 12
    with pytest.raises(ValidationError, match="30 m"):
        SiteLimits.model_validate({"gap_m": 40})
    apart = SETTINGS.model_copy(update={"limits": SiteLimits.model_validate({"gap_m": 0})})
    assert "a;b" in set(found(settings=apart)["sites"]["members"])  # they touch


def test_no_owner_name_reaches_a_product() -> None:
    owners = pd.DataFrame({"parcel_id": ["a", "b"], "owner_name": ["张三丰", "张三丰之友"]})
    made = found(owners=owners)
    for name in ("sites", "refused"):
        assert "张三丰" not in made[name].to_csv()


def test_an_empty_county_has_empty_tables_with_all_columns() -> None:
    table, geometry = parcels()
    none = measure_neighbours(parcels=geometry[:0], settings=NeighbourSettings())["neighbours"]
    bare = search_sites(
        parcels=table[:0], geometry=geometry[:0], neighbours=none, settings=SETTINGS
    )
    for made in (found(change={"flag": ["none"] * 4}), bare):
        assert made["sites"].empty
        assert made["refused"].empty
        assert made["layer"].empty
        assert {"site_id", "ops", "first_choice"} <= set(made["sites"].columns)


def test_earthwork_is_the_mean_height_off_the_plane() -> None:
    """A plane costs nothing however steep; a step of 2 m on level ground, half and half: the best
    plane leans, so the mean lies below 1 m and above nothing."""
    grid = Grid.covering((X, Y, X + 200, Y + 100), resolution_m=10, crs=CRS)
    column = np.broadcast_to(np.arange(20.0), (10, 20))
    plot = layer(box(0, 0, 200, 80), site_id=["s"])
    assert earthwork(plot, Layer(grid, 3 * column))[0] == pytest.approx(0, abs=1e-6)
    step = earthwork(plot, Layer(grid, np.where(column < 10, 0.0, 2.0)))[0]
    # z = +-1 over x in (-1, 1); the plane 1.5 x leaves the mean of |1 - 1.5 x| over (0, 1) = 5/12
    assert step == pytest.approx(5 / 12, abs=0.02)
    assert np.isnan(earthwork(layer(box(0, 0, 12, 12), site_id=["s"]), Layer(grid, column))[0])


def test_outlines_measured_before_are_taken_over_and_nothing_else_changes() -> None:
    """Whatever part of the table is known, the result is the one of measuring all anew."""
    table, geometry = parcels()
    near = measure_neighbours(parcels=geometry, settings=NeighbourSettings())["neighbours"]
    listed = outline_sites(parcels=table, geometry=geometry, neighbours=near, settings=SETTINGS)
    grid = Grid.covering((X - 100, Y - 100, X + 1_100, Y + 200), resolution_m=10, crs=CRS)
    hill = np.hypot(*np.indices(grid.shape)) ** 1.5
    given: dict[str, Any] = {
        "elevation": Layer(grid, hill), "hazard": layer(box(50, 0, 120, 40)),
        "roads": layer(shapely.LineString([(X, Y + 300), (X + 900, Y + 90)]),
                       road_class=["primary"]),
        "landcover": Layer(grid, (hill > 300).astype("uint8")), "legend": {0: "crop", 1: "tree"},
        "settings": SETTINGS.ground(),
    }  # fmt: skip
    given["fields"] = fields_of(given["landcover"], given["legend"])
    whole = measure_outlines(outline=listed["layer"], **given)["table"]
    assert len(whole) == 4
    assert whole[["slope_deg", "hazard_share", "road_m", "crop_joined_ha"]].notna().all(axis=None)
    for known in (whole, whole[:0], whole[1:3], whole[::-1].assign(site_id="another")):
        again = measure_outlines(outline=listed["layer"], known=known, **given)["table"]
        pd.testing.assert_frame_equal(again, whole, check_exact=True)
    other = whole.assign(slope_deg=99.0)
    taken = measure_outlines(outline=listed["layer"], known=other[1:], **given)["table"]
    assert taken["slope_deg"].tolist() == [whole["slope_deg"][0], 99.0, 99.0, 99.0]


def test_the_nearest_home_is_none_of_the_sites_own_however_far() -> None:
    """A site that is a home itself looks past it: 40 m to the next, and 3 km to one far off."""
    plots = layer(box(0, 0, 20, 20), box(500, 0, 520, 20), site_id=["S-a", "S-b"])
    sites = pd.DataFrame({"members": ["a", "b;c"]})
    homes = layer(box(0, 0, 20, 20), box(60, 0, 80, 20), box(500, 0, 520, 20), box(520, 0, 540, 20),
                  parcel_id=["a", "d", "b", "c"])  # fmt: skip
    found = nearest_homes(plots, sites, homes=homes, water_source=None, homes_known=True)
    assert found.tolist() == [40.0, 420.0]
    far = layer(box(500, 0, 520, 20), box(520, 0, 540, 20), box(3_520, 0, 3_540, 20),
                parcel_id=["b", "c", "e"])  # fmt: skip
    found = nearest_homes(plots, sites, homes=far, water_source=None, homes_known=True)
    assert found.tolist() == [480.0, 3_000.0]
    own = nearest_homes(plots[1:], sites[1:], homes=far[:2], water_source=None, homes_known=True)
    assert own.isna().all()
