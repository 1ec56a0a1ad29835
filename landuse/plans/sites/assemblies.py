"""Adjoining flagged plots merged into sites, and every way to cut a group that is worth listing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

PLOT, ASSEMBLY = "plot", "assembly"
_TOUCH_M = 0.05
_REAL_M2 = 1.0
Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Joined:
    """Pairs that join plots, and pairs that a barrier parts (``first, second, layer``)."""

    pairs: pd.DataFrame
    parted: pd.DataFrame


def join_plots(
    plots: gpd.GeoDataFrame, neighbours: pd.DataFrame, barriers: Mapping[str, Shapes], *,
    gap_m: float,
) -> Joined:  # fmt: skip
    """Keep the pairs of plots that lie within ``gap_m`` and on one side of every barrier.

    Two plots are parted where no ground within half the gap of either leads from one to the other
    without crossing a barrier: a pond can be walked round, a river between them cannot.

    Parameters
    ----------
    plots : polygons by ``parcel_id``, metres.
    neighbours : ``first, second, gap_m`` of `objects.neighbours`; pairs with others are left out.
    barriers : layer -> lines or polygons.
    """
    known = neighbours["first"].isin(plots["parcel_id"]) & neighbours["second"].isin(
        plots["parcel_id"]
    )
    pairs = neighbours[known & (neighbours["gap_m"] <= gap_m)].reset_index(drop=True)
    place = {name: number for number, name in enumerate(plots["parcel_id"])}
    shapes = np.asarray(plots.geometry.array)
    one = shapes[[place[name] for name in pairs["first"]]]
    other = shapes[[place[name] for name in pairs["second"]]]
    by = pd.Series("", index=pairs.index, dtype="str")
    for layer, lines in barriers.items():
        free = np.flatnonzero((by == "").to_numpy())
        hit = _parted(one[free], other[free], lines, gap_m=gap_m)
        by.iloc[free[hit]] = layer
    ends = pairs[["first", "second"]]
    parted = ends.assign(layer=by)[(by != "").to_numpy()].reset_index(drop=True)
    return Joined(ends[(by == "").to_numpy()].reset_index(drop=True), parted)


def _parted(one: Shapes, other: Shapes, lines: Shapes, *, gap_m: float) -> NDArray[np.bool_]:
    parted = np.zeros(len(one), dtype=bool)
    lines = lines[~(shapely.is_missing(lines) | shapely.is_empty(lines))]
    if not len(one) or not len(lines):
        return parted
    thick = np.where(shapely.get_dimensions(lines) == 2, lines, shapely.buffer(lines, _TOUCH_M))
    reach = gap_m / 2 + _TOUCH_M
    near = shapely.buffer(one, reach, quad_segs=4), shapely.buffer(other, reach, quad_segs=4)
    ground = shapely.union(*near)
    pair, line = shapely.STRtree(thick).query(ground, predicate="intersects")
    for place in np.unique(pair):
        wall = shapely.union_all(thick[line[pair == place]])
        parts = shapely.get_parts(shapely.difference(ground[place], wall))
        leads = (shapely.area(shapely.intersection(parts, one[place])) > _REAL_M2) & (
            shapely.area(shapely.intersection(parts, other[place])) > _REAL_M2
        )
        parted[place] = not leads.any()
    return parted


def components(ids: pd.Series, pairs: pd.DataFrame) -> NDArray[np.int64]:
    """Return the number of the connected component of each id."""
    place = pd.Series(np.arange(len(ids)), index=pd.Index(ids))
    one, other = (pairs[side].map(place).to_numpy("int64") for side in ("first", "second"))
    graph = csr_array((np.ones(len(one)), (one, other)), shape=(len(ids), len(ids)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype="int64")


def site_id(members: Iterable[str]) -> str:
    """Return the id of a site, from its members alone: the same plots are the same site."""
    names = sorted(members)
    if len(names) == 1:
        return f"S-{names[0]}"
    mark = hashlib.sha256(";".join(names).encode()).hexdigest()[:4]
    return f"A-{names[0]}-{mark}"


def list_sites(plots: gpd.GeoDataFrame, pairs: pd.DataFrame, *, most_grouped: int) -> pd.DataFrame:
    """List the whole of each group, its parts of one owner, and its single plots.

    Parameters
    ----------
    plots : ``parcel_id`` (unique), ``owner`` (text, "" = not known).
    pairs : ``first, second`` that join.

    Returns
    -------
    One row a site, sorted by group and id: ``site_id, kind, members`` (ids in order, ";"),
    ``plots``, ``group_id``, ``overlaps`` (other sites that hold one of its members, ";").
    Groups of more than ``most_grouped`` plots list no single plots. The order of rows changes
    nothing.
    """
    ids = plots["parcel_id"].sort_values(ignore_index=True)
    whole = _together(ids, pairs)
    group = {name: f"G-{names[0]}" for names in whole for name in names}
    owner = plots.set_index("parcel_id")["owner"]
    first = owner.reindex(pairs["first"]).to_numpy()
    same = (first == owner.reindex(pairs["second"]).to_numpy()) & (first != "")
    found = {*whole, *(names for names in _together(ids, pairs[same]) if len(names) > 1)}
    found |= {(name,) for names in whole if len(names) <= most_grouped for name in names}
    rows = [
        (site_id(names), PLOT if len(names) == 1 else ASSEMBLY, ";".join(names), len(names),
         group[names[0]])
        for names in found
    ]  # fmt: skip
    columns = ["site_id", "kind", "members", "plots", "group_id"]
    table = pd.DataFrame(rows, columns=columns).sort_values(["group_id", "site_id"])
    table = table.astype(dict.fromkeys(("site_id", "kind", "members", "group_id"), "str"))
    return table.reset_index(drop=True).assign(overlaps=_overlaps)


def _together(ids: pd.Series, pairs: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the ids of each connected component, in the order given."""
    label = components(ids, pairs)
    order = np.argsort(label, kind="stable")
    parts = np.split(ids.to_numpy(dtype=object)[order], np.cumsum(np.bincount(label)))
    return [tuple(names) for names in parts if len(names)]


def _overlaps(table: pd.DataFrame) -> pd.Series:
    """Return for each site the others that share a member."""
    parts = table.assign(member=table["members"].str.split(";")).explode("member")
    pairs = parts[["site_id", "member"]].merge(parts[["site_id", "member"]], on="member")
    pairs = pairs[pairs["site_id_x"] != pairs["site_id_y"]].drop_duplicates(
        ["site_id_x", "site_id_y"]
    )
    joined = pairs.sort_values("site_id_y").groupby("site_id_x")["site_id_y"].agg(";".join)
    return table["site_id"].map(joined.to_dict()).astype("object").fillna("").astype("str")


def outlines(table: pd.DataFrame, plots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the union of each site's plots by ``site_id``: nothing is added between them."""
    shape = plots.set_index("parcel_id").geometry
    parts = table.assign(member=table["members"].str.split(";")).explode("member")
    held = shape.reindex(parts["member"]).to_numpy()
    merged = {
        name: shapely.union_all(held[rows])
        for name, rows in parts.reset_index(drop=True).groupby("site_id").indices.items()
    }
    made = [merged[name] for name in table["site_id"]]
    return gpd.GeoDataFrame({"site_id": table["site_id"].to_numpy()}, geometry=made, crs=plots.crs)


def closed(shapes: Shapes, *, seam_m: float) -> Shapes:
    """Return outlines with seams up to ``seam_m`` wide closed, corners kept."""
    wide = shapely.buffer(shapes, seam_m / 2, join_style="mitre")
    made: Shapes = shapely.buffer(wide, -seam_m / 2, join_style="mitre")
    return made
