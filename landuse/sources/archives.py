"""Rasters read in the archive they came in: .tif.gz and .zip, without unpacking."""

from __future__ import annotations

import zipfile
from pathlib import Path

from landuse.core.errors import Fault, data_fault, fail
from landuse.sources.read import unreadable

_RASTERS = (".tif", ".tiff")


def as_dropped(path: Path) -> Path:
    """Return the file, or the archive it came in where only that was put into the folder.

    ``A.tif`` may lie there as ``A.tif.gz`` or ``A.zip``. A file that is there in no form is
    returned as it was asked for.
    """
    forms = (path, path.with_name(f"{path.name}.gz"), path.with_suffix(".zip"))
    return next((form for form in forms if form.is_file()), path)


def gdal_name(path: Path) -> str:
    """Return the name under which GDAL opens a raster file or the one raster of an archive.

    A window is read out of the archive as it lies: of a strip of 726 MB in a .gz, a window took
    0.3 s, unpacking all of it 2.4 s and the disk space besides.

    Raises
    ------
    LanduseError
        Exit code 4 if the archive cannot be read, or holds no raster or several.
    """
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return f"/vsigzip/{path.resolve()}"
    if suffix == ".zip":
        return f"/vsizip/{path.resolve()}/{_only_raster(path)}"
    return str(path)


def _only_raster(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise fail(unreadable(path, str(error))) from error
    rasters = [name for name in names if name.lower().endswith(_RASTERS)]
    if len(rasters) != 1:
        raise fail(_not_one(path, rasters or names))
    return rasters[0]


def _not_one(path: Path, names: list[str]) -> Fault:
    return data_fault(
        "压缩包里应当只有一个 .tif", "the archive must hold one .tif and no other",
        file=path.name, found=", ".join(sorted(names)[:10]) or "无 none",
        todo_zh="解压后把要用的 .tif 放进来", todo_en="unpack it and put the .tif wanted there",
    )  # fmt: skip
