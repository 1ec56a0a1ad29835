"""Where a layer's coordinates lie: which CRS they are in, and whether x and y are swapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from landuse.core.crs import (
    ZONE_PREFIX_EASTING_M,
    between,
    cgcs2000_3_degree,
    zone_prefixed_twin,
)
from landuse.core.errors import Fault, data_fault, fail, study_fault
from landuse.core.findings import Finding
from landuse.core.grid import Bounds
from landuse.sources.read import lonlat_text

Floats = NDArray[np.float64]
_AREA_MARGIN_DEG = 3.0
_FRAME_MARGIN_DEG = 0.25
_PREFIXED_TO_PLAIN = 4534 - 4513
_CGCS2000_NAMES = ("China Geodetic Coordinate System 2000", "China_2000", "China 2000", "CGCS2000")
_PREFIXED_CODES = range(4513, 4534)


@dataclass(frozen=True)
class Place:
    """A reading of the coordinates: the CRS they are taken to be in, and whether x, y swap."""

    crs: CRS
    swap: bool = False


@dataclass(frozen=True)
class Placed:
    """A layer whose CRS is settled, with the findings of how."""

    layer: gpd.GeoDataFrame
    findings: list[Finding]


def place(
    layer: gpd.GeoDataFrame,
    *,
    file_crs: CRS | None,
    declared: str | None,
    frame: Bounds | None,
    file: str,
    stage: str,
) -> Placed:
    """Settle the CRS of a layer and set it.

    The declared CRS wins over the file's, with a finding. Then readings of the coordinates are
    tried in turn: as they are; with or without the zone number before the easting; with x and y
    swapped. The first that lies in the CRS's area of use (3 degrees of grace) and touches the
    study frame (0.25 degrees of grace) is taken; any but the first leaves a finding.

    Parameters
    ----------
    layer : geometries with no CRS set.
    frame : longitude and latitude bounds of the study area; None when not known yet.

    Raises
    ------
    LanduseError
        Exit code 4 if no CRS is known or no reading fits; exit code 2 if the declared CRS is
        not one.
    """
    findings: list[Finding] = []
    crs = _settled_crs(file_crs, declared, file=file, stage=stage, findings=findings)
    boxes = _boxes(layer, file=file)
    if not len(boxes):
        return Placed(layer.set_crs(crs), findings)
    _refuse_other_unit(boxes, crs, file=file)
    for choice in _readings(boxes, crs):
        lonlat = _lonlat_boxes(boxes, choice)
        if _fits(lonlat, choice.crs, frame):
            findings += _reading_findings(choice, crs, boxes, stage)
            findings += _outside_findings(lonlat, frame, stage)
            return Placed(_set(layer, choice), findings)
    raise fail(_misplaced(boxes, crs, frame, file=file))


def _settled_crs(
    file_crs: CRS | None,
    declared: str | None,
    *,
    file: str,
    stage: str,
    findings: list[Finding],
) -> CRS:
    if declared is not None:
        crs = _declared_crs(declared, file=file)
        if file_crs is not None and not _same(file_crs, crs):
            findings.append(_override(file_crs, declared, stage))
        return crs
    if file_crs is None:
        raise fail(_no_crs("文件没有坐标系", "the file has no CRS", file=file, found="-"))
    if not (file_crs.is_projected or file_crs.is_geographic):
        zh, en = "文件只有独立（工程）坐标系", "the file has only a local (engineering) CRS"
        raise fail(_no_crs(zh, en, file=file, found=file_crs.name))
    return file_crs


def _declared_crs(declared: str, *, file: str) -> CRS:
    try:
        return CRS.from_user_input(declared)
    except CRSError as error:
        raise fail(
            study_fault(
                "声明的坐标系不存在", "the declared CRS does not exist", file=file, field="crs",
                found=declared, todo_zh="写成 EPSG:4549 这样的代号",
                todo_en="write a code such as EPSG:4549",
            )
        ) from error  # fmt: skip


def _same(one: CRS, other: CRS) -> bool:
    if one.equals(other, ignore_axis_order=True):
        return True
    codes = one.to_epsg(min_confidence=70), other.to_epsg(min_confidence=70)
    return codes[0] is not None and codes[0] == codes[1]


def _override(file_crs: CRS, declared: str, stage: str) -> Finding:
    return Finding(
        stage=stage,
        kind="doubt",
        value=f"{file_crs.name} -> {declared}",
        message_zh=f"文件的坐标系是 {file_crs.name}，按研究文件声明的 {declared} 读取",
        message_en=f"the file says {file_crs.name}; read as {declared}, as the study declares",
    )


def _no_crs(zh: str, en: str, *, file: str, found: str) -> Fault:
    return data_fault(
        zh,
        en,
        file=file,
        field="crs",
        found=found,
        todo_zh='在研究文件的这个来源里写明 crs，例如 crs = "EPSG:4549"',
        todo_en='declare crs under this source in the study file, e.g. crs = "EPSG:4549"',
    )


def _boxes(layer: gpd.GeoDataFrame, *, file: str) -> Floats:
    """Return the bounding boxes (n, 4) of the geometries that have one."""
    shapes = layer.geometry.to_numpy()
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    boxes = np.asarray(shapely.bounds(shapes[there]), dtype=np.float64)
    bad = ~np.isfinite(boxes).all(axis=1)
    if bad.any():
        raise fail(
            data_fault(
                "坐标不是有限数", "coordinates are not finite numbers", file=file,
                field="geometry", found=f"{int(bad.sum())} objects",
                todo_zh="删除或修正这些图形", todo_en="remove or mend these shapes",
            )
        )  # fmt: skip
    return boxes


def _refuse_other_unit(boxes: Floats, crs: CRS, *, file: str) -> None:
    """Refuse degrees under a projected CRS and metres under a geographic one."""
    widest = np.abs(boxes).max()
    if crs.is_projected and widest <= 180:
        zh, en = "坐标像经纬度，坐标系却是投影坐标系", "degrees under a projected CRS"
    elif crs.is_geographic and widest > 360:
        zh, en = "坐标像米，坐标系却是经纬度", "metres under a geographic CRS"
    else:
        return
    raise fail(
        data_fault(
            zh, en, file=file, field="crs", found=f"{crs.name}; {_extent_text(boxes)}",
            todo_zh="在研究文件里为这个来源声明真实的 crs",
            todo_en="declare the true crs of this source in the study file",
        )
    )  # fmt: skip


def _readings(boxes: Floats, crs: CRS) -> Iterator[Place]:
    """Yield the readings of the coordinates, the plainest first."""
    for swap in (False, True):
        easting = float(np.median(_swapped(boxes, swap)[:, 0]))
        twin = _twin(crs, easting)
        yield Place(CRS.from_user_input(twin) if twin else crs, swap)


def _twin(crs: CRS, easting_m: float) -> str | None:
    """Return the CRS with (without) the zone number that the easting asks for, None if as is."""
    if not crs.is_projected or not any(name in crs.to_wkt() for name in _CGCS2000_NAMES):
        return None
    code = crs.to_epsg(min_confidence=70)
    if code is not None and code in _PREFIXED_CODES and 0 < easting_m < ZONE_PREFIX_EASTING_M:
        return f"EPSG:{code + _PREFIXED_TO_PLAIN}"
    prefixed = zone_prefixed_twin(easting_m)
    return prefixed if prefixed != f"EPSG:{code}" else None


def _swapped(boxes: Floats, swap: bool) -> Floats:
    return boxes[:, [1, 0, 3, 2]] if swap else boxes


def _lonlat_boxes(boxes: Floats, choice: Place) -> Floats:
    """Return boxes in longitude and latitude, from two corners; infinite where impossible."""
    box = _swapped(boxes, choice.swap)
    if choice.crs.is_geographic:
        return box
    to_lonlat = between(choice.crs, "EPSG:4326")
    west, south = to_lonlat.transform(box[:, 0], box[:, 1])
    east, north = to_lonlat.transform(box[:, 2], box[:, 3])
    return np.stack([west, south, east, north], axis=1)


def _fits(lonlat: Floats, crs: CRS, frame: Bounds | None) -> bool:
    """Tell whether most boxes lie in the CRS's area of use and one touches the frame."""
    area = crs.area_of_use
    limits = area.bounds if area and area.west < area.east else (-180.0, -90.0, 180.0, 90.0)
    within = _touching(lonlat, limits, _AREA_MARGIN_DEG) & (np.abs(lonlat[:, [1, 3]]) <= 90).all(1)
    if within.mean() < 0.5:
        return False
    return frame is None or bool(_touching(lonlat, frame, _FRAME_MARGIN_DEG).any())


def _touching(lonlat: Floats, limits: Sequence[float], margin_deg: float) -> NDArray[np.bool_]:
    west, south, east, north = limits
    touching = (
        (lonlat[:, 0] <= east + margin_deg)
        & (lonlat[:, 2] >= west - margin_deg)
        & (lonlat[:, 1] <= north + margin_deg)
        & (lonlat[:, 3] >= south - margin_deg)
    )
    return np.asarray(touching & np.isfinite(lonlat).all(axis=1))


def _set(layer: gpd.GeoDataFrame, choice: Place) -> gpd.GeoDataFrame:
    if not choice.swap:
        return layer.set_crs(choice.crs)
    shapes = shapely.transform(layer.geometry.to_numpy(), lambda points: points[:, ::-1])
    return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=choice.crs))


def _reading_findings(choice: Place, crs: CRS, boxes: Floats, stage: str) -> Iterator[Finding]:
    if choice.swap:
        yield Finding(
            stage=stage,
            kind="repaired",
            value=_extent_text(boxes),
            message_zh="x、y 次序相反（纬度在前），已对调",
            message_en="x and y were swapped (latitude first); put right",
        )
    if choice.crs != crs:
        yield Finding(
            stage=stage,
            kind="repaired",
            value=f"{_code(crs)} -> {_code(choice.crs)}",
            message_zh=f"东坐标的带号与坐标系不符，按 {_code(choice.crs)} 读取",
            message_en=f"zone number of the eastings does not fit; read as {_code(choice.crs)}",
        )


def _outside_findings(lonlat: Floats, frame: Bounds | None, stage: str) -> Iterator[Finding]:
    if frame is None:
        return
    outside = ~_touching(lonlat, frame, _FRAME_MARGIN_DEG)
    if outside.any():
        count, share = int(outside.sum()), float(outside.mean())
        yield Finding(
            stage=stage,
            kind="note",
            value=str(count),
            message_zh=f"{count} 个对象（{share:.1%}）在研究范围之外",
            message_en=f"{count} objects ({share:.1%}) lie outside the study frame",
        )


def _misplaced(boxes: Floats, crs: CRS, frame: Bounds | None, *, file: str) -> Fault:
    lonlat = _lonlat_boxes(boxes, Place(crs))
    finite = lonlat[np.isfinite(lonlat).all(axis=1)]
    where = lonlat_text(_extent(finite)) if len(finite) else "nowhere"
    hint = _zone_hint(boxes, frame)
    study = f"; study {lonlat_text(frame)}" if frame else ""
    return data_fault(
        "坐标不在这个坐标系的适用范围或研究范围内",
        "the coordinates lie outside the CRS's area of use or far from the study frame",
        file=file,
        field="crs",
        found=f"{_code(crs)}: {_extent_text(boxes)} -> {where}{study}",
        todo_zh=f"{hint} 可使其落入研究范围；确认后声明 crs" if hint else "声明真实的 crs",
        todo_en=f"{hint} would place it; declare crs if true" if hint else "declare the true crs",
    )


def _zone_hint(boxes: Floats, frame: Bounds | None) -> str:
    """Return the CGCS2000 3-degree zone that would bring the layer into the frame, if any."""
    if frame is None:
        return ""
    try:
        code = cgcs2000_3_degree((frame[0] + frame[2]) / 2)
    except ValueError:
        return ""
    fits = _fits(_lonlat_boxes(boxes, Place(CRS.from_user_input(code))), CRS(code), frame)
    return code if fits else ""


def _extent(boxes: Floats) -> tuple[float, float, float, float]:
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _extent_text(boxes: Floats) -> str:
    x0, y0, x1, y1 = _extent(boxes)
    return f"x {x0:.10g}..{x1:.10g}, y {y0:.10g}..{y1:.10g}"


def _code(crs: CRS) -> str:
    code = crs.to_epsg(min_confidence=70)
    return f"EPSG:{code}" if code else crs.name


def lonlat_bounds(layer: gpd.GeoDataFrame) -> Bounds:
    """Return the longitude and latitude bounds of a layer, degrees: the study frame."""
    corners = shapely.get_coordinates(np.asarray(layer.geometry.array))
    lon, lat = between(layer.crs, "EPSG:4326").transform(*corners.T)
    return (float(np.min(lon)), float(np.min(lat)), float(np.max(lon)), float(np.max(lat)))
