"""Whole files: taken up where they were cut, and kept only when everything about them is right."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from landuse.sources.remote.content import (
    START_BYTES,
    body_name,
    first_bytes,
    refused_checksum,
    refused_content,
    refused_size,
)
from landuse.sources.remote.http import Client, Sleep
from landuse.sources.remote.parts import (
    Part,
    Version,
    disk_faults,
    locked,
    move_into_place,
    require_space,
    sha256,
)
from landuse.sources.remote.refusal import RefusalError, public
from landuse.sources.remote.spec import Fetched, HttpSettings, Progress, Remote
from landuse.sources.remote.unpack import gunzip, unzip

Keep = Callable[[Fetched, Path, Path], None]
"""Called as (what came, the verified file, its target); it moves the one to the other."""


def download(
    remote: Remote, target: Path, *, http: HttpSettings, progress: Progress,
    session: requests.Session | None = None, sleep: Sleep = time.sleep,
) -> Fetched:  # fmt: skip
    """Download a whole file, or the member of an archive, to ``target``.

    Bytes go to ``<name>.part``; a later call takes a cut download up where the provider has the
    same file still, and begins again where it has another. ``target`` appears only when length,
    size, checksum and content are right; what is wrong is removed. A second process waits.

    Raises
    ------
    LanduseError
        Exit code 3 if no URL serves the file as it should be, or the disk is full.
    """
    with locked(target), Client.open(http, session=session, sleep=sleep) as client:
        return take_whole(client, remote, target, progress=progress)


def take_whole(
    client: Client, remote: Remote, target: Path, *, progress: Progress,
    keep: Keep = lambda _, made, target: move_into_place(made, target),
) -> Fetched:  # fmt: skip
    """Do what ``download`` does, for a caller that holds the lock of ``target``.

    ``keep(fetched, made, target)`` gives the verified file its name.
    """
    part = Part(target)
    made = part.path if remote.access == "whole" else Part(target, "unpacked").path
    best: dict[str, int] = {}
    asked, received = client.sent_requests, client.received_bytes

    def once(url: str) -> Version:
        try:
            version, pieces = _body(client, url, remote, part=part, progress=progress)
        except RefusalError as refusal:
            refusal.advanced = part.size > best.get(url, 0)
            best[url] = max(part.size, best.get(url, 0))
            if not part.size:
                part.drop()
            raise
        _finish(remote, part, made, pieces=pieces)
        return version

    version = client.first_of(remote.name, remote.urls, once)
    digest, size = sha256(made), made.stat().st_size
    fetched = Fetched(
        name=remote.name, url=public(version.url), file_sha256=digest, file_bytes=size,
        received_bytes=client.received_bytes - received, requests=client.sent_requests - asked,
        remote_bytes=version.total, etag=version.etag, last_modified=version.last_modified,
    )  # fmt: skip
    keep(fetched, made, target)
    part.drop()
    return fetched


@dataclass(frozen=True)
class _Offer:
    """What an answer brings: bytes from ``start`` on, of which version of the file."""

    version: Version
    start: int


def _body(
    client: Client, url: str, remote: Remote, *, part: Part, progress: Progress
) -> tuple[Version, int]:
    """Bring the part to its full length; return its version, and of how many answers it is."""
    known = _usable(part, url, remote)
    if known is None:
        part.drop()
    elif part.size == known.total:
        return known, 2
    had = part.size
    headers = {"Range": f"bytes={had}-"} if had else {}
    if had and known and known.validator:
        headers["If-Range"] = known.validator
    with client.ask(url, headers=headers, allow=(416,)) as answer:
        offer = _offer(answer, url, known, had=had)
        if offer is None:
            part.drop()
            raise RefusalError("文件变了，重新下载", "the file changed: begun again", passing=True)
        _require_right(answer, offer, remote, part=part)
        _pour(client, answer, offer, remote, part=part, progress=progress)
    if offer.version.total is not None and part.size != offer.version.total:
        raise RefusalError("正文不完整", "the body ended before its length", passing=True)
    return offer.version, 2 if offer.start else 1


def _usable(part: Part, url: str, remote: Remote) -> Version | None:
    """Return the version of a part that may be taken up: something must tell another file by it."""
    known = part.version()
    if known is None or known.url != url or not (known.validator or remote.checksum):
        return None
    if not part.size or (known.total is not None and part.size > known.total):
        return None
    return known


def _offer(
    answer: requests.Response, url: str, known: Version | None, *, had: int
) -> _Offer | None:
    """Return what an answer brings; None if it cannot be added to what there is."""
    if answer.status_code == 206 and known:
        start, size = content_range(answer)
        version = Version.of(url, answer, total=size)
        return _Offer(version, start) if start == had and known.same_file(version) else None
    if answer.status_code in (206, 416):
        return None
    length = answer.headers.get("Content-Length", "")
    total = int(length) if length.isdigit() else None
    return _Offer(Version.of(url, answer, total=total), 0)


def content_range(answer: requests.Response) -> tuple[int, int]:
    """Return (first byte, size of the whole file) of a Content-Range; (-1, -1) if it is none."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.headers.get("Content-Range", ""))
    return (int(found[1]), int(found[3])) if found else (-1, -1)


def _require_right(answer: requests.Response, offer: _Offer, remote: Remote, *, part: Part) -> None:
    """Refuse, before a byte is kept, what cannot be the file by its headers."""
    total = offer.version.total
    encoded = answer.headers.get("Content-Encoding", "identity").lower() != "identity"
    if encoded and remote.access == "whole":
        raise RefusalError("提供方另行压缩了内容", "the provider sends it encoded")
    chunked = "chunked" in answer.headers.get("Transfer-Encoding", "").lower()
    if total is None and not (chunked or remote.size_bytes or remote.checksum):
        raise RefusalError("没有说明文件长度，无法核对", "nothing tells how long the file is")
    if "html" not in answer.headers.get("Content-Type", "").lower() and (
        refusal := refused_size(remote.size_bytes, total)
    ):
        part.drop()
        raise refusal
    require_space(
        part.path.parent, None if total is None else total - offer.start, name=remote.name
    )


def _pour(
    client: Client, answer: requests.Response, offer: _Offer, remote: Remote, *, part: Part,
    progress: Progress,
) -> None:  # fmt: skip
    """Write the body behind what there is; the first bytes of a file must look like it."""
    if not offer.start:
        part.begin(offer.version)
    done, total = offer.start, offer.version.total
    progress(remote.name, done, total)
    with disk_faults(remote.name), part.path.open("ab", buffering=0) as out:
        for chunk in _looked_at(client.body(answer), offer, remote, answer=answer):
            out.write(chunk)
            done += len(chunk)
            progress(remote.name, done, total)


def _looked_at(
    chunks: Iterator[bytes], offer: _Offer, remote: Remote, *, answer: requests.Response
) -> Iterator[bytes]:
    """Pass a body on once its beginning has been found to look like the file."""
    head = b""
    while not offer.start and len(head) < START_BYTES and (chunk := next(chunks, b"")):
        head += chunk
    if not offer.start:
        name, content_type = (
            body_name(remote.name, remote.access),
            answer.headers.get("Content-Type"),
        )
        refusal = refused_content(name, head, url=answer.url, content_type=content_type or "")
        if refusal:
            raise refusal
        yield head
    yield from chunks


def _finish(remote: Remote, part: Part, made: Path, *, pieces: int) -> None:
    """Verify what came and unpack it to ``made``; what is wrong is removed.

    A file put together of several answers is asked for once more in one piece.
    """
    try:
        _verify(part.path, remote)
        _unpack(part.path, made, remote)
        if refusal := refused_content(remote.name, first_bytes(made)):
            raise refusal
    except RefusalError as refusal:
        made.unlink(missing_ok=True)
        part.drop()
        refusal.passing = pieces > 1
        raise


def _verify(path: Path, remote: Remote) -> None:
    checks: tuple[Callable[[], RefusalError | None], ...] = (
        lambda: refused_content(body_name(remote.name, remote.access), first_bytes(path)),
        lambda: refused_size(remote.size_bytes, path.stat().st_size),
        lambda: refused_checksum(path, remote.checksum),
    )
    for check in checks:
        if refusal := check():
            raise refusal


def _unpack(path: Path, made: Path, remote: Remote) -> None:
    if remote.access == "zip":
        unzip(path, made, member=remote.member, name=remote.name)
    elif remote.access == "gzip":
        gunzip(path, made, name=remote.name)
