"""CLCD: China annual land cover at 30 m, 1985 to now (Wuhan University)."""

from __future__ import annotations

from landuse.sources.raster_product import ClassName, RasterProduct

PRODUCT = RasterProduct(
    id="clcd",
    title_zh="中国年度土地覆被 CLCD（武汉大学）",
    title_en="China land cover dataset CLCD (Wuhan University)",
    short="CLCD",
    kind="class",
    cell_m=30,
    unit="class",
    version="v1.0.2",
    years="1985-2022 (v1.0.2); 1985-2025 (v1.0.5)",
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
    url_template="https://zenodo.org/records/8176941/files/CLCD_v01_{year}_albert.tif",
    login_needed=False,
    mark="M",
    defects_zh=(
        "30 米，小村庄漏掉",
        "不透水面经后处理近似单调增加，不能可靠反映复垦",
        "总体精度 79.31%",
    ),
    defects_en=(
        "30 m: small villages are lost",
        "impervious surface rises almost monotonically by post-processing: reclamation hides",
        "overall accuracy 79.31 %",
    ),
)
