"""CLCD: China annual land cover at 30 m, 1985 to now (Wuhan University)."""

from __future__ import annotations

from landuse.sources.raster_product import ClassName, Edition, RasterProduct

PRODUCT = RasterProduct(
    id="clcd",
    title_zh="中国年度土地覆被 CLCD（武汉大学）",
    title_en="China land cover dataset CLCD (Wuhan University)",
    short="CLCD",
    roles=("landcover", "landcover_series"),
    kind="class",
    cell_m=30,
    unit="class",
    editions=(
        Edition(
            version="v1.0.2",
            years=tuple(range(1985, 2023)),
            url="https://zenodo.org/records/8176941/files/CLCD_v01_{year}_albert.tif",
            mark="V",
        ),
        # The record holds 1985 on again; the years that the older one has are taken from there.
        Edition(
            version="v1.0.5",
            years=(2023, 2024, 2025),
            url="https://zenodo.org/records/18180184/files/CLCD_v01_{year}_albert.tif",
            mark="V-weak",
        ),
    ),
    access="window",
    tiling="whole",
    nodata=0,
    legend={
        1: ClassName(key="cropland", zh="耕地", en="cropland", colour="#fae39c"),
        2: ClassName(key="forest", zh="森林", en="forest", colour="#446f33"),
        3: ClassName(key="shrub", zh="灌木", en="shrub", colour="#33a02c"),
        4: ClassName(key="grass", zh="草地", en="grassland", colour="#abd37b"),
        5: ClassName(key="water", zh="水体", en="water", colour="#1e69b4"),
        6: ClassName(key="snow", zh="冰雪", en="snow and ice", colour="#a6cee3"),
        7: ClassName(key="barren", zh="裸地", en="barren", colour="#cfbda3"),
        8: ClassName(key="impervious", zh="不透水面", en="impervious", colour="#e24290"),
        9: ClassName(key="wetland", zh="湿地", en="wetland", colour="#289be8"),
    },
    licence="CC BY 4.0",
    attribution="Yang and Huang, Wuhan University",
    citation="Yang and Huang 2021, doi:10.5194/essd-13-3907-2021",
    mark="M",
    defects_zh=(
        "30 米，小村庄漏掉",
        "不透水面经后处理近似单调增加，不能可靠反映复垦",
        "总体精度 79.31%",
        "无数据值 0 与数据许可凭记忆；2023 年起的文件名由 2022 年的推得",
    ),
    defects_en=(
        "30 m: small villages are lost",
        "impervious surface rises almost monotonically by post-processing: reclamation hides",
        "overall accuracy 79.31 %",
        "nodata 0 and the licence are from memory; file names from 2023 on follow that of 2022",
    ),
    break_zh="v1.0.5 是另一次发布，与 v1.0.2 相接处的变化须核对",
    break_en="v1.0.5 is another release: change where it meets v1.0.2 needs a check",
)
