"""Every layer read and aligned as a run would, with all faults gathered and what passed kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from landuse.align.overlap import OverlapSettings, measure_overlap
from landuse.check.mend import STAND_IN_FRAMES, with_frame
from landuse.core.errors import Fault, LanduseError
from landuse.core.findings import merge_tables
from landuse.inputs import all_files, missing_files
from landuse.pipeline import stages
from landuse.plan import FRAMES, Plan
from landuse.runner import Run, Stage, before_gates, outlook, run_stages
from landuse.sources.describe import DescribeSettings
from landuse.sources.origin import complete_notes
from landuse.sources.read import present
from landuse.sources.remote.fetched import read_record
from landuse.sources.roles import ROLE_NAMES
from landuse.sources.spec import RasterSource, Sources, TableSource
from landuse.store import Store
from landuse.study import OpenStudy

Narrate = Callable[[int], Any]
OVERLAP = "overlap"
SETTLING = ("datum", "towns", "frame", "parcels", "crosswalk", "settlements", "projects")
"""Stages that find faults and doubts in the layers together, before anything is measured."""


@dataclass(frozen=True)
class Passed:
    """What reading every layer brought.

    Attributes
    ----------
    faults : of missing files and of the data together.
    sources, overlap, findings : tables of the layers that could be read; empty without any.
    parcels : whether there is anything to assess.
    unread : roles that were not read, since no layer tells where the study is or the record of
        downloads is spoilt.
    """

    faults: tuple[Fault, ...]
    sources: pd.DataFrame
    overlap: pd.DataFrame
    findings: pd.DataFrame
    parcels: bool
    unread: tuple[str, ...] = ()


def read_layers(study: OpenStudy, store: Store, *, narrate: Narrate) -> Passed:
    """Read and align every layer that is there; gather the faults of all."""
    faults, run, usable = list(missing_files(study)), Run(), _without_missing(study)
    try:
        read_record(study.raw)
    except LanduseError as error:
        return _nothing([*faults, *error.faults], usable.study.sources)
    plan: list[Stage] = []
    while any(getattr(usable.study.sources, role) for role in FRAMES):
        plan = _gates(usable)
        run, wrong = _run(plan, store, narrate=narrate)
        faults += [fault for fault in wrong if fault not in faults]
        frame = Plan(usable).frame_role
        if f"align_{frame}" in run.keys:
            break
        stands_in = usable.study.sources.county is not study.study.sources.county
        usable = _without(usable, {frame, *(STAND_IN_FRAMES if stands_in else ())})
    else:
        return _nothing(faults, usable.study.sources)
    done = [stage for stage in plan if stage.name in run.keys]
    run, _ = _run([*done, overlap_stage(done, Plan(usable))], store, narrate=narrate)
    return _passed(run, store, faults=faults, study=study)


def _without_missing(study: OpenStudy) -> OpenStudy:
    """Return the study without the roles of which a file is not there."""
    lost = {key.split(":")[0] for key, path in all_files(study).items() if not present(path)}
    return _without(study, lost)


def _without(study: OpenStudy, lost: Collection[str]) -> OpenStudy:
    """Return the study without some roles; the next layer that can tells where it is."""
    left = study.study.sources.model_copy(update=dict.fromkeys(lost))
    return replace(study, study=study.study.model_copy(update={"sources": with_frame(left)}))


def _gates(study: OpenStudy) -> list[Stage]:
    """Return the stages that read files, that test or settle what was read, and what these need."""
    plan = stages(study)
    needed = before_gates(plan) | _with_upstream(plan, SETTLING)
    ready: list[Stage] = []
    for stage in plan:
        if stage.name in needed and stage.upstream() <= {item.name for item in ready}:
            ready.append(_described(stage, study) if stage.name == "sources" else stage)
    return ready


def _with_upstream(plan: Sequence[Stage], names: Collection[str]) -> set[str]:
    """Return the names of stages and of every stage that they rest on."""
    needed = set(names)
    for stage in reversed(plan):
        if stage.name in needed:
            needed |= stage.upstream()
    return needed


def _described(stage: Stage, study: OpenStudy) -> Stage:
    """Return the stage of the source sheet with all that is known of each file."""
    settings = stage.settings
    if not isinstance(settings, DescribeSettings):
        return stage
    complete = complete_notes(
        settings, sources=study.study.sources, files=all_files(study), raw=study.raw
    )
    return replace(stage, settings=complete)


def _run(plan: Sequence[Stage], store: Store, *, narrate: Narrate) -> tuple[Run, list[Fault]]:
    """Run stages; after faults return the run of those that hold, and the faults."""
    try:
        return run_stages(plan, store, progress=narrate(len(plan))), []
    except LanduseError as error:
        held = {item.stage for item in outlook(plan, store) if item.state == "kept"}
        kept = [stage for stage in plan if stage.name in held]
        return run_stages(kept, store), list(error.faults)


def overlap_stage(ready: Sequence[Stage], plan: Plan) -> Stage:
    """Return the stage that measures every aligned layer against the frame."""
    takes = {"frame": plan.layer(plan.frame_role)}
    made = {stage.name for stage in ready}
    if f"align_{plan.frame_role}" not in made:
        takes["frame"] = None
    for role in ROLE_NAMES:
        source = getattr(plan.sources, role)
        if f"align_{role}" in made:
            output = "layer"
            if isinstance(source, TableSource):
                output = "table"
            elif isinstance(source, RasterSource) and source.series:
                output = "layers"
            takes[role] = f"align_{role}.{output}"
    return Stage(OVERLAP, "资料范围", measure_overlap, OverlapSettings(), takes=takes)


def _passed(run: Run, store: Store, *, faults: list[Fault], study: OpenStudy) -> Passed:
    tables = [
        store.load(run.keys[name], "findings")
        for name, outputs in run.outputs.items()
        if "findings" in outputs
    ]
    described = run.outputs.get("sources")
    return Passed(
        faults=tuple(faults),
        sources=store.load(run.keys["sources"], "sources") if described else pd.DataFrame(),
        overlap=store.load(run.keys[OVERLAP], "overlap"),
        findings=merge_tables(tables),
        parcels="no_parcels" not in {stage.name for stage in stages(study)},
    )


def _nothing(faults: list[Fault], left: Sources) -> Passed:
    empty = pd.DataFrame()
    unread = tuple(role for role in ROLE_NAMES if getattr(left, role))
    return Passed(tuple(faults), empty, empty, merge_tables([]), parcels=True, unread=unread)
