"""The manifest: from what, with what and how every product was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from landuse import __version__
from landuse.codebook import library_versions
from landuse.indicators.zonal import ENGINE
from landuse.runner import Run
from landuse.shelf import write_value
from landuse.store import Kept, Store, file_digest
from landuse.study import OpenStudy
from landuse.timing import Profile


def write_manifest(
    run: Run, store: Store, study: OpenStudy, *, files: Mapping[str, Kept],
    profile: Profile | None = None,
) -> Kept:  # fmt: skip
    """Write the manifest into the store and return it.

    It holds no time and no path of a machine, so that equal runs have equal manifests; only a
    profile that was asked for adds the seconds of each stage.
    """
    facts = store.load(run.keys["results"], "facts")
    sources = store.load(run.keys["sources"], "sources")
    data = {
        "lineage": f"made by landuse {__version__} from the sources listed here",
        "landuse": __version__,
        "run_code": facts["run_code"],
        "study": study.study.model_dump(mode="json"),
        "score_model": study.model.model_dump(mode="json"),
        "zonal_engine": ENGINE,
        "libraries": dict(library_versions()),
        "sources": sources.to_dict("records"),
        "layers": _layers(run, store),
        "stages": {
            name: {"key": key.digest, "outputs": run.outputs[name]}
            for name, key in run.keys.items()
        },
        "products": {name: kept.digest for name, kept in sorted(files.items())},
    }
    if profile is not None:
        data["profile"] = profile.data()
    file = write_value(data, store.folder / "manifest")
    return Kept(file, file_digest(file))


def _layers(run: Run, store: Store) -> list[dict[str, Any]]:
    """Return the size of every aligned layer, so that the next check can tell what drifted."""
    if "overlap" not in run.keys:
        return []
    rows = store.load(run.keys["overlap"], "overlap").to_dict("records")
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """Return a cell as JSON holds it: null for what is not known."""
    return None if pd.isna(value) else value
