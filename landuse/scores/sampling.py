"""Which parcels to look at in the field: strata, how many of each, which ones, and what they weigh.

A stratum is a class of the run (what was flagged and how, what was missed by little, the rest)
within a peer group, inside or outside the development zones. Parcels that are not flagged are in
the sample too: without them no recall can be estimated.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from landuse.core.settings import Settings

NEAR_MISS = "near_miss"
CLASSES = (
    "suspected_idle", "suspected_low_efficiency", NEAR_MISS, "none", "insufficient_evidence",
    "vetoed",
)  # fmt: skip
PLACES = ("in", "out", "unknown")
KEYS = ["run_class", "group", "zone"]
SCORE_OF = {"idle": "idle_score", "les": "les"}


class SampleSettings(Settings):
    """How large the sample is and how it is spread; the defaults are proposed here (P)."""

    size: int = Field(300, ge=1, description="parcels to visit / 抽查宗数")
    seed: int = Field(20260101, description="random seed / 随机种子")
    per_stratum_minimum: int = Field(10, ge=1, description="at least, or the whole stratum")
    near_points: float = Field(10.0, ge=0, description="points below the limit: a near miss")


def strata_of(
    parcels: pd.DataFrame, flag_minimum: Mapping[str, float], *, near_points: float
) -> pd.DataFrame:
    """Return ``parcel_id, run_class, group, zone`` of every parcel, sorted by id.

    Parameters
    ----------
    parcels : ``parcel_id, flag, group, zone_in, idle_score, les``.
    flag_minimum : score name = the score from which the model flags.
    near_points : a parcel that is not flagged and lies less than this below a limit (or above
        it, held back by another rule) is a near miss.
    """
    near = np.zeros(len(parcels), dtype=bool)
    for score, minimum in flag_minimum.items():
        values = parcels[SCORE_OF[score]].to_numpy("float64", na_value=np.nan)
        near |= np.nan_to_num(values, nan=-1.0) >= minimum - near_points
    near &= parcels["flag"].eq("none").to_numpy(bool)
    inside = parcels["zone_in"].astype("boolean")
    zone = inside.map({True: "in", False: "out"}).astype("object").fillna("unknown")
    table = pd.DataFrame(
        {
            "parcel_id": parcels["parcel_id"].astype("str"),
            "run_class": parcels["flag"].astype("str").mask(near, NEAR_MISS),
            "group": parcels["group"].astype("str"),
            "zone": zone.astype("str"),
        }
    )
    return table.sort_values("parcel_id", ignore_index=True)


def least_size(strata: pd.DataFrame, *, minimum: int) -> int:
    """Return the size of a sample with the least number in every stratum."""
    return int(strata.groupby(KEYS).size().clip(upper=minimum).sum())


def design_of(strata: pd.DataFrame, *, settings: SampleSettings) -> pd.DataFrame:
    """Return one row a stratum: ``stratum, run_class, group, zone, population, sample, weight``.

    Every stratum gets the minimum or all it has; what is left is spread by the square root of
    the stratum's size (power allocation, Bankier 1988), so that small strata are not starved and
    large ones not neglected. ``weight`` = population / sample. The code of a stratum (S01 …)
    comes from the seed and tells nothing of its class, so that a field crew stays blind.

    Raises
    ------
    ValueError
        If the size is below `least_size`.
    """
    found = strata.groupby(KEYS, as_index=False).size().rename(columns={"size": "population"})
    found["population"] = found["population"].astype("int64")
    population = found["population"].to_numpy("int64")
    least = np.minimum(population, settings.per_stratum_minimum)
    if settings.size < least.sum():
        msg = f"size {settings.size} is below the {least.sum()} that the minima ask for"
        raise ValueError(msg)
    found["sample"] = _spread(population, least, size=settings.size)
    found["weight"] = found["population"] / found["sample"]
    labels = found[KEYS].agg("|".join, axis=1)
    found["order"] = hashes(labels, seed=settings.seed)
    found = found.sort_values("order", ignore_index=True).drop(columns="order")
    digits = max(2, len(str(len(found))))
    codes = pd.Series([f"S{number:0{digits}d}" for number in range(1, len(found) + 1)], dtype="str")
    return pd.concat([codes.rename("stratum"), found], axis=1)


def _spread(population: NDArray[np.int64], least: NDArray[np.int64], *, size: int) -> list[int]:
    """Return sample sizes >= least, <= population, as near as possible to the square-root law."""
    given = least.copy()
    while (left := min(size, int(population.sum())) - int(given.sum())) > 0:
        room = population - given
        share = np.where(room > 0, np.sqrt(population), 0.0)
        step = np.minimum(np.floor(left * share / share.sum()).astype("int64"), room)
        if not step.any():
            gain = np.where(room > 0, np.sqrt(population) / given, -1.0)
            step[int(np.argmax(gain))] = 1
        given += step
    return [int(value) for value in given]


def draw(strata: pd.DataFrame, design: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return ``parcel_id, stratum`` of the sample, in random order.

    Within a stratum the parcels with the smallest SHA-256 of seed and id are taken: a simple
    random sample that does not depend on the order of rows; a larger sample contains a smaller
    one, and a parcel that joins or leaves the county changes only its own stratum.
    """
    joined = strata.merge(design, on=KEYS, validate="many_to_one")
    joined["order"] = hashes(joined["parcel_id"], seed=seed)
    joined = joined.sort_values(["order", "parcel_id"], ignore_index=True)
    place = joined.groupby("stratum").cumcount()
    chosen = joined[place < joined["sample"]]
    return chosen[["parcel_id", "stratum"]].reset_index(drop=True)


def hashes(texts: Iterable[str], *, seed: int) -> list[str]:
    """Return a digest of seed and text for each text: one fixed random number each."""
    return [hashlib.sha256(f"{seed}|{text}".encode()).hexdigest() for text in texts]


def balanced_size(strata: pd.DataFrame, *, minimum: int) -> int:
    """Return a round size that satisfies the minima: what to propose when a size is too small."""
    return int(math.ceil(least_size(strata, minimum=minimum) / 10) * 10)
