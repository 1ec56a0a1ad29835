"""Many counties on a dask.distributed cluster, then one province-wide merge.

Each county is one task: the same `run_study` that runs it alone, into a store of its own, so that
the results are the same bytes. A lost worker loses only the stage it was in: the county is given to
another worker, which finds the finished stages in the store and goes on.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster, as_completed
from distributed.client import Future

from landuse.codebook import code_digest, library_versions
from landuse.console import Say
from landuse.core.errors import Fault, LanduseError, fail, study_fault
from landuse.pipeline import stages
from landuse.products.province.county import Failed, read_county
from landuse.products.province.write import write_province
from landuse.store import canonical, text_digest
from landuse.study import OpenStudy, open_study
from landuse.tasks import run_study

OUR_FAULT = 1
CONNECT_SECONDS = 20
_ONE_AT_A_TIME = threading.Lock()
"""GDAL's and pandas' readers swap process-wide state, so a worker runs one county at a time."""


@dataclass(frozen=True)
class Cluster:
    """Where counties run: the address of a scheduler, or workers of this machine.

    ``memory_gb`` is the limit of a local worker; one that passes it is stopped and replaced.
    ``retries`` is how often a county is tried again after a fault that is not in its data.
    """

    scheduler: str = ""
    workers: int = 0
    memory_gb: float = 2.0
    retries: int = 2


@dataclass(frozen=True)
class Job:
    """One county to run; every path is absolute and the same on all machines."""

    name: str
    file: Path
    raw: Path
    out: Path
    build: str


@dataclass(frozen=True)
class Told:
    """What a worker tells of a county: its faults, or what it redid."""

    name: str
    faults: tuple[Fault, ...] = ()
    redone: int = 0
    kept: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class ProvinceOutcome:
    """What became of every county, and the province's products."""

    told: tuple[Told, ...]
    products: tuple[Path, ...]
    seconds: float

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return the faults of every county that failed, in the order of names."""
        return tuple(fault for item in self.told for fault in item.faults)

    def data(self) -> dict[str, Any]:
        """Return the outcome as plain data for ``--json``."""
        return {
            "seconds": round(self.seconds, 3),
            "counties": [
                {
                    "county": item.name,
                    "state": "failed" if item.faults else "done",
                    "redone": item.redone,
                    "kept": item.kept,
                    "seconds": round(item.seconds, 3),
                    "faults": [fault.text() for fault in item.faults],
                }
                for item in self.told
            ],
            "products": {path.name: str(path) for path in self.products
                         if path.suffix != ".parquet"},
        }  # fmt: skip


def open_counties(files: Sequence[Path], *, raw: Path | None, out: Path | None) -> list[OpenStudy]:
    """Open the studies of a province.

    Parameters
    ----------
    raw, out : folders that hold one folder a study, named by the study; else each study's own.

    Raises
    ------
    LanduseError
        With the faults of all files at once, among them two studies of one name (exit code 2).
    """
    opened, faults = list[OpenStudy](), list[Fault]()
    for file in files:
        try:
            study = open_study(file)
            here = raw / study.name if raw else None
            there = out / study.name if out else None
            opened.append(open_study(file, raw=here, out=there) if here or there else study)
        except LanduseError as error:
            faults += error.faults
    names = [study.name for study in opened]
    faults += [_twice(name, opened) for name in sorted({n for n in names if names.count(n) > 1})]
    if faults:
        raise LanduseError(faults)
    return sorted(opened, key=lambda study: study.name)


def _twice(name: str, opened: Sequence[OpenStudy]) -> Fault:
    files = ", ".join(study.file.name for study in opened if study.name == name)
    return study_fault(
        "两个研究同名，成果会互相覆盖", "two studies of one name would overwrite each other",
        file=files, field="study.name", found=name,
        todo_zh="给每个县不同的 name", todo_en="give each county a name of its own",
    )  # fmt: skip


def run_province(
    studies: Sequence[OpenStudy], folder: Path, *, cluster: Cluster, title: tuple[str, str],
    progress: Say,
) -> ProvinceOutcome:  # fmt: skip
    """Run every county on the cluster and merge those that finished into ``folder``.

    A county that fails is told in the outcome and in the products; the others are finished.

    Raises
    ------
    LanduseError
        If the scheduler does not answer, or if no county could be finished.
    """
    start = time.perf_counter()
    jobs = {study.name: _job(study) for study in studies}
    told = dict[str, Told]()
    with _client(cluster) as client:
        for item in _mapped(client, list(jobs.values()), retries=cluster.retries):
            told[item.name] = item
            progress(f"[{len(told)}/{len(jobs)}] {item.name}{' 未完成 failed' * bool(item.faults)}")
    listed = tuple(told[name] for name in sorted(told))
    done = [jobs[item.name] for item in listed if not item.faults]
    if not done:
        raise LanduseError([fault for item in listed for fault in item.faults])
    progress("汇总 merging")
    failed = [_failed(study, told[study.name]) for study in studies if told[study.name].faults]
    counties = [read_county(job.out) for job in done]
    products = write_province(folder.resolve(), counties, failed, title=title)
    return ProvinceOutcome(listed, tuple(products), time.perf_counter() - start)


def run_county(job: Job) -> Told:
    """Run one county in a worker; faults of the study and its data come back as a value.

    Other errors are raised, so that the cluster tries again.
    """
    with _ONE_AT_A_TIME:
        start = time.perf_counter()
        if build_code() != job.build:
            return Told(job.name, (_other_build(job),))
        try:
            study = open_study(job.file, raw=job.raw, out=job.out)
            outcome = run_study(study, progress=_silent, processes=1)
        except LanduseError as error:
            return Told(job.name, tuple(error.faults))
        return Told(
            job.name, (), len(outcome.redone), outcome.kept, time.perf_counter() - start
        )  # fmt: skip


@functools.cache
def build_code() -> str:
    """Return a digest of this program and its libraries: equal codes make equal bytes."""
    return text_digest(canonical([code_digest(run_study), code_digest(stages), library_versions()]))


def _silent(_text: str) -> None:
    """Show no progress: a worker has no terminal."""


def _job(study: OpenStudy) -> Job:
    return Job(
        study.name, study.file.resolve(), study.raw.resolve(), study.out.resolve(), build_code()
    )  # fmt: skip


def _failed(study: OpenStudy, told: Told) -> Failed:
    head = study.study.study
    faults = tuple(fault.text() for fault in told.faults)
    return Failed(study.name, head.title_zh, head.title_en, head.adcode, faults)


@contextmanager
def _client(cluster: Cluster) -> Iterator[Client]:
    """Yield a client of the named scheduler, or of workers started for this call."""
    if cluster.scheduler:
        with _connected(cluster.scheduler) as client:
            yield client
        return
    # County results are files; what travels between processes is a few hundred bytes.
    with (
        LocalCluster(
            n_workers=cluster.workers or dask.system.CPU_COUNT,
            threads_per_worker=1,
            memory_limit=f"{cluster.memory_gb}GiB",
            dashboard_address=None,
            silence_logs="ERROR",
        ) as local,
        Client(local) as client,
    ):
        yield client


def _connected(address: str) -> Client:
    try:
        return Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise fail(
            study_fault(
                "连不上调度器", "the scheduler does not answer", field="--scheduler",
                found=f"{address}: {type(error).__name__}",
                todo_zh="核对地址（tcp://主机:端口），或不写 --scheduler 而用本机",
                todo_en="check the address (tcp://host:port), or leave --scheduler out",
            )
        ) from error  # fmt: skip


def _mapped(client: Client, jobs: Sequence[Job], *, retries: int) -> Iterator[Told]:
    futures = {
        client.submit(run_county, job, pure=False, retries=retries): job.name for job in jobs
    }
    for future in as_completed(list(futures)):
        yield _result(future, futures[future])


def _result(future: Future[Told], name: str) -> Told:
    """Return what a county's task told; a task that ended without a word becomes a fault."""
    if future.status == "finished":
        told: Told = future.result()
        return told
    error = future.exception() if future.status == "error" else None
    return Told(name, (_broken(name, error),))


def _broken(name: str, error: BaseException | None) -> Fault:
    found = f"{type(error).__name__}: {error}" if error else "cancelled"
    return Fault(
        exit_code=OUR_FAULT, file=name, found=found[:600],
        zh="这个县没有跑完：程序故障、磁盘故障，或工作进程多次中断（常因内存不足）",
        en="this county was not finished: a fault of ours, of the disk, or workers that were lost "
        "again and again (often for want of memory)",
        todo_zh="用 landuse run 单独运行看原因；内存不足时加大 --memory；再次运行只做没做完的",
        todo_en="see why with landuse run; give more --memory if that is short; a further run does "
        "only what is left",
    )  # fmt: skip


def _other_build(job: Job) -> Fault:
    return study_fault(
        "工作进程上的程序或依赖库与本机不同，结果不会一致",
        "the worker holds another build of the program or its libraries; results would differ",
        file=job.name, field="--scheduler", todo_zh="在所有机器上安装同一版本",
        todo_en="install the same version on every machine",
    )  # fmt: skip
