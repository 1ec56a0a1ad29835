"""GHSL BUILT-S NRES R2023A: the non-residential part of the built-up surface."""

from __future__ import annotations

from landuse.sources.catalogue import ghsl
from landuse.sources.raster_product import ClassName, RasterProduct

PRODUCT = RasterProduct(
    **ghsl.FACTS,
    id="ghs_built_s_nres",
    title_zh="GHSL 非居住建成区 10 米 (BUILT-S NRES)",
    title_en="GHSL non-residential built-up cells, 10 m (BUILT-S NRES)",
    short="GHSL NRES",
    roles=(),
    kind="class",
    cell_m=10,
    unit="class (0/1)",
    editions=(ghsl.edition("BUILT_S", "BUILT_S_NRES", cell=10, years=(ghsl.OBSERVED,), mark="V"),),
    nodata=255,
    legend={
        0: ClassName(key="other", zh="其他", en="other", colour="#000000"),
        1: ClassName(key="nonresidential", zh="非居住建成", en="non-residential", colour="#ff00ff"),
    },
    attribution=ghsl.credit("BUILT-S NRES"),
    mark="V-weak",
    defects_zh=(
        "仅为类别 0/1：占主导的用途不是居住；取值依据 Earth Engine 目录，原始文件若为平方米会报错",
        "2018 年之后的建设看不到",
        "没有角色用它：非居住建成面（平方米）请用 100 米产品",
        "无数据值 255 为弱证",
    ),
    defects_en=(
        "a class 0/1, mostly not residential; so says the Earth Engine catalogue: a file of "
        "square metres is refused with its values",
        "construction after 2018 is not seen",
        "no role takes it: for square metres take the product at 100 m",
        "nodata 255 is known at second hand",
    ),
)

PRODUCT_100M = RasterProduct(
    **ghsl.FACTS,
    id="ghs_built_s_nres_100m",
    title_zh="GHSL 历年非居住建成面积 100 米 (BUILT-S NRES)",
    title_en="GHSL non-residential built-up surface by year, 100 m (BUILT-S NRES)",
    short="GHSL NRES 100 m",
    roles=("built_nonres",),
    kind="count",
    cell_m=100,
    unit="m2",
    editions=(ghsl.edition("BUILT_S", "BUILT_S_NRES", cell=100, mark="V"),),
    nodata=65535,
    valid_min=0,
    attribution=ghsl.credit("BUILT-S NRES"),
    mark="V",
    defects_zh=(
        ghsl.PROJECTION_ZH,
        "非居住用途由形态推断：大型住宅楼会被计入，小作坊会漏掉",
        "无数据值 65535 凭记忆，文件自带的值优先",
    ),
    defects_en=(
        ghsl.PROJECTION_EN,
        "the use is inferred from form: large housing is counted in, small workshops are lost",
        "nodata 65535 is from memory; what the file says goes first",
    ),
)
