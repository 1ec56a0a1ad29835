"""A small demo county, made and run, as a value that tests share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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


def make(folder: Path, *, seed: int = 330781) -> Made:
    """Write and run a small demo county in a folder."""
    raw, out = folder / "原始 数据", folder / "成果 目录" / "demo"
    write_demo(raw, size="small", seed=seed)
    study = open_study(DEMO_STUDY, raw=raw, out=out)
    return Made(raw, out, run_study(study, progress=silent))
