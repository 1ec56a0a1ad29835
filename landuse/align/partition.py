"""Towns made a clean partition of the county: no overlap, no gap, nothing outside."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.align.faces import Faces, Ints, Shapes, cut_faces, is_tiling, restore, wide
from landuse.align.gap_split import gaps_to_split, split_lines
from landuse.align.owners import (
    NOBODY,
    gap_neighbours,
    give_gaps,
    give_overlaps,
    inside_any,
    merge_slivers,
)
from landuse.align.partition_checks import STAGE, misfit, missing_town_faults, vanished_faults
from landuse.align.partition_report import change_table, no_changes, report
from landuse.align.partition_settings import PartitionSettings
from landuse.align.town_codes import join_codes
from landuse.align.whole_county import without_whole
from landuse.core.errors import LanduseError
from landuse.core.findings import Finding


def partition_towns(
    *,
    county: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame,
    codes: pd.DataFrame | None,
    settings: PartitionSettings,
) -> dict[str, Any]:
    """Fit the towns to the county and to each other.

    All lines are cut into faces, each face gets one town, and a town is the sum of its faces, so
    that neighbours share their vertices. Land that one town alone claims stays its own, but for
    slivers; land outside the county is cut; overlaps, gaps and slivers are given by the rules of
    `owners` and `gap_split`. Towns that are a partition already come back as they are.

    Parameters
    ----------
    county : aligned polygons, study CRS (metres). None: the towns are fitted to each other, and
        gaps they enclose are filled unless they are as large as a town.
    towns : aligned valid polygons with ``town_code``, ``town_name`` or both; pieces of one code
        are one town.
    codes : list of towns or villages with codes and names (`town_codes.join_codes`).

    Returns
    -------
    ``layer``: GeoDataFrame of one row a town, sorted by ``town_code``. ``changes``: DataFrame
    town_code (who has the land now; empty: nobody), from_code (who had claimed it), kind
    (overlap, gap, split, overhang, sliver), area_m2, lon, lat; an overlap of three towns is a row
    for each that lost. ``findings``: list of Finding.

    Raises
    ------
    ValueError
        If county and towns are not in one CRS.
    LanduseError
        Exit code 4 if codes cannot be joined, the towns do not fit the county at all, a town
        seems to be missing, or a town would keep no land.
    """
    if county is not None and county.crs != towns.crs:
        msg = f"county is in {county.crs}, towns are in {towns.crs}"
        raise ValueError(msg)
    towns, whole = without_whole(towns, stage=STAGE)
    joined = join_codes(towns, codes, adcode=settings.adcode)
    findings: list[Finding] = whole + joined["findings"]
    layer, merged = _one_row_a_town(joined["layer"])
    findings += merged
    frame = None if county is None else _frame(county)
    shapes = np.asarray(layer.geometry.to_numpy())
    hole_m2 = settings.gap_share * float(np.median(shapely.area(shapes)))
    if is_tiling(shapes, frame=frame, hole_m2=hole_m2):
        return {"layer": layer, "changes": no_changes(), "findings": findings}
    findings += misfit(shapes, frame, settings=settings)
    faces, owner, split = _settle(layer, frame, hole_m2=hole_m2, settings=settings)
    tiles = _tiles(faces, owner, shapes, frame)
    changes = change_table(faces, owner, split=split, layer=layer)
    findings += report(changes, layer, tiles, settings=settings)
    return {"layer": layer.set_geometry(tiles), "changes": changes, "findings": findings}


def _frame(county: gpd.GeoDataFrame) -> shapely.Geometry:
    shapes = county.geometry.to_numpy()
    return shapes[0] if len(shapes) == 1 else shapely.unary_union(shapes)


def _one_row_a_town(layer: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the towns by code; pieces of one code in one row with the largest one's columns."""
    plain = shapely.to_wkb(shapely.normalize(layer.geometry.to_numpy()))
    order = np.lexsort((plain.astype("S"), -layer.area, layer["town_code"].to_numpy(dtype="U")))
    layer = layer.iloc[order].reset_index(drop=True)
    pieces = int(layer["town_code"].duplicated().sum())
    if not pieces:
        return layer, []
    first = layer.drop_duplicates("town_code").reset_index(drop=True)
    whole = layer.groupby("town_code", sort=True).geometry.agg(
        lambda parts: shapely.unary_union(parts.to_numpy())
    )
    shapes = gpd.GeoSeries(whole.to_numpy(), index=first.index, crs=layer.crs)
    return first.set_geometry(shapes), [
        Finding(
            stage=STAGE,
            kind="repaired",
            value=str(pieces),
            message_zh=f"{pieces} 个图形并入同一代码的乡镇",
            message_en=f"{pieces} shapes merged into the town of the same code",
        )
    ]


def _settle(
    layer: gpd.GeoDataFrame,
    frame: shapely.Geometry | None,
    *,
    hole_m2: float,
    settings: PartitionSettings,
) -> tuple[Faces, Ints, Shapes]:
    """Return the faces, the owner of each, and the gaps that were cut between towns."""
    shapes = np.asarray(layer.geometry.to_numpy())
    faces = cut_faces(shapes, frame=frame)
    owner = _undisputed(faces, settings)
    missing = _missing_towns(faces, owner, hole_m2)
    faults = vanished_faults(owner, layer)
    if frame is not None:
        faults += missing_town_faults(faces.shapes[missing], crs=layer.crs, limit_m2=hole_m2)
    if faults:
        raise LanduseError(faults)
    faces.inside[missing] = False
    holes = faces.shapes[missing]
    gaps = gaps_to_split(
        faces, owner, area_m2=settings.split_area_m2, length_m=settings.split_length_m
    )
    split = faces.shapes[gaps]
    if len(gaps):
        lines = split_lines(faces, owner, gaps)
        faces = cut_faces(shapes, frame=frame, extra=list(lines))
        faces.inside[inside_any(shapely.point_on_surface(faces.shapes), holes)] = False
        owner = _undisputed(faces, settings)
    owner = give_gaps(faces, owner, split=split)
    return faces, merge_slivers(faces, owner, sliver_m2=settings.sliver_m2), split


def _undisputed(faces: Faces, settings: PartitionSettings) -> Ints:
    return give_overlaps(faces, nested_share=settings.nested_share, sliver_m2=settings.sliver_m2)


def _missing_towns(faces: Faces, owner: Ints, limit_m2: float) -> Ints:
    gaps, _ = gap_neighbours(faces, owner)
    return np.asarray(gaps[wide(faces.shapes[gaps], area_m2=limit_m2)])


def _tiles(
    faces: Faces, owner: Ints, shapes: Shapes, frame: shapely.Geometry | None
) -> gpd.GeoSeries:
    """Return each town as the sum of its faces."""
    held = [shapely.coverage_union_all(faces.shapes[owner == town]) for town in range(len(shapes))]
    sources = [shapes] if frame is None else [np.array([frame]), shapes]
    tiles = shapely.normalize(restore(np.array(held, dtype=object), sources))
    if not is_tiling(tiles, frame=frame, hole_m2=0.0) or (owner[faces.inside] == NOBODY).any():
        msg = "the cleaned towns do not tile the county"
        raise RuntimeError(msg)
    return tiles
