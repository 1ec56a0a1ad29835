"""Runs stages through the store: what is kept is not redone, what fails loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import Any

from landuse.core.errors import Fault, LanduseError
from landuse.core.settings import Settings
from landuse.order import behind, way_to_the_end
from landuse.store import Key, Store, canonical, text_digest, why

ABSENT = "absent"
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

    def make(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs of the stage, made from the values it takes."""
        return self.run(**arguments, **self.files, **self.fixed, settings=self.settings)

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
    lost: list[str] = field(default_factory=list)
    """Stages that a second process could not make, and that were made in this one."""

    @property
    def redone(self) -> list[str]:
        """Return the stages that ran."""
        return [step.stage for step in self.steps if step.ran]


Progress = Callable[[Stage, bool], None]
Sources = Mapping[str, tuple[Key, str] | None]
"""Argument of a stage -> key and name of the output it is; None = there is none."""


Needed = frozenset[tuple[str, str]]
"""Digest of the key and name of outputs."""


class HandLostError(Exception):
    """A process that made stages is gone; the stage it had is made again."""


class Hand:
    """Something that makes a stage and keeps it."""

    def start(self) -> None:
        """Be told that there is work, before any is given."""

    def ready(self) -> bool:
        """Wait until work can be given; False if it is closed before that."""
        return True

    def make(self, stage: Stage, key: Key, sources: Sources, needed: Needed) -> Mapping[str, str]:
        """Make a stage from kept outputs, keep it, and return the digests of its outputs.

        ``needed`` are outputs that later stages will ask for.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Be told that there is no more work."""


class Held:
    """Kept outputs as values, each read once while a stage may still ask for it.

    Cells of rasters stay on disk until a stage asks for them: a county of any size fits the memory.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loaded: dict[tuple[str, str], Any] = {}

    def get(self, source: tuple[Key, str] | None) -> Any:
        """Return an output as a value; None when there is none."""
        if source is None:
            return None
        key, name = source
        place = (key.digest, name)
        if place not in self._loaded:
            self._loaded[place] = self._store.load(key, name)
        return self._loaded[place]

    def arguments(self, stage: Stage, key: Key, sources: Sources) -> dict[str, Any]:
        """Return what a stage takes, and what it made before where it may take that over."""
        values = {name: self.get(source) for name, source in sources.items()}
        recalls = stage.recalls
        if recalls:
            before = self._store.recall(key, recalls.own, but_for=recalls.but_for)
            values[recalls.given] = before
        return values

    def keep_only(self, needed: Needed) -> None:
        """Let go of everything that no stage will ask for."""
        self._loaded = {place: self._loaded[place] for place in self._loaded if place in needed}


def run_stages(
    stages: Sequence[Stage], store: Store, *, progress: Progress | None = None,
    second: Hand | None = None,
) -> Run:  # fmt: skip
    """Run the stages, each at most once for the same key; those that many seconds wait for first.

    With a ``second`` hand a stage whose inputs are made need not wait for one that stands before
    it. What a stage makes rests on its inputs alone, so the results are the same.

    Raises
    ------
    LanduseError
        With the faults of every gate stage that failed; after the first fault only gates and
        what they rest on were run.
    """
    board = _Board(stages, store, progress)
    other = Thread(target=board.help_with, args=(second,), daemon=True) if second else None
    try:
        if other:
            other.start()
        board.work(_OwnHand(store), calls=second)
    finally:
        if second:
            second.close()
        if other:
            other.join()
    store.save_book()
    return board.finished()


class _Board:
    """What is still to do, what was made, and what went wrong; shared by the hands."""

    def __init__(self, stages: Sequence[Stage], store: Store, progress: Progress | None) -> None:
        self._store, self._progress = store, progress
        self._order = {stage.name: place for place, stage in enumerate(stages)}
        way = way_to_the_end({stage.name: stage.upstream() for stage in stages}, store.seconds())
        self._waiting = sorted(stages, key=lambda stage: -way[stage.name])
        self._gates = before_gates(stages)
        self._changed = Condition()
        # One asks at a time: the digest of a file is worked out once and noted in one book.
        self._asking = Lock()
        self._at_work = 0
        self._run = Run()
        self._faults: dict[str, tuple[Fault, ...]] = {}
        self._broken: BaseException | None = None

    def help_with(self, hand: Hand) -> None:
        """Take stages for a hand once it is ready, until none is left."""
        try:
            if hand.ready():
                self.work(hand)
        except HandLostError:
            self._run.lost.append("开始 start")

    def work(self, hand: Hand, *, calls: Hand | None = None) -> None:
        """Take and make stages until none is left for this hand; ``calls`` is told of work."""
        while (stage := self._take()) is not None:
            try:
                self._one(stage, hand, calls)
            except LanduseError as error:
                self._end(stage, faults=error.faults)
            except HandLostError:
                self._end(stage, again=True)
                return
            except BaseException as error:  # noqa: BLE001 - raised again when all hands rest
                self._end(stage, broken=error)

    def finished(self) -> Run:
        """Return the run, or raise what went wrong."""
        if self._broken is not None:
            raise self._broken
        if self._faults:
            by_place = sorted(self._faults.items(), key=lambda item: self._order[item[0]])
            raise LanduseError([fault for _, faults in by_place for fault in faults])
        self._run.steps.sort(key=lambda step: self._order[step.stage])
        return self._run

    def _take(self) -> Stage | None:
        """Return the next stage whose inputs are made; None when no more can come."""
        with self._changed:
            while self._broken is None:
                ready = next(filter(self._is_ready, self._waiting), None)
                if ready is not None:
                    self._waiting.remove(ready)
                    self._at_work += 1
                    return ready
                if not self._at_work:
                    return None
                self._changed.wait()
            return None

    def _is_ready(self, stage: Stage) -> bool:
        wanted = not self._faults or stage.name in self._gates
        return wanted and stage.upstream() <= self._run.outputs.keys()

    def _one(self, stage: Stage, hand: Hand, calls: Hand | None) -> None:
        start = time.perf_counter()
        with self._asking:
            key = stage_key(stage, self._store, self._run.outputs)
            kept = self._store.find(key)
            reasons = () if kept is not None else _reasons(stage, self._store, key)
            if self._progress:
                self._progress(stage, kept is None)
        if kept is None:
            if calls:
                calls.start()
            sources = sources_of(stage, self._run)
            kept = dict(hand.make(stage, key, sources, self._needed()))
        step = Step(stage.name, stage.zh, bool(reasons), time.perf_counter() - start, reasons)
        with self._changed:
            self._run.keys[stage.name] = key
            self._run.outputs[stage.name] = kept
            self._run.steps.append(step)
        self._end(stage)

    def _needed(self) -> Needed:
        with self._changed:
            links = {link for stage in self._waiting for link in stage.takes.values() if link}
            parts = [link.split(".") for link in links]
            keys = self._run.keys
            return frozenset((keys[name].digest, out) for name, out in parts if name in keys)

    def _end(
        self, stage: Stage, *, faults: tuple[Fault, ...] = (), again: bool = False,
        broken: BaseException | None = None,
    ) -> None:  # fmt: skip
        with self._changed:
            self._at_work -= 1
            if faults:
                self._faults[stage.name] = faults
            if again:
                self._waiting.insert(0, stage)
                self._run.lost.append(stage.name)
            self._broken = self._broken or broken
            self._changed.notify_all()


class _OwnHand(Hand):
    """Makes stages in this process."""

    def __init__(self, store: Store) -> None:
        self._store, self._held = store, Held(store)

    def make(self, stage: Stage, key: Key, sources: Sources, needed: Needed) -> Mapping[str, str]:
        """Make a stage here."""
        with self._store.aside():
            made = stage.make(self._held.arguments(stage, key, sources))
        self._held.keep_only(needed)
        return self._store.keep(key, made)


def sources_of(stage: Stage, run: Run) -> dict[str, tuple[Key, str] | None]:
    """Return where each argument of a stage is kept; None for what no stage made."""
    found: dict[str, tuple[Key, str] | None] = {}
    for argument, source in stage.takes.items():
        upstream, _, name = (source or "").partition(".")
        present = bool(source) and name in run.outputs[upstream]
        found[argument] = (run.keys[upstream], name) if present else None
    return found


def before_gates(stages: Sequence[Stage]) -> set[str]:
    """Return the names of the gates and of every stage a gate rests on."""
    gates = [stage.name for stage in stages if stage.is_gate]
    return behind(gates, {stage.name: stage.upstream() for stage in stages})


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
