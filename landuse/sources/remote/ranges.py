"""A remote file that can be read here and there, keeping on disk whatever block it has read."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable, Iterable

import requests

from landuse.sources.remote.content import START_BYTES, refused_content, refused_size
from landuse.sources.remote.http import Client
from landuse.sources.remote.parts import Part, Version, disk_faults, require_space
from landuse.sources.remote.refusal import RefusalError
from landuse.sources.remote.spec import Remote
from landuse.sources.remote.whole import content_range

Span = tuple[int, int]
"""First byte and the byte behind the last."""


class NoRangesError(RefusalError):
    """The provider sends whole files only."""

    def __init__(self) -> None:
        super().__init__("提供方不支持分段读取", "the provider does not serve ranges")


class Blocks:
    """The blocks of one version of a file, kept one behind the other as they came.

    The journal names the version and then, a line for each block, its number and CRC-32; the k-th
    line speaks of the k-th slot of the part. A block counts once its line is written; one that
    does not fit its CRC does not count, nor does anything behind it.
    """

    def __init__(self, part: Part, version: Version, *, block_bytes: int) -> None:
        self.total = version.total or 0
        self._part, self._block_bytes = part, block_bytes
        self._slots: dict[int, int] = {}
        known = part.version()
        if known and known.validator and known.same_file(version):
            self._take_up()
        else:
            part.begin(version)

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, block: int) -> bool:
        return block in self._slots

    def length(self, block: int) -> int:
        """Return the bytes of a block; the last one is shorter."""
        return min(self._block_bytes, self.total - block * self._block_bytes)

    def read(self, block: int) -> bytes:
        """Return the bytes of a block that is had."""
        with self._part.path.open("rb") as stream:
            stream.seek(self._slots[block] * self._block_bytes)
            return stream.read(self.length(block))

    def keep(self, block: int, data: bytes) -> None:
        """Add a block."""
        slot = len(self._slots)
        with self._part.path.open("rb+") as stream:
            stream.seek(slot * self._block_bytes)
            stream.write(data)
        with self._part.journal.open("ab") as journal:
            journal.write(f"{block} {zlib.crc32(data)}\n".encode())
        self._slots[block] = slot

    def _take_up(self) -> None:
        """Find the blocks that are had; cut off what a killed process left unfinished."""
        head, *lines = self._part.journal.read_bytes().splitlines(keepends=True)
        good = [head]
        for line in lines:
            number, _, crc = line.strip().partition(b" ")
            if not (line.endswith(b"\n") and number.isdigit() and crc.isdigit()):
                break
            self._slots[int(number)] = len(good) - 1
            if zlib.crc32(self.read(int(number))) != int(crc):
                del self._slots[int(number)]
                break
            good.append(line)
        self._part.journal.write_bytes(b"".join(good))
        os.truncate(self._part.path, min(self._part.size, len(self._slots) * self._block_bytes))


class RangeFile(io.RawIOBase):
    """A file at a URL, read by range requests in aligned blocks.

    Every answer must be a 206 for the bytes asked for, of the version the first one was of.
    ``fetch`` raises what goes wrong. ``readinto`` is called from within GDAL, where nothing may be
    raised: it keeps the refusal in ``refusal``, reads as if the file ended there, and asks no more.

    Attributes
    ----------
    version : of the file, as the first answer had it.
    refusal : what went wrong while reading, None if nothing did.
    """

    def __init__(
        self, client: Client, url: str, remote: Remote, *, part: Part,
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._client, self._url, self._remote = client, url, remote
        self._on_bytes = on_bytes
        self._block_bytes = client.http.block_bytes
        self._ahead = -(-client.http.ahead_bytes // self._block_bytes)
        self._position = 0
        self.refusal: RefusalError | None = None
        self._part = part
        self.version, self.blocks = self._begin()

    def fetch(self, spans: Iterable[Span]) -> None:
        """Bring the blocks of these spans that are not had, near ones in one request.

        Raises
        ------
        RefusalError
            If the provider does not send them; blocks that came whole are kept.
        """
        for first, last in self.missing(spans):
            self._request(first, last)

    def missing(self, spans: Iterable[Span]) -> list[Span]:
        """Return the runs of blocks (first, last) to ask for: short gaps are read, not skipped."""
        wanted = {
            block
            for start, stop in spans
            for block in range(max(0, start) // self._block_bytes, self._last(stop) + 1)
            if block not in self.blocks
        }
        runs: list[Span] = []
        for block in sorted(wanted):
            gap = range(runs[-1][1] + 1, block) if runs else range(0)
            if runs and len(gap) <= self._ahead and not any(one in self.blocks for one in gap):
                runs[-1] = (runs[-1][0], block)
            else:
                runs.append((block, block))
        return runs

    def bytes_of(self, runs: Iterable[Span]) -> int:
        """Return how many bytes runs of blocks hold."""
        return sum(
            self.blocks.length(block) for first, last in runs for block in range(first, last + 1)
        )

    def require_well(self) -> None:
        """Raise the refusal that a read from within GDAL met, if one did."""
        if self.refusal is not None:
            raise self.refusal

    def readable(self) -> bool:
        """Tell that the file can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that the file can be sought in."""
        return True

    def tell(self) -> int:
        """Return the position, bytes from the start."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, and return the new position."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.blocks.total}
        self._position = max(0, origin[whence] + offset)
        return self._position

    def readinto(self, buffer: object) -> int:
        """Fill a buffer from the position on; return the bytes read."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        stop = min(self._position + len(view), self.blocks.total)
        if self.refusal is not None or stop <= self._position:
            return 0
        try:
            data = self._read(self._position, stop)
        except RefusalError as refusal:
            self.refusal = refusal
            return 0
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _read(self, start: int, stop: int) -> bytes:
        wanted = self.missing([(start, stop)])
        if wanted:
            ahead = stop + self._ahead * self._block_bytes
            self.fetch([(start, min(ahead, self.blocks.total))])
        first = start // self._block_bytes
        held = b"".join(self.blocks.read(block) for block in range(first, self._last(stop) + 1))
        offset = start - first * self._block_bytes
        return held[offset : offset + stop - start]

    def _last(self, stop: int) -> int:
        """Return the block of the last byte before ``stop``."""
        return (min(stop, self.blocks.total) - 1) // self._block_bytes

    def _begin(self) -> tuple[Version, Blocks]:
        """Ask for the first blocks: they tell the size and the version, and hold the header."""
        known = self._part.version()
        if known and known.url == self._url and known.validator and known.total:
            return known, Blocks(self._part, known, block_bytes=self._block_bytes)
        stop = max(1, self._ahead) * self._block_bytes
        with self._client.ask(self._url, headers=_range(0, stop)) as answer:
            version = self._opening(answer)
            blocks = Blocks(self._part, version, block_bytes=self._block_bytes)
            self._keep(answer, blocks, 0, stop=stop)
        if refusal := refused_content(self._remote.name, blocks.read(0)[:START_BYTES]):
            self._part.drop()
            raise refusal
        return version, blocks

    def _opening(self, answer: requests.Response) -> Version:
        """Return the version a first answer is of, having looked at its beginning."""
        content_type = answer.headers.get("Content-Type", "")
        start, total = content_range(answer)
        if answer.status_code != 206:
            head = next(self._client.body(answer, chunk_bytes=START_BYTES), b"")
            page = refused_content(
                self._remote.name, head, url=answer.url, content_type=content_type
            )
            raise page or NoRangesError()
        if start != 0:
            raise RefusalError("提供方发来的不是所要的一段", "the provider sent another range")
        if refusal := refused_size(self._remote.size_bytes, total):
            raise refusal
        return Version.of(self._url, answer, total=total)

    def _request(self, first: int, last: int) -> None:
        """Ask for a run of blocks and keep each as it becomes whole."""
        start = first * self._block_bytes
        stop = min((last + 1) * self._block_bytes, self.blocks.total)
        require_space(self._part.path.parent, stop - start, name=self._remote.name)
        headers = _range(start, stop)
        if self.version.validator:
            headers["If-Range"] = self.version.validator
        with self._client.ask(self._url, headers=headers, allow=(416,)) as answer:
            self._require_same(answer, start)
            self._keep(answer, self.blocks, first, stop=stop)

    def _require_same(self, answer: requests.Response, start: int) -> None:
        """Refuse an answer that is of another version or of other bytes; drop what was had."""
        total = content_range(answer)[1] if answer.status_code in (206, 416) else None
        found = Version.of(self._url, answer, total=None if total == -1 else total)
        if answer.status_code == 206 and content_range(answer)[0] == start:
            if found.same_file(self.version):
                return
        elif answer.status_code == 206:
            raise RefusalError(
                "提供方发来的不是所要的一段", "the provider sent another range", passing=True
            )
        self._part.drop()
        told = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
        if answer.status_code == 200 and told and found.same_file(self.version):
            raise NoRangesError()
        raise RefusalError("文件变了，重新下载", "the file changed: begun again", passing=True)

    def _keep(self, answer: requests.Response, blocks: Blocks, first: int, *, stop: int) -> None:
        """Keep the whole blocks of a body that begins with block ``first``."""
        block, held = first, bytearray()
        for chunk in self._client.body(answer):
            held += chunk
            while (length := blocks.length(block)) > 0 and len(held) >= length:
                if block not in blocks:
                    with disk_faults(self._remote.name):
                        blocks.keep(block, bytes(held[:length]))
                del held[:length]
                block += 1
            self._on_bytes(len(chunk))
        if held or min(block * self._block_bytes, blocks.total) < min(stop, blocks.total):
            raise RefusalError("正文不完整", "the body ended before its length", passing=True)


def _range(start: int, stop: int) -> dict[str, str]:
    return {"Range": f"bytes={start}-{stop - 1}"}
