"""Rules as data on a table of facts: which hold, which use fits best, which advice wins."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.plans.sites.settings import Advice, Condition, Use

_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def holds(facts: pd.DataFrame, condition: Condition) -> NDArray[np.bool_]:
    """Tell where a condition holds; about what is not known it does not hold."""
    column, comparison, limit = condition
    values = facts.reindex(columns=[column])[column].to_numpy("float64")
    met = np.asarray(_COMPARE[comparison](np.round(values, 9), limit), dtype=bool)
    known: NDArray[np.bool_] = ~np.isnan(values)
    return met & known


def all_hold(facts: pd.DataFrame, conditions: Sequence[Condition]) -> NDArray[np.bool_]:
    """Tell where all conditions hold; everywhere where there are none."""
    met = np.ones(len(facts), dtype=bool)
    for condition in conditions:
        met &= holds(facts, condition)
    return met


def best_uses(facts: pd.DataFrame, uses: Sequence[Use]) -> pd.DataFrame:
    """Rank the uses that each site may have.

    fit = sum(w ramp(x)) / sum(w) over what is known; equal fits keep the order of the rules.

    Returns
    -------
    ``best_use`` (code, "" = none may be had), ``uses`` (codes by fit, ";"), ``use_fits`` (the
    fits in percent, ";"), by the index of ``facts``.
    """
    fits = np.column_stack([_fit(facts, use) for use in uses])
    allowed = np.column_stack([all_hold(facts, use.when) for use in uses])
    worth = np.where(allowed & ~np.isnan(fits), fits, -1.0)
    order = np.argsort(-np.round(worth, 6), axis=1, kind="stable")
    rows = []
    for row, places in enumerate(order):
        kept = [place for place in places if worth[row, place] >= 0]
        codes = [uses[place].code for place in kept]
        shares = [f"{worth[row, place] * 100:.0f}" for place in kept]
        rows.append((codes[0] if codes else "", ";".join(codes), ";".join(shares)))
    columns = ["best_use", "uses", "use_fits"]
    return pd.DataFrame(rows, columns=columns, index=facts.index).astype("str")


def _fit(facts: pd.DataFrame, use: Use) -> NDArray[np.float64]:
    total, weight = np.zeros(len(facts)), np.zeros(len(facts))
    for item in use.fit:
        values = facts.reindex(columns=[item.column])[item.column].to_numpy("float64")
        at, worth = np.array(item.ramp, dtype="float64").T
        known = ~np.isnan(values)
        total += np.where(known, item.weight * np.interp(np.nan_to_num(values), at, worth), 0.0)
        weight += known * item.weight
    made: NDArray[np.float64] = np.divide(
        total, weight, out=np.full(len(facts), np.nan), where=weight > 0
    )
    return made


def advise(facts: pd.DataFrame, rules: Sequence[Advice]) -> pd.DataFrame:
    """Return the first advice that holds for each site, and the others that hold as well.

    Returns
    -------
    ``advice`` (code), ``advice_zh, advice_en, advice_basis_zh, advice_basis_en, advice_mark,
    first_check_zh, first_check_en``, ``advice_also`` (codes of later rules that hold, ";").
    """
    held = []
    for rule in rules:
        met = all_hold(facts, rule.when)
        if rule.either:
            met &= np.logical_or.reduce([holds(facts, one) for one in rule.either])
        held.append(met)
    rows = []
    for row in range(len(facts)):
        hit = [rule for rule, met in zip(rules, held, strict=True) if met[row]]
        rule, also = hit[0], [one.code for one in hit[1:-1]]
        rows.append((rule.code, rule.zh, rule.en, rule.basis_zh, rule.basis_en, rule.mark,
                     rule.check_zh, rule.check_en, ";".join(also)))  # fmt: skip
    columns = [
        "advice", "advice_zh", "advice_en", "advice_basis_zh", "advice_basis_en", "advice_mark",
        "first_check_zh", "first_check_en", "advice_also",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns, index=facts.index).astype("str")
