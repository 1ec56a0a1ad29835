"""The last steps of both ways to parcels: cut, join what is too small, name, write down areas."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.objects.derived.arrangement import Shapes, canonical
from landuse.objects.derived.cuts import Context, CutSettings, Pieces, cut, idle_classes
from landuse.objects.derived.ledger import Ledger, absent, note
from landuse.objects.derived.merging import Merged, MergeSettings, merge_small
from landuse.objects.ids import IdSettings, reading_order, stable_ids


class DerivedSettings(Settings):
    """How areas become parcels."""

    ids: IdSettings
    cut: CutSettings = CutSettings()
    merge: MergeSettings
    retired: tuple[str, ...] = Field(default=(), description="ids never to be given again")


def to_parcels(
    subjects: gpd.GeoDataFrame,
    *,
    context: Context,
    previous: gpd.GeoDataFrame | None,
    ledger: Ledger,
    settings: DerivedSettings,
) -> dict[str, Any]:
    """Cut areas, join what cannot stand alone, and name the parcels.

    Parameters
    ----------
    subjects : areas that do not overlap; their columns go to their parcels.

    Returns
    -------
    ``layer``, ``findings``, ``ledger``, ``retired``: see the two makers of parcels.
    """
    pieces = cut(subjects, context, settings.cut)
    label = pieces.town * (int(pieces.zone.max(initial=0)) + 2) + pieces.zone
    merged = merge_small(pieces.shapes, label, settings.merge)
    layer, towns = _layer(subjects, pieces, merged)
    named = stable_ids(
        layer,
        town_codes=towns,
        previous=previous,
        key="parcel_id",
        stage="derived_parcels",
        settings=settings.ids,
        retired=settings.retired,
    )
    ledger.write(**pieces.removed_m2, **merged.dropped_m2, parcels=float(layer.geometry.area.sum()))
    layer.insert(0, "parcel_id", named.ids)
    layer = layer.sort_values("parcel_id").reset_index(drop=True)
    findings = [
        *absent(_cutting(context)),
        *_idle_roads(idle_classes(context.roads, settings.cut)),
        *ledger.findings(),
        *_merge_findings(merged),
        *named.findings,
        *_empty(layer),
    ]
    retired = pd.DataFrame({"parcel_id": pd.Series(named.retired, dtype="str")})
    return {"layer": layer, "findings": findings, "ledger": ledger.table(), "retired": retired}


def _layer(
    subjects: gpd.GeoDataFrame, pieces: Pieces, merged: Merged
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Return the parcels in reading order, and the code of each one's town, "" in none."""
    shapes = shapely.normalize(merged.shapes)
    order = reading_order(shapes)
    owner = pieces.subject[merged.lead][order]
    columns = subjects.drop(columns="geometry").iloc[owner].reset_index(drop=True)
    layer = gpd.GeoDataFrame(columns, geometry=list(shapes[order]), crs=subjects.crs)
    names = np.array([*pieces.town_codes, ""], dtype=object)
    return layer, pd.Series(names[pieces.town[merged.lead][order]], dtype="str")


def _cutting(context: Context) -> dict[str, tuple[gpd.GeoDataFrame | None, str, str]]:
    return {
        "roads": (context.roads, "道路", "roads"),
        "water": (context.water, "水面", "water"),
        "towns": (context.towns, "乡镇界", "towns"),
        "zones": (context.zones, "开发区界", "zones"),
    }


def _idle_roads(classes: dict[str, int]) -> list[Finding]:
    if not classes:
        return []
    listed = ", ".join(f"{name or '-'} ({count})" for name, count in classes.items())
    return [
        note(
            "note",
            f"这些等级的道路不切割地块：{listed}",
            f"roads of these classes do not cut parcels: {listed}",
            value=str(sum(classes.values())),
        )
    ]


def _merge_findings(merged: Merged) -> list[Finding]:
    if not merged.joined:
        return []
    return [
        note(
            "repaired",
            f"{merged.joined} 个碎块（{merged.joined_m2:.0f} 平方米）并入公共边界最长的相邻地块",
            f"{merged.joined} pieces ({merged.joined_m2:.0f} m2) joined to the neighbour with the "
            "longest shared border",
            value=str(merged.joined),
        )
    ]


def _empty(layer: gpd.GeoDataFrame) -> list[Finding]:
    if len(layer):
        return []
    return [note("absent", "没有得到任何地块", "no parcel came out of this")]


def subjects_from(shapes: Shapes, crs: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Return single polygons as a layer, normalised, in the order given."""
    return gpd.GeoDataFrame(columns, geometry=list(shapely.normalize(shapes)), crs=crs)


def canonical_subjects(shapes: Shapes, crs: Any) -> gpd.GeoDataFrame:
    """Return single polygons without columns as a layer, in a fixed order."""
    return subjects_from(canonical(shapes), crs)
