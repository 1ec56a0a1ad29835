"""Geometry made fit for use: one kind, two dimensions, valid; what was done becomes findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landuse.core.findings import Finding

GeometryKind = Literal["polygon", "line", "point"]
_TYPES: dict[GeometryKind, tuple[int, ...]] = {
    "polygon": (3, 6),
    "line": (1, 2, 5),
    "point": (0, 4),
}
_KIND_ZH: dict[GeometryKind, str] = {"polygon": "面", "line": "线", "point": "点"}
LayerKind = Literal["polygon", "line", "point", "line_or_polygon", "point_or_polygon"]
_EITHER: dict[LayerKind, tuple[GeometryKind, GeometryKind]] = {
    "line_or_polygon": ("polygon", "line"),
    "point_or_polygon": ("polygon", "point"),
}
_COLLECTION = 7
_FLAT = 2
LISTED = 50


@dataclass(frozen=True)
class Repaired:
    """A layer of one geometry kind and the findings of its repair."""

    layer: gpd.GeoDataFrame
    findings: list[Finding]


def repair(
    layer: gpd.GeoDataFrame,
    *,
    kind: GeometryKind,
    stage: str,
    names: pd.Series,
    listed: int = LISTED,
) -> Repaired:
    """Drop null, empty and stray geometries, flatten to two dimensions, mend invalid rings.

    Invalid polygons are rebuilt from their rings (`shapely.make_valid`, method "structure":
    rings keep their area, an overlap is not turned into a hole); parts of another kind that this
    leaves are dropped.

    Parameters
    ----------
    layer : any CRS; areas in messages are in its units squared.
    names : object id of each row, aligned with ``layer``; used in findings.
    listed : how many mended rings get a finding of their own; the rest share one. 0 suits
        layers whose rows have no id.

    Returns
    -------
    The rows that stay, in order, with findings: one for each mended ring (up to ``listed``,
    then a count) and one for each kind of drop.
    """
    findings: list[Finding] = []
    shapes = np.array(layer.geometry.to_numpy())
    keep = _present(shapes, names, stage, findings)
    solid = shapely.get_coordinate_dimension(shapes) > _FLAT  # others need no copy
    shapes[solid] = shapely.force_2d(shapes[solid])
    shapes[~keep] = None
    shapes = _only_kind(shapes, kind, keep=keep, names=names, stage=stage, findings=findings)
    shapes = _mended(shapes, kind, names=names, stage=stage, listed=listed, findings=findings)
    stays = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    geometry = gpd.GeoSeries(shapes[stays], index=layer.index[stays], crs=layer.crs)
    return Repaired(layer.loc[stays].set_geometry(geometry), findings)


def _present(
    shapes: NDArray[np.object_], names: pd.Series, stage: str, findings: list[Finding]
) -> NDArray[np.bool_]:
    null, empty = shapely.is_missing(shapes), shapely.is_empty(shapes)
    for mask, zh, en in (
        (null, "几何为空值，已去掉", "null geometry dropped"),
        (empty, "几何为空集，已去掉", "empty geometry dropped"),
    ):
        if mask.any():
            findings.append(_drop(mask, names, stage, zh, en))
    return np.asarray(~(null | empty))


def _drop(mask: NDArray[np.bool_], names: pd.Series, stage: str, zh: str, en: str) -> Finding:
    listed = listing(names[mask])
    return Finding(
        stage=stage,
        kind="dropped",
        object_id=listed,
        value=str(int(mask.sum())),
        message_zh=f"{int(mask.sum())} 个{zh}",
        message_en=f"{int(mask.sum())} objects: {en}",
    )


def kind_of(layer: gpd.GeoDataFrame, wanted: LayerKind) -> GeometryKind:
    """Return the one kind a layer is repaired to; where it may be of two, the more frequent."""
    if wanted in ("polygon", "line", "point"):
        return wanted
    types = shapely.get_type_id(layer.geometry.to_numpy())
    areal, other = _EITHER[wanted]
    polygons, others = (int(np.isin(types, _TYPES[kind]).sum()) for kind in (areal, other))
    return areal if polygons > others else other


def listing(names: pd.Series, *, most: int = 10) -> str:
    """Return up to ``most`` ids as text, with an ellipsis when there are more."""
    ids = [str(name) for name in names.head(most)]
    return ", ".join(ids) + (" …" if len(names) > most else "")


def _only_kind(
    shapes: NDArray[np.object_],
    kind: GeometryKind,
    *,
    keep: NDArray[np.bool_],
    names: pd.Series,
    stage: str,
    findings: list[Finding],
) -> NDArray[np.object_]:
    """Take the wanted parts out of collections; drop what holds none."""
    types = shapely.get_type_id(shapes)
    mixed = keep & (types == _COLLECTION)
    shapes = shapes.copy()
    shapes[mixed] = _parts_of_kind(shapes[mixed], kind)
    wanted = np.isin(shapely.get_type_id(shapes), _TYPES[kind]) & ~shapely.is_empty(shapes)
    stray = keep & ~wanted
    if stray.any():
        zh = f"不是{_KIND_ZH[kind]}，已去掉"
        findings.append(_drop(stray, names, stage, zh, f"not a {kind}, dropped"))
    from_mixed = mixed & wanted
    if from_mixed.any():
        count = int(from_mixed.sum())
        findings.append(
            Finding(
                stage=stage,
                kind="repaired",
                object_id=listing(names[from_mixed]),
                value=str(count),
                message_zh=f"{count} 个几何集合只取其中的{_KIND_ZH[kind]}",
                message_en=f"{count} geometry collections reduced to their {kind} parts",
            )
        )
    shapes[~wanted] = None
    return shapes


def _parts_of_kind(shapes: NDArray[np.object_], kind: GeometryKind) -> NDArray[np.object_]:
    """Return for each geometry one (multi) geometry of its parts of a kind; None without any."""
    parts, owner = _exploded(shapes)
    wanted = np.isin(shapely.get_type_id(parts), _TYPES[kind])
    out = np.full(len(shapes), None, dtype=object)
    if wanted.any():
        gather = {"polygon": shapely.multipolygons, "line": shapely.multilinestrings}
        build = gather.get(kind, shapely.multipoints)
        build(parts[wanted], indices=owner[wanted], out=out)
    return out


def _exploded(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return simple parts and the position each came from; collections may be nested."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) > 3).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    return parts, owner


def _mended(
    shapes: NDArray[np.object_],
    kind: GeometryKind,
    *,
    names: pd.Series,
    stage: str,
    listed: int,
    findings: list[Finding],
) -> NDArray[np.object_]:
    if kind != "polygon":
        return shapes
    there = ~shapely.is_missing(shapes)
    broken = there & ~shapely.is_valid(shapes)
    if broken.any():
        before = shapes[broken]
        after = _valid_polygons(before)
        shapes[broken] = after
        findings.extend(_mend_findings(before, after, names[broken], stage, listed=listed))
    flat = there & ~broken & (shapely.area(shapes) == 0)
    if flat.any():
        findings.append(_drop(flat, names, stage, "面积为零，已去掉", "no area, dropped"))
        shapes[flat] = None
    return shapes


def _valid_polygons(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return valid polygons of the rings' area; None where no area is left.

    The method "structure" leaves about one ring in two thousand as polygons that share an edge,
    which is still invalid (GEOS 3.14.1); their edges are then rebuilt by the method "linework",
    which loses nothing since those polygons no longer overlap.
    """
    mended = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    mended = _parts_of_kind(mended, "polygon")
    still = ~(shapely.is_missing(mended) | shapely.is_valid(mended))
    mended[still] = _parts_of_kind(shapely.make_valid(mended[still]), "polygon")
    mended[shapely.area(mended) == 0] = None
    return mended


def _mend_findings(
    before: NDArray[np.object_],
    after: NDArray[np.object_],
    names: pd.Series,
    stage: str,
    *,
    listed: int,
) -> Iterator[Finding]:
    reasons = shapely.is_valid_reason(before)
    old, new = shapely.area(before), np.nan_to_num(shapely.area(after))
    rows = zip(names, reasons, old, new, strict=True)
    for _, (name, reason, was, now) in zip(range(listed), rows, strict=False):
        gone = now == 0
        change = f"{was:.6g} -> {now:.6g}"
        yield Finding(
            stage=stage,
            kind="dropped" if gone else "repaired",
            object_id=str(name),
            value=change,
            message_zh="环无效，修复后没有面积，已去掉" if gone else f"环无效已修复，面积 {change}",
            message_en=f"invalid ring ({reason}); " + ("no area left, dropped" if gone else change),
        )
    if len(names) > listed:
        more, gone = len(names) - listed, int((new[listed:] == 0).sum())
        change = f"{old[listed:].sum():.6g} -> {new[listed:].sum():.6g}"
        yield Finding(
            stage=stage,
            kind="repaired",
            object_id=listing(names.iloc[listed:]),
            value=change,
            message_zh=f"{more} 个无效环已修复（其中 {gone} 个没有面积，已去掉），"
            f"面积合计 {change}",
            message_en=f"{more} invalid rings mended ({gone} had no area and were dropped), "
            f"area in all {change}",
        )
