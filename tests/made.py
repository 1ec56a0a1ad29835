"""A small demo county, made and run, as a value that tests share."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from landuse.sources.demo import write_demo
from landuse.study import OpenStudy, open_study
from landuse.tasks import Outcome, run_study

ROOT = Path(__file__).parents[1]
DEMO_STUDY = ROOT / "studies" / "demo.toml"


def silent(_text: str) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Made:
    """A demo county that was run once: its raw folder, its products, what the run did."""

    raw: Path
    out: Path
    outcome: Outcome

    def open(self, **more: Path) -> OpenStudy:
        """Open the study again."""
        return open_study(DEMO_STUDY, **({"raw": self.raw, "out": self.out} | more))


def made_once(root: Path, folder: Path) -> Made:
    """Return a copy in ``folder`` of one demo county made under ``root``.

    Processes that test side by side share the making: the first to come makes it, the others
    wait; each gets a copy of its own, store included.
    """
    first, note = root / "示例 县 共用", root / "made.pickle"
    with FileLock(root / "made.lock"):
        if not note.exists():
            note.write_bytes(pickle.dumps(make(first)))
    made: Made = pickle.loads(note.read_bytes())
    shutil.copytree(first, folder, dirs_exist_ok=True)
    own = tuple(
        (zh, en, folder / path.relative_to(first)) for zh, en, path in made.outcome.products
    )
    return Made(
        folder / made.raw.relative_to(first), folder / made.out.relative_to(first),
        replace(made.outcome, products=own),
    )  # fmt: skip


def make(folder: Path, *, seed: int = 330781) -> Made:
    """Write and run a small demo county in a folder."""
    raw, out = folder / "原始 数据", folder / "成果 目录" / "demo"
    write_demo(raw, size="small", seed=seed)
    study = open_study(DEMO_STUDY, raw=raw, out=out)
    return Made(raw, out, run_study(study, progress=silent))
