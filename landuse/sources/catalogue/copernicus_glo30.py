"""Copernicus DEM GLO-30: surface model at 1 arc-second."""

from __future__ import annotations

from landuse.sources.raster_product import Edition, RasterProduct

PRODUCT = RasterProduct(
    id="copernicus_glo30",
    title_zh="哥白尼 30 米数字地表模型 (GLO-30)",
    title_en="Copernicus DEM GLO-30",
    short="GLO-30",
    roles=("elevation",),
    kind="height",
    cell_m=30,
    unit="m (EGM2008)",
    editions=(
        Edition(
            version="2021",
            url=(
                "https://copernicus-dem-30m.s3.amazonaws.com/"
                "Copernicus_DSM_COG_10_{tile}_DEM/Copernicus_DSM_COG_10_{tile}_DEM.tif"
            ),
            mark="V",
        ),
    ),
    access="window",
    tiling="wgs84_1deg",
    period="2011-2015",
    nodata=None,
    valid_min=-500,
    valid_max=9000,
    licence="free of charge with the credit line",
    attribution=(
        "© DLR e.V. 2010-2014 and © Airbus Defence and Space GmbH 2014-2018 provided under "
        "COPERNICUS by the European Union and ESA; all rights reserved"
    ),
    citation="European Space Agency 2021, Copernicus DEM, doi:10.5270/ESA-c5d3d65",
    mark="V",
    defects_zh=(
        "地表模型，含树冠和屋顶",
        "2015 年之后的填挖方看不到",
        "高程基准为 EGM2008，不是 1985 国家高程基准",
        "北纬 50 度以北像元变宽，跨 50 度的分幅不能拼接",
    ),
    defects_en=(
        "a surface model: crowns and roofs included",
        "cut and fill after 2015 is not seen",
        "heights above EGM2008, not the 1985 national datum",
        "cells are wider north of 50 N: tiles on both sides of it do not join",
    ),
)
