"""GHSL BUILT-H R2023A: average net building height at 100 m."""

from __future__ import annotations

from landuse.sources.catalogue import ghsl
from landuse.sources.raster_product import RasterProduct

PRODUCT = RasterProduct(
    **ghsl.FACTS,
    id="ghs_built_h",
    title_zh="GHSL 建筑高度 (BUILT-H ANBH)",
    title_en="GHSL average net building height (BUILT-H ANBH)",
    short="GHSL BUILT-H",
    roles=("built_height",),
    kind="height",
    cell_m=100,
    unit="m",
    editions=(ghsl.edition("BUILT_H", "BUILT_H_ANBH", cell=100, years=(ghsl.OBSERVED,), mark="V"),),
    nodata=255,
    valid_min=0,
    attribution=ghsl.credit("BUILT-H"),
    mark="M",
    defects_zh=("100 米像元平均高度，小厂房与高层混在一起", "无建筑像元为 0"),
    defects_en=(
        "a mean over 100 m cells: sheds and towers are mixed",
        "cells without buildings hold 0",
    ),
)
