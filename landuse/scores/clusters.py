"""Clusters of adjoining flagged parcels: what could be dealt with together."""

from __future__ import annotations

from itertools import chain, count
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from landuse.core.settings import Settings
from landuse.scores.assess import SUSPECTED

PREFIX = "C-"


class ClusterSettings(Settings):
    """Which parcels form clusters, and from how many on."""

    flags: tuple[str, ...] = SUSPECTED
    fewest: int = Field(2, ge=2, description="parcels a cluster has at least")


def find_clusters(
    *,
    scores: pd.DataFrame,
    neighbours: pd.DataFrame,
    table: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
    settings: ClusterSettings,
) -> dict[str, Any]:
    """Join flagged parcels that adjoin, directly or through other flagged parcels.

    Parameters
    ----------
    scores : one row a parcel: ``parcel_id`` (unique), ``flag``, ``area_mu``.
    table : where ``area_mu`` is, in the order of ``scores``; None = in ``scores`` itself.
    neighbours : pairs ``first, second`` of `objects.neighbours`; pairs with a parcel that is not
        flagged, or not in ``scores``, join nothing.
    previous : ``parcel_id`` and, where the earlier run had them, ``cluster_id`` of an earlier run:
        a cluster keeps the name of the earlier one that it shares most area with, one to one.

    Returns
    -------
    ``table``, same rows: ``parcel_id``; ``cluster_id`` (the earlier name, else "C-" and the
    smallest id in the cluster that names no other; "" for parcels in none), ``cluster_parcels``
    (Int64) and ``cluster_area_mu``: parcels and area of the whole cluster, null in none.
    ``clusters``, one row a cluster, largest first: ``cluster_id, parcels, area_mu, idle_parcels,
    members`` (ids joined by ";"). The order of rows and pairs changes nothing.
    """
    if table is not None:
        scores = scores.assign(area_mu=table["area_mu"].to_numpy())
    listed = scores[scores["flag"].isin(settings.flags)].sort_values("parcel_id")
    label = _components(listed["parcel_id"], neighbours)
    members = listed.assign(label=label)
    sizes = members.groupby("label")["parcel_id"].transform("size")
    members = members[sizes >= settings.fewest]
    clusters = _describe(members, _names(members, previous))
    whole = clusters.set_index("label").reindex(members["label"]).set_index(members.index)
    whole = whole.reindex(scores.index)
    joined = pd.DataFrame(
        {
            "parcel_id": scores["parcel_id"],
            "cluster_id": whole["cluster_id"].astype("str").fillna(""),
            "cluster_parcels": whole["parcels"].astype("Int64"),
            "cluster_area_mu": whole["area_mu"].astype("float64"),
        },
        index=scores.index,
    )
    return {"table": joined, "findings": [], "clusters": clusters.drop(columns="label")}


def _components(ids: pd.Series, neighbours: pd.DataFrame) -> NDArray[np.int32]:
    """Return the number of the connected component of each id."""
    place = pd.Series(np.arange(len(ids)), index=pd.Index(ids))
    one, other = (neighbours[side].map(place) for side in ("first", "second"))
    both = (one.notna() & other.notna()).to_numpy()
    edges = one[both].to_numpy("int64"), other[both].to_numpy("int64")
    graph = csr_array((np.ones(len(edges[0])), edges), shape=(len(ids), len(ids)))
    _, label = connected_components(graph, directed=False)
    return np.asarray(label)


def _names(members: pd.DataFrame, previous: pd.DataFrame | None) -> pd.Series:
    """Return the name of each label: an earlier one by shared area, else after the smallest id."""
    kept = _kept(members, previous)
    taken = set(kept.values())
    for label, ids in members.groupby("label", sort=True)["parcel_id"]:
        if label not in kept:
            # An earlier cluster may have kept the name of each of these parcels.
            more = (f"{ids.iloc[0]}-{number}" for number in count(2))
            names = (f"{PREFIX}{one}" for one in chain(ids, more))
            kept[label] = next(name for name in names if name not in taken)
            taken.add(kept[label])
    return pd.Series(kept, dtype="str").sort_index()


def _kept(members: pd.DataFrame, previous: pd.DataFrame | None) -> dict[Any, str]:
    """Return the earlier names that go on: the pair with the largest shared area first."""
    if previous is None or "cluster_id" not in previous:
        return {}
    old = previous[["parcel_id", "cluster_id"]].astype("str").dropna()
    old = old[old["cluster_id"].str.startswith(PREFIX)]
    joined = members.merge(old, on="parcel_id", validate="1:1")
    shared = joined.groupby(["label", "cluster_id"], as_index=False)["area_mu"].sum()
    shared = shared.sort_values(["area_mu", "cluster_id", "label"], ascending=[False, True, True])
    kept: dict[Any, str] = {}
    for row in shared.itertuples(index=False):
        if row.label not in kept and row.cluster_id not in kept.values():
            kept[row.label] = str(row.cluster_id)
    return kept


def _describe(members: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    idle = members["flag"] == SUSPECTED[0]
    grouped = members.assign(idle=idle.astype("int64")).groupby("label", sort=True)
    clusters = pd.DataFrame(
        {
            "cluster_id": names.reindex(grouped.size().index).astype("str"),
            "parcels": grouped["parcel_id"].size(),
            "area_mu": grouped["area_mu"].sum(),
            "idle_parcels": grouped["idle"].sum(),
            "members": grouped["parcel_id"].agg(";".join).astype("str"),
        }
    ).reset_index()
    return clusters.sort_values(
        ["area_mu", "cluster_id"], ascending=[False, True], ignore_index=True
    )
