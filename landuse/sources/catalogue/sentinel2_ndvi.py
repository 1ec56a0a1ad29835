"""Sentinel-2 greenness: the median NDVI of each growing season at 10 m, made by the user."""

from __future__ import annotations

from landuse.sources.raster_product import Edition, RasterProduct

PRODUCT = RasterProduct(
    id="sentinel2_ndvi",
    title_zh="Sentinel-2 生长季植被指数 (NDVI) 年中值",
    title_en="Sentinel-2 growing-season NDVI, yearly median",
    short="S2 NDVI",
    roles=("vegetation_series",),
    kind="intensity",
    cell_m=10,
    unit="NDVI",
    editions=(
        Edition(
            version="L2A",
            years=tuple(range(2017, 2026)),
            url="https://dataspace.copernicus.eu/data-collections/sentinel-data/sentinel-2",
            mark="M",
        ),
    ),
    access="whole",
    tiling="whole",
    nodata=-9999,
    valid_min=-1,
    valid_max=1,
    licence="Copernicus Sentinel data terms: free, full and open",
    attribution="Contains modified Copernicus Sentinel data {year}",
    citation="Drusch et al. 2012, Sentinel-2, doi:10.1016/j.rse.2011.11.026",
    login_needed=True,
    mark="M",
    defects_zh=(
        "年中值的误差约 0.03–0.05，另有整年偏移约 0.02；单年之差不是变化",
        "2022-01-25 起处理基线 04.00 的反射率加了 1000，须先扣除，否则历年之间有阶跃",
        "中国境内 2018 年底以前的 L2A 不全，2017 年可能缺",
        "阴雨多的年份无云影像少，中值偏低",
        "10 米像元混有屋顶与院落绿化",
    ),
    defects_en=(
        "a yearly median errs by about 0.03-0.05, and a whole year by about 0.02: the difference "
        "of two years is no change",
        "since 2022-01-25 (processing baseline 04.00) reflectances carry an offset of 1000: take "
        "it off first, or the years show a step",
        "L2A is incomplete over China before the end of 2018; 2017 may be missing",
        "few clear images in wet years pull the median down",
        "cells of 10 m mix roofs with the green of yards",
    ),
    how_zh=(
        "用任一 STAC、GEE 或 QGIS 流程自制，每年一个文件：取当年 5 月至 9 月的 Sentinel-2 L2A"
        "（GEE 用 COPERNICUS/S2_SR_HARMONIZED），按 SCL 去掉云、云影、卷云、雪（3、8、9、10、11），"
        "逐景计算 NDVI=(B8-B4)/(B8+B4)，逐像元取中值，按县域裁剪，存成 10 米 GeoTIFF，"
        "浮点 -1 至 1，无数据 -9999（若乘过 10000，请先除回）"
    ),
    how_en=(
        "make it in any STAC, GEE or QGIS workflow, one file a year: Sentinel-2 L2A of May to "
        "September (in GEE COPERNICUS/S2_SR_HARMONIZED), clouds, shadows, cirrus and snow taken "
        "out by SCL (3, 8, 9, 10, 11), NDVI=(B8-B4)/(B8+B4) of each scene, the median of each "
        "cell, clipped to the county, saved as a 10 m GeoTIFF of floats from -1 to 1, nodata "
        "-9999 (divide by 10000 first where it was multiplied)"
    ),
)
