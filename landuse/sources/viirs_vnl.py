"""VIIRS annual night light (VNL, average_masked)."""

from __future__ import annotations

from landuse.sources.raster_product import RasterProduct

PRODUCT = RasterProduct(
    id="viirs_vnl",
    title_zh="VIIRS 年度夜间灯光 (VNL)",
    title_en="VIIRS annual night light (VNL)",
    short="VNL",
    kind="intensity",
    cell_m=500,
    unit="nW/cm2/sr",
    version="V2.1, V2.2",
    years="2012-2023",
    nodata=None,
    valid_min=-10,
    licence="public domain",
    attribution="Earth Observation Group, Payne Institute for Public Policy",
    citation="Elvidge et al. 2021, doi:10.3390/rs13050922",
    url_template=(
        "https://eogdata.mines.edu/nighttime_light/annual/v22/{year}/"
        "VNL_v22_npp-j01_{year}_global_vcmslcfg_c202303062300.average_masked.dat.tif.gz"
    ),
    login_needed=True,
    mark="V",
    defects_zh=(
        "约 500 米像元，灯光外溢约 1 个像元，不能判定 30 公顷以下地块",
        "对蓝光 LED 不敏感",
        "0 是屏蔽的背景，不等于无人居住",
        "V2.1 与 V2.2 之间有阶跃",
    ),
    defects_en=(
        "cells of about 500 m that bloom by about one cell: no verdict on parcels under 30 ha",
        "blind to blue LED light",
        "0 is masked background, not absence of people",
        "a step between V2.1 and V2.2",
    ),
)
