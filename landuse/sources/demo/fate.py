"""What became of each plot: the planted truth, its cause, its cover, its life over the years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from landuse.sources.demo.frame import YEARS, Array, Frame
from landuse.sources.demo.parcels import (
    COMM,
    GOV,
    HAMLET_SITE,
    IND,
    LONE_SITE,
    PARK,
    RES,
    SCI,
    UTIL,
    VIL,
    ZONE_SITE,
    Lots,
)
from landuse.sources.demo.settle import Settlements


@dataclass(frozen=True)
class Profile:
    """How plots of one cause look and live.

    `cover` is the share of open ground that is paved, grass, bare, crop and tree; `coverage` the
    range of building coverage; `storeys` the range of storeys; `vigour` the present use, 0-1.
    """

    truth: str
    cover: tuple[float, float, float, float, float]
    coverage: tuple[float, float]
    storeys: tuple[int, int]
    vigour: float


PROFILES = {
    "normal_industry": Profile("in_use", (0.78, 0.08, 0.04, 0.0, 0.10), (0.42, 0.66), (1, 4), 1.0),
    "normal_housing": Profile("in_use", (0.50, 0.18, 0.02, 0.0, 0.30), (0.22, 0.42), (4, 9), 1.0),
    "normal_shops": Profile("in_use", (0.82, 0.06, 0.02, 0.0, 0.10), (0.38, 0.62), (2, 6), 1.0),
    "normal_homesteads": Profile(
        "in_use", (0.52, 0.08, 0.06, 0.10, 0.24), (0.30, 0.52), (2, 4), 1.0
    ),
    "normal_public": Profile("in_use", (0.42, 0.28, 0.04, 0.0, 0.26), (0.14, 0.32), (2, 5), 1.0),
    "park": Profile("in_use", (0.16, 0.42, 0.02, 0.0, 0.40), (0.0, 0.03), (1, 1), 0.5),
    # In use, but empty, green or new to the eye: a good method must not fall for these.
    "storage_yard": Profile("in_use", (0.90, 0.03, 0.07, 0.0, 0.0), (0.0, 0.06), (1, 1), 0.8),
    "car_park": Profile("in_use", (0.92, 0.03, 0.01, 0.0, 0.04), (0.0, 0.03), (1, 1), 0.9),
    "garden_plot": Profile("in_use", (0.28, 0.34, 0.0, 0.0, 0.38), (0.24, 0.36), (2, 5), 0.9),
    "new_works": Profile("in_use", (0.08, 0.12, 0.72, 0.0, 0.08), (0.0, 0.0), (1, 1), 0.35),
    "recently_built": Profile("in_use", (0.70, 0.12, 0.14, 0.0, 0.04), (0.42, 0.6), (2, 5), 0.9),
    "under_trees": Profile("in_use", (0.22, 0.14, 0.02, 0.0, 0.62), (0.20, 0.34), (1, 3), 0.8),
    "never_built_grass": Profile("idle", (0.02, 0.72, 0.14, 0.0, 0.12), (0.0, 0.02), (1, 1), 0.03),
    "never_built_crop": Profile("idle", (0.02, 0.16, 0.06, 0.70, 0.06), (0.0, 0.02), (1, 1), 0.03),
    "cleared_bare": Profile("idle", (0.05, 0.24, 0.69, 0.0, 0.02), (0.0, 0.02), (1, 1), 0.05),
    "works_stopped": Profile("idle", (0.10, 0.46, 0.38, 0.0, 0.06), (0.06, 0.20), (1, 3), 0.06),
    "derelict": Profile("idle", (0.20, 0.40, 0.12, 0.0, 0.28), (0.22, 0.45), (1, 2), 0.05),
    "ruined_homes": Profile("idle", (0.08, 0.26, 0.08, 0.16, 0.42), (0.14, 0.30), (1, 2), 0.05),
    "low_far": Profile("under_used", (0.55, 0.24, 0.14, 0.0, 0.07), (0.12, 0.28), (1, 1), 0.5),
    "big_yard": Profile("under_used", (0.40, 0.30, 0.24, 0.0, 0.06), (0.10, 0.26), (1, 2), 0.45),
    "half_empty": Profile("under_used", (0.60, 0.20, 0.10, 0.0, 0.10), (0.24, 0.40), (1, 2), 0.25),
    "thin_homesteads": Profile(
        "under_used", (0.22, 0.22, 0.10, 0.18, 0.28), (0.16, 0.30), (1, 2), 0.35
    ),
}
NORMAL = {
    IND: "normal_industry", RES: "normal_housing", COMM: "normal_shops", VIL: "normal_homesteads",
    GOV: "normal_public", SCI: "normal_public", UTIL: "storage_yard", PARK: "park",
}  # fmt: skip
# Chances per cause for plots of each use; what is left is the normal cause of the use.
CHANCES: dict[int, dict[str, float]] = {
    IND: {
        "never_built_grass": 0.014, "never_built_crop": 0.007, "cleared_bare": 0.009,
        "works_stopped": 0.008, "derelict": 0.016, "low_far": 0.034, "big_yard": 0.026,
        "half_empty": 0.025, "storage_yard": 0.034, "garden_plot": 0.014, "new_works": 0.014,
        "recently_built": 0.030, "under_trees": 0.012,
    },
    RES: {
        "never_built_grass": 0.012, "cleared_bare": 0.010, "works_stopped": 0.010,
        "derelict": 0.012, "low_far": 0.028, "half_empty": 0.030, "garden_plot": 0.030,
        "new_works": 0.014, "recently_built": 0.028, "under_trees": 0.014,
    },
    COMM: {
        "never_built_grass": 0.014, "cleared_bare": 0.012, "works_stopped": 0.008,
        "derelict": 0.016, "low_far": 0.030, "big_yard": 0.016, "half_empty": 0.028,
        "car_park": 0.045, "garden_plot": 0.024, "new_works": 0.012, "recently_built": 0.024,
    },
}  # fmt: skip
BUILT_LATE = {"new_works": (2023, 2024), "recently_built": (2019, 2021)}
UNBUILT = ("never_built_grass", "never_built_crop", "cleared_bare", "works_stopped")


def plant(frame: Frame, lots: Lots, *, hollow: Array) -> pd.DataFrame:
    """Decide the cause of every plot and what follows from it.

    Returns one row per plot: kind, cause, truth, built_year, since (first year of decline or
    0), coverage, storeys, vigour, and the five cover shares.
    """
    cause = _causes(frame, lots, hollow=hollow)
    rng = frame.rng("plot state")
    size = len(lots)
    table = pd.DataFrame({"kind": lots.kind, "cause": cause})
    rows = [PROFILES[c] for c in cause]
    table["truth"] = [p.truth for p in rows]
    table["coverage"] = rng.uniform(*np.array([p.coverage for p in rows]).T)
    low, high = np.array([p.storeys for p in rows]).T
    table["storeys"] = np.where(rng.random(size) < 0.3, low, rng.integers(low, high + 1))
    tall = (table["cause"] == "normal_housing") & (lots.site == 0) & (rng.random(size) < 0.18)
    table["storeys"] = np.where(tall, rng.integers(11, 19, size), table["storeys"])
    table["coverage"] = np.where(tall, table["coverage"] * 0.7, table["coverage"])
    table["vigour"] = np.clip([p.vigour for p in rows] * rng.lognormal(0, 0.18, size), 0, 1.6)
    table["built_year"] = _built_years(frame, lots, cause)
    table["since"] = np.where(table["truth"] == "in_use", 0, rng.integers(2013, 2020, size))
    cover = np.array([p.cover for p in rows]) * rng.gamma(9.0, 1 / 9.0, (size, 5))
    cover /= cover.sum(axis=1, keepdims=True)
    for k, name in enumerate(("paved", "grass", "bare", "crop", "tree")):
        table[name] = cover[:, k]
    return table


def _causes(frame: Frame, lots: Lots, *, hollow: Array) -> Array:
    """Draw a cause for each plot; small plots are seldom left idle."""
    rng = frame.rng("causes")
    cause = np.array([NORMAL[int(k)] for k in lots.kind], dtype=object)
    pick = rng.random(len(lots))
    area = 4 * lots.half.prod(axis=1)
    for kind, chances in CHANCES.items():
        mine = lots.kind == kind
        # Plots under about 2 mu carry a third of the chance of the large ones.
        scale = np.where(area < 1_300, 0.4, 1.12)
        edges = np.cumsum(list(chances.values()))
        which = np.searchsorted(edges, pick / scale)
        hit = mine & (which < len(edges))
        cause[hit] = np.array(list(chances), dtype=object)[which[hit]]
    lone = (lots.site_kind == LONE_SITE) & np.isin(cause, ("never_built_grass", "new_works"))
    cause[lone] = "derelict"
    village = (lots.kind == VIL) & (lots.site_kind == HAMLET_SITE)
    empty = np.zeros(len(lots), dtype=bool)
    empty[village] = hollow[lots.site[village]]
    cause[village & (pick < np.where(empty, 0.26, 0.026))] = "thin_homesteads"
    cause[village & (pick < np.where(empty, 0.15, 0.008))] = "ruined_homes"
    return cause


def _built_years(frame: Frame, lots: Lots, cause: Array) -> Array:
    """Draw the year in which each plot was first built over (9999 for never)."""
    rng = frame.rng("built years")
    size = len(lots)
    year = rng.integers(1985, 2012, size)
    zone = lots.site_kind == ZONE_SITE
    year[zone] = rng.integers(2000, 2019, int(zone.sum()))
    for late, (first, last) in BUILT_LATE.items():
        mine = cause == late
        year[mine] = rng.integers(first, last + 1, int(mine.sum()))
    year[np.isin(cause, UNBUILT[:2])] = 9999
    return year


def activity(table: pd.DataFrame, *, decline: Array) -> Array:
    """Return the use of every plot in each year of YEARS, shape (plots, years), about 0-1.6.

    A plot is dark before it is built; an idle or under-used plot falls from full use in its
    `since` year to its present vigour over three years; `decline` (1/a) lets villages fade.
    """
    year = np.array(YEARS)[None, :]
    built = table["built_year"].to_numpy()[:, None] <= year
    vigour = table["vigour"].to_numpy()[:, None]
    since = table["since"].to_numpy()[:, None]
    fall = np.clip((year - since) / 3.0, 0, 1)
    level = np.where(since > 0, 1.0 + (vigour - 1.0) * fall, vigour)
    never = table["cause"].isin(UNBUILT).to_numpy()[:, None]
    level = np.where(never, vigour, level)
    growth = 1.018 ** (year - 2014.0) * np.exp(-decline[:, None] * (year - 2014.0))
    return np.asarray(level * growth * np.where(built | never, 1.0, 0.05))


def village_fates(frame: Frame, town: Settlements) -> pd.DataFrame:
    """Decide for each natural village whether it is hollow, and how its people live.

    Columns: hollow, scattered (under 30 households), registered, resident (persons), decline.
    """
    rng = frame.rng("village fates")
    homes, remote = town.households, town.remoteness
    chance = 0.05 + 0.42 * remote**1.5 + 0.06 * (homes < 25)
    hollow = rng.random(len(homes)) < chance
    registered = np.round(homes * rng.normal(3.15, 0.22, len(homes))).astype(int)
    stay = np.where(
        hollow, rng.uniform(0.18, 0.46, len(homes)), rng.uniform(0.62, 1.02, len(homes))
    )
    return pd.DataFrame(
        {
            "hollow": hollow,
            "scattered": homes < 30,
            "registered": registered,
            "resident": np.round(registered * stay).astype(int),
            "decline": np.where(hollow, 0.07, 0.0),
        }
    )
