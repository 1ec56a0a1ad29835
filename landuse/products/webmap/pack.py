"""Numbers, texts and shapes as bytes a browser unpacks in milliseconds.

A payload is a JSON head and one run of bytes. The head names every array by (type, offset,
length); texts that repeat become codes into a list of the distinct ones.
"""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Integers = NDArray[np.int64]
ALIGNMENT = 8
LEVEL, MUCH, LEVEL_OF_MUCH = 7, 10_000_000, 8
"""Of gzip, and from which number of bytes on the next: it takes twice as long for 1 to 2 % less,
which counts where a page has many megabytes (100,000 parcels), and not where it has three."""
LETTERS = np.array([code for code in range(33, 127) if chr(code) not in "<>&"], dtype=np.uint8)
_BITS = 13
_PAIRS = np.stack([LETTERS[np.arange(1 << _BITS) // 91], LETTERS[np.arange(1 << _BITS) % 91]], 1)
"""The two letters of every value of 13 bits."""
_CHUNK = _BITS * 65536
_TYPES = {"i1": np.int8, "u1": np.uint8, "i2": np.int16, "u2": np.uint16, "i4": np.int32}
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)")
_GAP = "\x01"
_LONG_TEXT, _LONG_TEXTS = 40, 100_000
"""Letters a text, and of all texts of a column, from which numbers are held apart."""
_MOST_CODES = 65536
_NAMES = {np.dtype(kind): name for name, kind in _TYPES.items()}


def varint_bytes(values: Integers) -> bytes:
    """Return signed integers as zigzag varints: 7 bits a byte, small numbers in one byte."""
    zigzag = ((values << 1) ^ (values >> 63)).astype(np.uint64)
    lengths = np.ones(zigzag.shape, dtype=np.int64)
    for power in range(7, 63, 7):
        lengths += zigzag >= (np.uint64(1) << np.uint64(power))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    out = np.zeros(int(starts[-1]), dtype=np.uint8)
    for place in range(int(lengths.max(initial=0))):
        held = lengths > place
        part = (zigzag[held] >> np.uint64(7 * place)) & np.uint64(0x7F)
        more = np.where(lengths[held] > place + 1, 0x80, 0)
        out[starts[:-1][held] + place] = part.astype(np.uint8) | more.astype(np.uint8)
    return out.tobytes()


def base91(data: bytes) -> str:
    """Return bytes as printable ASCII, 13 bits in two letters; none of them is markup.

    The letters are 33 to 126 without ``<``, ``>`` and ``&``: 91 x 91 = 8,281 pairs hold 13 bits.
    It takes 1.23 letters a byte where base64 takes 1.33.
    """
    raw = np.frombuffer(data + bytes(-len(data) % _BITS), dtype=np.uint8)
    chunks = (raw[start : start + _CHUNK] for start in range(0, len(raw), _CHUNK))
    return b"".join(_PAIRS[_thirteens(chunk)].tobytes() for chunk in chunks).decode("ascii")


def _thirteens(raw: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return bytes, a multiple of 13 of them, as numbers of 13 bits: 13 bytes are 8 numbers."""
    held = np.zeros((len(raw) // _BITS, _BITS + 1), dtype=np.intp)  # the last number asks for 3
    held[:, :_BITS] = raw.reshape(-1, _BITS)
    values = np.empty((len(held), 8), dtype=np.intp)
    for place in range(8):
        first, bit = divmod(_BITS * place, 8)
        three = (held[:, first] << 16) | (held[:, first + 1] << 8) | held[:, first + 2]
        values[:, place] = (three >> (24 - _BITS - bit)) & ((1 << _BITS) - 1)
    return values.ravel()


class Payload:
    """Collects arrays and texts, then writes them as one compressed text."""

    def __init__(self, body: bytes = b"") -> None:
        self.head: dict[str, Any] = {}
        self._parts: list[bytes] = [body]
        self._size = len(body)

    def body(self) -> bytes:
        """Return the bytes so far: a payload that begins with them goes on from here."""
        return b"".join(self._parts)

    def raw(self, data: bytes, kind: str, length: int) -> list[Any]:
        """Add bytes on an aligned offset and return their place: [type, offset, length]."""
        gap = -self._size % ALIGNMENT
        place = [kind, self._size + gap, length]
        self._parts += [b"\0" * gap, data]
        self._size += gap + len(data)
        return place

    def array(self, values: NDArray[Any]) -> list[Any]:
        """Add an array of a small integer type and return its place."""
        data = np.ascontiguousarray(values)
        little = data.astype(data.dtype.newbyteorder("<"), copy=False)
        return self.raw(little.tobytes(), _NAMES[data.dtype], int(data.size))

    def varints(self, values: Integers) -> list[Any]:
        """Add integers as zigzag varints and return their place (length = count of numbers)."""
        return [*self.raw(varint_bytes(values), "v", int(values.size)), self._size]

    def numbers(self, values: NDArray[np.float64], *, decimals: int) -> dict[str, Any]:
        """Add numbers rounded to ``decimals``; the least value of the type stands for null."""
        scaled = np.round(np.asarray(values, dtype=np.float64) * 10.0**decimals)
        known = np.isfinite(scaled)
        largest = float(np.abs(scaled[known]).max(initial=0.0))
        kind = next(
            (item for item in (np.int8, np.int16, np.int32) if largest <= np.iinfo(item).max), None
        )
        if kind is None:
            return self.numbers(np.asarray(values), decimals=decimals - 1)
        stored = np.where(known, scaled, np.iinfo(kind).min).astype(kind)
        return {"n": self.array(stored), "d": decimals}

    def doubles(self, values: NDArray[np.float64]) -> dict[str, Any]:
        """Add numbers to their last bit; null ones by a mask, repeated ones by a code.

        The bytes of the numbers stand by significance (all first bytes, then all second ones),
        which packs better.
        """
        numbers = np.asarray(values, dtype=np.float64)
        known = ~np.isnan(numbers)
        codes, distinct = pd.factorize(numbers[known])
        repeat = len(distinct) * 3 < len(codes) and len(distinct) < _MOST_CODES
        held = distinct if repeat else numbers[known]
        planes = np.ascontiguousarray(held, dtype="<f8").view(np.uint8).reshape(-1, 8).T
        place: dict[str, Any] = {"f": self.raw(planes.tobytes(), "u1", int(held.size) * 8)}
        if repeat:
            place["c"] = self.array(codes.astype(np.uint8 if len(distinct) < 256 else np.uint16))
        return place | {"known": self.array(known.astype(np.uint8))}

    def coded(self, codes: NDArray[np.intp], words: list[str]) -> dict[str, Any]:
        """Add a column of texts given as places in ``words``, distinct, as they first come."""
        if len(words) * 2 > len(codes):
            return self._words([words[code] for code in codes.tolist()])
        kind = np.uint8 if len(words) < 256 else np.uint16 if len(words) < 65536 else np.int32
        return self._words(words) | {"c": self.array(codes.astype(kind))}

    def _words(self, words: list[str]) -> dict[str, Any]:
        """Add distinct texts: as they are or, where they are many and long, without their numbers.

        Sentences about parcels differ by their numbers; the sentence is held once and the numbers
        as one run of text, which the browser reads when a card asks for them.
        """
        if sum(map(len, words)) < _LONG_TEXTS or sum(map(len, words)) < _LONG_TEXT * len(words):
            return {"t": words}
        pieces = [_NUMBER.split(word) for word in words]  # words and numbers in turn
        codes, forms = pd.factorize(
            np.array([_GAP.join(piece[::2]) for piece in pieces], dtype="object")
        )
        numbers = [";".join(piece[1::2]) for piece in pieces]
        sizes = np.array([len(item) for item in numbers], dtype=np.int64)
        return {
            "t": [str(form) for form in forms], "form": self.array(codes.astype(np.int32)),
            "digits": self.raw("".join(numbers).encode(), "u1", int(sizes.sum())),
            "sizes": self.varints(sizes),
        }  # fmt: skip

    def text(self) -> str:
        """Return the payload: base91 of gzip of (head length, head, padding, bytes).

        A first line gives the number of bytes, for the last letters may hold some more bits.
        """
        head = json.dumps(self.head, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        encoded = head.encode()
        encoded += b" " * (-(len(encoded) + ALIGNMENT) % ALIGNMENT)
        size = len(encoded).to_bytes(ALIGNMENT, "little")
        data = size + encoded + self.body()
        packed = gzip.compress(data, LEVEL if len(data) < MUCH else LEVEL_OF_MUCH, mtime=0)
        return f"{len(packed)}\n{base91(packed)}"
