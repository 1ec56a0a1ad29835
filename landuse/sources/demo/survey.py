"""The bureau's building survey: nearly every house of 2021, with storeys; halls with a height.

China surveyed every building of every county in 2020-2022 (房屋建筑调查 of the national survey of
natural-hazard risk): outline, storeys, use, and the height of what is no dwelling. The error
rates here are proposed (P); they scale with the noise.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.sources.demo.county import County
from landuse.sources.demo.frame import WORK_CRS
from landuse.sources.demo.parcels import RES, VIL

SURVEY_YEAR = 2021
MISSED_PLOTS, MISSED_HOUSES, WRONG_STOREYS, SHIFT_M, HEIGHT_ERROR = 0.02, 0.02, 0.04, 0.4, 0.05
CGCS2000 = "EPSG:4490"


def building_survey(county: County) -> gpd.GeoDataFrame:
    """Return the footprints standing in the survey year in EPSG:4490.

    Columns: 层数 (whole number), 高度_m (null for dwellings). A plot is missed as a whole, or a
    house by itself; what was built after the survey year is not there.
    """
    frame, houses = county.frame, county.buildings
    rng, noise = frame.rng("building survey"), frame.noise
    count = len(houses)
    built = county.plots["built_year"].to_numpy()[houses.plot] <= SURVEY_YEAR
    missed = rng.random(len(county.plots))[houses.plot] < MISSED_PLOTS * noise
    kept = built & ~missed & (rng.random(count) >= MISSED_HOUSES * noise)
    step = rng.choice([-1, 1], count) * (rng.random(count) < WRONG_STOREYS * noise)
    height = houses.height_m * (1 + HEIGHT_ERROR * noise * rng.standard_normal(count))
    dwelling = np.isin(county.lots.kind[houses.plot], (RES, VIL))
    shift = rng.normal(0, SHIFT_M * noise, (count, 1, 2))
    ring = shapely.get_coordinates(county.footprints[kept]).reshape(-1, 5, 2)[:, :4]
    table = pd.DataFrame(
        {
            "层数": np.maximum(houses.storeys + step, 1)[kept].astype("int32"),
            "高度_m": np.round(np.where(dwelling, np.nan, height), 1)[kept],
        }
    )
    layer = gpd.GeoDataFrame(table, geometry=shapely.polygons(ring + shift[kept]), crs=WORK_CRS)
    degrees = layer.to_crs(CGCS2000)
    rounded = shapely.transform(degrees.geometry.to_numpy(), lambda xy: np.round(xy, 8))
    return degrees.set_geometry(rounded, crs=CGCS2000)
