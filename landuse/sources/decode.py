"""Text of files that do not say how it is encoded: tried strictly, doubted where it looks odd."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd

from landuse.core.errors import Fault, data_fault

RAW = "ISO-8859-1"
"""Every byte is one character of it, so text read so can be turned back into its bytes."""
SILENT = ("UTF-8", "GB18030")
_GB = {"gbk", "gb2312", "cp936", "hz", "gb18030"}
_CUT_BYTES = 10
_MISREAD = (
    ("gb18030", "utf-8"),
    ("utf-8", "gb18030"),
    ("latin-1", "utf-8"),
    ("latin-1", "gb18030"),
)
_ENOUGH = 0.5
_CJK = "\u2e80"

Made = TypeVar("Made")


@dataclass(frozen=True)
class Encoding:
    """How the text of a file is to be read.

    ``tries`` are labels in the order to try them. ``said`` tells who named the encoding: the
    study, the .cpg file, or nobody ("").
    """

    tries: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class Misread:
    """Text that looks as if it had been read in a wrong encoding.

    ``seen`` and ``meant``: a sample as read, and as it reads in encoding ``likely``; ``share`` of
    the distinct texts beyond ASCII that read better so.
    """

    seen: str
    meant: str
    likely: str
    share: float


def shapefile_encoding(path: Path, declared: str | None) -> Encoding:
    """Return the encodings to try: the declared one, else that of the .cpg, else the usual two."""
    if declared:
        return Encoding((declared,), "encoding")
    for suffix in (".cpg", ".CPG", ".cst", ".CST"):
        page = path.with_suffix(suffix)
        if page.is_file():
            label = page.read_text(encoding="ascii", errors="replace").strip(" \r\n\t\x00\ufffd")
            return Encoding((label,), page.name) if label else Encoding(SILENT, "")
    return Encoding(SILENT, "")


def codec_of(label: str) -> str | None:
    """Return Python's codec of an encoding as .cpg files and studies write it, None if unknown.

    Code pages come as 936, CP936, ANSI 936; every GB encoding is read as GB 18030, which holds
    them all.
    """
    plain = label.casefold().replace("ansi", "").strip(" _-")
    plain = {"65001": "utf-8", "utf8": "utf-8"}.get(plain, plain)
    plain = f"cp{plain}" if plain.isdigit() else plain
    try:
        name = codecs.lookup(plain).name
    except LookupError:
        return None
    return "gb18030" if name in _GB else name


def decode(text: str, *, codec: str) -> str:
    """Decode a text that was read as ``RAW``.

    A character cut in two at the end, where the file had no room for it, is left out.

    Raises
    ------
    UnicodeDecodeError
        If the bytes are not text of this encoding.
    """
    data = text.encode("latin-1")
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        if len(data) < _CUT_BYTES:
            raise
        whole = codecs.getincrementaldecoder(codec)().decode(data, final=False)
        if not any(letter >= _CJK for letter in whole):
            raise
        return whole


def decode_names(names: Sequence[str], *, codec: str) -> list[str]:
    """Decode field names."""
    return [decode(name, codec=codec) for name in names]


def decode_table(table: pd.DataFrame, *, codec: str) -> pd.DataFrame:
    """Decode every text column of a table read as ``RAW``."""
    texts = {name: column for name, column in table.items() if _is_text(column)}
    return table.assign(**{name: _decoded(column, codec) for name, column in texts.items()})


def _is_text(column: pd.Series) -> bool:
    kinds = pd.api.types
    return bool(kinds.is_object_dtype(column.dtype) or kinds.is_string_dtype(column.dtype))


def _decoded(column: pd.Series, codec: str) -> pd.Series:
    texts = column.to_numpy("object")  # read one by one from Arrow a text takes ten times as long
    known = {
        text: decode(text, codec=codec) for text in dict.fromkeys(texts) if isinstance(text, str)
    }
    values = [known[text] if isinstance(text, str) else None for text in texts]
    return pd.Series(values, index=column.index, dtype="str")


def first_that_reads(
    encoding: Encoding, read: Callable[[str], Made], *, file: str
) -> tuple[Made, str]:
    """Return what ``read`` makes with the first codec that fits, and that encoding's label."""
    for label in encoding.tries:
        codec = codec_of(label)
        if codec is None:
            continue
        try:
            return read(codec), label
        except UnicodeDecodeError:
            continue
    raise DecodingError(encoding, file)


class DecodingError(ValueError):
    """No encoding tried can read a file."""

    def __init__(self, encoding: Encoding, file: str) -> None:
        self.encoding = encoding
        super().__init__(f"{file}: {', '.join(encoding.tries)}")

    def fault(self, file: str, *, other: tuple[str, str] | None) -> Fault:
        """Return the fault; ``other`` is an encoding that would read, and a sample read so."""
        said, tried = self.encoding.said, ", ".join(self.encoding.tries)
        who = {"": ("按", "as"), "encoding": ("按声明的", "as declared,")}.get(
            said, (f"按 {said} 写的", f"as {said} says,")
        )
        reads = f"; {other[0]} → {other[1]}" if other else ""
        hint = other[0] if other else "GBK"
        return data_fault(
            f"属性文字{who[0]} {tried} 读不出来",
            f"the attribute text cannot be decoded {who[1]} {tried}",
            file=file,
            field="encoding",
            found=tried + reads,
            todo_zh=f'核对后在研究文件里写明 encoding = "{hint}"',
            todo_en=f'check, then declare encoding = "{hint}" in the study file',
        )


def misread(texts: Iterable[str]) -> Misread | None:
    """Return the doubt that texts were read in a wrong encoding; None if nothing speaks for it.

    A doubt needs at least half of the distinct texts beyond ASCII to turn into Chinese when their
    bytes are read in the other encoding. Nothing is changed.
    """
    odd = sorted({text for text in texts if not text.isascii()})
    if not odd:
        return None
    for wrong, right in _MISREAD:
        healed = {text: better for text in odd if (better := _healed(text, wrong, right))}
        if len(healed) >= _ENOUGH * len(odd) and healed:
            seen, meant = next(iter(healed.items()))
            return Misread(seen, meant, right.upper(), len(healed) / len(odd))
    return None


def _healed(text: str, wrong: str, right: str) -> str:
    """Return a text whose bytes were read as ``wrong`` when they are ``right``; "" if unlikely."""
    if wrong == "utf-8" and any(_is_han(letter) for letter in text):
        return ""
    try:
        better = text.encode(wrong).decode(right)
    except UnicodeError:
        return ""
    odd = [letter for letter in better if not letter.isascii()]
    return better if odd and all(_is_han(letter) for letter in odd) else ""


def _is_han(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff"
