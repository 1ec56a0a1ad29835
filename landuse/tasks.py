"""What the commands do, as functions: find, check, run, tell, export."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landuse.codebook import code_digest
from landuse.console import Say
from landuse.core.errors import LanduseError, fail, study_fault
from landuse.inputs import missing_files
from landuse.manifest import write_manifest
from landuse.pipeline import stages
from landuse.plan import Plan
from landuse.product_files import PRODUCT_FILES
from landuse.products.facts import Absence, absences
from landuse.runner import Outlook, Run, Step, outlook, run_code, run_stages
from landuse.second_hand import SecondHand
from landuse.sources.roles import ROLE_NAMES
from landuse.spare import Process, usual_processes
from landuse.store import Kept, Store, canonical
from landuse.study import OpenStudy, open_study
from landuse.timing import Profile, profile_of
from landuse.warm import start_warming

PACKAGE = Path(__file__).parent
STUDY_FOLDERS = (Path("studies"), PACKAGE / "studies", PACKAGE.parent / "studies")
DEMO_STAMP = "demo.json"


@dataclass(frozen=True)
class Outcome:
    """What a run did and where its products are."""

    steps: tuple[Step, ...]
    products: tuple[tuple[str, str, Path], ...]
    notes: tuple[str, ...]
    seconds: float
    code: str
    profile: Profile | None = None

    @property
    def rerun(self) -> list[Step]:
        """Return the steps that ran."""
        return [step for step in self.steps if step.ran]

    @property
    def redone(self) -> list[str]:
        """Return the names of the steps that ran."""
        return [step.stage for step in self.rerun]

    @property
    def kept(self) -> int:
        """Return how many steps were kept."""
        return len(self.steps) - len(self.rerun)

    def data(self) -> dict[str, Any]:
        """Return the outcome as plain data for ``--json``."""
        return {
            "run_code": self.code,
            "seconds": round(self.seconds, 3),
            "redone": {step.stage: list(step.reasons) for step in self.rerun},
            "kept": [step.stage for step in self.steps if not step.ran],
            "step_seconds": {step.stage: round(step.seconds, 3) for step in self.steps},
            "products": {path.name: str(path) for _, _, path in self.products},
            "notes": list(self.notes),
        } | ({"profile": self.profile.data()} if self.profile else {})


def find_study(name: Path) -> Path:
    """Return a study file: the path itself, or a study of that name that is at hand.

    Raises
    ------
    LanduseError
        If there is none (exit code 2).
    """
    if name.suffix == ".toml" or name.exists():
        if name.is_file() or name.parent != Path("studies"):
            return name
        places = [folder / name.name for folder in STUDY_FOLDERS]
    else:
        places = [folder / f"{name}.toml" for folder in STUDY_FOLDERS]
    for place in places:
        if place.is_file():
            return place
    known = sorted({p.stem for folder in STUDY_FOLDERS for p in folder.glob("*.toml")
                    if not p.stem.endswith("_model")})  # fmt: skip
    raise fail(
        study_fault(
            "找不到研究文件", "no such study", found=str(name),
            todo_zh="给出 .toml 路径，或用：" + "、".join(known),
            todo_en="name a .toml file, or one of: " + ", ".join(known),
        )
    )  # fmt: skip


def open_store(study: OpenStudy) -> Store:
    """Open the study's store, beside its products."""
    return Store(study.out.parent / ".store" / study.out.name)


def run_study(
    study: OpenStudy, *, progress: Say, profile: bool = False, processes: int | None = None,
    spare: Process | None = None,
) -> Outcome:  # fmt: skip
    """Run what changed and publish the products, each whole.

    ``processes`` : 1, or 2 to make stages side by side; None = `spare.usual_processes`.
    ``spare`` : a process of `spare.spare_process` to be the second.
    ``profile`` measures what reading the inputs alone takes, after the stages, and keeps the time
    of each stage in the outcome and the manifest.

    Raises
    ------
    LanduseError
        With every fault found in the raw layers; nothing is published then.
    """
    start = time.perf_counter()
    _need_files(study)
    store, plan = open_store(study), stages(study)
    with store.alone():
        store.sweep()
        two = (processes or usual_processes()) > 1
        second = SecondHand(store.folder, spare) if two else None
        run = run_stages(plan, store, progress=narrate(progress, len(plan)), second=second)
        timed = None
        if profile:
            made = time.perf_counter() - start
            timed = profile_of(study, store.load(run.keys["grid"], "grid"), run.steps, made)
        store.publish(_product_files(run, store, study, timed), study.out)
        store.remember(run.keys, {step.stage: step.seconds for step in run.steps if step.ran})
    return Outcome(
        steps=tuple(run.steps),
        products=_listed(study.out),
        notes=(*_lost(run), *_notes(study)),
        seconds=time.perf_counter() - start,
        code=run_code(run),
        profile=timed,
    )


def _product_files(
    run: Run, store: Store, study: OpenStudy, profile: Profile | None
) -> dict[str, Kept]:
    """Return the finished file of every product, the manifest among them."""
    files = {}
    for name, source in PRODUCT_FILES.items():
        stage, output = source.split(".")
        if stage in run.keys:
            file, digest = store.path(run.keys[stage], output), run.outputs[stage][output]
            files[name] = Kept(file, digest)
    manifest = write_manifest(run, store, study, files=files, profile=profile)
    return files | {"manifest.json": manifest}


def narrate(progress: Say, total: int, *, warm: bool = True) -> Any:
    """Return a function that tells each stage as it starts, with its number.

    ``warm`` readies the zonal engine beside the first reading of files; a run in which only
    settings changed needs none.
    """
    done = 0

    def tell(stage: Any, redo: bool) -> None:
        nonlocal done
        done += 1
        if warm and redo and stage.is_gate:
            start_warming()
        progress(f"[{done}/{total}] {stage.zh} {stage.name}{'' if redo else '（沿用 kept）'}")

    return tell


def _need_files(study: OpenStudy) -> None:
    faults = missing_files(study)
    if faults:
        raise LanduseError(faults)


LISTED = (
    ("地图", "map", "map.html"),
    ("候选清单", "candidates", "candidates.xlsx"),
    ("图层", "layers", "candidates.gpkg"),
    ("QGIS 工程", "QGIS project", "candidates.qgs"),
    ("全部地块", "all parcels", "parcels.csv"),
    ("村庄与整合方案", "villages and plan", "villages.xlsx"),
    ("退低进高与激励", "opportunities", "opportunities.xlsx"),
    ("报告", "report", "report.html"),
    ("清单与来源", "manifest", "manifest.json"),
)


def _listed(out: Path) -> tuple[tuple[str, str, Path], ...]:
    return tuple((zh, en, out / name) for zh, en, name in LISTED if (out / name).exists())


def _lost(run: Run) -> tuple[str, ...]:
    return tuple(
        f"第二个进程未能完成 {stage}，由本进程重做；内存不足时可用 --processes 1 / "
        f"{stage} was lost with the second process and made in this one; "
        "if memory is short: --processes 1"
        for stage in run.lost
    )


def _notes(study: OpenStudy) -> tuple[str, ...]:
    lines = [f"  {item.reason_zh} → {item.cost_zh} / {item.reason_en} → {item.cost_en}"
             for item in study_absences(study)]  # fmt: skip
    return ("缺项 absent:", *lines) if lines else ()


def study_absences(study: OpenStudy) -> tuple[Absence, ...]:
    """Return every source the study does not have, and what that costs."""
    return absences(
        Plan(study).absent(), model=study.model, robustness=True, role_names=ROLE_NAMES,
        village_model=study.village_model,
    )  # fmt: skip


STATE_WORDS = {"kept": "沿用 kept", "redo": "重做 redo", "depends": "视上游 depends"}


def study_status(study: OpenStudy) -> tuple[list[str], dict[str, Any]]:
    """Tell for each stage whether a run would redo it and why; nothing is run."""
    _need_files(study)
    store = open_store(study)
    found = outlook(stages(study), store)
    store.save_book()
    redo = [item for item in found if item.state != "kept"]
    head = (
        "没有变化，运行不会重做任何步骤 / nothing changed, a run would redo nothing"
        if not redo
        else f"{len(redo)} / {len(found)} 步可能重做 / steps may be redone"
    )
    return [head, *(_status_line(item) for item in found)], {
        "stages": [
            {"stage": item.stage, "state": item.state, "reasons": list(item.reasons)}
            for item in found
        ]
    }


def _status_line(item: Outlook) -> str:
    reasons = f": {'; '.join(item.reasons)}" if item.reasons else ""
    return f"  {STATE_WORDS[item.state]}  {item.zh} ({item.stage}){reasons}"


def demo_study(
    *, size: str, seed: int, noise: float, raw: Path | None, out: Path | None, progress: Say
) -> OpenStudy:
    """Make the demo county's raw layers where they are not there yet, and open its study."""
    from landuse.sources.demo import SIZES, write_demo

    if size not in SIZES:
        raise fail(
            study_fault(
                "没有这个规模", "no such size", field="--size", found=size,
                todo_zh="用 " + "、".join(SIZES), todo_en="use one of " + ", ".join(SIZES),
            )
        )  # fmt: skip
    study = open_study(find_study(Path("demo")), raw=raw, out=out)
    choice = {"size": size, "seed": seed, "noise": noise}
    stamp = canonical(choice | {"code": code_digest(write_demo)})
    marker = study.raw / DEMO_STAMP
    if not marker.is_file() or marker.read_text(encoding="utf-8") != stamp:
        progress("生成示例县 making the demo county")
        marker.unlink(missing_ok=True)
        write_demo(study.raw, size=size, seed=seed, noise=noise)
        marker.write_text(stamp, encoding="utf-8", newline="\n")
    return study
