"""What is known of a raw file besides itself: its download, and the facts of its product."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from landuse.sources.describe import DescribeSettings, SourceNote
from landuse.sources.products import PRODUCTS
from landuse.sources.raster_product import RasterProduct
from landuse.sources.remote.fetched import read_record
from landuse.sources.spec import RasterSource, Sources


def complete_notes(
    settings: DescribeSettings, *, sources: Sources, files: Mapping[str, Path], raw: Path
) -> DescribeSettings:
    """Return the notes with what the products and the record of downloads add.

    Parameters
    ----------
    files : key to raw file, as `describe_sources` takes them.
    raw : the raw folder, with ``fetched.json`` where anything was downloaded.

    Raises
    ------
    LanduseError
        If the record cannot be read (exit code 4).
    """
    return with_origins(with_products(settings, sources=sources), files=files, raw=raw)


def with_products(settings: DescribeSettings, *, sources: Sources) -> DescribeSettings:
    """Return the notes with mark, count of known defects and projected years of the products."""
    rasters = sources.of_kind(RasterSource)
    notes = dict(settings.notes)
    for key, note in settings.notes.items():
        raster = rasters.get(note.role)
        product = PRODUCTS.get(raster.product) if raster else None
        if product:
            notes[key] = note.model_copy(update=_facts(product, note))
    return settings.model_copy(update={"notes": notes})


def _facts(product: RasterProduct, note: SourceNote) -> dict[str, Any]:
    ahead = {str(year) for edition in product.editions for year in edition.projected}
    return {
        "mark": product.mark,
        "defects": len(product.defects_zh),
        "projected": note.year in ahead,
    }


def with_origins(
    settings: DescribeSettings, *, files: Mapping[str, Path], raw: Path
) -> DescribeSettings:
    """Return the notes with address and digest of the download that a file's name is known by.

    Whether the file still is that download is for `describe_sources` to say, by its digest.
    """
    downloads = read_record(raw)
    notes = dict(settings.notes)
    for key, path in files.items():
        known = downloads.get(_name(path, raw)) or downloads.get(path.name)
        if known and key in notes:
            urls = {"fetched_url": known.url, "fetched_sha256": known.file_sha256}
            notes[key] = notes[key].model_copy(update=urls)
    return settings.model_copy(update={"notes": notes})


def _name(path: Path, raw: Path) -> str:
    return path.relative_to(raw).as_posix() if path.is_relative_to(raw) else path.name
