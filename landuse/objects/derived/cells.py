"""Construction-land parcels from built-up cells, where nothing better is mapped."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from pydantic import Field

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.objects.derived.cuts import Context
from landuse.objects.derived.ledger import Ledger, note
from landuse.objects.derived.mask import (
    BuiltCells,
    BuiltCellSettings,
    BuiltSource,
    built_cells,
    fill_holes,
    polygons,
)
from landuse.objects.derived.merging import MergeSettings
from landuse.objects.derived.parcels import DerivedSettings, canonical_subjects, to_parcels

ORIGIN = "built_cells"
_SOURCE = {
    "landcover": ("土地覆盖的建成类", "the built class of the land cover"),
    "built_surface": ("建成面占比", "the share of built-up surface"),
}


class CellParcelSettings(DerivedSettings):
    """How built-up cells become parcels.

    ``prefer``: which layer tells built ground where both are at hand with cells of one size.
    ``fill_hole_m2``: holes up to this size count as built: yards and trees between houses (P, five
    cells of 10 m). There is no opening and no closing beyond that: cells of a thin strip are
    told by the sliver rule, and two patches with a gap between them are two parcels.
    """

    merge: MergeSettings = MergeSettings(minimum_area_m2=1000.0, sliver_width_m=15.0)
    built: BuiltCellSettings = BuiltCellSettings()
    prefer: BuiltSource = "landcover"
    fill_hole_m2: float = Field(500.0, ge=0)


def parcels_from_cells(
    *,
    landcover: Layer | None,
    built_surface: Layer | None,
    roads: gpd.GeoDataFrame | None,
    water: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    previous: gpd.GeoDataFrame | None,
    settings: CellParcelSettings,
) -> dict[str, Any]:
    """Make parcels of the patches of built-up cells, cut by roads, water, town and zone lines.

    Edges stay on cell sides: smoothing them would give ground to a parcel that no cell supports,
    and areas would no longer add up. Shape measures of such parcels tell little.

    Parameters
    ----------
    landcover, built_surface : on the study grid; see ``prefer``.
    roads : lines (or polygons) with, where mapped, ``road_class``.
    towns : polygons with ``town_code``. ``zones`` : with, where mapped, ``zone_name``.
    previous : parcels of an earlier run with ``parcel_id``.

    Returns
    -------
    ``layer``: parcel_id, origin, geometry (single polygons, CRS of the grid), sorted by id; it
    may be empty. ``findings``: list of Finding. ``ledger``: item, zh, en, area_m2 on the map plane;
    entered + filled = water + road + outside + small + sliver + parcels. ``retired``: parcel_id of
    ids no longer in use.

    Raises
    ------
    LanduseError
        Exit code 3 if there is neither land cover nor built-up surface.
    ValueError
        If the CRS differ, or land cover comes without the codes of its built class.
    """
    cells = built_cells(
        landcover=landcover,
        built_surface=built_surface,
        prefer=settings.prefer,
        settings=settings.built,
    )
    filled = fill_holes(cells, largest_m2=settings.fill_hole_m2)
    ledger, cell_m2 = Ledger(), cells.grid.cell_area_m2
    ledger.write(entered=float(cells.built.sum() * cell_m2), filled=float(filled.sum() * cell_m2))
    mask = cells.built | filled
    shapes = polygons(mask, cells.grid)
    subjects = canonical_subjects(shapes, cells.grid.crs).assign(origin=ORIGIN)
    subjects = subjects.astype({"origin": "str"})
    done = to_parcels(
        subjects,
        context=Context(roads=roads, water=water, towns=towns, zones=zones),
        previous=previous,
        ledger=ledger,
        settings=settings,
    )
    return done | {
        "layer": done["layer"][["parcel_id", "origin", "geometry"]],
        "findings": [*_cell_findings(cells), *done["findings"]],
    }


def _cell_findings(cells: BuiltCells) -> list[Finding]:
    """Tell which layer was used, and what of it is not known."""
    zh, en = _SOURCE[cells.source]
    year = f" ({cells.year})" if cells.year else ""
    count = int(cells.built.sum())
    area_ha = count * cells.grid.cell_area_m2 / 1e4
    findings = [
        note(
            "note",
            f"没有地籍图斑，地块由建成区像元得到：{zh}{year}，{area_ha:.1f} 公顷",
            f"no cadastre: parcels are made of built-up cells, by {en}{year}, {area_ha:.1f} ha",
            value=str(count),
        )
    ]
    unknown = float((~cells.known).mean())
    if unknown > 0:
        findings.append(
            note(
                "doubt",
                f"{unknown:.1%} 的像元没有值，按非建成区处理",
                f"{unknown:.1%} of the cells are not known and count as not built",
                value=f"{unknown:.4f}",
            )
        )
    return findings
