"""GHSL BUILT-V R2023A: building volume in cubic metres per cell of 100 m."""

from __future__ import annotations

from landuse.sources.catalogue import ghsl
from landuse.sources.raster_product import RasterProduct

PRODUCT = RasterProduct(
    **ghsl.FACTS,
    id="ghs_built_v",
    title_zh="GHSL 建筑体积 (BUILT-V)",
    title_en="GHSL building volume (BUILT-V)",
    short="GHSL BUILT-V",
    roles=("built_volume",),
    kind="count",
    cell_m=100,
    unit="m3",
    editions=(ghsl.edition("BUILT_V", "BUILT_V", cell=100, mark="V"),),
    nodata=4294967295,
    valid_min=0,
    attribution=ghsl.credit("BUILT-V"),
    mark="V",
    defects_zh=(
        ghsl.PROJECTION_ZH,
        "体积 = 建成面积 × 高度，两者的误差相乘；高度只有 2018 年一期",
        "无数据值 4294967295 凭记忆，文件自带的值优先",
    ),
    defects_en=(
        ghsl.PROJECTION_EN,
        "volume = surface x height: both errors multiply, and heights are of 2018 only",
        "nodata 4294967295 is from memory; what the file says goes first",
    ),
)
