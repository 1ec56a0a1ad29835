"""The raw files of a study: which role each plays, whether it is there, what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from landuse.core.errors import Fault, missing_fault
from landuse.runner import Tiles
from landuse.sources.describe import SourceNote
from landuse.sources.products import PRODUCTS
from landuse.sources.raster_product import RasterProduct
from landuse.sources.read import near_file, present
from landuse.sources.roles import ROLE_NAMES
from landuse.sources.spec import RasterSource, SourceBase, Sources, VectorSource
from landuse.study import OpenStudy


def source_notes(sources: Sources, keys: Iterable[str]) -> dict[str, SourceNote]:
    """Return what the source sheet says of each file, by the keys of `all_files`."""
    return {
        key: _note(key.split(":")[0], source_of(sources, key), year=_year_of(key)) for key in keys
    }


def role_files(study: OpenStudy, role: str) -> dict[Any, Tiles]:
    """Return the files of one role by key: a class, a year, or the role itself."""
    source = getattr(study.study.sources, role)
    if role == "surfaces":
        return {item.key: study.raw / item.source.path for item in source.classes}
    if isinstance(source, RasterSource):
        by_year = {year: _tiles(study.raw, names) for year, names in source.files().items()}
        return dict(by_year) if source.series else {role: by_year[source.year]}
    return {role: study.raw / source.path}


def _tiles(raw: Path, names: Sequence[str]) -> Tiles:
    paths = tuple(raw / name for name in names)
    return paths[0] if len(paths) == 1 else paths


def all_files(study: OpenStudy) -> dict[str, Path]:
    """Return every raw file of a study: "role", or "role:key" where a role has several.

    The tiles of a role are "role:file name", those of a year "role:year:file name".
    """
    found: dict[str, Path] = {}
    for role in ROLE_NAMES:
        if getattr(study.study.sources, role) is None:
            continue
        for key, tiles in role_files(study, role).items():
            name = role if key == role else f"{role}:{key}"
            many = (
                {} if isinstance(tiles, Path) else {f"{name}:{tile.name}": tile for tile in tiles}
            )
            found |= {name: tiles} if isinstance(tiles, Path) else many
    return found


def missing_files(study: OpenStudy) -> list[Fault]:
    """Return a fault for every needed file that is not there, with the nearest name."""
    return [
        missing_file(key, path, study=study.file.name)
        for key, path in all_files(study).items()
        if not present(path)
    ]


def missing_file(key: str, path: Path, *, study: str) -> Fault:
    """Return the fault of a declared file that is not there."""
    near = near_file(path)
    zh, en = ROLE_NAMES[key.split(":", maxsplit=1)[0]]
    return missing_fault(
        f"缺少数据文件（{zh}）", f"the file of {en} is missing", file=study,
        field=f"sources.{key.replace(':', '.')}", found=str(path),
        todo_zh=f"是不是 {near}？" if near else "放入该文件，或用 --raw 指明目录",
        todo_en=f"did you mean {near}?" if near else "put it there, or name another "
        "folder with --raw",
    )  # fmt: skip


def source_of(sources: Sources, key: str) -> SourceBase:
    """Return the source behind a key of `all_files`."""
    role, _, part = key.partition(":")
    source = getattr(sources, role)
    if role == "surfaces":
        found: VectorSource = next(i.source for i in source.classes if i.key == part)
        return found
    return source  # type: ignore[no-any-return]


def _year_of(key: str) -> str:
    part = key.split(":")[1:2]
    return part[0] if part and part[0].isdigit() else ""


def _note(role: str, source: SourceBase, *, year: str) -> SourceNote:
    zh, en = ROLE_NAMES[role]
    product = PRODUCTS.get(source.product) if isinstance(source, RasterSource) else None
    return SourceNote(
        role=role,
        title_zh=f"{zh}：{product.title_zh}" if product else zh,
        title_en=f"{en}: {product.title_en}" if product else en,
        product=product.short if product else "",
        year=year or str(source.year or ""),
        licence=source.licence or (product.licence if product else ""),
        attribution=_credit(source, product, year=year),
        defects_zh="；".join(product.defects_zh) if product else "",
        defects_en="; ".join(product.defects_en) if product else "",
    )


def _credit(source: SourceBase, product: RasterProduct | None, *, year: str) -> str:
    """Return the credit line; a product that credits by year gets the year of the data."""
    if source.attribution or product is None:
        return source.attribution
    return product.credit(int(year) if year else source.year)
