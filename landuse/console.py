"""What a terminal shows: progress while it runs, and the closing lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from landuse.store import NEVER_RUN

if TYPE_CHECKING:
    from landuse.scale import ProvinceOutcome
    from landuse.tasks import Outcome

Say = Callable[[str], None]
REASONS_SHOWN = 3


@contextmanager
def watch() -> Iterator[Say]:
    """Yield a function that shows the step under way; silent when not on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("…", total=None)
        yield lambda text: bar.update(task, description=text)


@contextmanager
def watch_bytes() -> Iterator[Callable[[str, int, int | None], None]]:
    """Yield a function that shows the bytes of each file under way; silent off a terminal."""
    if not sys.stderr.isatty():
        yield lambda _name, _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(),
               TransferSpeedColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)
            if total is not None and done >= total:
                bar.remove_task(tasks.pop(name))

        yield show


def run_report(outcome: Outcome) -> list[str]:
    """Return the closing lines of a run: what was redone, and where the products are."""
    redone, kept = len(outcome.redone), outcome.kept
    if redone == 0:
        work = f"没有变化，未重做任何步骤 / nothing changed, nothing redone ({kept} kept)"
    else:
        work = f"重做 {redone} 步，沿用 {kept} 步 / {redone} steps run, {kept} kept"
    lines = [f"{work}，{outcome.seconds:.1f} s"]
    lines += [
        f"  {step.zh} ({step.stage}): {_brief(step.reasons)}"
        for step in outcome.rerun
        if step.reasons != (NEVER_RUN,)
    ]
    lines += [f"{zh} {en}: {path}" for zh, en, path in outcome.products]
    lines += outcome.profile.lines() if outcome.profile else []
    return lines + list(outcome.notes)


def province_report(outcome: ProvinceOutcome) -> list[str]:
    """Return the closing lines of a province: each county, then where the merge is."""
    done = sum(not item.faults for item in outcome.told)
    head = f"完成 {done} / {len(outcome.told)} 县 / counties done，{outcome.seconds:.1f} s"
    lines = [
        f"  {item.name}: 未完成 failed" if item.faults
        else f"  {item.name}: 重做 {item.redone} 步，沿用 {item.kept} 步 / "
        f"{item.redone} steps run, {item.kept} kept，{item.seconds:.1f} s"
        for item in outcome.told
    ]  # fmt: skip
    shown = [path for path in outcome.products if path.suffix in {".html", ".xlsx"}]
    return [head, *lines, *(f"汇总 merged: {path}" for path in shown)]


def _brief(reasons: tuple[str, ...]) -> str:
    shown = "; ".join(reasons[:REASONS_SHOWN])
    more = len(reasons) - REASONS_SHOWN
    return f"{shown}; … +{more}" if more > 0 else shown
