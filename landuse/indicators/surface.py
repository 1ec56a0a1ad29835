"""Land cover: the share of each parcel under each class of any legend."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import (
    MINIMUM_KNOWN,
    Limit,
    Measured,
    absent,
    hide_unknown,
    start,
)
from landuse.indicators.zonal import Zones, class_shares, known_share

STAGE = "surface"


class SurfaceSettings(Settings):
    """How much of a parcel must be classified."""

    minimum_known: Limit = MINIMUM_KNOWN


def measure_surface(
    *,
    parcels: gpd.GeoDataFrame,
    landcover: Layer | None,
    legend: Mapping[int, str] | None,
    settings: SurfaceSettings,
) -> Measured:
    """Measure land-cover shares.

    .. math:: share_k = A(p \\cap class_k) / A(p \\cap known)

    Parameters
    ----------
    parcels : polygons in the CRS of the layer, with ``parcel_id``.
    landcover : class codes; ``legend`` gives {code: key}. Code 0, where it is not nodata, means
        "none of the classes".

    Returns
    -------
    ``share_<key>`` (0 to 1) in legend order and ``landcover_known_share`` (0 to 1, of parcel
    area). Shares are null where less than ``minimum_known`` of the parcel is classified.

    Raises
    ------
    LanduseError
        If the layer holds codes that the legend does not list.

    Source: domain.md §2.2 (VEG, BARE, CROP as class shares).
    """
    table = start(parcels)
    if landcover is None or legend is None:
        return {"table": table, "findings": [absent(STAGE, "landcover", ["share_*"])]}
    zones = Zones(parcels)
    known = known_share(zones, landcover)
    shares, findings = hide_unknown(
        class_shares(zones, landcover, legend=legend),
        known=known,
        minimum=settings.minimum_known,
        ids=table["parcel_id"],
        stage=STAGE,
        role="landcover",
    )
    return {"table": table.join(shares).assign(landcover_known_share=known), "findings": findings}
