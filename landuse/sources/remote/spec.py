"""What may be downloaded, how, and what was: values only, no connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from landuse.core.grid import Bounds
from landuse.core.settings import Settings

Access = Literal["window", "whole", "zip", "gzip"]


@dataclass(frozen=True, kw_only=True)
class Remote:
    """One file of a provider.

    Attributes
    ----------
    name : file name it gets in the raw folder.
    urls : where it is; the provider first, then mirrors.
    access : ``window``: only the part a study needs is read, by range requests; ``whole``: the
        whole file; ``zip``: the whole archive, of which ``member`` is kept; ``gzip``: unpacked.
    member : path of the wanted file inside an archive.
    size_bytes : size of what is downloaded, where the provider publishes it.
    checksum : ``sha256:…`` or ``md5:…`` of what is downloaded, where the provider publishes it.
    licence, attribution : printed before anything is downloaded.
    """

    name: str
    urls: tuple[str, ...]
    access: Access
    member: str = ""
    size_bytes: int | None = None
    checksum: str = ""
    licence: str = ""
    attribution: str = ""


class HttpSettings(Settings):
    """How patient a download is."""

    connect_timeout_s: float = Field(15.0, gt=0, description="until a server answers")
    stall_timeout_s: float = Field(60.0, gt=0, description="longest silence while bytes come")
    retries: int = Field(5, ge=0, description="tries after the first, for each file")
    backoff_s: float = Field(1.0, ge=0, description="first wait; it doubles each time")
    backoff_max_s: float = Field(60.0, ge=0)
    block_bytes: int = Field(
        16_384, ge=4096, description="bytes of a window are asked for and kept in such blocks"
    )
    ahead_bytes: int = Field(
        65_536, ge=0, description="read ahead in a header; a gap this short is read, not skipped"
    )


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What one download brought.

    Attributes
    ----------
    file_sha256, file_bytes : of the file as it lies in the raw folder.
    received_bytes : bytes of body that came over the network this time; 0 when nothing had to.
    remote_bytes : size of the provider's file, where it told.
    window : longitude and latitude bounds that were asked for; None for a whole file.
    note_zh, note_en : what went another way than declared, e.g. a provider without ranges; else "".
    """

    name: str
    url: str
    file_sha256: str
    file_bytes: int
    received_bytes: int
    requests: int
    remote_bytes: int | None = None
    etag: str = ""
    last_modified: str = ""
    window: Bounds | None = None
    note_zh: str = ""
    note_en: str = ""


Progress = Callable[[str, int, int | None], None]
"""Called as (file name, bytes so far, bytes in all or None)."""
