"""GHSL BUILT-S R2023A: built-up surface in square metres per cell."""

from __future__ import annotations

from landuse.sources.raster_product import RasterProduct

PRODUCT = RasterProduct(
    id="ghs_built_s",
    title_zh="GHSL 建成面积 (BUILT-S)",
    title_en="GHSL built-up surface (BUILT-S)",
    short="GHSL BUILT-S",
    kind="count",
    cell_m=10,
    unit="m2",
    version="R2023A V1-0",
    years="2018 (10 m); 1975-2030 every 5 years (100 m; 2025 and 2030 are projections)",
    nodata=255,
    valid_min=0,
    licence="reuse authorised with acknowledgement (European Commission reuse notice)",
    attribution="GHS-BUILT-S R2023A © European Union, Joint Research Centre",
    citation="Pesaresi et al. 2024, doi:10.1080/17538947.2024.2390454",
    url_template=(
        "https://jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL/GHS_BUILT_S_GLOBE_R2023A/"
        "GHS_BUILT_S_E2018_GLOBE_R2023A_54009_10/V1-0/tiles/"
        "GHS_BUILT_S_E2018_GLOBE_R2023A_54009_10_V1_0_{tile}.zip"
    ),
    login_needed=False,
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
