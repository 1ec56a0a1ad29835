"""Landsat land-surface temperature: the median of summer days on a 30 m grid, made by the user."""

from __future__ import annotations

from landuse.sources.raster_product import Edition, RasterProduct

PRODUCT = RasterProduct(
    id="landsat_lst",
    title_zh="Landsat 夏季地表温度 (LST) 中值",
    title_en="Landsat summer land-surface temperature, median",
    short="LST",
    roles=("surface_temperature",),
    kind="intensity",
    cell_m=30,
    unit="K",
    editions=(
        Edition(
            version="Collection 2 Level 2",
            years=tuple(range(2013, 2026)),
            url="https://www.usgs.gov/landsat-missions/landsat-collection-2-surface-temperature",
            mark="M",
        ),
    ),
    access="whole",
    tiling="whole",
    nodata=-9999,
    # Degrees Celsius are taken too: only differences within one file are used.
    valid_min=-40,
    valid_max=360,
    licence="public domain",
    attribution="Landsat data courtesy of the U.S. Geological Survey, {year}",
    citation="USGS, Landsat 8-9 Collection 2 Level 2, doi:10.5066/P9OGBGM6",
    login_needed=True,
    mark="M",
    defects_zh=(
        "30 米格网由 100 米热红外像元重采样而来，小于 1 公顷的地块看不清",
        "单像元误差约 1.5 K，邻近像元误差相同，平均不掉",
        "上午十时半前后的瞬时值：晒热的空厂房也热",
        "金属屋面发射率低，读数偏低",
        "绿地和水面的降温比厂房散热更强",
    ),
    defects_en=(
        "the 30 m grid is resampled from thermal cells of 100 m: parcels under 1 ha are not seen",
        "about 1.5 K of error a cell, shared by its neighbours: it does not average out",
        "a moment at about half past ten in the morning: empty sheds in the sun are hot too",
        "metal roofs emit little and read too cold",
        "vegetation and water cool more than plants heat",
    ),
    how_zh=(
        "用任一 STAC、GEE 或 QGIS 流程自制：取 6 月至 9 月的 Landsat 8/9 Collection 2 Level 2 "
        "（GEE 为 LANDSAT/LC08/C02/T1_L2 与 LC09），按 QA_PIXEL 去云和云影，地表温度 = "
        "ST_B10×0.00341802+149.0（K），两三年合取中值，按县域裁剪，存成 30 米 GeoTIFF，"
        "开尔文或摄氏度均可，无数据 -9999"
    ),
    how_en=(
        "make it in any STAC, GEE or QGIS workflow: Landsat 8/9 Collection 2 Level 2 of June to "
        "September (in GEE LANDSAT/LC08/C02/T1_L2 and LC09), clouds and shadows taken out by "
        "QA_PIXEL, temperature = ST_B10 * 0.00341802 + 149.0 (K), the median of two or three "
        "summers, clipped to the county, saved as a 30 m GeoTIFF in kelvin or degrees Celsius, "
        "nodata -9999"
    ),
)
