"""Whether bytes are what their name says: magic numbers, and pages that came instead."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from landuse.sources.remote.refusal import RefusalError, refused_page
from landuse.sources.remote.spec import Access

START_BYTES = 2048
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MAGIC: dict[str, tuple[bytes, ...]] = {
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".zip": (b"PK\x03\x04",),
    ".gz": (b"\x1f\x8b",),
    ".gpkg": (b"SQLite format 3\0",),
    ".7z": (b"7z\xbc\xaf\x27\x1c",),
}
_TEXT = {
    ".json": (b"{", b"["),
    ".geojson": (b"{", b"["),
    ".xml": (b"<",),
    ".osm": (b"<",),
    ".kml": (b"<",),
    ".gml": (b"<",),
}
_BODY_SUFFIX = {"zip": ".zip", "gzip": ".gz"}
_OSM_HEADER = b"OSMHeader"


def body_name(name: str, access: Access) -> str:
    """Return a file name with the ending of what is downloaded: of the archive, if there is one."""
    return name + _BODY_SUFFIX.get(access, "")


def refused_content(
    name: str, start: bytes, *, url: str = "", content_type: str = ""
) -> RefusalError | None:
    """Return why bytes that begin like ``start`` are not the file ``name``, None if they may be.

    A TIFF starts with II*, MM* or their BigTIFF twins, a ZIP with PK, gzip with 1f 8b, an OSM PBF
    with a block named OSMHeader, a GeoPackage as an SQLite database. Other names are only checked
    for pages and error messages.
    """
    suffix = PurePosixPath(name.lower()).suffix
    if not start:
        return RefusalError("来的是空文件", "an empty file came")
    if suffix in _TEXT and start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_TEXT[suffix]):
        page = refused_page(url, "", start)
        return page if page is not None and "HTML" in page.en else None
    if suffix == ".pbf" and _OSM_HEADER in start[:64]:
        return None
    if suffix in _MAGIC and start.startswith(_MAGIC[suffix]):
        return None
    page = refused_page(url, content_type, start)
    if page is not None or suffix not in (*_MAGIC, *_TEXT, ".pbf"):
        return page
    found = start[:8].hex(" ")
    return RefusalError(
        f"内容不是 {suffix} 文件（开头是 {found}）",
        f"the content is no {suffix} file (it begins {found})",
    )


def first_bytes(path: Path) -> bytes:
    """Return the beginning of a file."""
    with path.open("rb") as stream:
        return stream.read(START_BYTES)


def refused_checksum(path: Path, checksum: str) -> RefusalError | None:
    """Return why a file is not the one of a published checksum (``sha256:…``, ``md5:…``).

    Raises
    ------
    ValueError
        If the checksum is of another kind: that is a fault of the registry.
    """
    if not checksum:
        return None
    kind, _, wanted = checksum.partition(":")
    if kind not in ("sha256", "md5"):
        msg = f"checksum {checksum!r} is neither sha256: nor md5:"
        raise ValueError(msg)
    with path.open("rb") as stream:
        # An MD5 tells a damaged file, which is all it is asked here.
        found = hashlib.file_digest(stream, kind).hexdigest()
    if found == wanted.strip().lower():
        return None
    return RefusalError(
        f"校验和不符（应为 {wanted[:12]}…，得到 {found[:12]}…）",
        f"the checksum is wrong ({kind} {wanted[:12]}… wanted, {found[:12]}… came)",
    )


def refused_size(wanted: int | None, found: int | None) -> RefusalError | None:
    """Return why a size is not the published one; None where one of them is not known."""
    if wanted is None or found is None or wanted == found:
        return None
    return RefusalError(
        f"大小不符（应为 {wanted} 字节，实为 {found}）",
        f"the size is wrong ({wanted} bytes wanted, {found} found)",
    )
