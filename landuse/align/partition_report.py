"""What the partition changed: a table with a row for each place, and findings for the reader."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from landuse.align.faces import Faces, Floats, Ints, Shapes
from landuse.align.owners import NOBODY, inside_any
from landuse.align.partition_checks import STAGE, lonlat, titles
from landuse.align.partition_settings import PartitionSettings
from landuse.core.findings import Finding
from landuse.core.units import m2_to_mu

COLUMNS = ("town_code", "from_code", "kind", "area_m2", "lon", "lat")
KINDS = ("overlap", "gap", "split", "overhang", "sliver")
_KIND_TEXT = {
    "overlap": ("重叠", "overlap"),
    "gap": ("空隙", "gap"),
    "split": ("空隙按就近分割", "gap cut along the nearest-town line"),
    "overhang": ("超出县界", "outside the county"),
    "sliver": ("清理产生的碎片", "sliver left by cleaning"),
}
_FREE = "-"
_NOISE_M2 = 0.005


def no_changes() -> pd.DataFrame:
    """Return the table of changes without a row."""
    text = pd.Series(dtype="str")
    number = pd.Series(dtype="float64")
    return pd.DataFrame({name: text if name in COLUMNS[:3] else number for name in COLUMNS})


def change_table(
    faces: Faces, owner: Ints, *, split: Shapes, layer: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return a row for each place and town that lost it (or for each gap), places over 0.005 m2.

    Columns: town_code (who has the land now; empty: nobody), from_code (who had claimed it;
    empty: nobody), kind, area_m2, lon and lat of a point in its largest face.
    """
    kind = _kinds(faces, owner, split)
    lead, area = _places(faces, owner, kind)
    code = layer["town_code"].to_numpy(dtype=object)
    lon, lat = lonlat(faces.shapes[lead], crs=layer.crs)
    rows = []
    for at, face in enumerate(lead):
        if area[at] < _NOISE_M2:
            continue
        now = "" if owner[face] == NOBODY else str(code[owner[face]])
        claimed = [str(code[town]) for town in np.flatnonzero(faces.claims[face])]
        losers = [town for town in claimed if town != now] or [""]
        where = (round(float(lon[at]), 6), round(float(lat[at]), 6))
        rows += [(now, loser, kind[face], float(area[at]), *where) for loser in losers]
    if not rows:
        return no_changes()
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    rank = table["kind"].map({name: at for at, name in enumerate(KINDS)})
    table = table.assign(rank=rank, area_m2=table["area_m2"].round(3))
    table = table.sort_values(["rank", "town_code", "from_code", "lon", "lat", "area_m2"])
    return table.drop(columns="rank").reset_index(drop=True)


def _kinds(faces: Faces, owner: Ints, split: Shapes) -> np.ndarray:
    """Return what happened to each face; empty where nothing did."""
    count = faces.claims.sum(axis=1)
    own = np.where(owner == NOBODY, False, faces.claims[np.arange(len(owner)), owner])
    cut = inside_any(shapely.point_on_surface(faces.shapes), split)
    held = owner != NOBODY
    return np.select(
        [
            ~held & (count > 0),
            held & (count == 0) & cut,
            held & (count == 0),
            held & ~own,
            count > 1,
        ],
        ["overhang", "split", "gap", "sliver", "overlap"],
        default="",
    ).astype(object)


def _places(faces: Faces, owner: Ints, kind: np.ndarray) -> tuple[Ints, Floats]:
    """Join neighbouring faces of one fate; return the largest face and the area of each place."""
    changed = np.flatnonzero(kind != "")
    one, other = faces.sides.T
    same = (kind[one] != "") & (kind[one] == kind[other]) & (owner[one] == owner[other])
    same &= (faces.claims[one] == faces.claims[other]).all(axis=1)
    size = len(owner)
    graph = coo_array((np.ones(same.sum()), (one[same], other[same])), shape=(size, size))
    _, place = connected_components(graph, directed=False)
    _, place = np.unique(place[changed], return_inverse=True)
    area = np.bincount(place, weights=faces.area_m2[changed]).astype(np.float64)
    by_size = np.lexsort((changed, -faces.area_m2[changed], place))
    first = np.unique(place[by_size], return_index=True)[1]
    return changed[by_size][first], area


_NOTED_SHARE = 0.0005
"""Less of a town than this moves by the rounding of two layers of one outline."""


def report(
    changes: pd.DataFrame,
    layer: gpd.GeoDataFrame,
    tiles: Shapes,
    *,
    settings: PartitionSettings,
) -> list[Finding]:
    """Return the findings: each large change, the small ones of a kind in one, each town's area."""
    title = dict(zip(layer["town_code"], titles(layer), strict=True)) | {"": _FREE}
    findings: list[Finding] = []
    for kind in KINDS:
        rows = changes[changes["kind"] == kind]
        large = rows["area_m2"] >= settings.listed_m2
        findings += _listed(rows[large], title)
        findings += _summed(rows[~large], kind, settings)
    findings += _town_areas(changes, layer, tiles, settings=settings)
    return findings


def _area(area_m2: float) -> str:
    return f"{area_m2:.0f} m2 = {m2_to_mu(area_m2):.2f} mu"


def _listed(rows: pd.DataFrame, title: dict[str, str]) -> Iterator[Finding]:
    for row in rows.itertuples():
        zh, en = _KIND_TEXT[str(row.kind)]
        gave, takes = title[row.from_code], title[row.town_code]
        mu = m2_to_mu(row.area_m2)
        yield Finding(
            stage=STAGE,
            kind="repaired",
            object_id=f"{row.from_code or _FREE} > {row.town_code or _FREE}",
            value=_area(row.area_m2),
            message_zh=f"{zh}：{gave} → {takes}，{mu:.2f} 亩（{row.lon:.5f}, {row.lat:.5f}）",
            message_en=f"{en}: {gave} -> {takes}, {row.area_m2:.0f} m2 "
            f"({row.lon:.5f}, {row.lat:.5f})",
        )


def _summed(rows: pd.DataFrame, kind: str, settings: PartitionSettings) -> list[Finding]:
    if rows.empty:
        return []
    zh, en = _KIND_TEXT[kind]
    count, total = len(rows), float(rows["area_m2"].sum())
    return [
        Finding(
            stage=STAGE,
            kind="repaired",
            value=_area(total),
            message_zh=f"{zh}：另有 {count} 处小于 {m2_to_mu(settings.listed_m2):.2f} 亩，"
            f"合计 {m2_to_mu(total):.2f} 亩",
            message_en=f"{en}: {count} more below {settings.listed_m2:.0f} m2, "
            f"{total:.0f} m2 in all",
        )
    ]


def _town_areas(
    changes: pd.DataFrame,
    layer: gpd.GeoDataFrame,
    tiles: Shapes,
    *,
    settings: PartitionSettings,
) -> Iterator[Finding]:
    before = layer.geometry.to_numpy()
    moved = shapely.area(shapely.symmetric_difference(before, tiles))
    old, new = shapely.area(before), shapely.area(tiles)
    touched = set(changes["town_code"]) | set(changes["from_code"])
    for at, (code, name) in enumerate(zip(layer["town_code"], titles(layer), strict=True)):
        if code not in touched:
            continue
        share = moved[at] / old[at]
        if share < _NOTED_SHARE:
            continue
        doubt = share > settings.doubt_share
        km2 = f"{old[at] / 1e6:.4f} -> {new[at] / 1e6:.4f} km2"
        yield Finding(
            stage=STAGE,
            kind="doubt" if doubt else "note",
            object_id=str(code),
            value=f"{km2}, {share:.2%} moved",
            message_zh=f"{name} 面积 {km2}，变动部分占 {share:.2%}"
            + ("：乡镇界相互不吻合，需权威界线" if doubt else ""),
            message_en=f"{name} {km2}, {share:.2%} of it moved"
            + (": the town lines do not fit each other; take the official ones" if doubt else ""),
        )
