"""A study opened as far as it holds: a fault of its file must not hide those of its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from landuse.at_hand import at_hand
from landuse.core.errors import Fault, LanduseError
from landuse.plan import FRAMES
from landuse.scores.model import ScoreModel
from landuse.sources.spec import Sources, VectorSource
from landuse.study import (
    SHIPPED_MODELS,
    OpenStudy,
    ScoreChoice,
    Study,
    open_study,
    shipped_rules,
)
from landuse.study_rules import study_faults
from landuse.toml_file import read_toml, validate, without_unknown

STAND_IN_FRAMES = ("towns", "villages")


def open_what_holds(
    file: Path, *, raw: Path | None, out: Path | None
) -> tuple[OpenStudy | None, tuple[Fault, ...]]:
    """Open a study; where its file is wrong, open what is left without the sources at fault.

    Returns
    -------
    The study, None where too little of it holds to read any layer, and the faults of its file.
    """
    try:
        return open_study(file, raw=raw, out=out), ()
    except LanduseError as error:
        return _what_is_left(file, error.faults, raw=raw, out=out), error.faults


def _what_is_left(
    file: Path, faults: Iterable[Fault], *, raw: Path | None, out: Path | None
) -> OpenStudy | None:
    try:
        data = read_toml(file)
    except LanduseError:
        return None
    study = _readable(data, at_fault=set()) or _readable(data, at_fault=_roles(faults))
    if study is None:
        return None
    named = study.study.raw
    kept = (file.parent / named).resolve() if named else Path("data/raw") / study.study.name
    folder = raw or kept
    here = at_hand(study.sources, folder)
    plain = _plain_model()
    return OpenStudy(
        study.model_copy(update={"sources": here.sources}), plain, plain, plain, file, folder,
        out or Path("data/processed") / study.study.name, declared=study.sources,
        lacking=here.lacking, partly=here.partly, opportunity_model=plain,
        site_rules=shipped_rules(),
    )  # fmt: skip


def _roles(faults: Iterable[Fault]) -> set[str]:
    """Return the roles whose entries the faults name."""
    fields = (fault.field.split(".") for fault in faults)
    return {field[1] for field in fields if field[0] == "sources" and len(field) > 1}


def _readable(data: Mapping[str, Any], *, at_fault: set[str]) -> Study | None:
    """Return the study without the roles at fault and without unknown keys, None if still wrong."""
    given = data.get("sources")
    if not isinstance(given, dict):
        return None
    left = {role: source for role, source in given.items() if role not in at_fault}
    study = without_unknown(Study, {**data, "sources": left})
    if study is None:
        return None
    study = study.model_copy(update={"sources": with_frame(study.sources)})
    rules = study_faults(
        crs=study.study.crs, bounds=study.study.bounds, sources=study.sources,
        classes=study.parcels.classes,
    )  # fmt: skip
    return None if any(True for _ in rules) else study


def with_frame(sources: Sources) -> Sources:
    """Return sources with a frame: where it is lacking, another polygon layer stands in.

    It serves the check alone, so that a county outline that is missing does not keep every
    other layer from being read.
    """
    if any(getattr(sources, role) for role in FRAMES):
        return sources
    for role in STAND_IN_FRAMES:
        source: VectorSource | None = getattr(sources, role)
        if source:
            outline = source.model_copy(update={"fields": {}})
            return sources.model_copy(update={"county": outline})
    return sources


def model_is_known(file: Path, faults: Iterable[Fault]) -> bool:
    """Tell whether the score model of a study with faults is the shipped one, free of faults."""
    try:
        score = read_toml(file).get("score", {})
    except LanduseError:
        return False
    name = score.get("model", _PLAIN) if isinstance(score, dict) else ""
    wrong = any(fault.field.startswith("score") for fault in faults)
    return name == _PLAIN and not wrong and not (file.parent / _PLAIN).is_file()


_PLAIN = str(ScoreChoice.model_fields["model"].default)


def _plain_model() -> ScoreModel:
    return validate(ScoreModel, read_toml(SHIPPED_MODELS / _PLAIN), file=_PLAIN)
