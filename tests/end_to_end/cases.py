"""Broken studies: how each is broken, and what the program must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

from tests.end_to_end.broken import WORLDCOVER, Room, wkt

CHECK, RUN = ("check", "STUDY"), ("run", "STUDY")
MODEL = "评分 模型.toml"
LOCAL = (
    'LOCAL_CS["independent",LOCAL_DATUM["site",0],UNIT["metre",1],AXIS["X",EAST],AXIS["Y",NORTH]]'
)


@dataclass(frozen=True)
class Case:
    """One way to be wrong.

    ``says`` are texts that the message must hold: the file, the field, what was found, what to
    do. ``faults`` is how many problems are told. ``fresh``: the study was never run, so there
    must be no product folder afterwards; else the products must keep their bytes.
    """

    name: str
    break_it: Callable[[Room], object]
    code: int
    says: tuple[str, ...]
    command: tuple[str, ...] = RUN
    faults: int = 1
    fresh: bool = False


def as_it_is(_room: Room) -> None:
    """Break nothing: the command itself is wrong."""


def _edit(old: str, new: str) -> Callable[[Room], None]:
    return lambda room: room.edit(old, new)


def _model(*changes: tuple[str, str]) -> Callable[[Room], None]:
    """Put a changed copy of the shipped score model beside the study."""

    def break_it(room: Room) -> None:
        from landuse.study import SHIPPED_MODELS

        text = (SHIPPED_MODELS / "china.toml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        (room.folder / MODEL).write_text(text, encoding="utf-8")
        room.edit('model = "china.toml"', f'model = "{MODEL}"')

    return break_it


PARCELS = 'fields = { parcel_id = "BSM", land_use = "DLBM",'
TOWNS = 'fields = { town_code = "XZQDM", town_name = "XZQMC" }'
TAX = 'fields = { parcel_id = "BSM", tax_10k_yuan = "税收_万元",'
STUDY_FILE = (
    Case("unknown key at the top", lambda r: r.edit("[score]", "[scores]"), 2,
         ("研究 一.toml", "scores", "did you mean score?", "是不是 score？"), fresh=True),
    Case("unknown key in a section", _edit("resolution_m = 10", "resolution = 10"), 2,
         ("study.resolution", "did you mean resolution_m?"), fresh=True),
    Case("unknown role", _edit("[sources.elevation]", "[sources.elevatoin]"), 2,
         ("sources.elevatoin", "did you mean elevation?")),
    Case("unknown column in fields", _edit('land_use = "DLBM"', 'land_usee = "DLBM"'), 2,
         ("sources.parcels.fields.land_usee", "did you mean land_use?")),
    Case("misspelt id column", _edit(PARCELS, PARCELS.replace("parcel_id", "parcelid")), 2,
         ("sources.parcels.fields.parcelid", "did you mean parcel_id?")),
    Case("required key missing", _edit('crs = "EPSG:4549"', ""), 2,
         ("study.crs", "缺少必填项", "add crs = …"), fresh=True),
    Case("wrong type", _edit("resolution_m = 10", 'resolution_m = "ten"'), 2,
         ("study.resolution_m", "'ten'", "write a number without quotes")),
    Case("text where a date belongs", _edit("as_of = 2024-12-31", 'as_of = "年底"'), 2,
         ("study.as_of", "年底", "2024-12-31")),
    Case("value not among the choices", _edit('datum = "GCJ02"', 'datum = "火星"'), 2,
         ("sources.hazard.datum", "火星", "GCJ02")),
    Case("bad TOML", _edit("[score]", "[score"), 2, ("研究 一.toml", "line", "mend the line"),
         fresh=True),
    Case("not UTF-8", lambda r: r.study.write_bytes(r.study.read_text("utf-8").encode("gbk")), 2,
         ("研究 一.toml", "not UTF-8", "用 UTF-8 另存")),
    Case("no such file", lambda r: r.study.unlink(), 2, ("研究 一.toml", "landuse new"),
         fresh=True),
    Case("folder as study file", as_it_is, 2, ("坏 研究", "文件夹", ".toml"),
         command=("run", "FOLDER"), fresh=True),
    Case("no study of this name", as_it_is, 2, ("lanxii", "demo"),
         command=("run", "lanxii"), fresh=True),
    Case("unknown product", _edit('product = "esa_worldcover"', 'product = "esa_wordcover"'), 2,
         ("sources.landcover.product", "esa_wordcover", "did you mean esa_worldcover?")),
    Case("product in the wrong role", _edit('product = "worldpop"', 'product = "viirs_vnl"'), 2,
         ("sources.population.product", "viirs_vnl", "worldpop")),
    Case("path and series", _edit('product = "worldpop"',
                                  'product = "worldpop"\nseries = { 2020 = "a.tif" }'), 2,
         ("sources.population", "path 与 series 二选一")),
    Case("neither path nor series", _edit('path = "chn_ppp_2020_UNadj_constrained.tif"', ""), 2,
         ("sources.population", "either path or series")),
    Case("series where one file belongs",
         _edit('path = "chn_ppp_2020_UNadj_constrained.tif"', 'series = { 2020 = "a.tif" }'), 2,
         ("sources.population.series", "path")),
    Case("landcover and surfaces", _edit("[sources.landcover]", (
        '[sources.surfaces]\nresolution_m = 1\n[[sources.surfaces.classes]]\nkey = "water"\n'
        'zh = "水"\nen = "water"\nsource = { path = "zones.gpkg" }\n[sources.landcover]')), 2,
         ("landcover 与 surfaces 二选一",)),
    Case("study CRS in degrees", _edit('crs = "EPSG:4549"', 'crs = "EPSG:4490"'), 2,
         ("study.crs", "EPSG:4490", "EPSG:4549"), fresh=True),
    Case("study CRS nonsense", _edit('crs = "EPSG:4549"', 'crs = "EPSG:454X"'), 2,
         ("study.crs", "EPSG:454X", "EPSG:4549"), fresh=True),
    Case("declared CRS nonsense",
         _edit('path = "zones.gpkg"', 'path = "zones.gpkg"\ncrs = "CGCS2000 40"'), 2,
         ("sources.zones.crs", "CGCS2000 40", "EPSG:4549")),
    Case("empty bounds", lambda r: r.head("bounds = [452000, 3229000, 446000, 3235000]"), 2,
         ("study.bounds", "452000", "[west, south, east, north]")),
    Case("bounds in degrees", lambda r: r.head("bounds = [119.4, 29.1, 119.5, 29.2]"), 2,
         ("study.bounds", "119.4", "像经纬度")),
    Case("negative resolution", _edit("resolution_m = 10", "resolution_m = -10"), 2,
         ("study.resolution_m", "-10", "more than 0")),
    Case("zero resolution", _edit("resolution_m = 10", "resolution_m = 0"), 2,
         ("study.resolution_m", "须大于 0")),
    Case("land-use codes without a system", _edit('class_system = "SD3"', ""), 2,
         ("sources.parcels.class_system", "SD3")),
    Case("towns without code and name", _edit(TOWNS, "fields = {}"), 2,
         ("sources.towns.fields", "town_code", "town_name")),
    Case("towns by name and no list of codes", _edit(TOWNS, 'fields = { town_name = "XZQMC" }'), 4,
         ("town_code", "village_list")),
    Case("table without the id column", _edit(TAX, TAX.replace('parcel_id = "BSM", ', "")), 2,
         ("sources.enterprises.fields.parcel_id",)),
    Case("four faults in one file", lambda r: (
        r.edit('crs = "EPSG:4549"', 'crs = "EPSG:454X"'),
        r.edit("resolution_m = 10", "resolution = 10"),
        r.edit('product = "worldpop"', 'product = "wordpop"'),
        r.edit('model = "china.toml"', 'model = "chna.toml"')), 2,
         ("EPSG:454X", "resolution_m?", "worldpop?", "chna.toml"), command=CHECK, faults=4),
)  # fmt: skip

SCORE_MODEL = (
    Case("score model missing", _edit('model = "china.toml"', 'model = "zhejiang.toml"'), 2,
         ("score.model", "zhejiang.toml", "china.toml")),
    Case("ramp falls and rises",
         _model(("ramp = [", "ramp = [[-3.0, 1.0], [-2.0, 0.0], [-1.0, 1.0], ")), 2,
         (MODEL, "criteria.0", "一直升或一直降")),
    Case("unknown family", _model(('family = "', 'family = "feng_shui_')), 2,
         (MODEL, "feng_shui", "没有证据类别")),
    Case("weight above one", _model(("weight = ", "weight = 9")), 2, (MODEL, "weight", "不大于 1")),
)  # fmt: skip


def _nulls(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return table.set_geometry(gpd.GeoSeries([None] * len(table), index=table.index, crs=table.crs))


def _points(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    inside = table[table.geometry.notna()]
    return inside.set_geometry(inside.geometry.representative_point())


def _with_ids(**ids: str | None) -> Callable[[Room], None]:
    """Give rows (r0, r1, …) of the parcel layer other ids."""

    def change(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        for row, value in ids.items():
            table.loc[int(row[1:]), "BSM"] = value
        return table

    return lambda room: room.parcels(change)


def _moved(room: Room) -> None:
    """Move the land cover ten degrees east."""
    import rasterio

    with rasterio.open(room.raw / WORLDCOVER) as source:
        transform = source.transform
    room.raster(WORLDCOVER, transform=Affine.translation(10, 0) @ transform)


def _code_77(values: np.ndarray) -> np.ndarray:
    values[len(values) // 2, values.shape[1] // 2] = 77
    return values


def _words_in_tax(table: pd.DataFrame) -> pd.DataFrame:
    table.loc[1, "税收_万元"] = "约三百"
    return table


def _spoilt_codes(table: pd.DataFrame) -> pd.DataFrame:
    table.loc[0, "BSM"] = "3.30781E+11"
    return table


def _far_away(room: Room) -> None:
    """Say 78 E instead of 120 E."""
    room.layer(
        "zones", lambda t: t.set_geometry(t.geometry.set_crs("EPSG:4535", allow_override=True))
    )


DATA = (
    Case("raw file missing, a near name is there", lambda r: (r.raw / "zones.gpkg").rename(
        r.raw / "zone.gpkg"), 3, ("研究 一.toml", "sources.zones", "zones.gpkg",
                                  "did you mean zone.gpkg?")),
    Case("two files missing", lambda r: [(r.raw / name).unlink() for name in
                                         ("hazard.geojson", "ledger.csv")], 3,
         ("hazard.geojson", "ledger.csv"), faults=2, fresh=True),
    Case("a file missing and another wrong", lambda r: (
        (r.raw / "ledger.csv").unlink(), r.table("enterprises.csv", _words_in_tax)), 3,
         ("ledger.csv", "约三百"), command=CHECK, faults=2),
    Case("shapefile without .dbf", lambda r: (r.raw / "DLTB.dbf").unlink(), 3,
         ("DLTB.shp", "DLTB.dbf", "put the .shx and .dbf")),
    Case("no CRS", lambda r: r.projection(None), 4, ("DLTB.shp", "crs", "declare crs"), fresh=True),
    Case("CRS of far away", _far_away, 4, ("zones.gpkg", "EPSG:4535", "EPSG:4549")),
    Case("local CRS", lambda r: r.projection(LOCAL), 4, ("DLTB.shp", "crs", "独立")),
    Case("metres under degrees", lambda r: r.projection(wkt("EPSG:4490")), 4,
         ("DLTB.shp", "像米", "declare the true crs")),
    Case("empty layer", lambda r: r.layer("zones", lambda t: t.iloc[:0]), 4,
         ("zones.gpkg", "0 rows", "right layer")),
    Case("every geometry null", lambda r: r.parcels(_nulls), 4,
         ("DLTB.shp", "geometry", "no geometry")),
    Case("points as parcels", lambda r: r.parcels(_points), 4,
         ("DLTB.shp", "没有可用的面", "Point", "几何类型")),
    Case("duplicate ids", _with_ids(r1="SAME", r3="SAME"), 4,
         ("DLTB.shp", "BSM", "SAME (rows 2, 4)", 'duplicates = "suffix"')),
    Case("blank ids", _with_ids(r0=None, r2="  "), 4, ("DLTB.shp", "BSM", "rows 1, 3")),
    Case("class code not in the legend", lambda r: r.raster(WORLDCOVER, _code_77), 4,
         (WORLDCOVER, "77", "10, 20, 30"), fresh=True),
    Case("raster without CRS", lambda r: r.raster(WORLDCOVER, crs=None), 4,
         (WORLDCOVER, "crs", "assign its CRS")),
    Case("raster elsewhere", _moved, 4, (WORLDCOVER, "not overlap", "129.", "119.")),
    Case("raster all unknown", lambda r: r.raster(WORLDCOVER, np.zeros_like), 4,
         (WORLDCOVER, "0 %", "covers the study area")),
    Case("truncated tif", lambda r: r.truncate(WORLDCOVER, 0.3), 4, (WORLDCOVER, "whole")),
    Case("header of a tif only", lambda r: r.truncate(WORLDCOVER, 0.002), 4, (WORLDCOVER, "whole")),
    Case("truncated gpkg", lambda r: r.truncate("zones.gpkg", 0.3), 4, ("zones.gpkg", "完整")),
    Case("text file named gpkg", lambda r: (
        (r.raw / "zones.gpkg").unlink(), (r.raw / "zones.gpkg").write_text("404")), 4,
         ("zones.gpkg", "format")),
    Case("empty table", lambda r: (
        (r.raw / "enterprises.csv").unlink(), (r.raw / "enterprises.csv").write_text("")), 4,
         ("enterprises.csv", "whole")),
    Case("text in a number column", lambda r: r.table("enterprises.csv", _words_in_tax), 4,
         ("enterprises.csv", "税收_万元", "row 3: 约三百")),
    Case("codes spoilt by a spreadsheet", lambda r: r.table("enterprises.csv", _spoilt_codes), 4,
         ("enterprises.csv", "BSM", "3.30781E+11")),
    Case("field not in the file", _edit('road_class = "highway"', 'road_class = "fclass"'), 2,
         ("osm.gpkg", "fields.road_class", "highway", "name")),
    Case("field nearly in the file", _edit('road_class = "highway"', 'road_class = "higway"'), 2,
         ("osm.gpkg", "did you mean highway?")),
    Case("column gone from the table", lambda r: r.table(
        "enterprises.csv", lambda t: t.drop(columns="BSM")), 2,
         ("enterprises.csv", "fields.parcel_id", "税收_万元")),
    Case("layer not in the file", _edit('layer = "zones"', 'layer = "zone"'), 2,
         ("zones.gpkg", "layer", "did you mean zones?")),
    Case("file of several layers, none named", _edit('layer = "county"', ""), 2,
         ("admin.gpkg", "layer", "towns")),
    Case("wrong encoding declared", _edit('encoding = "GBK"', 'encoding = "UTF-8"'), 4,
         ("ledger.csv", "encoding", "UTF-8")),
    Case("no parcel is construction land", lambda r: r.parcels(
        lambda t: t.assign(DLBM="0101")), 4, ("sources.parcels", "class system"), command=CHECK),
    Case("three layers wrong", lambda r: (
        r.projection(None), r.table("enterprises.csv", _words_in_tax),
        r.raster(WORLDCOVER, _code_77)), 4,
         ("DLTB.shp", "约三百", "77"), faults=3),
)  # fmt: skip

EXPORT = ("export", "STUDY")
OTHER_COMMANDS = (
    Case("explain an unknown id", as_it_is, 2, ("parcel_id", "near:"),
         command=("explain", "STUDY", "NEAR_ID")),
    Case("explain before a run", as_it_is, 3, ("研究 一.toml", "landuse run"),
         command=("explain", "STUDY", "x"), fresh=True),
    Case("export before a run", as_it_is, 3, ("研究 一.toml", "landuse run"),
         command=(*EXPORT, "FOLDER/a.csv"), fresh=True),
    Case("export an unknown town", as_it_is, 2, ("town", "甲乙丙", "choose from"),
         command=(*EXPORT, "FOLDER/a.csv", "--town", "甲乙丙")),
    Case("export an unknown column", as_it_is, 2, ("idle_scor", "idle_score"),
         command=(*EXPORT, "FOLDER/a.csv", "--column", "idle_scor")),
    Case("export to an unknown format", as_it_is, 2, ("a.pdf", ".xlsx"),
         command=(*EXPORT, "FOLDER/a.pdf")),
    Case("export with a condition that is none", as_it_is, 2, ("far ~ 2", "far < 0.6"),
         command=(*EXPORT, "FOLDER/a.csv", "--where", "far ~ 2")),
    Case("export where a number is asked for", as_it_is, 2, ("far", "low", "number"),
         command=(*EXPORT, "FOLDER/a.csv", "--where", "far < low")),
    Case("validate without a truth file", as_it_is, 3, ("none.csv", "路径"),
         command=("validate", "STUDY", "--truth", "FOLDER/none.csv", "--label", "t", "--id", "i"),
         fresh=True),
    Case("validate with a label column that is not there",
         lambda r: r.truth("BSM,truth\na,1\n"), 2, ("真值.csv", "--label", "did you mean truth?"),
         command=("validate", "STUDY", "--truth", "FOLDER/真值.csv", "--label", "trut",
                  "--id", "BSM"), fresh=True),
    Case("validate with ids that match nothing",
         lambda r: r.truth("BSM,truth\na,1\nb,0\n"), 4, ("真值.csv", "BSM", "a, b"),
         command=("validate", "STUDY", "--truth", "FOLDER/真值.csv", "--label", "truth",
                  "--id", "BSM")),
    Case("validate with a label neither true nor false",
         lambda r: r.truth("BSM,truth\na,1\nb,maybe\n"), 4, ("真值.csv", "maybe", "--equals"),
         command=("validate", "STUDY", "--truth", "FOLDER/真值.csv", "--label", "truth",
                  "--id", "BSM"), fresh=True),
    Case("validate with an id twice",
         lambda r: r.truth("BSM,truth\na,1\na,0\n"), 4, ("真值.csv", "rows 2, 3", "one row"),
         command=("validate", "STUDY", "--truth", "FOLDER/真值.csv", "--label", "truth",
                  "--id", "BSM"), fresh=True),
    Case("validate with a value no label has",
         lambda r: r.truth("BSM,truth\na,idle\nb,in_use\n"), 2, ("--equals", "空置", "in_use"),
         command=("validate", "STUDY", "--truth", "FOLDER/真值.csv", "--label", "truth",
                  "--id", "BSM", "--equals", "空置"), fresh=True),
    Case("validate by a score that is none", lambda r: r.truth("BSM,t\na,1\n"), 2,
         ("--score", "beauty", "idle_score"),
         command=("validate", "STUDY", "--truth", "FOLDER/真值.csv", "--label", "t",
                  "--id", "BSM", "--score", "beauty"), fresh=True),
    Case("status with a file missing", lambda r: (r.raw / "zones.gpkg").unlink(), 3,
         ("zones.gpkg", "--raw"), command=("status", "STUDY")),
    Case("new county with a name for a code", as_it_is, 2, ("adcode", "示例县", "six digits"),
         command=("new", "示例县"), fresh=True),
    Case("new county with the code of a city", as_it_is, 2, ("adcode", "330700"),
         command=("new", "330700"), fresh=True),
    Case("new county with the code of a town", as_it_is, 2, ("adcode", "330781001", "330781"),
         command=("new", "330781001"), fresh=True),
    Case("new county that the package lacks", as_it_is, 2, ("330799", "330781"),
         command=("new", "330799"), fresh=True),
    Case("new study with capitals in its name", as_it_is, 2, ("--name", "Lanxi"),
         command=("new", "330781", "--name", "Lanxi"), fresh=True),
    Case("new study with a datum that is none", as_it_is, 2, ("--datum", "GCJ2", "GCJ02"),
         command=("new", "330781", "--datum", "GCJ2"), fresh=True),
    Case("new study from a file without the county", as_it_is, 2, ("admin.gpkg", "XZQDM"),
         command=("new", "330781", "--county", "FOLDER/原始 数据/admin.gpkg", "--layer", "towns"),
         fresh=True),
    Case("new study from a file that is not there", as_it_is, 3, ("无.shp",),
         command=("new", "330781", "--county", "FOLDER/原始 数据/无.shp"), fresh=True),
    Case("new study over an old one", as_it_is, 2, ("研究 一.toml", "不覆盖"),
         command=("new", "330781", "--file", "STUDY", "--raw", "FOLDER/原始 数据"), fresh=True),
)  # fmt: skip

CASES = (*STUDY_FILE, *SCORE_MODEL, *DATA, *OTHER_COMMANDS)


def swapped(room: Room) -> None:
    """Write northing before easting, as surveyors do."""
    room.layer("zones", lambda t: t.set_geometry(
        gpd.GeoSeries(shapely.transform(t.geometry.to_numpy(), lambda p: p[:, ::-1]), crs=t.crs)
    ))  # fmt: skip
