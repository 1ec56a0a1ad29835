"""Runs stages through the store: what is kept is not redone, what fails loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landuse.core.errors import Fault, LanduseError
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.store import Key, Store, canonical, text_digest, why

ABSENT = "absent"
HELD_BYTES = 600_000_000
"""Most bytes of rasters held from one stage to the next."""
Tiles = Path | tuple[Path, ...]
Files = Mapping[str, Tiles | Mapping[Any, Tiles]]


@dataclass(frozen=True)
class Recalls:
    """A stage that works row by row, and may take over rows that it made before.

    Of the latest kept result that differs in nothing but the input ``but_for``, the output ``own``
    is handed back as the argument ``given``; None where there is none. It is no part of the key:
    a stage may use it only where the result is the same without it, to the byte.
    """

    but_for: str
    own: str
    given: str


@dataclass(frozen=True)
class Stage:
    """One step of the method: a pure room function, what it takes and what steers it.

    ``takes`` maps an argument to "stage.output", or to None for a source that the study does not
    have (the function is then given None); ``files`` maps an argument to a raw file, to the
    tiles that stand for one, or to several by key. A stage that reads raw files is a gate: all
    gates run before faults are told.
    ``fixed`` are plain values given as they are; they count as settings.
    """

    name: str
    zh: str
    run: Callable[..., dict[str, Any]]
    settings: Settings
    takes: Mapping[str, str | None] = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    recalls: Recalls | None = None

    @property
    def is_gate(self) -> bool:
        """Tell whether the stage reads raw files."""
        return bool(self.files)

    def upstream(self) -> set[str]:
        """Return the names of the stages this one takes from."""
        return {source.split(".")[0] for source in self.takes.values() if source}

    def flat_files(self) -> dict[str, Path]:
        """Return every raw file under a name of its own."""
        flat: dict[str, Path] = {}
        for argument, value in self.files.items():
            if isinstance(value, Mapping):
                for key, tiles in value.items():
                    flat |= _flat(f"{argument}:{key}", tiles)
            else:
                flat |= _flat(argument, value)
        return flat


def _flat(name: str, tiles: Tiles) -> dict[str, Path]:
    if isinstance(tiles, Path):
        return {name: tiles}
    return {f"{name}:{tile.name}": tile for tile in tiles}


@dataclass(frozen=True)
class Step:
    """What happened to one stage: ran or was kept, how long it took, and why it ran."""

    stage: str
    zh: str
    ran: bool
    seconds: float
    reasons: tuple[str, ...]


@dataclass
class Run:
    """The keys, output digests and steps of a run so far."""

    keys: dict[str, Key] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    @property
    def redone(self) -> list[str]:
        """Return the stages that ran."""
        return [step.stage for step in self.steps if step.ran]


Progress = Callable[[Stage, bool], None]


def run_stages(stages: Sequence[Stage], store: Store, *, progress: Progress | None = None) -> Run:
    """Run the stages in order, each at most once for the same key.

    Raises
    ------
    LanduseError
        With the faults of every gate stage that failed; after the first fault only gates and
        what they rest on were run.
    """
    run, faults = Run(), list[Fault]()
    values, gates = _Values(stages, store), before_gates(stages)
    for stage in stages:
        if faults and not (stage.name in gates and stage.upstream() <= run.outputs.keys()):
            continue
        try:
            _run_one(stage, store, run=run, values=values, progress=progress)
        except LanduseError as error:
            faults += error.faults
    store.save_book()
    if faults:
        raise LanduseError(faults)
    return run


def before_gates(stages: Sequence[Stage]) -> set[str]:
    """Return the names of the gates and of every stage a gate rests on."""
    by_name = {stage.name: stage for stage in stages}
    needed = set[str]()
    waiting = [stage.name for stage in stages if stage.is_gate]
    while waiting:
        name = waiting.pop()
        if name not in needed and name in by_name:
            needed.add(name)
            waiting += by_name[name].upstream()
    return needed


def _run_one(
    stage: Stage, store: Store, *, run: Run, values: _Values, progress: Progress | None
) -> None:
    start = time.perf_counter()
    key = stage_key(stage, store, run.outputs)
    kept = store.find(key)
    reasons = () if kept is not None else _reasons(stage, store, key)
    if progress:
        progress(stage, kept is None)
    if kept is None:
        arguments = {name: values.get(source, run) for name, source in stage.takes.items()}
        if stage.recalls:
            arguments[stage.recalls.given] = store.recall(
                key, stage.recalls.own, but_for=stage.recalls.but_for
            )
        made = stage.run(**arguments, **stage.files, **stage.fixed, settings=stage.settings)
        kept = store.keep(key, made)
    run.keys[stage.name], run.outputs[stage.name] = key, kept
    values.release(stage)
    seconds = time.perf_counter() - start
    run.steps.append(Step(stage.name, stage.zh, bool(reasons), seconds, reasons))


def _reasons(stage: Stage, store: Store, key: Key) -> tuple[str, ...]:
    """Return why a stage reruns; one unchanged since an unfinished or cleared run says so."""
    return tuple(why(store.last(stage.name), key.parts())) or ("result not kept / 结果未保存",)


def stage_key(stage: Stage, store: Store, outputs: Mapping[str, Mapping[str, str]]) -> Key:
    """Return the key of a stage, given the output digests of what it takes."""
    inputs = {}
    for argument, source in sorted(stage.takes.items()):
        upstream, _, name = (source or "").partition(".")
        inputs[argument] = outputs[upstream].get(name, ABSENT) if source else ABSENT
    settings = canonical(stage.settings.model_dump(mode="json") | {"fixed": dict(stage.fixed)})
    return store.key(
        stage.name, stage.run, settings=settings, inputs=inputs, files=stage.flat_files()
    )


class _Values:
    """Loaded outputs, each read once and let go after its last reader.

    Rasters beyond ``HELD_BYTES`` are let go at once, the largest first, and read again when the
    next stage asks: a county of any size fits the memory, a usual one is read once.
    """

    def __init__(self, stages: Iterable[Stage], store: Store) -> None:
        self._store = store
        self._left: dict[str, int] = {}
        self._loaded: dict[str, Any] = {}
        for stage in stages:
            for source in filter(None, stage.takes.values()):
                self._left[source] = self._left.get(source, 0) + 1

    def get(self, source: str | None, run: Run) -> Any:
        """Return an output as a value; None when the stage made none of that name."""
        if source is None:
            return None
        if source not in self._loaded:
            stage, name = source.split(".")
            present = name in run.outputs[stage]
            self._loaded[source] = self._store.load(run.keys[stage], name) if present else None
        return self._loaded[source]

    def release(self, stage: Stage) -> None:
        """Note that a stage has read what it takes."""
        for source in filter(None, stage.takes.values()):
            self._left[source] -= 1
            if self._left[source] == 0:
                self._loaded.pop(source, None)
        sizes = {source: raster_bytes(value) for source, value in self._loaded.items()}
        while sum(sizes.values()) > HELD_BYTES:
            largest = max(sizes, key=lambda source: sizes[source])
            del self._loaded[largest], sizes[largest]


def raster_bytes(value: Any) -> int:
    """Return the bytes of the cells a value holds: a layer, or several in a list."""
    if isinstance(value, Layer):
        return int(value.values.nbytes)
    return sum(map(raster_bytes, value)) if isinstance(value, list | tuple) else 0


@dataclass(frozen=True)
class Outlook:
    """What a run would do with one stage: keep it, redo it, or find out on the way."""

    stage: str
    zh: str
    state: str
    reasons: tuple[str, ...]


def outlook(stages: Sequence[Stage], store: Store) -> list[Outlook]:
    """Tell for every stage whether a run would redo it and why, without running anything."""
    outputs: dict[str, dict[str, str]] = {}
    result = []
    for stage in stages:
        open_ones = sorted(stage.upstream() - outputs.keys())
        if open_ones:
            state, reasons = "depends", tuple(f"upstream / 上游: {name}" for name in open_ones)
        else:
            key = stage_key(stage, store, outputs)
            kept = store.find(key)
            state = "kept" if kept is not None else "redo"
            reasons = () if kept is not None else _reasons(stage, store, key)
            if kept is not None:
                outputs[stage.name] = kept
        result.append(Outlook(stage.name, stage.zh, state, reasons))
    return result


def run_code(run: Run) -> str:
    """Return the short code of a run: a digest over the keys of all its stages."""
    return text_digest("\n".join(key.digest for _, key in sorted(run.keys.items())))[:8]
