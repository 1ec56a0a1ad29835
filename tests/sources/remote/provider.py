"""A provider of files on this machine: ranges, ETags, counts, and faults on demand.

    with Provider() as provider:
        provider.serve("/v200/map/tile.tif", tile)               # bytes, or the path of a file
        provider.serve_folder("/GHSL", folder)                   # everything below a folder
        provider.plan("/v200/map/tile.tif", Status(500), Dropped(1000))
        provider.url("/v200/map/tile.tif")                       # http://127.0.0.1:…/v200/…
        provider.seen("/v200/map/tile.tif").requests             # what was asked, what was sent

A plan is used up one fault a request and the file is served well afterwards; with ``for_ever``
its last fault stays.
"""

from __future__ import annotations

import hashlib
import re
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>password</body></html>"
_CHUNK = 65_536


@dataclass(frozen=True)
class Status:
    """Answer with a status, e.g. 404, 403, 500, or 503 with a Retry-After."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Truncated:
    """Promise the whole length, send so many bytes of body, and close as if all were well."""

    after_bytes: int


@dataclass(frozen=True)
class Dropped:
    """Send so many bytes of body, then reset the connection."""

    after_bytes: int


@dataclass(frozen=True)
class Stall:
    """Send so many bytes of body (none: not even a header if ``silent``), then say no more."""

    after_bytes: int = 0
    silent: bool = False
    seconds: float = 30.0


@dataclass(frozen=True)
class Instead:
    """Answer 200 with something else, e.g. a login page."""

    body: bytes = LOGIN_PAGE
    content_type: str = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Spoilt:
    """Send the right number of bytes, one of them wrong."""

    at: int = -1


@dataclass(frozen=True)
class NoRanges:
    """Answer 200 with the whole file whatever range was asked for."""


@dataclass(frozen=True)
class WrongRange:
    """Answer 206 for another range than was asked for."""

    shift: int = 1


@dataclass(frozen=True)
class Changed:
    """Serve other content from this request on, under another ETag."""

    body: bytes


@dataclass(frozen=True)
class Slow:
    """Wait before the body: time for a second process to come by."""

    seconds: float


@dataclass(frozen=True)
class Fine:
    """Answer well; to place faults further on in a plan."""


Plan = (
    Status | Truncated | Dropped | Stall | Instead | Spoilt | NoRanges | WrongRange | Changed
    | Slow | Fine
)  # fmt: skip
Answer = Callable[[str, bytes], tuple[int, str, bytes]]
"""A made answer: (path with query, request body) to (status, content type, body)."""


@dataclass
class Seen:
    """What was asked for under one path, and how many bytes of body were sent."""

    requests: int = 0
    sent_bytes: int = 0
    ranges: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


@dataclass
class Served:
    """A file of the provider; ``etag`` and ``last_modified`` are left out of answers if empty."""

    content: bytes | Path
    content_type: str = "application/octet-stream"
    etag: str = ""
    last_modified: str = ""
    ranges: bool = True
    length: bool = True

    @property
    def size(self) -> int:
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    def read(self, start: int, stop: int) -> bytes:
        if isinstance(self.content, bytes):
            return self.content[start:stop]
        with self.content.open("rb") as stream:
            stream.seek(start)
            return stream.read(stop - start)


def etag_of(content: bytes | Path) -> str:
    data = content.read_bytes() if isinstance(content, Path) else content
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


class Provider:
    """A threaded HTTP server on a free port of this machine."""

    def __init__(self) -> None:
        self._files: dict[str, Served] = {}
        self._folders: dict[str, Path] = {}
        self._answers: dict[str, Answer] = {}
        self._plans: dict[str, tuple[list[Plan], bool]] = {}
        self._seen: dict[str, Seen] = {}
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.provider = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Provider:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def serve(self, path: str, content: bytes | Path, **served: Any) -> str:
        """Serve bytes or a file under a path, with an ETag of its content; return its URL."""
        self._files[path] = Served(content, **({"etag": etag_of(content)} | served))
        return self.url(path)

    def serve_folder(self, prefix: str, folder: Path) -> str:
        """Serve every file below a folder under a prefix; return the URL of the prefix."""
        self._folders[prefix.rstrip("/") + "/"] = folder
        return self.url(prefix)

    def answer(self, path: str, answer: Answer) -> str:
        """Serve what a function returns, for GET and POST; return the URL."""
        self._answers[path] = answer
        return self.url(path)

    def plan(self, path: str, *faults: Plan, for_ever: bool = False) -> None:
        """Meet the next requests of a path with these faults, one each."""
        with self.lock:
            self._plans[path] = (list(faults), for_ever)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def seen(self, path: str) -> Seen:
        return self._seen.setdefault(path, Seen())

    def forget(self) -> None:
        """Begin counting anew."""
        self._seen.clear()

    @property
    def requests(self) -> int:
        """Return how many requests there were, for any path."""
        return sum(seen.requests for seen in self._seen.values())

    def next_fault(self, path: str) -> Plan:
        with self.lock:
            faults, for_ever = self._plans.get(path, ([], False))
            if not faults:
                return Fine()
            return faults[0] if for_ever and len(faults) == 1 else faults.pop(0)

    def find(self, path: str) -> Served | None:
        if path in self._files:
            return self._files[path]
        for prefix, folder in self._folders.items():
            file = folder / unquote(path.removeprefix(prefix))
            if path.startswith(prefix) and file.is_file():
                return Served(file, etag=etag_of(file))
        return None

    def change(self, path: str, body: bytes) -> None:
        self.serve(path, body)

    def made(self, path: str) -> Answer | None:
        return self._answers.get(path)


class _Server(ThreadingHTTPServer):
    provider: Provider
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients of these tests hang up on purpose."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = 0

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._meet(body=False)

    def do_GET(self) -> None:
        self._meet(body=True)

    def do_POST(self) -> None:
        self._meet(body=True)

    def _meet(self, *, body: bool) -> None:
        self.path_only = urlsplit(self.path).path
        self.with_body = body
        said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.note = self._noted(said)
        fault = self.server.provider.next_fault(self.path_only)
        made = self.server.provider.made(self.path_only)
        if isinstance(fault, Stall) and fault.silent:
            self._wait(fault.seconds)
        elif isinstance(fault, Status):
            self._whole(fault.code, fault.body, "text/plain", **fault.headers)
        elif isinstance(fault, Instead):
            self._whole(200, fault.body, fault.content_type)
        elif made:
            code, content_type, data = made(self.path, said)
            self._whole(code, data, content_type)
        else:
            self._file(fault)

    def _noted(self, said: bytes) -> Seen:
        with self.server.provider.lock:
            note = self.server.provider.seen(self.path_only)
            note.requests += 1
            note.ranges.append(self.headers.get("Range", ""))
            note.headers.append(dict(self.headers.items()))
            note.paths.append(self.path)
            note.bodies.append(said)
        return note

    def _whole(self, code: int, data: bytes, content_type: str, **headers: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(data)

    def _file(self, fault: Plan) -> None:
        if isinstance(fault, Changed):
            self.server.provider.change(self.path_only, fault.body)
        served = self.server.provider.find(self.path_only)
        if served is None:
            self._whole(404, b"not found", "text/plain")
            return
        if self.headers.get("If-Match", served.etag) != served.etag:
            self._whole(412, b"", "text/plain")
            return
        ranges = served.ranges and not isinstance(fault, NoRanges)
        wanted = asked_range(self.headers, served) if ranges else None
        start, stop = wanted or (0, served.size)
        if start >= stop:
            self._whole(416, b"", "text/plain", **{"Content-Range": f"bytes */{served.size}"})
            return
        if isinstance(fault, WrongRange):
            start, stop = start + fault.shift, stop + fault.shift
        self._heads(served, 206 if wanted else 200, start=start, stop=stop)
        self._body(served, fault, start=start, stop=stop)

    def _heads(self, served: Served, code: int, *, start: int, stop: int) -> None:
        self.send_response(code)
        self.send_header("Content-Type", served.content_type)
        if served.length:
            self.send_header("Content-Length", str(stop - start))
        else:
            self.send_header("Connection", "close")
        if code == 206:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{served.size}")
        if served.etag:
            self.send_header("ETag", served.etag)
        if served.last_modified:
            self.send_header("Last-Modified", served.last_modified)
        self.end_headers()
        self.close_connection = self.close_connection or not served.length

    def _body(self, served: Served, fault: Plan, *, start: int, stop: int) -> None:
        if isinstance(fault, Slow):
            self._wait(fault.seconds)
        cut = isinstance(fault, Truncated | Dropped | Stall)
        end = min(stop, start + fault.after_bytes) if cut else stop  # type: ignore[union-attr]
        wrong = (fault.at if fault.at >= 0 else stop - 1) if isinstance(fault, Spoilt) else -1
        for first in range(start, end, _CHUNK):
            data = served.read(first, min(end, first + _CHUNK))
            if first <= wrong < first + len(data):
                at = wrong - first
                data = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
            self._send(data)
        if isinstance(fault, Stall):
            self._wait(fault.seconds)
        if isinstance(fault, Dropped):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.rfile.close()  # it holds the socket open; a reset needs the last one to let go
            self.connection.close()
        self.close_connection = self.close_connection or cut

    def _send(self, data: bytes) -> None:
        if self.with_body:
            with self.server.provider.lock:
                self.note.sent_bytes += len(data)
            self.wfile.write(data)

    def _wait(self, seconds: float) -> None:
        self.server.provider.closing.wait(seconds)
        self.close_connection = True


def asked_range(headers: Message, served: Served) -> tuple[int, int] | None:
    """Return (start, stop) of a single range, None where the whole file is to be sent."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", headers.get("Range", "").strip())
    condition = headers.get("If-Range")
    if not found or (condition and condition not in (served.etag, served.last_modified)):
        return None
    first, last = found.groups()
    if not first:
        return (max(0, served.size - int(last)), served.size) if last else None
    return int(first), min(served.size, int(last) + 1 if last else served.size)
