"""Activity: light at night, from satellite and from lamps on the ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.core.units import m2_to_ha
from landuse.indicators.measured import (
    MINIMUM_KNOWN,
    Limit,
    Measured,
    absent,
    gaps,
    hide_unknown,
    start,
)
from landuse.indicators.overlay import require_same_crs
from landuse.indicators.zonal import Zones, known_share, mean

STAGE = "activity"
NIGHT_LIGHT_COLUMNS = ("ntl_nw", "ntl_context_nw")
SENSORS = "Sensors 2019, 19(17):3708 (domain.md §0.3)"
MINIMUM_LIGHT_AREA = Limit(value=30.0, unit="ha", source=SENSORS, mark="V")
LIGHT_CUTOFF = Limit(value=0.3, unit="nW/cm2/sr", source=SENSORS, mark="V")


class ActivitySettings(Settings):
    """Below which area and radiance the satellite sees nothing it may be asked about."""

    minimum_light_area_ha: Limit = MINIMUM_LIGHT_AREA
    cutoff_nw: Limit = LIGHT_CUTOFF
    minimum_known: Limit = MINIMUM_KNOWN
    lights_reach_m: Limit = Limit(
        value=0.0, unit="m", source="proposed here: only lamps on the parcel", mark="P"
    )


def measure_activity(
    *,
    parcels: gpd.GeoDataFrame,
    night_light: Layer | None,
    lights: gpd.GeoDataFrame | None,
    settings: ActivitySettings,
) -> Measured:
    """Measure light at night.

    Parameters
    ----------
    night_light : radiance, nW/cm2/sr; below ``cutoff_nw`` it is noise and counts as dark.
    lights : points of light, in the CRS of the parcels.

    Returns
    -------
    ``ntl_nw`` : mean radiance of the parcel; null below ``minimum_light_area_ha``, whatever the
        radiance (support guard: the pixel is larger than the object).
    ``ntl_context_nw`` : mean over the parcel of the 3 x 3 cell average; always given, for
        background only, never evidence about one parcel.
    ``lights_per_ha`` : lamps per hectare on the parcel, or within ``lights_reach_m`` of it.

    Source: domain.md §0.3, §2.2 (NTL_d), §8 A06.
    """
    table, findings = start(parcels), []
    if night_light is None:
        findings.append(absent(STAGE, "night_light", NIGHT_LIGHT_COLUMNS))
    else:
        values, found = _night_light(parcels, night_light, settings)
        table, findings = table.join(values), found
    if lights is None:
        findings.append(absent(STAGE, "lights", ["lights_per_ha"]))
    else:
        table["lights_per_ha"] = _lamps_per_ha(parcels, lights, settings.lights_reach_m.value)
    return {"table": table, "findings": findings}


def _night_light(
    parcels: gpd.GeoDataFrame, layer: Layer, settings: ActivitySettings
) -> tuple[pd.DataFrame, list[Finding]]:
    zones, ids = Zones(parcels), parcels["parcel_id"]
    lit = above_cutoff(layer, settings.cutoff_nw)
    values, findings = hide_unknown(
        pd.DataFrame({"ntl_nw": mean(zones, lit), "ntl_context_nw": mean(zones, around(lit))}),
        known=known_share(zones, lit),
        minimum=settings.minimum_known,
        ids=ids,
        stage=STAGE,
        role="night_light",
    )
    small = m2_to_ha(zones.area_m2) < settings.minimum_light_area_ha.value
    values["ntl_nw"] = values["ntl_nw"].mask(small)
    limit = settings.minimum_light_area_ha.value
    findings += gaps(
        STAGE,
        ids,
        small,
        kind="note",
        zh=f"地块小于 {limit:g} 公顷，夜间灯光不作为判定依据",
        en=f"parcel below {limit:g} ha: night light may not decide it",
    )
    return values, findings


def above_cutoff(layer: Layer, cutoff: Limit) -> Layer:
    """Return the layer with radiance below the cutoff as 0 and unknown cells as NaN."""
    values = np.where(layer.values < cutoff.value, 0.0, layer.values)
    return Layer(layer.grid, np.where(layer.known(), values, np.nan), year=layer.year)


def around(layer: Layer) -> Layer:
    """Return the mean of the known cells among each cell and its eight neighbours."""
    known = layer.known().astype(float)
    box = np.ones((3, 3))
    filled = np.where(known > 0, layer.values, 0.0)
    total = scipy.ndimage.correlate(filled, box, mode="constant")
    count = scipy.ndimage.correlate(known, box, mode="constant")
    average = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return Layer(layer.grid, average, year=layer.year)


def _lamps_per_ha(
    parcels: gpd.GeoDataFrame, lights: gpd.GeoDataFrame, reach_m: float
) -> NDArray[np.float64]:
    require_same_crs(parcels, lights)
    reach = np.asarray(parcels.geometry.array)
    if reach_m > 0:
        reach = shapely.buffer(reach, reach_m)
    points = np.asarray(lights.geometry.array)
    parcel, _ = shapely.STRtree(points).query(reach, predicate="intersects")
    count = np.bincount(parcel, minlength=len(reach)).astype(float)
    area_ha = m2_to_ha(np.nan_to_num(shapely.area(reach)))
    density = np.full(len(reach), np.nan)
    np.divide(count, area_ha, out=density, where=area_ha > 0)
    return density
