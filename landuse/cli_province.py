"""The command that runs many counties."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landuse.cli_options import Json, show


def province(
    studies: Annotated[
        list[Path], typer.Argument(help="各县研究文件 / study files, one a county")
    ],
    name: Annotated[str, typer.Option(help="汇总成果目录名 / folder of the merge")] = "province",
    title: Annotated[str, typer.Option(help="标题 / title of the pages")] = "",
    scheduler: Annotated[
        str, typer.Option(help="Dask 调度器地址，不写则用本机 / scheduler, else this machine",
                          metavar="ADDRESS")
    ] = "",
    workers: Annotated[
        int, typer.Option(min=0, help="本机工作进程数，0 = 核数 / local workers, 0 = cores")
    ] = 0,
    memory: Annotated[
        float, typer.Option(min=0.5, help="每个本机进程的内存上限 GB / limit of a local worker")
    ] = 2.0,
    retries: Annotated[
        int, typer.Option(min=0, help="故障后重试次数 / tries after a fault not in the data")
    ] = 2,
    raw: Annotated[
        Path | None, typer.Option(help="其下每县一个原始数据目录 / holds a raw folder a study")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="其下每县一个成果目录 / holds a folder of products a study")
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """多县并行运行并汇总成省级成果。Run many counties at once and merge them.

    每县结果与单独运行逐字节相同；某县失败不影响其他县；再次运行只做没做完的。
    Each county gets the bytes of a run alone; one that fails stops no other; a further run does
    only what is left.
    例 example: landuse province studies/a.toml studies/b.toml --workers 2
    """
    from landuse.console import province_report, watch
    from landuse.core.errors import LanduseError
    from landuse.scale import Cluster, open_counties, run_province
    from landuse.tasks import find_study

    opened = open_counties([find_study(study) for study in studies], raw=raw, out=out)
    zh, en = title or f"{len(opened)} 县存量用地汇总", title or f"{len(opened)} counties merged"
    cluster = Cluster(scheduler, workers, memory, retries)
    folder = (out or Path("data/processed")) / name
    with watch() as progress:
        outcome = run_province(opened, folder, cluster=cluster, progress=progress,
                               title=(zh, en))  # fmt: skip
    show(province_report(outcome), outcome.data(), as_json=as_json)
    if outcome.faults:
        raise LanduseError(outcome.faults)
