"""No parcels: what a study has when neither a cadastre nor any trace of built land is at hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from landuse.core.settings import Settings
from landuse.objects.quality import finding


class NoParcelSettings(Settings):
    """The CRS of the empty layer."""

    crs: str


def no_parcels(*, settings: NoParcelSettings) -> dict[str, Any]:
    """Return ``layer``: an empty layer of parcels in the study CRS, and the finding that says so.

    Nothing stands in for the missing layers: a parcel drawn from a town boundary would be an
    invention.
    """
    table = pd.DataFrame({"parcel_id": pd.Series(dtype="str")})
    layer = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([], crs=settings.crs))
    return {
        "layer": layer,
        "findings": [
            finding(
                "absent",
                "没有地块图层，也没有开放地图土地利用、土地覆盖或建成面：没有可评价的对象，证据不足",
                "no parcel layer, no open-map land use, no land cover and no built-up surface: "
                "there is nothing to assess; the evidence is insufficient",
            )
        ],
    }
