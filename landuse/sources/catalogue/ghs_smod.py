"""GHSL SMOD R2023A: degree of urbanisation in cells of 1 km."""

from __future__ import annotations

from landuse.sources.catalogue import ghsl
from landuse.sources.raster_product import ClassName, RasterProduct

PRODUCT = RasterProduct(
    **ghsl.FACTS,
    id="ghs_smod",
    title_zh="GHSL 城镇化程度分区 1 公里 (SMOD)",
    title_en="GHSL degree of urbanisation, 1 km (SMOD)",
    short="GHSL SMOD",
    roles=("settlement_degree",),
    kind="class",
    # Cells of 1 km in Mollweide lie askew on the grid: 100 m cells keep their outline, and a
    # grid need not be a multiple of 1 km for their sake.
    cell_m=100,
    unit="class",
    editions=(ghsl.edition("SMOD", "SMOD", cell=1000, number=2, mark="V-weak"),),
    nodata=-200,
    legend={
        10: ClassName(key="water", zh="水域", en="water", colour="#7ab6f5"),
        11: ClassName(
            key="verylowrural", zh="极低密度乡村", en="very low density rural", colour="#cdf57a"
        ),
        12: ClassName(key="lowrural", zh="低密度乡村", en="low density rural", colour="#abcd66"),
        13: ClassName(key="ruralcluster", zh="乡村聚落", en="rural cluster", colour="#375623"),
        21: ClassName(key="suburban", zh="城郊", en="suburban", colour="#ffff00"),
        22: ClassName(key="semidense", zh="半密集城镇", en="semi-dense", colour="#a87000"),
        23: ClassName(key="denseurban", zh="密集城镇", en="dense urban cluster", colour="#732600"),
        30: ClassName(key="urbancentre", zh="城市中心", en="urban centre", colour="#ff0000"),
    },
    attribution=ghsl.credit("SMOD"),
    mark="V",
    defects_zh=(
        ghsl.PROJECTION_ZH,
        "1 公里像元，按最近像元落到 100 米格网，不能判定单个村庄或地块",
        "由人口与建成面推得，与 GHSL 人口互不独立",
        "V2-0 的地址见于公开代码，未核对；配色凭记忆",
    ),
    defects_en=(
        ghsl.PROJECTION_EN,
        "cells of 1 km, laid on 100 m cells by the nearest: no verdict on a village or a parcel",
        "derived from people and built-up surface: not independent of GHSL population",
        "the address of V2-0 is from public code, not checked; colours are from memory",
    ),
)
