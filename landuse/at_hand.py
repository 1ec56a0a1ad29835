"""Which of a study's declared sources lie in the raw folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from landuse.sources.read import present
from landuse.sources.roles import ROLE_NAMES
from landuse.sources.spec import RasterSource, SourceBase, Sources, TableSource, VectorSource

Words = tuple[str, str]


@dataclass(frozen=True)
class AtHand:
    """What a run can use.

    Attributes
    ----------
    sources : the declared sources without the optional ones whose files are not there.
    lacking : role to (zh, en): why a declared role cannot be used.
    partly : role to (zh, en): which years of a series are not there.
    """

    sources: Sources
    lacking: Mapping[str, Words]
    partly: Mapping[str, Words]


def at_hand(declared: Sources, raw: Path) -> AtHand:
    """Take out what is optional and not there; a needed file that is missing stays a fault."""
    changes: dict[str, SourceBase | None] = {}
    lacking: dict[str, Words] = {}
    partly: dict[str, Words] = {}
    for role, source in declared.of_kind(SourceBase).items():
        files = _files(source)
        here = {key for key, tiles in files.items() if all(present(raw / name) for name in tiles)}
        lost = [key for key in files if key not in here]
        if not source.optional or not lost:
            continue
        if here and isinstance(source, RasterSource):
            kept = {year: tiles for year, tiles in source.series.items() if year in here}
            changes[role] = source.model_copy(update={"series": kept})
            partly[role] = _years(role, lost)
        else:
            changes[role], lacking[role] = None, _absent(role, files.values())
    return AtHand(declared.model_copy(update=changes), lacking, partly)


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
