"""GHSL BUILT-H R2023A: average net building height at 100 m."""

from __future__ import annotations

from landuse.sources.raster_product import RasterProduct

PRODUCT = RasterProduct(
    id="ghs_built_h",
    title_zh="GHSL 建筑高度 (BUILT-H ANBH)",
    title_en="GHSL average net building height (BUILT-H ANBH)",
    short="GHSL BUILT-H",
    kind="height",
    cell_m=100,
    unit="m",
    version="R2023A V1-0",
    years="2018",
    nodata=255,
    valid_min=0,
    licence="reuse authorised with acknowledgement (European Commission reuse notice)",
    attribution="GHS-BUILT-H R2023A © European Union, Joint Research Centre",
    citation="Pesaresi et al. 2024, doi:10.1080/17538947.2024.2390454",
    url_template=(
        "https://jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL/GHS_BUILT_H_GLOBE_R2023A/"
        "GHS_BUILT_H_ANBH_E2018_GLOBE_R2023A_54009_100/V1-0/tiles/"
        "GHS_BUILT_H_ANBH_E2018_GLOBE_R2023A_54009_100_V1_0_{tile}.zip"
    ),
    login_needed=False,
    mark="M",
    defects_zh=("100 米像元平均高度，小厂房与高层混在一起", "无建筑像元为 0"),
    defects_en=(
        "a mean over 100 m cells: sheds and towers are mixed",
        "cells without buildings hold 0",
    ),
)
