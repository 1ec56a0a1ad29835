"""Everything `check` tells of a study, as lines and as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from landuse.check.drift import Drift, DriftLimits, drift_from
from landuse.check.gates import Passed, read_layers
from landuse.check.lines import check_lines
from landuse.check.mend import model_is_known, open_what_holds
from landuse.console import Say
from landuse.core.errors import Fault, LanduseError
from landuse.plan import Plan
from landuse.products.absence_cost import AbsenceBill, absence_bill
from landuse.products.facts import SourceFact
from landuse.products.source_page import overlap_words
from landuse.products.source_sheet import SheetLimits, all_doubts, merged, origin, source_facts
from landuse.sources.roles import ROLE_NAMES
from landuse.study import OpenStudy
from landuse.tasks import find_study, narrate, open_store


@dataclass(frozen=True)
class Checked:
    """What was found of a study; ``study`` None where its file could not be opened at all.

    ``bill`` is None where the score model is at fault, so that no cost is known.
    """

    file: Path
    study: OpenStudy | None
    faults: tuple[Fault, ...]
    bill: AbsenceBill | None
    facts: tuple[SourceFact, ...]
    drift: Drift
    findings: pd.DataFrame
    limits: SheetLimits
    unread: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return everything as plain data with stable keys."""
        head = self.study.study.study if self.study else None
        return {
            "file": str(self.file),
            "study": head.name if head else "",
            "as_of": head.as_of.isoformat() if head else "",
            "exit_code": LanduseError(self.faults).exit_code if self.faults else 0,
            "faults": [asdict(fault) for fault in self.faults],
            "absences": self.bill.rows() if self.bill else [],
            "partly": self._partly(),
            "coverage": self.bill.data() if self.bill else None,
            "sources": self.rows(self.facts),
            "unread": list(self.unread),
            "drift": self.drift.data(),
            "findings": self.findings.to_dict("records"),
        }

    def _partly(self) -> list[dict[str, str]]:
        partly: Mapping[str, tuple[str, str]] = self.study.partly if self.study else {}
        return [{"role": role, "zh": zh, "en": en} for role, (zh, en) in partly.items()]

    def rows(self, facts: Sequence[SourceFact]) -> list[dict[str, Any]]:
        """Return a record a source with what is doubtful in it."""
        every = zip(facts, all_doubts(facts, self.limits), strict=True)
        return [
            self._source(fact) | {"doubts": [{"zh": zh, "en": en} for zh, en in found]}
            for fact, found in every
        ]

    def _source(self, fact: SourceFact) -> dict[str, Any]:
        found = self.findings[self.findings["stage"] == f"align.{fact.role}"]
        return {
            **asdict(fact),
            "overlap_zh": overlap_words(fact)[0],
            "overlap_en": overlap_words(fact)[1],
            "origin_zh": origin(fact)[0],
            "origin_en": origin(fact)[1],
            "local": not fact.url,
            **{kind: objects_of(found, kind) for kind in ("dropped", "repaired", "doubt")},
        }


def objects_of(findings: pd.DataFrame, kind: str) -> int:
    """Return how many objects the findings of a kind speak of; one where a row names no number."""
    values = findings.loc[findings["kind"] == kind, "value"]
    return int(sum(int(value) if value.isdecimal() else 1 for value in values))


def check_study(
    file: Path, *, raw: Path | None, progress: Say, out: Path | None = None
) -> tuple[list[str], dict[str, Any], tuple[Fault, ...]]:
    """Tell every fault, every absence with its cost, and every source of a study, at once.

    Parameters
    ----------
    file : study file, or the name of a study at hand.
    raw : folder of the raw layers; the study's own without it.
    out : product folder of the last run; the study's own without it.

    Returns
    -------
    Lines for a terminal; the same as data; the faults of study file, files and data, which the
    lines leave out. No product is written.

    Raises
    ------
    LanduseError
        If there is no such study (exit code 2).
    """
    found = find_study(file)
    checked = _checked(found, raw=raw, out=out, progress=progress)
    data = checked.data()
    shown = data | {"sources": checked.rows(merged(checked.facts))}
    return check_lines(shown), data, checked.faults


def _checked(file: Path, *, raw: Path | None, out: Path | None, progress: Say) -> Checked:
    study, faults = open_what_holds(file, raw=raw, out=out)
    if study is None:
        nothing = pd.DataFrame(columns=["stage", "kind", "value"])
        return Checked(file, None, faults, None, (), Drift(state="none"), nothing, SheetLimits())
    passed = read_layers(
        study, open_store(study), narrate=lambda total: narrate(progress, total, warm=False)
    )
    known = not faults or model_is_known(file, faults)
    return Checked(
        file=file,
        study=study,
        faults=(*faults, *passed.faults),
        bill=_bill(study, passed) if known else None,
        facts=_facts(study, passed),
        drift=drift_from(
            study.out / "manifest.json", sources=passed.sources, overlap=passed.overlap,
            limits=DriftLimits(),
        ),
        findings=passed.findings,
        limits=SheetLimits(),
        unread=passed.unread,
    )  # fmt: skip


def _bill(study: OpenStudy, passed: Passed) -> AbsenceBill:
    return absence_bill(
        Plan(study).absent(), model=study.model, role_names=ROLE_NAMES, parcels=passed.parcels,
        village_model=study.village_model,
    )  # fmt: skip


def _facts(study: OpenStudy, passed: Passed) -> tuple[SourceFact, ...]:
    if passed.sources.empty:
        return ()
    as_of = study.study.study.as_of.isoformat()
    return source_facts(passed.sources, overlap=passed.overlap, as_of=as_of)
