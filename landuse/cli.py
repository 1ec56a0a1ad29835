"""Commands: each a few lines over a function. 命令行。"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Annotated

import typer

from landuse.cli_accuracy import calibrate, sample, validate
from landuse.cli_options import Json, ModelFile, Out, Raw, StudyFile, say, show
from landuse.cli_province import province
from landuse.collector import collect_seldom
from landuse.core.errors import LanduseError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="疑似闲置与低效建设用地研判。Suspected idle and low-efficiency construction land, "
    "with the evidence beside it.",
    epilog="退出码 exit codes: 0 完成 done; 2 研究文件或命令参数有误 study file or argument wrong; "
    "3 缺少数据源 source missing; 4 数据有误 data wrong; 1 程序或磁盘故障 our fault or the disk; "
    "130 被中断 interrupted.",
)

OUR_FAULT, INTERRUPTED = 1, 130
KEPT_ZH = "已完成的步骤都保留，重新运行即可继续"
KEPT_EN = "Finished steps are kept; run again to go on"


def _tell(error: LanduseError) -> None:
    """Write every fault to the error stream."""
    count = len(error.faults)
    head = f"共 {count} 处问题 / {count} fault(s):"
    sys.stderr.write("\n".join([head, *(fault.text() for fault in error.faults)]) + "\n")
    sys.stderr.flush()


@app.command()
def demo(
    size: Annotated[
        str, typer.Option(help="small 6 km、full 36 km 或 large 58 km / extent")
    ] = "full",
    seed: Annotated[int, typer.Option(help="随机种子 / seed of the fictional county")] = 330781,
    noise: Annotated[
        float, typer.Option(min=0, help="误差倍数，1 = 公开精度 / error factor")
    ] = 1.0,
    raw: Raw = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """生成虚构示例县并完成全流程。Make the fictional county and run everything on it.

    例 example: landuse demo --size small
    """
    from landuse.console import run_report, watch
    from landuse.tasks import demo_study, run_study

    with watch() as progress:
        study = demo_study(size=size, seed=seed, noise=noise, raw=raw, out=out, progress=progress)
        outcome = run_study(study, progress=progress)
    show(run_report(outcome), outcome.data(), as_json=as_json)


@app.command()
def new(
    adcode: Annotated[str, typer.Argument(help="县级行政区划代码 / county code, e.g. 330781")],
    name: Annotated[str, typer.Option(help="成果目录名 / short name")] = "",
    file: Annotated[Path | None, typer.Option(help="写到此文件 / file to write")] = None,
    raw: Raw = None,
    county: Annotated[
        Path | None, typer.Option(help="县界文件 / file with the county outline")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="县界图层名 / its layer")] = None,
    datum: Annotated[str, typer.Option(help="县界文件的坐标基准 / its datum")] = "CGCS2000",
    online: Annotated[
        bool, typer.Option(help="从 geoBoundaries 下载县界 / outline from geoBoundaries")
    ] = False,
    point: Annotated[
        tuple[float, float] | None, typer.Option(help="县内一点：经度 纬度 / lon lat in it")
    ] = None,
    as_of: Annotated[datetime.datetime | None, typer.Option(
        formats=["%Y-%m-%d"], help="分析基准日，默认今天 / analysis date, today")] = None,
) -> None:  # fmt: skip
    """新建研究：坐标系、范围、分幅、文件名都写好。Write a complete study file for a county.

    县界来自 --county 文件、--online（geoBoundaries），或可选包 landuse[boundaries]。
    The outline comes from --county, --online, or the optional package landuse[boundaries].
    例 example: landuse new 330781 --name lanxi
    """
    from landuse.console import watch_bytes
    from landuse.new import Outline, find_outline, new_study, require_datum, study_name

    short = study_name(adcode, name)
    folder = raw or Path("data/raw") / short
    target = file or Path("studies") / f"{short}.toml"
    outline = Outline(county, layer, require_datum(datum), online=online, point=point)
    with watch_bytes() as progress:
        boundary = find_outline(adcode, outline, raw=folder, progress=progress)
    day = (as_of or datetime.datetime.now().astimezone()).date()
    made = new_study(boundary, name=short, file=target, raw=folder, as_of=day)
    say("\n".join(f"已写入 written: {path}" for path in made))
    say(f"接着 next: landuse fetch {target}；landuse check {target}；landuse run {target}")


@app.command()
def fetch(
    study: StudyFile,
    raw: Raw = None,
    offline: Annotated[bool, typer.Option(help="不联网，只列出 / no network, list only")] = False,
    as_json: Json = False,
) -> None:
    """下载研究需要的开放数据；已有的不再下载。Download the open data of a study.

    只取研究范围的部分（能分段读取的产品），断点续传，核对大小与校验值。
    Only the study's window where the provider allows; cut downloads resume; all is verified.
    例 example: landuse fetch studies/lanxi.toml
    """
    from landuse.console import watch_bytes
    from landuse.fetch import fetch_study
    from landuse.study import open_study
    from landuse.tasks import find_study

    opened = open_study(find_study(study), raw=raw)
    tell = (lambda _text: None) if as_json else say
    with watch_bytes() as progress:
        lines, data, faults = fetch_study(opened, offline=offline, progress=progress, say=tell)
    show(lines, data, as_json=as_json)
    if faults:
        raise LanduseError(faults)


@app.command()
def check(study: StudyFile, raw: Raw = None, out: Out = None, as_json: Json = False) -> None:
    """一次列出全部问题、缺项及代价、资料。List every fault, absence with its cost, and source.

    例 example: landuse check studies/demo.toml
    """
    from landuse.check import check_study
    from landuse.console import watch

    with watch() as progress:
        lines, data, faults = check_study(study, raw=raw, out=out, progress=progress)
    if faults:
        _tell(LanduseError(faults))
    show(lines, data, as_json=as_json)
    if faults:
        raise typer.Exit(data["exit_code"])


@app.command()
def run(
    study: StudyFile,
    raw: Raw = None,
    out: Out = None,
    model: ModelFile = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="列出各步用时，存入 manifest / time of each stage")
    ] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, max=2, help="进程数，默认 2 / processes, usually 2")
    ] = None,
    as_json: Json = False,
) -> None:
    """运行研究，只重做变化的部分。Run a study; only what changed is redone.

    例 example: landuse run studies/cambridge.toml --raw DIR
    """
    from landuse.spare import spare_process

    with spare_process(processes) as spare:
        from landuse.console import run_report, watch
        from landuse.study import open_study
        from landuse.tasks import find_study, run_study

        opened = open_study(find_study(study), raw=raw, out=out, model=model)
        with watch() as progress:
            outcome = run_study(
                opened, progress=progress, profile=profile, processes=processes, spare=spare
            )
    show(run_report(outcome), outcome.data(), as_json=as_json)


@app.command()
def status(
    study: StudyFile,
    raw: Raw = None,
    out: Out = None,
    model: ModelFile = None,
    as_json: Json = False,
) -> None:
    """说明再次运行会重做什么、为什么。Say what a run would redo and why.

    例 example: landuse status studies/demo.toml
    """
    from landuse.study import open_study
    from landuse.tasks import find_study, study_status

    opened = open_study(find_study(study), raw=raw, out=out, model=model)
    lines, data = study_status(opened)
    show(lines, data, as_json=as_json)


@app.command()
def explain(
    study: StudyFile,
    object_id: Annotated[
        str,
        typer.Argument(help="地块、自然村或地块组编号 / parcel, village or site id", metavar="ID"),
    ],
    raw: Raw = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """打印一个地块、自然村或退低进高地块组的全部推导。Print how one object was derived.

    例 example: landuse explain demo PARCEL_ID
    """
    from landuse.explain import explain_parcel
    from landuse.explain_site import explain_site, site_ids
    from landuse.explain_village import explain_village, village_ids
    from landuse.study import open_study
    from landuse.tasks import find_study

    opened = open_study(find_study(study), raw=raw, out=out)
    if object_id in village_ids(opened):
        lines, data = explain_village(opened, object_id)
    elif object_id in site_ids(opened):
        lines, data = explain_site(opened, object_id)
    else:
        lines, data = explain_parcel(opened, object_id)
    show(lines, data, as_json=as_json)


@app.command()
def export(
    study: StudyFile,
    file: Annotated[Path, typer.Argument(
        help="目标 .csv/.xlsx/.gpkg/.parquet/.shp/.geojson/.html / target file")],
    layer: Annotated[str, typer.Option(
        help="parcels 地块、villages 自然村、opportunities 机会地块 / layer")] = "parcels",
    preset: Annotated[str, typer.Option(
        help="dkbh（地块清单字段）、zhejiang（浙江表1-2，.xlsx）/ columns of a form")] = "",
    town: Annotated[
        list[str] | None, typer.Option(help="乡镇名称或代码 / town name or code")
    ] = None,
    zone: Annotated[
        list[str] | None, typer.Option(help="in、out 或园区名 / in, out or a zone name")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(
        help="类型，如 疑似低效、空心村 / kind of a parcel, village or site")] = None,
    grade: Annotated[list[str] | None, typer.Option(help="等级 I II III / grade")] = None,
    flag: Annotated[list[str] | None, typer.Option(help="标记，如 suspected_idle / flag")] = None,
    min_mu: Annotated[float | None, typer.Option(help="最小面积（亩）/ least area in mu")] = None,
    max_mu: Annotated[float | None, typer.Option(help="最大面积（亩）/ greatest area")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="条件，如 'far < 0.6' / condition")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="只要这些列 / only these columns")
    ] = None,
    site: Annotated[
        str, typer.Option(help="地块（方案）编号：单页 .html / one-page sheet of a site")
    ] = "",
    raw: Raw = None,
    out: Out = None,
) -> None:  # fmt: skip
    """按条件导出清单；.html 为一页的地块单或乡镇整治单。Export a filtered list or a one-page sheet.

    例 example: landuse export demo list.xlsx --grade I --zone in

    例 example: landuse export demo villages.shp --layer villages --kind 空心村
    例 example: landuse export demo site.html --site SITE_ID
    例 example: landuse export demo town.html --town TOWN
    """
    from landuse.lists import export_list
    from landuse.products.selection import Choice, parse_condition
    from landuse.sheets_of_sites import SUFFIX, export_site, export_town
    from landuse.study import open_study
    from landuse.tasks import find_study

    opened = open_study(find_study(study), raw=raw, out=out)
    towns = town or []
    if site or (file.suffix.lower() == SUFFIX and len(towns) == 1):
        page = export_site(opened, file, site) if site else export_town(opened, file, towns[0])
        say(f"已导出 / written: {page}")
        return
    choice = Choice(
        town=towns, zone=zone or (), kind=kind or (), grade=grade or (), flag=flag or (),
        min_mu=min_mu, max_mu=max_mu, where=[parse_condition(text) for text in where or ()],
        columns=column or (),
    )  # fmt: skip
    rows = export_list(opened, file, layer=layer, preset=preset, choice=choice)
    say(f"已导出 {rows} 行 / {rows} rows written: {file}")


for command in (sample, validate, calibrate, province):
    app.command()(command)


def main() -> None:
    """Run the command line; tell a user's mistake in a few lines and an exit code."""
    collect_seldom()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except LanduseError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno is None:
            raise
        sys.stderr.write("\n".join(_system_lines(error)) + "\n")
        sys.exit(OUR_FAULT)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            sys.stderr.write(f"\n已中断。{KEPT_ZH} / Interrupted. {KEPT_EN}\n")
        raise


def _system_lines(error: OSError) -> list[str]:
    """Return what the system refused: the disk is full, no right to write, a file in use."""
    name = f"[{error.filename}] " if error.filename else ""
    return [
        f"{name}系统拒绝了读写 / the system refused to read or write",
        f"  发现 found: {error.strerror or error}",
        f"  处理 to do: 检查磁盘空间、写入权限，以及文件是否被其他程序打开。{KEPT_ZH} / check free "
        f"space, rights, and whether another program holds the file. {KEPT_EN}",
    ]


if __name__ == "__main__":
    main()
