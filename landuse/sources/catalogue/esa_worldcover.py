"""ESA WorldCover: land cover at 10 m, 2020 (v100) and 2021 (v200)."""

from __future__ import annotations

from landuse.sources.raster_product import ClassName, Edition, RasterProduct

_ROOT = "https://esa-worldcover.s3.eu-central-1.amazonaws.com"

PRODUCT = RasterProduct(
    id="esa_worldcover",
    title_zh="ESA WorldCover 10 米土地覆被",
    title_en="ESA WorldCover 10 m land cover",
    short="WorldCover",
    roles=("landcover", "landcover_series"),
    kind="class",
    cell_m=10,
    unit="class",
    editions=(
        Edition(
            version="v100",
            years=(2020,),
            method="v100",
            url=f"{_ROOT}/v100/2020/map/ESA_WorldCover_10m_2020_v100_{{tile}}_Map.tif",
            citation="Zanaga et al. 2021, ESA WorldCover 10 m 2020 v100, "
            "doi:10.5281/zenodo.5571936",
            mark="V",
        ),
        Edition(
            version="v200",
            years=(2021,),
            method="v200",
            url=f"{_ROOT}/v200/2021/map/ESA_WorldCover_10m_2021_v200_{{tile}}_Map.tif",
            mark="V",
        ),
    ),
    access="window",
    tiling="wgs84_3deg",
    nodata=0,
    legend={
        10: ClassName(key="tree", zh="林地", en="tree cover", colour="#006400"),
        20: ClassName(key="shrub", zh="灌木地", en="shrubland", colour="#ffbb22"),
        30: ClassName(key="grass", zh="草地", en="grassland", colour="#ffff4c"),
        40: ClassName(key="crop", zh="耕地", en="cropland", colour="#f096ff"),
        50: ClassName(key="built", zh="建成区", en="built-up", colour="#fa0000"),
        60: ClassName(key="bare", zh="裸地稀疏植被", en="bare or sparse", colour="#b4b4b4"),
        70: ClassName(key="snow", zh="冰雪", en="snow and ice", colour="#f0f0f0"),
        80: ClassName(key="water", zh="水体", en="permanent water", colour="#0064c8"),
        90: ClassName(key="wetland", zh="草本湿地", en="herbaceous wetland", colour="#0096a0"),
        95: ClassName(key="mangrove", zh="红树林", en="mangroves", colour="#00cf75"),
        100: ClassName(key="moss", zh="苔藓地衣", en="moss and lichen", colour="#fae6a0"),
    },
    licence="CC BY 4.0",
    attribution=(
        "© ESA WorldCover project {year} / Contains modified Copernicus Sentinel data ({year}) "
        "processed by ESA WorldCover consortium"
    ),
    citation="Zanaga et al. 2022, ESA WorldCover 10 m 2021 v200, doi:10.5281/zenodo.7254221",
    mark="V",
    defects_zh=(
        "反映地表覆被而非土地用途",
        "庭院绿化多的村庄易判为林地或草地",
        "裸地地块在草地、耕地、裸地之间摇摆",
        "2021 年之后没有新版本",
        "总体精度 74.4%（v100）、76.7%（v200）；v100 的引用号凭记忆",
    ),
    defects_en=(
        "land cover, not land use",
        "villages rich in gardens read as trees or grass",
        "bare plots flip between grass, crop and bare",
        "no version after 2021",
        "overall accuracy 74.4 % (v100), 76.7 % (v200); the doi of v100 is from memory",
    ),
    break_zh="v100 与 v200 算法不同，两年之差混有方法之差；变化请用 CLCD 或 GHSL 历年数据",
    break_en="v100 and v200 are different algorithms: their difference mixes change with method; "
    "take CLCD or the GHSL series for change",
)
