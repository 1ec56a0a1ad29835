"""One layer of land-use polygons, in every format and spelling offices send: one same table."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from landuse.align.vectors import VectorAlign, align_vector
from landuse.core.errors import LanduseError
from landuse.sources.describe import content_digest, content_size
from landuse.sources.read import near_file, parts_of, present, read_vector
from landuse.sources.spec import VectorSource

FIELDS = {
    "parcel_id": "BSM", "land_use": "DLBM", "name": "DLMC", "declared_area_m2": "TBMJ",
    "settlement_class": "CZCSXM",
}  # fmt: skip
VALUES = {
    "BSM": ["330781211000000001", "330781211000000002", "330781211000000003"],
    "DLBM": ["0601", "05H1", "0702"],
    "DLMC": ["工业用地", "商业服务业设施用地", None],
    "TBMJ": [1200.5, 800.0, 233.25],
    "CZCSXM": ["201", "202", "203"],
}
CODE = {code: code for code in VALUES}
CHINESE = {
    "BSM": "标识码", "DLBM": "地类编码", "DLMC": "地类名称", "TBMJ": "图斑面积",
    "CZCSXM": "城镇村属性码",
}  # fmt: skip
PINYIN = {
    "BSM": "BiaoShiMa", "DLBM": "DiLeiBianMa", "DLMC": "DiLeiMingCheng", "TBMJ": "TuBanMianJi",
    "CZCSXM": "ChengZhenCunShuXingMa",
}  # fmt: skip
MIXED = {
    "BSM": "ＢＳＭ", "DLBM": "Dlbm", "DLMC": "dlmc", "TBMJ": "tb_mj",
    "CZCSXM": "czcsxm",
}  # fmt: skip
SPELLINGS = {"code": CODE, "Chinese": CHINESE, "pinyin": PINYIN, "mixed": MIXED}
FORMATS = ["GBK", "GBK no cpg", "UTF-8", "UTF-8 no cpg", "gpkg", "geojson", "gdb", "gdb.zip", "kml"]


def layer(names: dict[str, str]) -> gpd.GeoDataFrame:
    shapes = [box(119.5 + k / 100, 29.2, 119.51 + k / 100, 29.21) for k in range(3)]
    table = gpd.GeoDataFrame(VALUES, geometry=shapes, crs="EPSG:4490")
    return table.rename(columns=names)


def written(folder: Path, kind: str, names: dict[str, str]) -> Path:
    table = layer(names)
    if kind.startswith(("GBK", "UTF-8")):
        file = folder / "地类图斑.shp"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names longer than ten bytes are cut: that is meant
            table.to_file(file, encoding=kind.split(maxsplit=1)[0])
        if kind.endswith("no cpg"):
            file.with_suffix(".cpg").unlink()
        return file
    if kind.startswith("gdb"):
        file = folder / "三调.gdb"
        table.to_file(file, driver="OpenFileGDB", layer="DLTB")
        zipped = kind.endswith("zip")
        return Path(shutil.make_archive(str(file), "zip", folder, file.name)) if zipped else file
    file = folder / f"地类图斑.{kind}"
    if kind == "kml":
        table.to_crs(4326).to_file(file, driver="KML")
    else:
        table.to_file(file)
    return file


def source(**changes: object) -> VectorSource:
    return VectorSource.model_validate({"path": "x", "fields": FIELDS} | changes)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_and_spelling_gives_one_table(raw: Path, kind: str, spelling: str) -> None:
    read = read_vector(written(raw, kind, SPELLINGS[spelling]), source())
    table = read.table
    assert table["parcel_id"].tolist() == VALUES["BSM"]
    assert table["land_use"].tolist() == VALUES["DLBM"]
    assert table["name"].tolist()[:2] == VALUES["DLMC"][:2]
    assert table["name"].isna().tolist() == [False, False, True]
    np.testing.assert_allclose(table["declared_area_m2"].astype("float64"), VALUES["TBMJ"])
    assert table["settlement_class"].tolist() == VALUES["CZCSXM"]
    assert table.geometry.area.sum() == pytest.approx(3 * 0.01 * 0.01)
    assert read.misread is None
    assert bool(read.aliases) is (spelling != "code")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_study_may_ask_in_any_spelling_too(raw: Path, spelling: str) -> None:
    asked = {ours: SPELLINGS[spelling][code] for ours, code in FIELDS.items()}
    read = read_vector(written(raw, "gpkg", CHINESE), source(fields=asked))
    assert read.table["land_use"].tolist() == VALUES["DLBM"]
    assert read.columns["land_use"] == "地类编码"


def test_another_name_is_told(raw: Path) -> None:
    read = read_vector(written(raw, "gpkg", MIXED), source())
    assert read.aliases == {"TBMJ": "tb_mj"}  # the others differ by letter case and width only
    crs = VectorAlign.for_role("parcels", source(), crs="EPSG:4549")
    found = align_vector(file=written(raw, "geojson", CHINESE), settings=crs)["findings"]
    (note,) = [item for item in found if "别名" in item.message_zh]
    assert (note.kind, note.value) == ("note", "5")
    assert "DLBM = 地类编码" in note.message_zh


@pytest.mark.parametrize(
    ("encoding", "cut"), [("UTF-8", "坐落单"), ("GBK", "坐落单位代")], ids=["UTF-8", "GBK"]
)
def test_a_cut_name_is_known_where_ten_bytes_leave_one_meaning(
    raw: Path, encoding: str, cut: str
) -> None:
    table = layer(CODE).assign(坐落单位代码=["1", "2", "3"])
    file = raw / "a.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table.to_file(file, encoding=encoding)
    wanted = source(fields={"village_code": "ZLDWDM"})
    if encoding == "GBK":  # 坐落单位代码 loses one of six characters, 坐落单位名称 would read 名
        assert read_vector(file, wanted).columns == {"village_code": cut}
        return
    with pytest.raises(LanduseError, match="was cut") as caught:
        read_vector(file, wanted)
    assert caught.value.faults[0].found == "ZLDWDM, ZLDWMC"
    settled = read_vector(file, source(fields={"village_code": cut}))
    assert settled.table["village_code"].tolist() == ["1", "2", "3"]


def test_two_fields_that_fit_are_a_fault_and_the_very_name_settles_it(raw: Path) -> None:
    file = raw / "a.gpkg"
    layer(CHINESE).assign(biaoshima=["a", "b", "c"]).to_file(file)
    with pytest.raises(LanduseError, match="several fields may be BSM") as caught:
        read_vector(file, source(fields={"parcel_id": "BSM"}))
    assert caught.value.exit_code == 2
    assert caught.value.faults[0].found == "标识码, biaoshima"
    read = read_vector(file, source(fields={"parcel_id": "biaoshima"}))
    assert read.table["parcel_id"].tolist() == ["a", "b", "c"]


def test_a_code_page_that_does_not_fit_is_a_fault_with_the_evidence(raw: Path) -> None:
    file = written(raw, "GBK", CODE)
    file.with_suffix(".cpg").write_text("UTF-8", encoding="ascii")
    with pytest.raises(LanduseError, match=r"地类图斑\.cpg") as caught:
        read_vector(file, source())
    (fault,) = caught.value.faults
    assert fault.exit_code == 4
    assert "GB18030 → 商业服务业设施用地、工业用地" in fault.found
    assert read_vector(file, source(encoding="GBK")).table["name"].iloc[0] == "工业用地"


@pytest.mark.parametrize("suffix", [".CPG", ".cst"])
@pytest.mark.parametrize("label", ["936", "ANSI 936", "GB2312", "cp936"])
def test_code_pages_are_read_as_they_are_written(raw: Path, suffix: str, label: str) -> None:
    file = written(raw, "GBK no cpg", CODE)
    file.with_suffix(suffix).write_text(label, encoding="ascii")
    read = read_vector(file, source())
    assert read.table["name"].iloc[0] == "工业用地"
    assert read.encoding == ""


def test_garbled_text_is_doubted_and_left_as_it_is(raw: Path) -> None:
    garbled = "工业用地".encode().decode("gb18030")  # UTF-8 bytes read as GB 18030: 宸ヤ笟鐢ㄥ湴
    file = raw / "a.gpkg"
    layer(CODE).assign(DLMC=[garbled, garbled, None]).to_file(file)
    read = read_vector(file, source())
    assert read.table["name"].iloc[0] == garbled
    assert read.misread is not None
    assert (read.misread.meant, read.misread.likely) == ("工业用地", "UTF-8")
    crs = VectorAlign.for_role("parcels", source(), crs="EPSG:4549")
    kinds = [item.kind for item in align_vector(file=file, settings=crs)["findings"]]
    assert kinds == ["doubt"]


def test_a_format_that_is_always_utf8_takes_no_other_encoding(raw: Path) -> None:
    file = written(raw, "gdb", CODE)
    with pytest.raises(LanduseError, match="always UTF-8") as caught:
        read_vector(file, source(encoding="GBK"))
    assert caught.value.exit_code == 2
    assert read_vector(file, source(encoding="utf-8")).table["name"].iloc[0] == "工业用地"


def test_a_geodatabase_is_a_source_with_a_digest_and_a_size(raw: Path) -> None:
    file = written(raw, "gdb", CODE)
    assert present(file)
    assert near_file(raw / "三调库.gdb") == "三调.gdb"
    before, size = content_digest(file), content_size(file)
    assert size == sum(part.stat().st_size for part in parts_of(file))
    (file / "a00000001.TGIS.sr.lock").write_bytes(b"open elsewhere")
    assert content_digest(file) == before  # who has it open does not change what it says
    read_vector(file, source())
    assert content_digest(file) == before
    copy = raw / "别名.gdb"
    shutil.copytree(file, copy)
    assert content_digest(copy) == before
    largest = max(parts_of(file), key=lambda part: part.stat().st_size)
    largest.write_bytes(largest.read_bytes() + b"\0")
    assert content_digest(file) != before
    assert content_size(file) == size + 1


def test_an_absent_geodatabase_and_a_plain_folder_are_absent(raw: Path) -> None:
    (raw / "folder").mkdir()
    assert not present(raw / "folder")
    with pytest.raises(LanduseError, match="does not exist") as caught:
        read_vector(raw / "x.gdb", source())
    assert caught.value.exit_code == 3


def test_a_shapefile_comes_with_its_sidecars(raw: Path) -> None:
    file = written(raw, "GBK", CODE)
    assert [part.suffix for part in parts_of(file)] == [".shp", ".cpg", ".dbf", ".prj", ".shx"]
