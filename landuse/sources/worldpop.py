"""WorldPop constrained population counts at 3 arc-seconds."""

from __future__ import annotations

from landuse.sources.raster_product import RasterProduct

PRODUCT = RasterProduct(
    id="worldpop",
    title_zh="WorldPop 约束型人口格网",
    title_en="WorldPop constrained population",
    short="WorldPop",
    kind="count",
    cell_m=100,
    unit="persons",
    version="Global_2000_2020_Constrained maxar_v1; R2025A v1",
    years="2020; 2015-2030 (R2025A)",
    nodata=-99999,
    nodata_is_zero=True,
    valid_min=0,
    licence="CC BY 4.0",
    attribution="WorldPop (www.worldpop.org), University of Southampton",
    citation="Bondarenko et al. 2020, doi:10.5258/SOTON/WP00684",
    url_template=(
        "https://data.worldpop.org/GIS/Population/Global_2000_2020_Constrained/2020/maxar_v1/"
        "{ISO3}/{iso3}_ppp_2020_UNadj_constrained.tif"
    ),
    login_needed=False,
    mark="V",
    defects_zh=("模型分配值，不是普查数", "聚落以外的像元为无数据，按 0 人读取"),
    defects_en=(
        "modelled, not counted",
        "cells outside settlements hold nodata and are read as 0 persons",
    ),
)
