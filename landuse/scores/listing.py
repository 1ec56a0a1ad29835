"""Who is on the list and on which score: the flag rule as four masks, without its texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from landuse.scores.bars import barred
from landuse.scores.contradictions import contradict
from landuse.scores.engine import CLOSE, Evaluation, Flags, Floats, add_derived, evaluate
from landuse.scores.model import ScoreModel, ScoreName
from landuse.scores.vetoes import apply_vetoes


@dataclass(frozen=True, eq=False)
class Listing:
    """The judgement of n parcels; every mask has length n, ``table`` holds the derived columns."""

    table: pd.DataFrame
    idle: Evaluation
    les: Evaluation
    contradictions: pd.DataFrame
    vetoes: pd.DataFrame
    vetoed: Flags
    barred_idle: Flags
    barred_les: Flags
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


def listing(table: pd.DataFrame, model: ScoreModel) -> Listing:
    """Apply the flag rule: vetoes, contradictions that bar, then score and independent families.

    Parameters
    ----------
    table : one row a parcel with ``group``, ``area_m2`` and the indicator columns.
    """
    table = add_derived(table, model.derived)
    idle, les = evaluate(table, model, score="idle"), evaluate(table, model, score="les")
    vetoes = apply_vetoes(table, model)
    vetoed = (vetoes["veto"] != "").to_numpy(dtype=bool)
    told = contradict(table, model)
    codes, rules = told["contradictions"], model.contradictions
    no_idle = barred(codes, rules, score="idle")
    no_les = barred(codes, rules, score="les")
    return Listing(
        table=table,
        idle=idle,
        les=les,
        contradictions=told,
        vetoes=vetoes,
        vetoed=vetoed,
        barred_idle=no_idle,
        barred_les=no_les,
        stands_idle=stands(idle, model, "idle") & ~vetoed & ~no_idle,
        stands_les=stands(les, model, "les") & ~vetoed & ~no_les,
    )


def stands(evaluation: Evaluation, model: ScoreModel, score: ScoreName) -> Flags:
    """Tell where a score reaches its limit and enough independent families carry it."""
    high = np.nan_to_num(evaluation.score, nan=-1.0) >= model.flag_minimum[score] - CLOSE
    return np.asarray(high & (evaluation.families_agreeing >= model.minimum_families))
