"""Which of the overlapping sites come first: no plot twice, every group treated alike."""

from __future__ import annotations

import pandas as pd


def first_choice(sites: pd.DataFrame, *, most_owners: float) -> pd.Series:
    """Tell which sites make up the selection that totals rest on.

    In each group sites are taken in this order, unless a member is taken already: not vetoed,
    at most ``most_owners`` owners (not known counts as few, and is told), larger area, id.

    Parameters
    ----------
    sites : ``site_id, group_id, members, veto, owners`` (nullable), ``area_m2``.

    Returns
    -------
    Boolean by index. No plot is in two of the chosen sites.
    """
    many = sites["owners"].astype("Float64").fillna(0) > most_owners
    order = sites.assign(
        barred=sites["veto"] != "", many=many.astype(bool), size=-sites["area_m2"].round(3)
    ).sort_values(["group_id", "barred", "many", "size", "site_id"])
    taken: set[str] = set()
    chosen = []
    asked = order[~order["barred"] & ~(order["many"] & (order["plots"] > 1))]
    for index, text in asked["members"].items():
        members = set(text.split(";"))
        if not members & taken:
            taken |= members
            chosen.append(index)
    return pd.Series(sites.index.isin(chosen), index=sites.index)
