"""Who is on the list and on which score: the flag rule as four masks, without its texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from landuse.scores.engine import Evaluation, Flags, Floats, add_derived, evaluate
from landuse.scores.model import ScoreModel, ScoreName
from landuse.scores.vetoes import apply_vetoes


@dataclass(frozen=True, eq=False)
class Listing:
    """The judgement of n parcels; every mask has length n, ``table`` holds the derived columns."""

    table: pd.DataFrame
    idle: Evaluation
    les: Evaluation
    vetoed: Flags
    stands_idle: Flags
    stands_les: Flags

    @property
    def listed(self) -> Flags:
        """Return where a parcel is suspected idle or of low efficiency."""
        return self.stands_idle | self.stands_les

    @property
    def assessed(self) -> Flags:
        """Return where at least one score has evidence enough and no veto hits."""
        return ~self.vetoed & (self.idle.sufficient | self.les.sufficient)

    @property
    def deciding(self) -> Floats:
        """Return the score that lists a parcel, or the higher of the two; NaN without evidence."""
        higher = np.fmax(self.idle.score, self.les.score)
        return np.where(
            self.stands_idle, self.idle.score, np.where(self.stands_les, self.les.score, higher)
        )


def listing(
    table: pd.DataFrame,
    model: ScoreModel,
    *,
    barred_idle: Flags | None = None,
    barred_les: Flags | None = None,
) -> Listing:
    """Apply the flag rule of ``assess``: vetoes, then score and independent families.

    Parameters
    ----------
    table : one row a parcel with ``group``, ``area_m2`` and the indicator columns.
    barred_idle, barred_les : where a contradiction forbids that flag; None = nowhere.
    """
    table = add_derived(table, model.derived)
    idle, les = evaluate(table, model, score="idle"), evaluate(table, model, score="les")
    vetoed = (apply_vetoes(table, model)["veto"] != "").to_numpy(dtype=bool)
    return Listing(
        table=table,
        idle=idle,
        les=les,
        vetoed=vetoed,
        stands_idle=stands(idle, model, "idle") & ~vetoed & ~mask(barred_idle, len(table)),
        stands_les=stands(les, model, "les") & ~vetoed & ~mask(barred_les, len(table)),
    )


def stands(evaluation: Evaluation, model: ScoreModel, score: ScoreName) -> Flags:
    """Tell where a score reaches its limit and enough independent families carry it."""
    high = np.nan_to_num(evaluation.score, nan=-1.0) >= model.flag_minimum[score]
    return np.asarray(high & (evaluation.families_agreeing >= model.minimum_families))


def mask(given: Flags | None, length: int) -> Flags:
    """Return the mask given, or one that is False everywhere."""
    return np.zeros(length, dtype=bool) if given is None else np.asarray(given, dtype=bool)
