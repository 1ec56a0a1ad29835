"""Fields found by any of their names: standard code, Chinese, pinyin, or cut to ten bytes."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from landuse.core.errors import Fault, LanduseError, study_fault
from landuse.core.settings import Mark, Settings

_FILE = Path(__file__).with_suffix(".toml")
_BLANKS = re.compile(r"[\s\ufeff\u200b\x00]+")
_JOINTS = re.compile(r"[_\-]+")
OPTIONAL = "?"
_CUT_BYTES = 10
_LISTED = 30


class FieldNames(Settings):
    """How one field is called, besides its standard code."""

    zh: tuple[str, ...]
    pinyin: tuple[str, ...] = ()


class LayerNames(Settings):
    """The fields of one kind of layer or table, by standard code."""

    source: str
    mark: Mark
    fields: dict[str, FieldNames]


@dataclass(frozen=True)
class Matched:
    """Fields found in a file.

    Attributes
    ----------
    columns : our column to the field in the file.
    aliases : the name asked for to the field in the file, where they are other names of one
        field; a difference of letter case, width or blanks does not count.
    skipped : names asked for with "?" that the file does not have.
    """

    columns: dict[str, str]
    aliases: dict[str, str]
    skipped: tuple[str, ...] = ()


class _Hit(NamedTuple):
    """Fields that fit one name, and how they were found: "same", "alias" or "cut"."""

    fields: tuple[str, ...]
    how: str


@cache
def field_names() -> dict[str, LayerNames]:
    """Return every known field name, by kind of layer."""
    with _FILE.open("rb") as stream:
        return {
            name: LayerNames.model_validate(part) for name, part in tomllib.load(stream).items()
        }


@cache
def _spellings() -> dict[str, str]:
    """Return {spelling: standard code}, spellings as `_key` writes them."""
    found: dict[str, str] = {}
    for layer in field_names().values():
        for code, names in layer.fields.items():
            found |= {_key(name): code for name in (code, *names.zh, *names.pinyin)}
    return found


def fold(name: str) -> str:
    """Return a name without letter case, blanks, line breaks and full-width forms."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", name)).casefold()


def _key(name: str) -> str:
    return _JOINTS.sub("", fold(name))


def same_field(one: str, other: str) -> bool:
    """Tell whether two names are known names of one field."""
    first, second = _spellings().get(_key(one)), _spellings().get(_key(other))
    return first is not None and first == second


def match_fields(
    wanted: Mapping[str, str], present: Sequence[str], *, file: str, cut: bool = False
) -> Matched:
    """Find the fields a study names among those a file has.

    Tried in this order for each name, and the first kind of match decides: the very name; the
    same letters in another case or width, or with blanks; another known name of the field; with
    ``cut``, one of these cut to ten bytes, as a shapefile cuts them.

    Parameters
    ----------
    wanted : our column to the name asked for; with "?" behind it a field that may be missing.
    present : names of the fields in the file.
    cut : the file may have cut its names.

    Raises
    ------
    LanduseError
        Exit code 2, with one fault for each name that no field fits or several fit.
    """
    optional = {ours for ours, theirs in wanted.items() if theirs.endswith(OPTIONAL)}
    wanted = {ours: theirs.removesuffix(OPTIONAL) for ours, theirs in wanted.items()}
    hits = {ours: _find(theirs, present, cut=cut) for ours, theirs in wanted.items()}
    skipped = [ours for ours in hits if ours in optional and not hits[ours].fields]
    hits = {ours: hit for ours, hit in hits.items() if ours not in skipped}
    faults = [
        _no_field(ours, wanted[ours], present, file)
        if not hit.fields
        else _several(ours, wanted[ours], hit.fields, file)
        for ours, hit in hits.items()
        if len(hit.fields) != 1
    ]
    faults += _cut_alike(wanted, {k: h for k, h in hits.items() if len(h.fields) == 1}, file)
    if faults:
        raise LanduseError(faults)
    columns = {ours: hit.fields[0] for ours, hit in hits.items()}
    other = {ours: columns[ours] for ours, hit in hits.items() if hit.how != "same"}
    aliases = {wanted[ours]: theirs for ours, theirs in other.items()}
    return Matched(columns, aliases, tuple(wanted[ours] for ours in skipped))


def _find(name: str, present: Sequence[str], *, cut: bool) -> _Hit:
    if name in present:
        return _Hit((name,), "same")
    code = _spellings().get(_key(name))
    tries: list[tuple[str, Callable[[str], bool]]] = [("same", lambda it: fold(it) == fold(name))]
    if code:
        tries.append(("alias", lambda it: _spellings().get(_key(it)) == code))
    if cut:
        full = {fold(name)} | {_key(name)} | {k for k, v in _spellings().items() if v == code}
        tries.append(("cut", lambda it: any(is_cut(fold(it), of=whole) for whole in full)))
    for how, fits in tries:
        fields = tuple(field for field in present if fits(field))
        if fields:
            return _Hit(fields, how)
    return _Hit((), "")


def is_cut(field: str, *, of: str) -> bool:
    """Tell whether ``field`` is what ten bytes hold of a longer name, in UTF-8 or GB 18030."""
    if len(field) >= len(of) or not of.startswith(field):
        return False
    longer = of[: len(field) + 1]
    return any(
        len(field.encode(code)) <= _CUT_BYTES < len(longer.encode(code))
        for code in ("utf-8", "gb18030")
    )


def _cut_alike(wanted: Mapping[str, str], hits: Mapping[str, _Hit], file: str) -> list[Fault]:
    """Return faults for cut fields that may be the rest of several longer names."""
    faults = []
    for ours, hit in hits.items():
        if hit.how != "cut":
            continue
        (field,) = hit.fields
        names = {_meaning(name) for name in _wholes(field, wanted.values())}
        if len(names) > 1:
            faults.append(_unclear(ours, field, sorted(names), file))
    return faults


def _wholes(field: str, asked: Iterable[str]) -> list[str]:
    known = [*_spellings(), *(fold(name) for name in asked)]
    return [name for name in known if is_cut(fold(field), of=name)]


def _meaning(name: str) -> str:
    return _spellings().get(_key(name), name)


def _no_field(ours: str, theirs: str, present: Sequence[str], file: str) -> Fault:
    near = difflib.get_close_matches(theirs, present, n=1, cutoff=0.5)
    return study_fault(
        f"文件里没有字段 {theirs}",
        f"the file has no field {theirs}",
        file=file,
        field=f"fields.{ours}",
        found=", ".join(" ".join(name.split()) for name in present[:_LISTED]) or "-",
        todo_zh=f"是不是 {near[0]}？" if near else "改 fields 里的字段名",
        todo_en=f"did you mean {near[0]}?" if near else "mend the name under fields",
    )


def _several(ours: str, theirs: str, fields: Sequence[str], file: str) -> Fault:
    return study_fault(
        f"有几个字段都可能是 {theirs}",
        f"several fields may be {theirs}",
        file=file,
        field=f"fields.{ours}",
        found=", ".join(fields),
        todo_zh="在 fields 里照文件写明用哪一个",
        todo_en="write the one you mean under fields, as the file spells it",
    )


def _unclear(ours: str, field: str, names: Sequence[str], file: str) -> Fault:
    return study_fault(
        f"字段名 {field} 被截断，分不清原名",
        f"the field name {field} was cut: it may stand for several",
        file=file,
        field=f"fields.{ours}",
        found=", ".join(names),
        todo_zh=f'核对内容后在 fields 里写 {ours} = "{field}"',
        todo_en=f'look at its values, then write {ours} = "{field}" under fields',
    )
