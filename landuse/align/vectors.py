"""A vector layer of a study brought into the study's CRS, with our columns, fit for use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.align.datum import SHIFTED, to_wgs84
from landuse.align.fields import clean_text, id_faults, numbers, suffixed, trim_finding
from landuse.align.names import alias_finding, misread_finding, skipped_finding
from landuse.align.placing import lonlat_bounds, place
from landuse.align.repair import LISTED, LayerKind, kind_of, repair
from landuse.align.roles import VECTOR_ROLES, Duplicates
from landuse.core.errors import Fault, LanduseError, data_fault, fail, study_fault
from landuse.core.findings import Finding
from landuse.core.grid import Bounds
from landuse.core.settings import Settings
from landuse.sources.read import RawVector, read_vector
from landuse.sources.spec import VectorSource

_KIND_ZH: dict[LayerKind, str] = {
    "polygon": "面",
    "line": "线",
    "point": "点",
    "line_or_polygon": "线或面",
    "point_or_polygon": "点或面",
}


class VectorAlign(Settings):
    """How one vector layer is aligned.

    ``key`` names the id column: blank ids are refused; ids used twice are refused, given a suffix,
    or their objects merged into one.
    """

    role: str
    source: VectorSource
    crs: str
    kind: LayerKind
    required: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    key: str | None = None
    duplicates: Duplicates = "refuse"

    @classmethod
    def for_role(
        cls,
        role: str,
        source: VectorSource,
        *,
        crs: str,
        duplicates: Duplicates = "refuse",
    ) -> VectorAlign:
        """Return the settings of a role that a study may name.

        ``duplicates`` holds for roles whose pieces are not merged anyway, as towns are.
        """
        needs = VECTOR_ROLES[role]
        return cls(
            role=role,
            source=source,
            crs=crs,
            kind=needs.kind,
            required=needs.required,
            numbers=needs.numbers,
            key=needs.key,
            duplicates="merge" if needs.merge else duplicates,
        )


def align_vector(
    *, file: Path, settings: VectorAlign, frame: Sequence[float] | gpd.GeoDataFrame | None = None
) -> dict[str, Any]:
    """Read a vector layer and bring it into the study's CRS, repaired.

    Parameters
    ----------
    file : the layer's file.
    frame : where the study is: an aligned layer (county), or longitude and latitude bounds in
        degrees; None switches the test off.

    Returns
    -------
    ``layer``: GeoDataFrame in ``settings.crs`` with the columns the study maps, rows in file
    order; text columns as text, ``numbers`` as float64. ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        Exit code 2, 3 or 4, with all faults of the file's attributes or the one of its place.
    """
    stage = f"align.{settings.role}"
    _require_mapping(settings, file=file.name)
    raw = read_vector(file, settings.source)
    findings = _encoding_finding(raw, stage) + misread_finding(raw.misread, stage)
    findings += alias_finding(raw.aliases, stage)
    findings += skipped_finding(raw.skipped, stage)
    table = raw.table.set_axis(pd.RangeIndex(1, len(raw.table) + 1), axis=0)
    table, names = _attributes(table, raw, settings, file=file.name, findings=findings)
    placed = place(
        table,
        file_crs=raw.crs,
        declared=settings.source.crs,
        frame=_frame_bounds(frame),
        file=file.name,
        stage=stage,
    )
    findings += placed.findings + _datum_finding(settings, stage)
    layer = to_wgs84(placed.layer, datum=settings.source.datum).to_crs(settings.crs)
    kind = kind_of(layer, settings.kind)
    listed = LISTED if settings.key in layer.columns else 0
    repaired = repair(_finite(layer), kind=kind, stage=stage, names=names, listed=listed)
    if repaired.layer.empty:
        raise fail(_nothing_left(settings, table, file=file.name))
    findings += repaired.findings
    layer = _merged(repaired.layer, settings, findings).reset_index(drop=True)
    return {"layer": layer, "findings": findings}


def _require_mapping(settings: VectorAlign, *, file: str) -> None:
    absent = [name for name in settings.required if name not in settings.source.fields]
    if absent:
        raise LanduseError(
            study_fault(
                f"这个图层必须对应字段 {name}", f"this layer must map the column {name}",
                file=file, field=f"sources.{settings.role}.fields.{name}",
                found=", ".join(settings.source.fields) or "-",
                todo_zh=f'写 {name} = "文件里的字段名"',
                todo_en=f'write {name} = "the field in the file"',
            )
            for name in absent
        )  # fmt: skip


def _attributes(
    table: gpd.GeoDataFrame,
    raw: RawVector,
    settings: VectorAlign,
    *,
    file: str,
    findings: list[Finding],
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Clean the columns; return the table and the name of each row for findings."""
    stage = f"align.{settings.role}"
    faults: list[Fault] = []
    columns: dict[str, Any] = {}
    trimmed: dict[str, int] = {}
    for ours, theirs in raw.columns.items():
        if ours in settings.numbers:
            columns[ours], wrong = numbers(table[ours], name=theirs, file=file)
            faults += wrong
        else:
            columns[ours], trimmed[theirs] = clean_text(table[ours])
    names = pd.Series([f"row {row}" for row in table.index], index=table.index, dtype="str")
    if settings.key in columns:
        ids, wrong = _ids(columns[settings.key], settings, raw=raw, file=file, findings=findings)
        columns[settings.key], faults = ids, faults + wrong
        names = ids.fillna(names)
    if faults:
        raise LanduseError(faults)
    findings += trim_finding(trimmed, stage)
    return gpd.GeoDataFrame(columns, geometry=table.geometry, index=table.index), names


def _ids(
    ids: pd.Series, settings: VectorAlign, *, raw: RawVector, file: str, findings: list[Finding]
) -> tuple[pd.Series, list[Fault]]:
    theirs = raw.columns[str(settings.key)]
    refuse = settings.duplicates == "refuse"
    faults = id_faults(ids, name=theirs, file=file, refuse_duplicates=refuse)
    repeated = int(ids.duplicated().sum())
    if faults or not repeated or settings.duplicates == "merge":
        return ids, faults
    findings.append(
        Finding(
            stage=f"align.{settings.role}",
            kind="repaired",
            value=str(repeated),
            message_zh=f"{repeated} 个重复编号加了后缀 -2、-3 …",
            message_en=f"{repeated} repeated ids were given a suffix -2, -3 …",
        )
    )
    return suffixed(ids), faults


def _merged(
    layer: gpd.GeoDataFrame, settings: VectorAlign, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Merge objects of one id into one, in the order of their first pieces."""
    if settings.duplicates != "merge" or settings.key not in layer.columns:
        return layer
    pieces = int(layer[settings.key].duplicated().sum())
    if not pieces:
        return layer
    findings.append(
        Finding(
            stage=f"align.{settings.role}",
            kind="repaired",
            value=str(pieces),
            message_zh=f"{pieces} 个同编号的图形并入第一个",
            message_en=f"{pieces} shapes merged into the first of the same id",
        )
    )
    merged = layer.dissolve(by=settings.key, sort=False, as_index=False)
    return merged[list(layer.columns)]


def _frame_bounds(frame: Any) -> Bounds | None:
    if frame is None:
        return None
    if isinstance(frame, gpd.GeoDataFrame):
        return lonlat_bounds(frame)
    west, south, east, north = (float(value) for value in frame)
    return (west, south, east, north)


def _finite(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Empty the shapes that the projection could not place, so that they are dropped, counted."""
    bounds = shapely.bounds(layer.geometry.to_numpy())
    lost = np.isinf(bounds).any(axis=1)
    if not lost.any():
        return layer
    shapes = layer.geometry.to_numpy().copy()
    shapes[lost] = shapely.Point()
    return layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs))


def _encoding_finding(raw: RawVector, stage: str) -> list[Finding]:
    if not raw.encoding:
        return []
    return [
        Finding(
            stage=stage,
            kind="note",
            value=raw.encoding,
            message_zh=f"文件没有写明编码，按 {raw.encoding} 读取",
            message_en=f"the file names no encoding; read as {raw.encoding}",
        )
    ]


def _datum_finding(settings: VectorAlign, stage: str) -> list[Finding]:
    datum = settings.source.datum
    if datum not in SHIFTED:
        return []
    return [
        Finding(
            stage=stage,
            kind="repaired",
            value=datum,
            message_zh=f"坐标由 {datum} 转为 WGS84（按声明）",
            message_en=f"coordinates converted from {datum} to WGS84, as declared",
        )
    ]


def _nothing_left(settings: VectorAlign, table: gpd.GeoDataFrame, *, file: str) -> Fault:
    kinds = ", ".join(sorted(table.geom_type.dropna().unique())) or "no geometry"
    return data_fault(
        f"没有可用的{_KIND_ZH[settings.kind]}图形",
        f"no usable {settings.kind.replace('_', ' ')} is left",
        file=file,
        field="geometry",
        found=f"{len(table)} rows: {kinds}",
        todo_zh="确认图层选对了、几何类型对",
        todo_en="check that this is the right layer and geometry type",
    )
