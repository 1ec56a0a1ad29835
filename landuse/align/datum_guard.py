"""The datum guard: does a layer fit what it should lie on, or would another datum fit better?

It measures and warns. It never moves a coordinate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.align.datum_evidence import Judged, Limits, Proof, judge
from landuse.align.datum_words import outside_note, words
from landuse.align.loss_fields import Share, cell_field, ring_field
from landuse.align.offset import Term, blocks_like, spatial_blocks
from landuse.align.sampling import along, outline, points_of
from landuse.align.whole_county import without_whole
from landuse.core.crs import to_lonlat
from landuse.core.layers import Layer, known_cells
from landuse.core.settings import Settings
from landuse.sources.spec import Datum

Floats = NDArray[np.float64]
Role = Literal["county", "towns", "parcels", "buildings", "water", "roads", "settlements"]

# Zones enclose land that is not built yet: they have no cells to lie on.
ON_BUILT: tuple[Role, ...] = ("parcels", "buildings", "settlements")
# Bounds within which Chinese maps are shifted, west, south, east, north (public converters).
SHIFTED_LAND = (72.004, 0.8293, 137.8347, 55.8271)
COLUMNS = (
    "role", "against", "measure", "declared", "best", "verdict", "fit_declared", "fit_best",
    "margin_z", "rival_z", "offset_east_m", "offset_north_m", "offset_se_m", "expected_east_m",
    "expected_north_m", "points",
)  # fmt: skip


class GuardSettings(Settings):
    """What the layers declare, which are trusted, and the codes of the land cover.

    ``declared``: role to datum; a role not named, such as a layer made here, is not tested.
    ``trusted``: roles that others are tested against and that are not tested themselves.
    ``parcel_land_use``: codes of construction land, for parcels that carry ``land_use`` and tile
    the whole county; empty takes them all.
    """

    declared: dict[str, Datum]
    trusted: tuple[str, ...] = ()
    built_codes: tuple[int, ...] = ()
    water_codes: tuple[int, ...] = ()
    parcel_land_use: tuple[str, ...] = ()
    limits: Limits = Limits()


def guard_datums(
    *,
    county: gpd.GeoDataFrame | None = None,
    towns: gpd.GeoDataFrame | None = None,
    parcels: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
    roads: gpd.GeoDataFrame | None = None,
    settlements: gpd.GeoDataFrame | None = None,
    landcover: Layer | None = None,
    built_surface: Layer | None = None,
    settings: GuardSettings,
) -> dict[str, Any]:
    """Test the declared datum of each layer against cells and boundaries.

    Parameters
    ----------
    county … settlements : aligned layers in the study's CRS, metres, converted as declared.
    landcover : class codes; ``built_codes`` and ``water_codes`` of the settings name the classes.
    built_surface : m2 built per cell.

    Returns
    -------
    ``evidence``: a row for each layer and what it was held against (``COLUMNS``): fit as declared
    and as the best datum (``measure`` distance_m: smaller is better; contrast: greater), the free
    offset of the layer (its place less the reference's, metres), the offset the best datum would
    give. ``verdict``: agrees, another_datum, offset_unexplained or weak.
    ``findings``: a doubt for each layer that does not fit, a note for each other one tested.
    """
    given: dict[Role, gpd.GeoDataFrame | None] = {
        "county": county, "towns": _towns_alone(towns), "parcels": _built(parcels, settings),
        "buildings": buildings, "water": water, "roads": roads, "settlements": settlements,
    }  # fmt: skip
    known = {*settings.declared, *settings.trusted}
    layers = {
        role: layer
        for role, layer in given.items()
        if layer is not None and not layer.empty and role in known
    }
    if not layers:
        return {"evidence": _table([]), "findings": []}
    if not _in_shifted_land(next(iter(layers.values()))):
        return {"evidence": _table([]), "findings": [outside_note()]}
    # One after the other: each field of cells is as large as the county.
    on_cells = _on_cells(layers, landcover, built_surface, settings)
    proofs = chain(on_cells, _rings(layers, settings))
    judged = [judge(proof, limits=settings.limits) for proof in proofs]
    return {"evidence": _table(judged), "findings": words(judged, trusted=settings.trusted)}


def _towns_alone(towns: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    return None if towns is None else without_whole(towns, stage="")[0]


def _built(parcels: gpd.GeoDataFrame | None, settings: GuardSettings) -> gpd.GeoDataFrame | None:
    if parcels is None or not settings.parcel_land_use or "land_use" not in parcels.columns:
        return parcels
    return parcels[parcels["land_use"].isin(settings.parcel_land_use)]


def _in_shifted_land(layer: gpd.GeoDataFrame) -> bool:
    west, south, east, north = layer.total_bounds
    lon, lat = to_lonlat([(west + east) / 2], [(south + north) / 2], crs=str(layer.crs))
    x0, y0, x1, y1 = SHIFTED_LAND
    return bool(x0 <= lon[0] <= x1 and y0 <= lat[0] <= y1)


def _on_cells(
    layers: dict[Role, gpd.GeoDataFrame],
    landcover: Layer | None,
    built_surface: Layer | None,
    settings: GuardSettings,
) -> Iterator[Proof]:
    """Yield layers on the cells that they should lie on."""
    built, water = settings.built_codes, settings.water_codes

    @cache
    def points(role: Role) -> Floats:
        return points_of(layers[role], most=settings.limits.most_points)

    # Land cover counts roads as built, a built surface leaves them out.
    on_built: tuple[Role, ...] = (*ON_BUILT, "roads")
    for roles, codes in ((on_built, built), (("water",), water)):
        yield from _on_field(layers, roles, landcover, settings, points=points, against="landcover",
                             codes=codes)  # fmt: skip
    yield from _on_field(layers, ON_BUILT, built_surface, settings, points=points,
                         against="built_surface")  # fmt: skip


def _on_field(
    layers: dict[Role, gpd.GeoDataFrame],
    roles: tuple[Role, ...],
    cells: Layer | None,
    settings: GuardSettings,
    *,
    points: Callable[[Role], Floats],
    against: str,
    codes: tuple[int, ...] | None = None,
) -> Iterator[Proof]:
    """Yield layers on a class of cells; codes None: the cells hold m2, no codes: no such class."""
    tested = [role for role in roles if role in layers and role not in settings.trusted]
    if cells is None or not tested or codes == ():
        return
    limits = settings.limits
    field = cell_field(_share(cells, codes), cells.grid, window_m=limits.window_m)
    for role in tested:
        block = spatial_blocks(points(role), halvings=limits.halvings)
        yield Proof(
            role=role,
            against=against,
            measure="contrast",
            declared=settings.declared[role],
            crs=str(layers[role].crs),
            terms=(Term.of(field, points(role), block=block, sign=-1),),
        )


def _share(cells: Layer, codes: tuple[int, ...] | None) -> Share:
    """Return what tells how much of some cells is of the class: 0 to 1, NaN unknown."""
    values, area_m2 = cells.values, cells.grid.cell_area_m2

    def of(some: NDArray[Any]) -> NDArray[np.float32]:
        of_class = np.clip(some / area_m2, 0.0, 1.0) if codes is None else np.isin(some, codes)
        found = of_class.astype(np.float32)
        found[~known_cells(some, cells.nodata)] = np.nan
        return found

    if values.dtype != np.uint8:
        return lambda part: of(values[part])
    of_byte = of(np.arange(256, dtype=np.uint8))  # a byte holds so few that each is asked once
    return lambda part: of_byte[values[part]]


def _rings(layers: dict[Role, gpd.GeoDataFrame], settings: GuardSettings) -> Iterator[Proof]:
    """Yield the county's ring against that of the towns, and the other way round."""
    if "county" not in layers or "towns" not in layers:
        return
    limits = settings.limits
    names: tuple[Role, Role] = ("county", "towns")
    rings = {role: outline(layers[role], close_m=limits.close_m) for role in names}
    fields = {role: ring_field(ring, cap_m=limits.cap_m) for role, ring in rings.items()}
    points = {
        role: along(ring, step_m=limits.spacing_m, most=limits.most_ring_points)
        for role, ring in rings.items()
    }
    for role, other in (names, names[::-1]):
        if role in settings.trusted:
            continue
        block = spatial_blocks(points[role], halvings=limits.halvings)
        there = blocks_like(points[other], known=points[role], block=block)
        yield Proof(
            role=role,
            against=other,
            measure="distance_m",
            declared=settings.declared[role],
            crs=str(layers[role].crs),
            terms=(
                Term.of(fields[other], points[role], block=block, sign=-1),
                Term.of(fields[role], points[other], block=there, sign=1),
            ),
        )


def _table(judged: list[Judged]) -> pd.DataFrame:
    rows = [{column: getattr(one, column) for column in COLUMNS} for one in judged]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    texts = ["role", "against", "measure", "declared", "best", "verdict"]
    kinds = {name: "str" if name in texts else "float64" for name in COLUMNS}
    return table.astype(kinds | {"points": "int64"})
