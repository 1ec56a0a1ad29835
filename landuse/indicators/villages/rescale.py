"""People of a grid brought to what was counted: by town where a town was, else by the county."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.layers import Layer
from landuse.indicators.villages.ground import as_parcels
from landuse.indicators.zonal import Zones, total

RASTER, BY_COUNTY, BY_TOWN = "raster", "raster_rescaled", "raster_rescaled_town"


def rescaled_people(
    *,
    settlements: gpd.GeoDataFrame,
    population: Layer,
    towns: gpd.GeoDataFrame | None,
    town_census: pd.DataFrame | None,
    county: gpd.GeoDataFrame | None,
    counted: float | None,
) -> list[tuple[str, pd.Series]]:
    """Return what each basis says of the people of each settlement, the best basis first.

    A grid such as WorldPop is shared out from totals of whole counties, so its sums by town are
    not counts. With a census by town the people of each town are those counted there; what the
    county's census has beyond the towns counted goes to the rest of the county.

    Parameters
    ----------
    settlements : with ``town_code``. ``population`` : persons a cell.
    towns : polygons with ``town_code``. ``town_census`` : ``town_code``, ``population``, optional
        ``year``: the last year of each town counts.
    county : the outline. ``counted`` : people of the county by its census.

    Returns
    -------
    (basis, persons) in the order in which they should be taken; null where a basis says nothing.

    Source: domain.md §0.4.
    """
    people = total(Zones(as_parcels(settlements)), population)
    told = [(RASTER, people)]
    known = _towns(towns, town_census, population)
    if county is not None and counted is not None and not np.isnan(counted):
        seen = float(total(Zones(county[["geometry"]]), population).sum()) - known["seen"].sum()
        left = counted - known["counted"].sum()
        if seen > 0 and left > 0:
            told.insert(0, (BY_COUNTY, people * (left / seen)))
    if len(known):
        factor = known["counted"] / known["seen"]
        of_town = settlements["town_code"].map(factor).astype("float64")
        told.insert(0, (BY_TOWN, people * of_town))
    return told


def _towns(
    towns: gpd.GeoDataFrame | None, census: pd.DataFrame | None, population: Layer
) -> pd.DataFrame:
    """Return people by the grid (``seen``) and as ``counted``, by the code of each town counted."""
    if towns is None or census is None:
        return pd.DataFrame({"seen": [], "counted": []}, dtype="float64")
    order = ["town_code", "year"] if "year" in census else ["town_code"]
    rows = census.sort_values(order, kind="stable").drop_duplicates("town_code", keep="last")
    counted = rows.set_index("town_code")["population"].astype("float64")
    seen = total(Zones(towns[["geometry"]]), population).to_numpy("float64")
    table = pd.DataFrame({"seen": seen}, index=towns["town_code"].to_numpy())
    table["counted"] = counted.reindex(table.index)
    return table[(table["seen"] > 0) & table["counted"].notna()]
