"""GHSL BUILT-S R2023A: built-up surface in square metres per cell, at 10 m and at 100 m."""

from __future__ import annotations

from landuse.sources.catalogue import ghsl
from landuse.sources.raster_product import RasterProduct

PRODUCT = RasterProduct(
    **ghsl.FACTS,
    id="ghs_built_s",
    title_zh="GHSL 建成面积 (BUILT-S)",
    title_en="GHSL built-up surface (BUILT-S)",
    short="GHSL BUILT-S",
    roles=("built_surface",),
    kind="count",
    cell_m=10,
    unit="m2",
    editions=(ghsl.edition("BUILT_S", "BUILT_S", cell=10, years=(ghsl.OBSERVED,), mark="V"),),
    nodata=255,
    valid_min=0,
    attribution=ghsl.credit("BUILT-S"),
    mark="V",
    defects_zh=(
        "道路和硬化场地部分计入",
        "2018 年之后的建设看不到",
        "10 米产品的无数据值 255 为弱证",
    ),
    defects_en=(
        "part of roads and paved yards is counted",
        "construction after 2018 is not seen",
        "nodata 255 of the 10 m product is known at second hand",
    ),
)

PRODUCT_100M = RasterProduct(
    **ghsl.FACTS,
    id="ghs_built_s_100m",
    title_zh="GHSL 历年建成面积 100 米 (BUILT-S)",
    title_en="GHSL built-up surface by year, 100 m (BUILT-S)",
    short="GHSL BUILT-S 100 m",
    roles=("built_surface", "built_surface_series"),
    kind="count",
    cell_m=100,
    unit="m2",
    editions=(ghsl.edition("BUILT_S", "BUILT_S", cell=100, mark="V"),),
    nodata=65535,
    valid_min=0,
    attribution=ghsl.credit("BUILT-S"),
    mark="V",
    defects_zh=(
        ghsl.PROJECTION_ZH,
        ghsl.BETWEEN_ZH,
        "早年只有较粗的影像，小村庄偏少",
        "无数据值 65535 凭记忆，文件自带的值优先",
    ),
    defects_en=(
        ghsl.PROJECTION_EN,
        ghsl.BETWEEN_EN,
        "early years rest on coarser imagery: small villages are short",
        "nodata 65535 is from memory; what the file says goes first",
    ),
)
