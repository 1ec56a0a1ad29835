"""Ids that stay: a county, a town and a serial, kept from run to run by overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import Field

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.objects.overlay import Overlaps, overlaps

_ID = re.compile(r"(\d{6}-\d{3}-[A-Z]*)(\d+)")
_BAND_M = 1000.0
_LISTED = 10


class IdSettings(Settings):
    """How ids are made and kept.

    ``adcode``: county code of an object whose town has no code of nine digits. ``letter``: stands
    before the serial, "Z" for natural villages. ``keep_share``: an object keeps the id of an
    earlier one when what they share is at least this part of either (P, domain.md §9.1 asks for
    0.8 before a field check is carried over).
    """

    adcode: str = Field(pattern=r"^\d{6}$")
    letter: str = Field("", pattern=r"^[A-Z]?$")
    digits: int = Field(4, ge=1, le=9)
    keep_share: float = Field(0.5, ge=0.5, le=1)


@dataclass(frozen=True)
class Named:
    """The id of each object, ids no longer in use (sorted), and what was noticed."""

    ids: pd.Series
    retired: tuple[str, ...]
    findings: list[Finding]


def reading_order(shapes: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the order of shapes as on a page: bands of 1 km from north, each from the west.

    The corner to the north-west of the bounds counts; of equal corners, the shape itself.
    """
    bounds = shapely.bounds(shapes)
    bands = -np.floor(bounds[:, 3] / _BAND_M)
    words = shapely.to_wkb(shapely.normalize(shapes))
    rank = np.empty(len(shapes), dtype=np.intp)
    rank[sorted(range(len(shapes)), key=lambda place: bytes(words[place]))] = range(len(shapes))
    return np.lexsort((rank, -bounds[:, 3], bounds[:, 0], bands))


def stable_ids(
    objects: gpd.GeoDataFrame,
    *,
    town_codes: pd.Series,
    previous: gpd.GeoDataFrame | None,
    key: str,
    stage: str,
    settings: IdSettings,
    retired: Iterable[str] = (),
) -> Named:
    """Name objects ``<county 6>-<town 3>-<serial>``; the order of rows does not matter.

    An object keeps the id of the earlier object with which it shares ``keep_share`` of both areas,
    one to one, the pair with the largest intersection over union first. The others take serials
    above every serial known, in reading order.

    Parameters
    ----------
    objects : polygons in a metric CRS.
    town_codes : text, indexed like ``objects``; nine digits or more, else town 000.
    previous : objects of an earlier run with their id in column ``key``, same CRS.
    retired : ids that were in use before the earlier run: never given again.

    Returns
    -------
    ``ids`` indexed like ``objects``. ``retired``: those handed in and those of earlier objects
    that found no successor.

    Raises
    ------
    ValueError
        If the CRS differ.
    """
    ids = np.full(len(objects), "", dtype=object)
    findings: list[Finding] = []
    gone = set(retired)
    if previous is not None and len(previous):
        old_ids = previous[key].astype("str").to_numpy()
        found = overlaps(objects, previous)
        ours, theirs = _pairs(found, objects, previous, settings.keep_share)
        ids[ours] = old_ids[theirs]
        gone |= set(old_ids) - set(old_ids[theirs])
        findings = _changes(found, objects, previous, ids=ids, old_ids=old_ids, stage=stage)
        used = gone | set(old_ids)
    else:
        used = gone
    new = ids == ""
    prefixes = np.array([_prefix(str(code), settings) for code in town_codes], dtype=object)
    ids[new] = _fresh(objects.geometry.to_numpy()[new], prefixes[new], used, settings.digits)
    return Named(pd.Series(ids, index=objects.index, dtype="str"), tuple(sorted(gone)), findings)


def _prefix(town_code: str, settings: IdSettings) -> str:
    known = len(town_code) >= 9 and town_code[:9].isdecimal()
    place = f"{town_code[:6]}-{town_code[6:9]}" if known else f"{settings.adcode}-000"
    return f"{place}-{settings.letter}"


def _fresh(
    shapes: NDArray[np.object_], prefixes: NDArray[np.object_], used: Iterable[str], digits: int
) -> list[str]:
    """Return an unused id for each shape."""
    last: dict[str, int] = {}
    for match in filter(None, map(_ID.fullmatch, used)):
        last[match[1]] = max(last.get(match[1], 0), int(match[2]))
    out = [""] * len(shapes)
    for place in reading_order(shapes):
        prefix = prefixes[place]
        last[prefix] = last.get(prefix, 0) + 1
        out[place] = f"{prefix}{last[prefix]:0{digits}d}"
    return out


def _pairs(
    found: Overlaps, objects: gpd.GeoDataFrame, previous: gpd.GeoDataFrame, share: float
) -> tuple[list[int], list[int]]:
    """Return the pairs (object, earlier object) that go on, one to one."""
    ours = objects.geometry.area.to_numpy()[found.objects]
    theirs = previous.geometry.area.to_numpy()[found.areas]
    enough = found.shared_m2 >= share * np.maximum(ours, theirs) * (1 - 1e-12)
    union = ours + theirs - found.shared_m2
    new_rank, old_rank = _ranks(objects), _ranks(previous)
    order = np.lexsort(
        (
            old_rank[found.areas],
            new_rank[found.objects],
            -np.round(found.shared_m2, 6),
            -np.round(found.shared_m2 / union, 9),
        )
    )
    taken_new: dict[int, int] = {}
    taken_old: set[int] = set()
    for pair in order[enough[order]]:
        new, old = int(found.objects[pair]), int(found.areas[pair])
        if new not in taken_new and old not in taken_old:
            taken_new[new] = old
            taken_old.add(old)
    return list(taken_new), list(taken_new.values())


def _ranks(layer: gpd.GeoDataFrame) -> NDArray[np.intp]:
    order = reading_order(layer.geometry.to_numpy())
    ranks = np.empty(len(order), dtype=np.intp)
    ranks[order] = np.arange(len(order))
    return ranks


def _changes(
    found: Overlaps,
    objects: gpd.GeoDataFrame,
    previous: gpd.GeoDataFrame,
    *,
    ids: NDArray[np.object_],
    old_ids: NDArray[np.object_],
    stage: str,
) -> list[Finding]:
    """Tell ids kept, new and retired, and earlier objects that were split or merged."""
    kept = set(ids[ids != ""])
    lost = sorted(set(old_ids) - kept)
    new = int((ids == "").sum())
    findings = [
        Finding(
            stage=stage, kind="note", value=str(len(kept)),
            message_zh=f"沿用上次编号 {len(kept)} 个，新编 {new} 个，停用 {len(lost)} 个",
            message_en=f"{len(kept)} ids kept, {new} new, {len(lost)} retired",
            object_id=_some(lost),
        )
    ]  # fmt: skip
    ours = objects.geometry.area.to_numpy()[found.objects]
    theirs = previous.geometry.area.to_numpy()[found.areas]
    within_old = found.shared_m2 >= 0.5 * ours
    within_new = found.shared_m2 >= 0.5 * theirs
    split = _several(found.areas[within_old], count=len(previous))
    merged = found.areas[within_new & _several(found.objects[within_new], count=len(objects))[
        found.objects]]  # fmt: skip
    return [
        *findings,
        *_told(stage, sorted(old_ids[split]), "分成了几个", "were split"),
        *_told(stage, sorted(old_ids[np.unique(merged)]), "与别的合并了", "were merged"),
    ]


def _several(places: NDArray[np.intp], *, count: int) -> NDArray[np.bool_]:
    return np.asarray(np.bincount(places, minlength=count) > 1)


def _told(stage: str, ids: Sequence[str], zh: str, en: str) -> list[Finding]:
    if not ids:
        return []
    return [
        Finding(
            stage=stage,
            kind="note",
            object_id=_some(ids),
            value=str(len(ids)),
            message_zh=f"上次的 {len(ids)} 个对象{zh}",
            message_en=f"{len(ids)} objects of the earlier run {en}",
        )
    ]


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_LISTED]) + (" …" if len(ids) > _LISTED else "")
