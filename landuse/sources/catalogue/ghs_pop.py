"""GHSL POP R2023A: people per cell of 100 m."""

from __future__ import annotations

from landuse.sources.catalogue import ghsl
from landuse.sources.raster_product import RasterProduct

PRODUCT = RasterProduct(
    **ghsl.FACTS,
    id="ghs_pop",
    title_zh="GHSL 人口格网 (POP)",
    title_en="GHSL population grid (POP)",
    short="GHSL POP",
    roles=("population",),
    kind="count",
    cell_m=100,
    unit="persons",
    editions=(ghsl.edition("POP", "POP", cell=100, mark="V"),),
    nodata=-200,
    valid_min=0,
    attribution=ghsl.credit("POP"),
    mark="V",
    defects_zh=(
        ghsl.PROJECTION_ZH,
        "普查数按建筑体积分摊到像元，不是实地点数；与 BUILT-V 互不独立",
        "无数据值 -200 凭记忆，文件自带的值优先",
    ),
    defects_en=(
        ghsl.PROJECTION_EN,
        "census counts shared out by building volume, not counted there; not independent of "
        "BUILT-V",
        "nodata -200 is from memory; what the file says goes first",
    ),
)
