"""Sites of the demo county end to end: good ones found, every trap refused for the right reason."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from landuse.cli import app
from landuse.explain_site import explain_site
from landuse.study import open_study
from landuse.tasks import run_study
from tests.made import DEMO_STUDY, Made, silent

LINES = ("eco_redline", "prime_farmland", "growth_boundary")


def table(made: Made, name: str) -> pd.DataFrame:
    return pd.read_parquet(made.out / "tables" / f"{name}.parquet")


@pytest.fixture(scope="module")
def truth(demo: Made) -> pd.DataFrame:
    path = demo.raw / "truth" / "sites_truth.csv"
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def members(truth: pd.DataFrame, site: str) -> str:
    """Return the plots of a planted site as the run names them: by their BSM."""
    return ";".join(sorted(truth.loc[truth["site"] == site, "BSM"]))


def test_the_good_sites_are_found_whole_and_chosen(demo: Made, truth: pd.DataFrame) -> None:
    sites = table(demo, "sites").set_index("members")
    large, small = (sites.loc[members(truth, name)] for name in ("good_large", "good_one_owner"))
    for site in (large, small):
        assert bool(site["first_choice"])
        assert site["veto"] == ""
        assert site["owners"] == 1
        assert site["growth_share"] == pytest.approx(1)
    # Six plots of about 86 x 72 m, 2 m apart: 262 x 146 m hold a hall of three plots by two.
    assert large["plots"] == 6
    assert large["area_mu"] > 50
    assert large["rect_area_m2"] > 0.85 * large["area_m2"]
    assert large["advice"] == "small_park"
    assert large["grade"] == "I"
    assert large["best_use"] in {"industry", "small_enterprise_park"}


@pytest.mark.parametrize(
    ("site", "rule", "layer"),
    [("across_river", "parted", "water"), ("too_narrow", "too_narrow", "parcels"),
     ("two_owners", "several_owners", "owners")],
)  # fmt: skip
def test_each_trap_is_refused_with_its_rule_and_layer(
    demo: Made, truth: pd.DataFrame, site: str, rule: str, layer: str
) -> None:
    refused = table(demo, "sites_refused").set_index("members")
    row = refused.loc[members(truth, site)]
    assert (row["rule"], row["layer"]) == (rule, layer)
    planted = truth.loc[truth["site"] == site, "trap"].iloc[0]
    assert planted == rule


def test_the_red_line_takes_out_its_plot_and_leaves_the_other(
    demo: Made, truth: pd.DataFrame
) -> None:
    first, second = members(truth, "in_redline").split(";")
    refused = table(demo, "sites_refused").set_index("members").loc[first]
    assert (refused["rule"], refused["layer"]) == ("V01", "eco_redline")
    assert refused["value"] == pytest.approx(1, abs=0.01)
    sites = table(demo, "sites").set_index("members")
    assert f"{first};{second}" not in sites.index  # it joins nothing
    assert sites.loc[second, "veto"] == ""
    assert pd.isna(sites.loc[first, "ops"])


def test_one_owner_goes_before_two(demo: Made, truth: pd.DataFrame) -> None:
    sites = table(demo, "sites").set_index("members")
    two = sites.loc[members(truth, "two_owners")]
    assert not two["first_choice"]
    assert two["veto"] == ""  # it stays in the list as an alternative
    parts = [sites.loc[name] for name in members(truth, "two_owners").split(";")]
    assert all(part["first_choice"] for part in parts)
    assert set(two["overlaps"].split(";")) == {part["site_id"] for part in parts}


def test_nothing_counts_twice_and_every_plot_is_of_the_flagged(demo: Made) -> None:
    sites, parcels = table(demo, "sites"), table(demo, "parcels").set_index("parcel_id")
    chosen = sites[sites["first_choice"]]
    held = [name for text in chosen["members"] for name in text.split(";")]
    assert len(held) == len(set(held))
    flagged = parcels.loc[held, "flag"]
    assert flagged.isin(["suspected_idle", "suspected_low_efficiency"]).all()
    area = parcels.loc[held, "area_mu"].astype("float64").sum()
    assert chosen["area_mu"].sum() == pytest.approx(area, rel=1e-6)
    assert (chosen["veto"] == "").all()


def test_layer_and_map_hold_the_same_sites(demo: Made) -> None:
    sites = table(demo, "sites")
    layer = gpd.read_file(demo.out / "candidates.gpkg", layer="opportunities")
    assert sorted(layer["site_id"]) == sorted(sites["site_id"])
    outline = gpd.read_parquet(demo.out / "tables" / "sites_layer.parquet").set_index("site_id")
    again = layer.set_index("site_id").geometry.reindex(outline.index)
    apart = shapely.hausdorff_distance(np.asarray(again), np.asarray(outline.geometry))
    assert float(np.max(apart)) < 1e-3
    page = (demo.out / "map.html").read_text("utf-8")
    assert 'id="tab-sites"' in page


def test_a_site_is_derived_to_the_last_point_and_every_rule(
    demo: Made, truth: pd.DataFrame
) -> None:
    site = table(demo, "sites").set_index("members").loc[members(truth, "good_large")]
    lines, data = explain_site(demo.open(), site["site_id"])
    points = [item["points"] for item in data["score"]["criteria"] if item["points"] is not None]
    assert sum(points) == pytest.approx(site["ops"])
    assert next(rule["code"] for rule in data["advice"] if rule["holds"]) == site["advice"]
    assert site["evidence_zh"] in lines
    assert any("首先核实" in line for line in lines)
    for other in table(demo, "sites").itertuples():
        if other.advice == "check_line":
            continue  # a line stands against it: no rule is asked
        _, told = explain_site(demo.open(), other.site_id)
        assert next(rule["code"] for rule in told["advice"] if rule["holds"]) == other.advice


def test_the_command_explains_a_site(demo: Made, capsys: pytest.CaptureFixture[str]) -> None:
    site = table(demo, "sites")["site_id"].iloc[0]
    app(["explain", "demo", site, "--raw", str(demo.raw), "--out", str(demo.out)],
        standalone_mode=False)  # fmt: skip
    assert site in capsys.readouterr().out


def test_planted_plots_stand_apart_from_all_others(demo: Made, truth: pd.DataFrame) -> None:
    parcels = table(demo, "parcels")
    geometry = gpd.read_parquet(demo.out / "tables" / "geometry.parquet").geometry
    ours = parcels["parcel_id"].isin(truth["BSM"]).to_numpy()
    for site in truth["site"].unique():
        mine = parcels["parcel_id"].isin(truth.loc[truth["site"] == site, "BSM"]).to_numpy()
        assert geometry[mine].distance(geometry[~mine & ~ours].union_all()).min() > 30


def test_without_the_three_lines_the_run_says_so(
    demo: Made, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Red line, farmland and boundary left out of the study: it runs, names them, has no proxy."""
    folder = tmp_path_factory.mktemp("无 三线")
    kept, skip = [], False
    for line in DEMO_STUDY.read_text("utf-8").splitlines():
        if line.startswith("["):
            skip = line.strip("[]").removeprefix("sources.") in LINES
        kept += [] if skip else [line]
    study = folder / "demo.toml"
    study.write_text("\n".join(kept), encoding="utf-8")
    opened = open_study(study, raw=demo.raw, out=folder / "成果")
    run_study(opened, progress=silent)
    sites = pd.read_parquet(folder / "成果" / "tables" / "sites.parquet")
    assert sites["unchecked"].str.startswith("未核对三区三线").all()
    assert sites["growth_share"].isna().all()
    assert (sites["coverage"] <= 0.8).all()
    told = pd.read_parquet(folder / "成果" / "tables" / "findings.parquet")
    assert told["message_zh"].str.contains("未核对三区三线").any()
