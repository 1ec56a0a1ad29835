"""The supplier's table of electricity: meters summed to plots, some wrongly, some not at all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from landuse.sources.demo.county import County
from landuse.sources.demo.fate import UNBUILT
from landuse.sources.demo.frame import YEARS, Array
from landuse.sources.demo.parcels import COMM, GOV, IND, RES, SCI, VIL

POWER_YEAR = 2023
HOME_M2 = 330.0
# kWh a year: of a village home, of a m2 of flat, shop and office, of a m2 of industrial ground.
HOME_KWH, FLOOR_KWH, PLANT_KWH = 1_500.0, {RES: 22.0, COMM: 70.0, GOV: 40.0, SCI: 30.0}, 45.0
SPREAD = {VIL: 0.40, RES: 0.35, COMM: 0.55, GOV: 0.5, SCI: 0.5, IND: 0.85}
UNMATCHED, SWAPPED, ACCOUNT_CLOSED, STANDING_LOAD = 0.15, 0.03, 0.4, 0.03


def electricity(county: County, ids: Array) -> pd.DataFrame:
    """Return the electricity used on plots with buildings: BSM, 年份, 年用电量_千瓦时.

    Use follows the life of the plot; people and firms differ. At noise 1, 15 % of the meters could
    not be matched to a plot and 3 % were matched to a wrong one of the same use; of plots given up,
    two in five have no account left. These rates are proposed: none was found published.
    """
    rng, noise = county.frame.rng("electricity"), county.frame.noise
    plots = county.plots
    kind = plots["kind"].to_numpy()
    kwh = _use(county) * rng.lognormal(0, [SPREAD.get(int(k), 0.5) for k in kind])
    metered = np.isin(kind, list(SPREAD)) & ~plots["cause"].isin([*UNBUILT, "new_works"])
    gone = (plots["truth"] == "idle") & (rng.random(len(plots)) < ACCOUNT_CLOSED)
    matched = rng.random(len(plots)) >= UNMATCHED * noise
    chosen = np.flatnonzero((metered & ~gone).to_numpy() & matched)
    at = _mismatched(rng, chosen, kind, share=min(1.0, SWAPPED * noise))
    return pd.DataFrame(
        {"BSM": ids[chosen], "年份": POWER_YEAR, "年用电量_千瓦时": np.round(kwh[at]).astype(int)}
    ).sort_values("BSM", ignore_index=True)


def _use(county: County) -> Array:
    """Return the expected kWh of each plot in the year of the table."""
    plots = county.plots
    kind, area = plots["kind"].to_numpy(), plots.area.to_numpy()
    full = plots["truth"].to_numpy() == "in_use"
    level = np.zeros(len(plots))
    level[: len(county.activity)] = county.activity[:, YEARS.index(POWER_YEAR)]
    floor = np.nan_to_num(area * plots["coverage"] * plots["storeys"])
    rate = np.array([FLOOR_KWH.get(int(k), 0.0) for k in kind])
    expected = np.select(
        [kind == VIL, kind == IND],
        [HOME_KWH * area / HOME_M2, PLANT_KWH * area * np.clip(plots["coverage"] / 0.5, 0, 1)],
        rate * floor,
    )
    return np.asarray(expected * np.where(full, np.maximum(level, 0.3), level + STANDING_LOAD))


def _mismatched(rng: np.random.Generator, chosen: Array, kind: Array, *, share: float) -> Array:
    """Return, for each plot, the plot whose meters it was given: its own but for a few."""
    at = chosen.copy()
    for use in np.unique(kind[chosen]):
        wrong = np.flatnonzero((kind[chosen] == use) & (rng.random(len(chosen)) < share))
        at[wrong] = np.roll(chosen[wrong], 1)
    return at
