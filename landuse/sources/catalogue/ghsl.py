"""What the layers of the Global Human Settlement Layer, release R2023A, have in common."""

from __future__ import annotations

from typing import Any

from landuse.core.settings import Mark
from landuse.sources.raster_product import Edition

EPOCHS = tuple(range(1975, 2031, 5))
PROJECTED = (2025, 2030)
OBSERVED = 2018

FACTS: dict[str, Any] = {
    "access": "zip",
    "tiling": "ghsl",
    "licence": "reuse authorised with acknowledgement (European Commission reuse notice)",
    "citation": "Pesaresi et al. 2024, doi:10.1080/17538947.2024.2390454",
}
PROJECTION_ZH = "2025、2030 年为推算值，不是观测"
PROJECTION_EN = "2025 and 2030 are projections, not observations"
BETWEEN_ZH = "历年数据由少数年份的影像内插而来"
BETWEEN_EN = "the years are interpolated between a few years of imagery"

_ROOT = "https://jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL"


def edition(
    family: str,
    layer: str,
    *,
    cell: int,
    mark: Mark,
    years: tuple[int, ...] = EPOCHS,
    number: int = 1,
) -> Edition:
    """Return the edition of a layer, e.g. family BUILT_S, layer BUILT_S_NRES, cells of 100 m.

    Path layout: family folder, layer folder, version, tiles (domain.md §7, public code).
    """
    stem = f"GHS_{layer}_E{{year}}_GLOBE_R2023A_54009_{cell}"
    return Edition(
        version=f"R2023A V{number}-0",
        years=years,
        projected=tuple(year for year in PROJECTED if year in years),
        url=(
            f"{_ROOT}/GHS_{family}_GLOBE_R2023A/{stem}/V{number}-0/tiles/"
            f"{stem}_V{number}_0_{{tile}}.zip"
        ),
        mark=mark,
    )


def credit(layer: str) -> str:
    """Return the credit line of a layer."""
    return f"GHS-{layer} R2023A © European Union, Joint Research Centre"
