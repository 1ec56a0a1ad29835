from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as Xml

import geopandas as gpd
import pyogrio
import pytest
from shapely import box

from landuse.products.qgis_project import (
    ProjectFacts,
    ProjectLayer,
    project_layers,
    qgis_project,
)
from landuse.products.safety import plain_text
from landuse.products.words import GRADE_COLOURS
from tests.made import Made
from tests.products.hostile import HOSTILE

SCRIPT = Path(__file__).with_name("read_in_qgis.py")
FACTS = ProjectFacts(title="甲", crs="EPSG:4549", bounds=(0, 0, 1000, 1000), label="内部")


@functools.cache
def qgis_python() -> str | None:
    """Return a Python that has QGIS, or None."""
    for python in ("/usr/bin/python3", shutil.which("python3")):
        if python and Path(python).is_file():
            tried = subprocess.run(
                [python, "-c", "import qgis.core"], capture_output=True, check=False
            )
            if tried.returncode == 0:
                return python
    return None


def read_xml(text: str) -> Xml.Element:
    return Xml.fromstring(text.split("\n", 1)[1])


@pytest.fixture(scope="module")
def project(demo: Made) -> Xml.Element:
    return read_xml((demo.out / "candidates.qgs").read_text(encoding="utf-8"))


def test_every_layer_of_the_geopackage_is_in_the_project_by_a_relative_path(demo, project):
    held = {str(name) for name, _ in pyogrio.list_layers(demo.out / "candidates.gpkg")}
    found = set()
    for layer in project.iter("maplayer"):
        path, _, table = layer.findtext("datasource").partition("|layername=")
        assert PurePosixPath(path) == PurePosixPath("candidates.gpkg")
        assert not PurePosixPath(path).is_absolute()
        found.add(table)
    assert found == held - {"layer_styles"}
    assert project.findtext("properties/Paths/Absolute") == "false"
    text = (demo.out / "candidates.qgs").read_text(encoding="utf-8")
    assert str(demo.out.parent) not in text


def test_panel_order_and_layers_name_each_other(project):
    ids = [layer.findtext("id") for layer in project.iter("maplayer")]
    assert [node.get("id") for node in project.iter("layer-tree-layer")] == ids
    assert [node.get("id") for node in project.iterfind("layerorder/layer")] == ids
    assert len(set(ids)) == len(ids)
    assert all(len(key) > 10 for key in ids), "QGIS drops shorter ids"


def test_rules_read_only_columns_that_the_layer_has(demo, project):
    for layer in project.iter("maplayer"):
        table = layer.findtext("datasource").partition("|layername=")[2]
        columns = set(pyogrio.read_info(demo.out / "candidates.gpkg", layer=table)["fields"])
        for rule in layer.iter("rule"):
            named = set(rule.get("filter").split('"')[1::2])
            assert named <= columns, (table, named)
        assert {alias.get("field") for alias in layer.iter("alias")} <= columns
        for label in layer.iter("text-style"):
            assert label.get("fieldName") in columns


def test_stamp_and_credits_are_drawn_on_the_map(project):
    label = project.findtext("properties/CopyrightLabel/Label")
    assert "内部工作用图" in label
    assert "无审图号" in label
    assert "ESA WorldCover" in label
    assert project.findtext("properties/CopyrightLabel/Enabled") == "true"


def test_the_same_layers_give_the_same_text():
    layers = (ProjectLayer(table="parcels", title="地块", geometry="Polygon"),)
    texts = {qgis_project(FACTS, layers, geopackage="x.gpkg") for _ in range(2)}
    assert len(texts) == 1


def test_a_layer_that_the_run_lacks_is_not_in_the_panel():
    square = gpd.GeoDataFrame({"a": [1]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4549")
    layers = project_layers(
        {"villages": None, "parcels": square, "new": square}, titles={"parcels": "地块"},
        styles={}, more=[("parcels", "稳健性", "<!x>\n<qgis/>"), ("villages", "y", "")],
    )  # fmt: skip
    assert [(layer.table, layer.title, layer.shown) for layer in layers] == [
        ("new", "new", True), ("parcels", "地块", True), ("parcels", "地块：稳健性", False),
    ]  # fmt: skip


def test_hostile_names_stay_names():
    for text in HOSTILE:
        short = text[:300]
        facts = ProjectFacts(title=short, crs="EPSG:4549", bounds=(0, 0, 1, 1), label=short)
        layers = [ProjectLayer(table="parcels", title=short, geometry="Polygon")]
        root = read_xml(qgis_project(facts, layers, geopackage="candidates.gpkg"))
        assert (root.findtext("title") or "") == plain_text(short)
        assert root.find("layer-tree-group/layer-tree-layer").get("name") == plain_text(short)
        assert len(list(root.iter("maplayer"))) == 1
        assert not {"pythoncode", "Macros"} & {element.tag for element in root.iter()}


def test_qgis_opens_every_layer_styled_after_the_folder_was_moved(demo: Made, tmp_path: Path):
    python = qgis_python()
    if python is None:
        pytest.skip("QGIS with Python is not installed")
    place = tmp_path / "搬 走 了"
    place.mkdir()
    for name in ("candidates.qgs", "candidates.gpkg"):
        shutil.copy(demo.out / name, place / name)
    done = subprocess.run(
        [python, str(SCRIPT), str(place / "candidates.qgs"), str(tmp_path / "x.png")],
        check=True, capture_output=True, text=True, timeout=300,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": ""},
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["read"]
    assert told["crs"] == "EPSG:4549"
    assert told["drawn"]["errors"] == []
    layers = {layer["title"]: layer for layer in told["layers"]}
    assert {"参评地块", "乡镇与开发区", "自然村与整合候选", "可能的安置点", "发现"} <= set(layers)
    for layer in layers.values():
        assert layer["valid"], layer["title"]
        assert layer["features"] > 0
        assert str(place) in layer["source"]
        assert layer["title"] == "发现" or (layer["rules"] and layer["crs"] == "EPSG:4549")
    parcels = layers["参评地块"]
    assert parcels["rules"][:3] == ["Ⅰ 重点", "Ⅱ 一般", "Ⅲ 关注"]
    assert parcels["aliases"]["area_mu"] == "面积（亩）"
    assert parcels["aliases"]["coverage"] == "证据覆盖（0–1）"
    assert layers["乡镇与开发区"]["labels"]
    # The fills of the grades are in the picture: it is drawn with our style, not with QGIS's own.
    assert {fill.upper() for fill, _ in GRADE_COLOURS} <= set(told["drawn"]["colours"])
