"""How a study names its inputs: raster products, vector layers, tables."""

from __future__ import annotations

from typing import Literal, Self, TypeVar

from pydantic import Field, model_validator

from landuse.core.settings import Settings

Datum = Literal["CGCS2000", "WGS84", "GCJ02", "BD09", "NAD83"]
ClassSystem = Literal["SD3", "GB21010", "YDYH2023", "OSM", "local"]


class SourceBase(Settings):
    """What every source says about itself."""

    year: int | None = Field(None, description="year the data describe / 数据年份")
    licence: str = Field("", description="licence / 许可")
    attribution: str = Field("", description="credit line / 署名")
    optional: bool = Field(
        False, description="a file that is not there is a named absence, not a fault / 缺了记为缺项"
    )


class VectorSource(SourceBase):
    """A vector layer in any format GDAL opens."""

    path: str = Field(description="file, relative to the raw folder / 相对原始数据目录的文件")
    layer: str | None = Field(None, description="layer name; needed where a file has several")
    crs: str | None = Field(None, description="CRS, for files that carry none / 文件无坐标系时声明")
    datum: Datum = Field("CGCS2000", description="datum of the coordinates / 坐标基准")
    encoding: str | None = Field(None, description="attribute encoding, e.g. GBK / 属性编码")
    fields: dict[str, str] = Field(
        default_factory=dict, description="our column name = field name in the file / 字段对应"
    )
    class_system: ClassSystem | None = Field(None, description="land-use code system / 分类体系")


Tiles = str | tuple[str, ...]
"""One file, or the tiles of one product that together cover the study."""


class RasterSource(SourceBase):
    """A raster of a known product: one file or its tiles, or as much for each year."""

    product: str = Field(description="product id, see data/sources.csv / 产品代号")
    path: Tiles | None = Field(None, description="file or tiles, relative to the raw folder")
    series: dict[int, Tiles] = Field(default_factory=dict, description="year = file / 年份 = 文件")

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if bool(self.path) == bool(self.series):
            msg = "give either path or series / path 与 series 二选一"
            raise ValueError(msg)
        return self

    def files(self) -> dict[int | None, tuple[str, ...]]:
        """Return {year: tiles}."""
        if self.series:
            return {year: _tiles(files) for year, files in sorted(self.series.items())}
        return {self.year: _tiles(self.path or ())}


def _tiles(files: Tiles) -> tuple[str, ...]:
    return (files,) if isinstance(files, str) else files


class TableSource(SourceBase):
    """A table: CSV or XLSX."""

    path: str = Field(description="file, relative to the raw folder")
    sheet: str | None = Field(None, description="sheet, for a workbook / 工作表")
    encoding: str | None = Field(None, description="text encoding, e.g. GBK / 文本编码")
    fields: dict[str, str] = Field(default_factory=dict, description="our column = their column")


SourceKind = TypeVar("SourceKind", bound=SourceBase)


class SurfaceClass(Settings):
    """One class of a land-cover stack made from vector layers."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="column stem: share_<key>")
    zh: str
    en: str
    source: VectorSource


class Surfaces(Settings):
    """A land-cover stack burned from vector layers; later classes lie on top of earlier ones."""

    resolution_m: float = Field(gt=0)
    classes: tuple[SurfaceClass, ...] = Field(min_length=1, max_length=254)


class Sources(Settings):
    """Everything a study may bring. What is left out is a named absence in every product."""

    county: VectorSource | None = None
    towns: VectorSource | None = None
    zones: VectorSource | None = None
    parcels: VectorSource | None = None
    land_use_map: VectorSource | None = Field(
        None, description="land-use polygons of an open map; parcels where no cadastre exists"
    )
    villages: VectorSource | None = Field(None, description="administrative villages / 行政村界")
    settlements: VectorSource | None = Field(None, description="natural villages / 自然村")
    roads: VectorSource | None = None
    buildings: VectorSource | None = None
    water: VectorSource | None = None
    lights: VectorSource | None = Field(None, description="point lights / 路灯等点状光源")
    eco_redline: VectorSource | None = None
    prime_farmland: VectorSource | None = None
    growth_boundary: VectorSource | None = None
    hazard: VectorSource | None = None
    heritage: VectorSource | None = None
    services: VectorSource | None = Field(
        None, description="schools, clinics, bus stops / 学校、卫生室、公交站"
    )
    water_source: VectorSource | None = Field(
        None, description="protected drinking-water sources / 饮用水水源保护区"
    )
    centres: VectorSource | None = Field(None, description="middles of towns / 城镇中心点")
    landcover: RasterSource | None = None
    surfaces: Surfaces | None = None
    built_surface: RasterSource | None = None
    built_surface_series: RasterSource | None = None
    built_nonres: RasterSource | None = None
    built_volume: RasterSource | None = None
    built_height: RasterSource | None = None
    settlement_degree: RasterSource | None = None
    night_light: RasterSource | None = None
    population: RasterSource | None = None
    elevation: RasterSource | None = None
    landcover_series: RasterSource | None = None
    vegetation_series: RasterSource | None = Field(
        None, description="yearly greenness of the growing season / 历年植被指数"
    )
    surface_temperature: RasterSource | None = Field(
        None, description="land-surface temperature of summer days / 夏季地表温度"
    )
    enterprises: TableSource | None = None
    electricity: TableSource | None = Field(
        None, description="yearly use of electricity of parcels / 地块年用电量"
    )
    ledger: TableSource | None = None
    register_population: TableSource | None = None
    field_checks: TableSource | None = Field(
        None, description="what was found in the field / 实地核实结果"
    )
    consent: TableSource | None = Field(
        None, description="share of households willing to move / 搬迁意愿调查"
    )
    village_list: TableSource | None = None
    census: TableSource | None = None
    town_census: TableSource | None = Field(
        None, description="residents of each town by the census / 分乡镇常住人口"
    )
    previous_parcels: VectorSource | None = Field(
        None, description="parcels of an earlier run, to keep their ids / 上一次的地块，沿用编号"
    )
    previous_settlements: VectorSource | None = Field(
        None, description="settlements of an earlier run, to keep their ids"
    )

    @model_validator(mode="after")
    def _one_landcover(self) -> Self:
        if self.landcover and self.surfaces:
            msg = "landcover and surfaces exclude each other / landcover 与 surfaces 二选一"
            raise ValueError(msg)
        return self

    def of_kind(self, kind: type[SourceKind]) -> dict[str, SourceKind]:
        """Return the declared sources of one kind, by role, in the order of this class."""
        found = {role: getattr(self, role) for role in type(self).model_fields}
        return {role: source for role, source in found.items() if isinstance(source, kind)}
