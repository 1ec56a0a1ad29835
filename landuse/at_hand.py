"""Which of a study's declared sources lie in the raw folder, and under which file names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from landuse.core.errors import Fault, LanduseError, study_fault
from landuse.sources.archives import as_dropped
from landuse.sources.read import present
from landuse.sources.roles import ROLE_NAMES
from landuse.sources.spec import RasterSource, SourceBase, Sources, TableSource, VectorSource

Words = tuple[str, str]
_VECTORS = (".shp", ".gpkg", ".geojson", ".json", ".gdb", ".gdb.zip", ".fgb", ".kml", ".kmz")
_TABLES = (".csv", ".xlsx", ".xls", ".ods")
_RASTERS = (".tif", ".tiff", ".tif.gz", ".zip")


@dataclass(frozen=True)
class AtHand:
    """What a run can use.

    Attributes
    ----------
    sources : the declared sources under the names of their files, without the optional ones
        whose files are not there.
    lacking : role to (zh, en): why a declared role cannot be used.
    partly : role to (zh, en): which years of a series are not there.
    """

    sources: Sources
    lacking: Mapping[str, Words]
    partly: Mapping[str, Words]


def at_hand(declared: Sources, raw: Path) -> AtHand:
    """Find the files of a study; a needed file that is missing stays, to be a fault of its own.

    A name with ``*`` stands for the one readable file it fits: ``towns.*`` for towns.shp. A
    raster may also lie there as it was downloaded by hand, as .tif.gz or .zip.

    Raises
    ------
    LanduseError
        Exit code 2, one fault for each name that fits several files.
    """
    found: dict[str, SourceBase | None] = {}
    lacking: dict[str, Words] = {}
    partly: dict[str, Words] = {}
    faults: list[Fault] = []
    for role, source in declared.of_kind(SourceBase).items():
        named = _named(source, raw, role=role, faults=faults)
        found[role] = named
        files = _files(named)
        here = {key for key, tiles in files.items() if all(present(raw / name) for name in tiles)}
        lost = [key for key in files if key not in here]
        if not source.optional or not lost:
            continue
        if here and isinstance(named, RasterSource):
            kept = {year: tiles for year, tiles in named.series.items() if year in here}
            found[role] = named.model_copy(update={"series": kept})
            partly[role] = _years(role, lost)
        else:
            found[role], lacking[role] = None, _absent(role, files.values())
    if faults:
        raise LanduseError(faults)
    return AtHand(declared.model_copy(update=found), lacking, partly)


def _named(source: SourceBase, raw: Path, *, role: str, faults: list[Fault]) -> SourceBase:
    """Return the source with each name or pattern replaced by the name of its file."""
    if isinstance(source, VectorSource | TableSource):
        kinds = _VECTORS if isinstance(source, VectorSource) else _TABLES
        name = _file_name(source.path, raw, kinds=kinds, role=role, faults=faults)
        return source.model_copy(update={"path": name})
    if not isinstance(source, RasterSource):
        return source

    def named(tiles: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(tiles, str):
            return _file_name(tiles, raw, kinds=_RASTERS, role=role, faults=faults)
        return tuple(str(named(name)) for name in tiles)

    path = None if source.path is None else named(source.path)
    series = {year: named(tiles) for year, tiles in source.series.items()}
    return source.model_copy(update={"path": path, "series": series})


def _file_name(
    name: str, raw: Path, *, kinds: tuple[str, ...], role: str, faults: list[Fault]
) -> str:
    if present(raw / name):
        return name
    if "*" not in name:
        form = as_dropped(raw / name) if kinds == _RASTERS else raw / name
        return form.relative_to(raw).as_posix()
    fits = sorted(
        path.relative_to(raw).as_posix()
        for path in raw.glob(name)
        if path.name.lower().endswith(kinds) and present(path)
    )
    if len(fits) > 1:
        faults.append(_several(name, fits, role=role))
    return fits[0] if fits else name


def _several(name: str, fits: list[str], *, role: str) -> Fault:
    return study_fault(
        "有几个文件都符合这个名称，不知用哪一个",
        "several files fit this name: which one is not guessed",
        field=f"sources.{role}.path",
        found=f"{name}: {', '.join(fits[:6])}",
        todo_zh="在研究文件里写明文件名，或移走多余的文件",
        todo_en="write the file name in the study file, or move the others away",
    )


def _files(source: SourceBase) -> dict[int | None, tuple[str, ...]]:
    if isinstance(source, RasterSource):
        return source.files()
    if isinstance(source, VectorSource | TableSource):
        return {source.year: (source.path,)}
    return {}


def _absent(role: str, files: Iterable[tuple[str, ...]]) -> Words:
    names = [name for tiles in files for name in tiles]
    shown = ", ".join(names[:2]) + (" …" if len(names) > 2 else "")
    _, en = ROLE_NAMES[role]
    return (
        f"研究文件已列出，但文件不在原始数据目录（{shown}）",
        f"{en} declared, but not in the raw folder ({shown})",
    )


def _years(role: str, years: Iterable[int | None]) -> Words:
    zh, en = ROLE_NAMES[role]
    listed = ", ".join(str(year) for year in years)
    return (f"{zh}缺这些年份：{listed}", f"{en} lacks these years: {listed}")
