"""How the sources differ in size from those of the last run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import Field

from landuse.core.settings import Mark, Settings

What = Literal["new", "removed", "bytes", "features", "cells", "content"]


class DriftLimits(Settings):
    """From which change on a source is in doubt; proposed here."""

    largest_change: float = Field(0.2, gt=0, description="share of the last run's size or count")
    mark: Mark = "P"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference of one source: what changed, from what to what, by which share."""

    key: str
    what: What
    before: str
    now: str
    share: float | None = None
    doubt: bool = False


@dataclass(frozen=True, kw_only=True)
class Drift:
    """The differences from the last run; ``run_code`` "" where there was none."""

    state: Literal["none", "unreadable", "compared"]
    run_code: str = ""
    changes: tuple[Change, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return the differences as plain data with stable keys."""
        rows = [asdict(change) for change in self.changes]
        return {"state": self.state, "run_code": self.run_code, "changes": rows}


def drift_from(
    manifest: Path, *, sources: pd.DataFrame, overlap: pd.DataFrame, limits: DriftLimits
) -> Drift:
    """Compare the sources with those of the last run's manifest.

    Parameters
    ----------
    manifest : ``manifest.json`` of the product folder; may be absent.
    sources, overlap : tables of `sources.describe` and `align.overlap` now.
    """
    if not manifest.is_file():
        return Drift(state="none")
    try:
        data = json.loads(manifest.read_text(encoding="utf-8"))
        rows, layers = _by_key(data["sources"]), _by_key(data.get("layers", []))
        code = str(data["run_code"])
    except (ValueError, KeyError, TypeError):
        return Drift(state="unreadable")
    now, objects = _by_key(sources.to_dict("records")), _by_key(overlap.to_dict("records"))
    changes = [*_files(rows, now, limits), *_objects(layers, objects, limits)]
    return Drift(state="compared", run_code=code, changes=tuple(changes))


def _by_key(rows: list[Any]) -> dict[str, Mapping[str, Any]]:
    return {str(row["key"]): row for row in rows}


def _files(
    before: Mapping[str, Mapping[str, Any]],
    now: Mapping[str, Mapping[str, Any]],
    limits: DriftLimits,
) -> Iterator[Change]:
    for key in sorted({*before, *now}):
        if key not in now:
            yield Change(key=key, what="removed", before=str(before[key]["file"]), now="")
        elif key not in before:
            yield Change(key=key, what="new", before="", now=str(now[key]["file"]))
        else:
            yield from _one_file(key, before[key], now[key], limits)


def _one_file(
    key: str, before: Mapping[str, Any], now: Mapping[str, Any], limits: DriftLimits
) -> Iterator[Change]:
    if before["sha256"] == now["sha256"]:
        return
    size = _counted(key, "bytes", before["size_bytes"], now["size_bytes"], limits)
    digests = str(before["sha256"])[:12], str(now["sha256"])[:12]
    yield size or Change(key=key, what="content", before=digests[0], now=digests[1])
    cells = str(before.get("cells", "")), str(now.get("cells", ""))
    if all(cells) and cells[0] != cells[1]:
        yield Change(key=key, what="cells", before=cells[0], now=cells[1], doubt=True)


def _objects(
    before: Mapping[str, Mapping[str, Any]],
    now: Mapping[str, Mapping[str, Any]],
    limits: DriftLimits,
) -> Iterator[Change]:
    for key in sorted({*before} & {*now}):
        counts = before[key].get("features"), now[key].get("features")
        if not any(count is None or pd.isna(count) for count in counts):
            change = _counted(key, "features", counts[0], counts[1], limits)
            if change:
                yield change


def _counted(key: str, what: What, before: Any, now: Any, limits: DriftLimits) -> Change | None:
    """Return the change of a number, None where it is the same."""
    old, new = int(before), int(now)
    if old == new:
        return None
    share = (new - old) / old if old else None
    doubt = share is None or abs(share) > limits.largest_change
    return Change(key=key, what=what, before=str(old), now=str(new), share=share, doubt=doubt)
