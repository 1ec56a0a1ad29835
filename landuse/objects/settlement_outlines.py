"""Outlines of natural villages where the bureau draws none: clusters of built ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import Field, model_validator

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.core.units import M2_PER_HA
from landuse.objects.derived.arrangement import Places, Shapes, as_shapes, canonical, holding
from landuse.objects.derived.clusters import (
    Footprints,
    cluster_built,
    footprints,
    outlines,
    within,
)
from landuse.objects.derived.mask import (
    BuiltCells,
    BuiltCellSettings,
    BuiltSource,
    built_cells,
    keep_within,
)
from landuse.objects.overlay import overlaps, same_crs, shared_area
from landuse.objects.settlement_names import note


class OutlineSettings(Settings):
    """How built ground becomes natural villages.

    ``prefer``: which layer tells built ground where both are at hand. Built surface finds the
    settlements of rural China best (domain.md §3.2). What lies within ``gap_m`` belongs together
    (P); gaps up to ``closing_m`` are closed and clusters below ``minimum_area_m2`` left out (P,
    domain.md §3.2). A cluster with more than ``urban_area_ha`` of built ground, or with
    ``urban_share`` of it in a zone or inside the growth boundary, is a town, no village (P).
    """

    built: BuiltCellSettings = BuiltCellSettings()
    prefer: BuiltSource = "built_surface"
    gap_m: float = Field(50.0, gt=0)
    closing_m: float = Field(30.0, ge=0)
    minimum_area_m2: float = Field(2000.0, ge=0)
    urban_area_ha: float = Field(50.0, gt=0)
    urban_share: float = Field(0.5, gt=0, le=1)

    @model_validator(mode="after")
    def _closing_stays_within_a_cluster(self) -> Self:
        if self.closing_m > self.gap_m:
            msg = "closing_m must not be more than gap_m: villages would overlap"
            raise ValueError(msg)
        return self


@dataclass(frozen=True)
class Ground:
    """The layers that tell where villages are, and where they are towns; None where absent.

    ``footprints`` are those of ``buildings``.
    """

    landcover: Layer | None = None
    built_surface: Layer | None = None
    buildings: gpd.GeoDataFrame | None = None
    footprints: Footprints | None = None
    towns: gpd.GeoDataFrame | None = None
    villages: gpd.GeoDataFrame | None = None
    zones: gpd.GeoDataFrame | None = None
    growth_boundary: gpd.GeoDataFrame | None = None

    def urban(self) -> list[gpd.GeoDataFrame]:
        """Return the layers of urban ground that are at hand."""
        return [layer for layer in (self.zones, self.growth_boundary) if layer is not None]


def find_outlines(
    ground: Ground, settings: OutlineSettings
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the outlines of natural villages in a fixed order, and what was left out.

    Where there are towns, ground in none of them is passed over. Outlines are parted by the lines
    of administrative villages and do not overlap.

    Raises
    ------
    LanduseError
        Exit code 3 if there is no land cover, no built-up surface and no buildings.
    ValueError
        If the CRS differ.
    """
    cells = _cells(ground, settings)
    crs: Any = ground.buildings.crs if cells is None and ground.buildings is not None else None
    layer = gpd.GeoDataFrame(geometry=[], crs=crs if cells is None else cells.grid.crs)
    for other in (ground.buildings, ground.towns, ground.villages, *ground.urban()):
        if other is not None:
            same_crs(layer, other)
    if cells is not None and ground.towns is not None:
        cells = keep_within(cells, ground.towns)
    shapes, findings = _clustered(cells, ground, crs=layer.crs, settings=settings)
    return gpd.GeoDataFrame(geometry=list(shapes), crs=layer.crs), findings


def _cells(ground: Ground, settings: OutlineSettings) -> BuiltCells | None:
    """Return built cells; None where buildings stand alone."""
    if ground.landcover is None and ground.built_surface is None and ground.buildings is not None:
        return None
    return built_cells(
        landcover=ground.landcover,
        built_surface=ground.built_surface,
        prefer=settings.prefer,
        settings=settings.built,
    )


def _clustered(
    cells: BuiltCells | None, ground: Ground, *, crs: Any, settings: OutlineSettings
) -> tuple[Shapes, list[Finding]]:
    """Cluster built ground, leave towns and scraps out, draw the outlines."""
    areas = as_shapes([] if ground.villages is None else ground.villages.geometry.to_numpy())
    parts = cluster_built(
        cells, _buildings(ground.footprints, ground.towns), villages=areas, gap_m=settings.gap_m
    )
    member_m2 = shapely.area(parts.members)
    whole_m2 = np.bincount(parts.whole, weights=member_m2)
    large = whole_m2[parts.whole] > settings.urban_area_ha * M2_PER_HA
    rural = np.flatnonzero(~large)
    cluster, village = parts.cluster[rural], parts.village[rural]
    grid = None if cells is None else cells.grid
    shapes, _ = outlines(parts.members[rural], cluster, closing_m=settings.closing_m, grid=grid)
    shapes = within(shapes, _village_of(village, cluster), areas)
    size = shapely.area(shapes)
    small = size < settings.minimum_area_m2
    in_town = ~small & (_urban_share(shapes, ground.urban(), crs=crs) >= settings.urban_share)
    towns = len(np.unique(parts.whole[large]))
    findings = [
        *_source_finding(cells),
        *_left_out("片连片城镇", "towns by size", towns, float(member_m2[large].sum())),
        *_left_out("个开发区或城镇开发边界内的聚落", "clusters in a zone or growth boundary",
                   int(in_town.sum()), float(size[in_town].sum())),
        *_left_out(f"个小于 {settings.minimum_area_m2:g} 平方米的聚落",
                   f"clusters below {settings.minimum_area_m2:g} m2", int(small.sum()),
                   float(size[small].sum())),
    ]  # fmt: skip
    return canonical(as_shapes(shapes[~small & ~in_town])), findings


def _source_finding(cells: BuiltCells | None) -> list[Finding]:
    """Tell which layer was used."""
    if cells is None:
        zh, en = "没有土地覆盖和建成面，只用建筑轮廓", "by footprints alone: no built-up cells"
        return [note("absent", zh, en)]
    year = f" ({cells.year})" if cells.year else ""
    zh, en = {
        "landcover": ("土地覆盖的建成类", "the built class of the land cover"),
        "built_surface": ("建成面占比", "the share of built-up surface"),
    }[cells.source]
    return [note("note", f"建成像元取自{zh}{year}", f"built-up cells by {en}{year}")]


def _buildings(buildings: Footprints | None, towns: gpd.GeoDataFrame | None) -> Footprints:
    """Return footprints as single polygons; where there are towns, those in one of them."""
    single = footprints(as_shapes([])) if buildings is None else buildings.single()
    if towns is None:
        return single
    return single.at(holding(as_shapes(towns.geometry.to_numpy()), single.inside) >= 0)


def _village_of(village: Places, cluster: Places) -> Places:
    """Return the village of each cluster, in the order of cluster numbers."""
    _, first = np.unique(cluster, return_index=True)
    return village[first]


def _urban_share(shapes: Shapes, urban: list[gpd.GeoDataFrame], *, crs: Any) -> NDArray[np.float64]:
    """Return the part of each outline in zones or the growth boundary, 0 to 1."""
    if not urban or not len(shapes):
        return np.zeros(len(shapes))
    ground = shapely.union_all(np.concatenate([layer.geometry.to_numpy() for layer in urban]))
    parts = gpd.GeoDataFrame(geometry=list(shapely.get_parts(ground)), crs=crs)
    found = overlaps(gpd.GeoDataFrame(geometry=list(shapes), crs=crs), parts)
    size = shapely.area(shapes)
    return shared_area(found, count=len(shapes)) / np.where(size > 0, size, 1.0)


def _left_out(zh: str, en: str, count: int, area_m2: float) -> list[Finding]:
    if not count:
        return []
    area_ha = area_m2 / M2_PER_HA
    return [
        note(
            "dropped",
            f"{count} {zh}（{area_ha:.1f} 公顷）不作自然村",
            f"{count} {en} ({area_ha:.1f} ha) are no natural villages",
            value=str(count),
        )
    ]
