"""People: how many live on a parcel, by a modelled population grid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.core.units import m2_to_ha
from landuse.indicators.measured import (
    MINIMUM_KNOWN,
    Limit,
    Measured,
    absent,
    hide_unknown,
    start,
)
from landuse.indicators.zonal import Zones, known_share, total

STAGE = "people"
COLUMNS = ("population", "population_per_ha")


class PeopleSettings(Settings):
    """How much of a parcel must lie on known cells."""

    minimum_known: Limit = MINIMUM_KNOWN


def measure_people(
    *, parcels: gpd.GeoDataFrame, population: Layer | None, settings: PeopleSettings
) -> Measured:
    """Measure the people on each parcel by exact area share of population cells.

    .. math:: N = \\sum_c f_c n_c, \\qquad N_{ha} = N / A_{known}

    Parameters
    ----------
    population : persons per cell.

    Returns
    -------
    ``population`` (persons; of the known part) and ``population_per_ha`` (persons per hectare of
    the known part). Both null where less than ``minimum_known`` of the parcel is known.

    Source: domain.md §2.2 (POPD). A cell is larger than most parcels and the product is modelled
    from county counts (§0.4), so this ranks towns and large sites, not single small parcels.
    """
    table = start(parcels)
    if population is None:
        return {"table": table, "findings": [absent(STAGE, "population", COLUMNS)]}
    zones = Zones(parcels)
    known = known_share(zones, population)
    persons = total(zones, population)
    known_ha = m2_to_ha(known * zones.area_m2)
    per_ha = persons / known_ha.where(known_ha > 0, np.nan)
    values, findings = hide_unknown(
        pd.DataFrame({"population": persons, "population_per_ha": per_ha}),
        known=known,
        minimum=settings.minimum_known,
        ids=table["parcel_id"],
        stage=STAGE,
        role="population",
    )
    return {"table": table.join(values), "findings": findings}
