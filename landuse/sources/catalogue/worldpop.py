"""WorldPop constrained population counts at 3 arc-seconds: 2020, and the R2025A series."""

from __future__ import annotations

from typing import Any

from landuse.sources.raster_product import Edition, RasterProduct

_DATA = "https://data.worldpop.org/GIS/Population"
_FACTS: dict[str, Any] = {
    "roles": ("population",),
    "kind": "count",
    "cell_m": 100,
    "unit": "persons",
    # Its server names range requests and does not honour them.
    "access": "whole",
    "tiling": "country",
    "nodata": -99999,
    "nodata_is_zero": True,
    "valid_min": 0,
    "licence": "CC BY 4.0",
    "attribution": "WorldPop (www.worldpop.org), University of Southampton",
    "mark": "V",
}
_MODELLED_ZH = ("由县级数据分摊的模型值，不是普查数", "聚落以外的像元为无数据，按 0 人读取")
_MODELLED_EN = (
    "modelled from county totals, not counted",
    "cells outside settlements hold nodata and are read as 0 persons",
)

PRODUCT = RasterProduct(
    **_FACTS,
    id="worldpop",
    title_zh="WorldPop 约束型人口格网",
    title_en="WorldPop constrained population",
    short="WorldPop",
    editions=(
        Edition(
            version="Global_2000_2020_Constrained maxar_v1",
            years=(2020,),
            url=(
                f"{_DATA}/Global_2000_2020_Constrained/2020/maxar_v1/"
                "{ISO3}/{iso3}_ppp_2020_UNadj_constrained.tif"
            ),
            mark="V",
        ),
    ),
    citation="Bondarenko et al. 2020, doi:10.5258/SOTON/WP00684",
    defects_zh=_MODELLED_ZH,
    defects_en=_MODELLED_EN,
)

PRODUCT_R2025A = RasterProduct(
    **_FACTS,
    id="worldpop_r2025a",
    title_zh="WorldPop 历年人口格网 R2025A",
    title_en="WorldPop population by year, R2025A",
    short="WorldPop R2025A",
    editions=(
        Edition(
            version="R2025A v1",
            years=tuple(range(2015, 2031)),
            projected=tuple(range(2026, 2031)),
            url=(
                f"{_DATA}/Global_2015_2030/R2025A/{{year}}/{{ISO3}}/v1/100m/constrained/"
                "{iso3}_pop_{year}_CN_100m_R2025A_v1.tif"
            ),
            mark="V",
        ),
    ),
    citation="WorldPop 2025, Global 2015-2030 R2025A, doi:10.5258/SOTON/WP00839 (M)",
    defects_zh=(
        *_MODELLED_ZH,
        "全国总数与联合国 2024 年人口展望一致，县级不保证",
        "2026 年起为推算（起始年凭记忆）；引用号凭记忆，未核对",
    ),
    defects_en=(
        *_MODELLED_EN,
        "national totals follow UN WPP 2024; counties need not",
        "from 2026 on it is a projection (first year from memory); the doi is from memory",
    ),
)
