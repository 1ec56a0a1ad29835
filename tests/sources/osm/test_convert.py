"""A real .osm.pbf, made here: five layers, whole objects, dirty tags told, the same bytes twice."""

from __future__ import annotations

import tempfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from landuse.core.errors import LanduseError
from landuse.sources.osm.convert import GEOMETRY, osm_layers, write_osm
from landuse.sources.osm.layers import LAYERS, OsmLayers
from tests.sources.osm.made import BOUNDS, STEP, degrees, write_map

CELL = STEP**2
"""Square degrees of one step by one step."""


@pytest.fixture(scope="module")
def made(pbf: Path) -> OsmLayers:
    return osm_layers(pbf, bounds=BOUNDS)


def row(made: OsmLayers, layer: str, osm_id: str) -> dict[str, object]:
    table = made.layers[layer].set_index("osm_id")
    return dict(table.loc[osm_id])


def test_the_layers_and_their_columns(made: OsmLayers) -> None:
    columns = {name: list(table.columns) for name, table in made.layers.items()}
    assert columns == {
        "roads": ["osm_id", "highway", "name", "surface", "geometry"],
        "buildings": ["osm_id", "building", "levels", "height_m", "name", "geometry"],
        "water": ["osm_id", "water", "name", "geometry"],
        "landuse": ["osm_id", "landuse", "fclass", "name", "geometry"],
        "places": ["osm_id", "place", "name", "geometry"],
    }
    assert all(table.crs == "EPSG:4326" for table in made.layers.values())


def test_chinese_names_and_tags_come_through(made: OsmLayers) -> None:
    road = row(made, "roads", "way/301")
    assert (road["name"], road["highway"], road["surface"]) == ("兰溪大道", "primary", "asphalt")
    assert row(made, "landuse", "way/106")["name"] == "兰江工业园"
    assert made.layers["places"]["name"].tolist() == ["下王村", "游埠镇", "诸葛村"]


def test_dirty_storeys_and_heights(made: OsmLayers) -> None:
    built = made.layers["buildings"].set_index("osm_id")
    assert built["levels"].dropna().to_dict() == {
        "relation/2": 5, "way/101": 4, "way/102": 2, "way/114": 6,
    }  # fmt: skip
    assert built["height_m"].dropna().to_dict() == {"way/102": 12}
    told = [(f.kind, f.object_id, f.value, f.message_en) for f in made.findings]
    # storeys: 3;4, 2层 and a full-width 5 were mended, 许多 was not read; heights: 12 m, and 高
    assert [(kind, value) for kind, _, value, _ in told] == [
        ("repaired", "3"), ("dropped", "1"), ("repaired", "1"), ("dropped", "1"),
    ]  # fmt: skip
    assert "building:levels" in told[0][3]
    assert "height" in told[2][3]


def test_what_is_tagged_as_no_building_or_no_road_is_none(made: OsmLayers) -> None:
    assert "way/105" not in set(made.layers["buildings"]["osm_id"])  # building=no
    # 304 is only proposed, 305 a stream; 306 is a closed way and yet a road
    assert made.layers["roads"]["osm_id"].tolist() == ["way/301", "way/302", "way/303", "way/306"]


def test_relations_keep_their_holes_and_parts(made: OsmLayers) -> None:
    park = row(made, "landuse", "relation/1")["geometry"]
    assert park.area == pytest.approx((20 * 20 - 5 * 5) * CELL)
    school = row(made, "buildings", "relation/2")["geometry"]
    assert len(school.geoms) == 2
    assert school.area == pytest.approx(2 * 5 * 5 * CELL)


def test_an_object_cut_by_the_bounds_is_whole_and_one_outside_is_absent(made: OsmLayers) -> None:
    cut = row(made, "buildings", "way/114")["geometry"]
    assert cut.bounds[2] == pytest.approx(degrees((102, 40))[0])  # 2 steps beyond 119.5
    assert cut.area == pytest.approx(4 * 4 * CELL)
    motorway = row(made, "roads", "way/303")["geometry"]
    assert motorway.length == pytest.approx(200 * STEP)
    assert "way/115" not in set(made.layers["buildings"]["osm_id"])


def test_water_is_ponds_river_areas_and_reservoirs(made: OsmLayers) -> None:
    table = made.layers["water"].set_index("osm_id")
    assert table["water"].to_dict() == {
        "way/109": "water", "way/110": "riverbank", "way/111": "reservoir",
    }  # fmt: skip


def test_land_use_bears_the_class_of_the_free_shapefiles(made: OsmLayers) -> None:
    table = made.layers["landuse"].set_index("osm_id")[["landuse", "fclass"]]
    assert table.loc["way/106"].tolist() == ["industrial", "industrial"]
    assert table.loc["way/107"].tolist() == ["farm", "farmland"]
    assert table.loc["way/108"].tolist() == ["park", "park"]  # leisure=park
    greenhouse = table.loc["way/112"]
    assert greenhouse["landuse"] == "greenhouse_horticulture"
    assert greenhouse.isna()["fclass"]


def test_a_village_drawn_as_an_area_is_a_point_inside_it(made: OsmLayers) -> None:
    point = row(made, "places", "way/113")["geometry"]
    west, south = degrees((80, 20))
    assert shapely.box(west, south, west + 6 * STEP, south + 6 * STEP).contains(point)


def test_xml_reads_as_the_binary_does(made: OsmLayers, tmp_path: Path) -> None:
    other = osm_layers(write_map(tmp_path / "兰溪.osm"), bounds=BOUNDS)
    for name in LAYERS:
        assert made.layers[name].equals(other.layers[name])
    assert made.findings == other.findings


def test_the_file_has_the_same_bytes_twice(pbf: Path, tmp_path: Path) -> None:
    files = [tmp_path / name / "osm.gpkg" for name in ("甲", "乙")]
    for file in files:
        write_osm(file, osm_layers(pbf, bounds=BOUNDS).layers)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert [file.name for file in files[0].parent.iterdir()] == ["osm.gpkg"]
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_gdal_spills_to_the_temporary_folder_and_is_left_as_it_was(
    pbf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("OSM_CONFIG_FILE", "CPL_TMPDIR")
    seen, read = [], pyogrio.read_dataframe

    def watched(*args: object, **options: object) -> object:
        seen.append(pyogrio.get_gdal_config_option("CPL_TMPDIR"))
        return read(*args, **options)

    before = [pyogrio.get_gdal_config_option(name) for name in names]
    monkeypatch.setattr(pyogrio, "read_dataframe", watched)
    osm_layers(pbf, bounds=BOUNDS)
    assert seen == [tempfile.gettempdir()] * 3
    assert [pyogrio.get_gdal_config_option(name) for name in names] == before


def test_the_file_reads_back_with_licence_and_empty_layers(pbf: Path, tmp_path: Path) -> None:
    made = osm_layers(pbf, bounds=(119.4, 29.2, 119.404, 29.204))
    absent = [finding.object_id for finding in made.findings if finding.kind == "absent"]
    assert absent == ["roads", "water", "landuse", "places"]
    file = write_osm(tmp_path / "osm.gpkg", made.layers)
    assert dict(pyogrio.list_layers(file)) == GEOMETRY
    assert gpd.read_file(file, layer="buildings")["osm_id"].tolist() == ["way/101"]
    assert len(gpd.read_file(file, layer="roads")) == 0
    facts = pyogrio.read_info(file, layer="roads")["dataset_metadata"]
    assert facts == {"LICENCE": "ODbL 1.0", "ATTRIBUTION": "© OpenStreetMap contributors"}


def test_a_file_cut_short_is_no_data(pbf: Path, tmp_path: Path) -> None:
    """A cut between two blocks of the format cannot be seen here; the MD5 of a download tells."""
    whole = pbf.read_bytes()
    for size in range(0, len(whole), 97):
        file = tmp_path / "a.osm.pbf"
        file.write_bytes(whole[:size])
        with pytest.raises(LanduseError) as caught:
            osm_layers(file, bounds=BOUNDS)
        assert caught.value.exit_code == 4


def test_absent_other_and_far_files_are_told(pbf: Path, tmp_path: Path) -> None:
    with pytest.raises(LanduseError, match=r"did you mean 兰溪\.osm\.pbf") as caught:
        osm_layers(pbf.with_name("兰溪s.osm.pbf"), bounds=BOUNDS)
    assert caught.value.exit_code == 3
    page = tmp_path / "zhejiang.html"
    page.write_text("<html>", encoding="utf-8")
    with pytest.raises(LanduseError, match="not an OSM file") as caught:
        osm_layers(page, bounds=BOUNDS)
    assert caught.value.exit_code == 4
    with pytest.raises(LanduseError, match="nothing within the bounds") as caught:
        osm_layers(pbf, bounds=(100, 30, 101, 31))
    assert caught.value.exit_code == 4
