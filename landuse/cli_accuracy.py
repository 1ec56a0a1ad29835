"""Commands that ask how right a run was: draw a sample, compare with truth, learn from labels."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from landuse.cli_options import Json, ModelFile, Out, Raw, StudyFile, show


def sample(
    study: StudyFile,
    file: Annotated[Path, typer.Argument(help="目标 .xlsx / workbook to write")],
    size: Annotated[int, typer.Option(min=1, help="抽查宗数 / parcels to visit")] = 300,
    seed: Annotated[int, typer.Option(help="随机种子 / random seed")] = 20260101,
    minimum: Annotated[int, typer.Option(min=1, help="每层至少 / least of a stratum")] = 10,
    unblind: Annotated[
        bool, typer.Option("--open", help="列出判定与得分（非盲） / show flag and score")
    ] = False,
    raw: Raw = None,
    out: Out = None,
    model: ModelFile = None,
    as_json: Json = False,
) -> None:
    """分层随机抽样，导出现场核实表（盲核）。Draw a stratified sample to check in the field.

    例 example: landuse sample demo 核实.xlsx --size 300
    """
    from landuse.console import watch
    from landuse.fieldwork import sample_study
    from landuse.scores.sampling import SampleSettings
    from landuse.study import open_study
    from landuse.tasks import find_study

    opened = open_study(find_study(study), raw=raw, out=out, model=model)
    settings = SampleSettings(size=size, seed=seed, per_stratum_minimum=minimum)
    with watch() as progress:
        lines, data = sample_study(
            opened, file, settings=settings, blind=not unblind, progress=progress
        )
    show(lines, data, as_json=as_json)


def validate(
    study: StudyFile,
    truth: Annotated[
        Path | None, typer.Option(help="真值表 .csv 或图层 / truth table or layer")
    ] = None,
    label: Annotated[str, typer.Option(help="真值列 / column that is true or false")] = "",
    checks: Annotated[
        Path | None, typer.Option(help="填好的现场核实表 .xlsx / filled field workbook")
    ] = None,
    id_field: Annotated[str, typer.Option("--id", help="真值表中的地块编号列 / id column")] = "",
    score: Annotated[str, typer.Option(help="idle_score、les 或 score / ranking")] = "idle_score",
    equals: Annotated[
        str, typer.Option(help="真值列等于此值为真 / value that counts as true")
    ] = "",
    strata: Annotated[
        bool, typer.Option(help="按同类组和区内外分列 / per peer group and zone side")
    ] = False,
    raw: Raw = None,
    out: Out = None,
    model: ModelFile = None,
    as_json: Json = False,
) -> None:
    """与真值表或现场核实表比较：精度及区间。Compare with truth or field checks, with intervals.

    Truth joins by id, or by area overlap when the truth is a layer; never by proximity.
    例 example: landuse validate studies/cambridge.toml --truth truth.csv --id ML --label any_vac
    例 example: landuse validate demo --checks 核实.xlsx
    """
    from landuse.console import watch
    from landuse.fieldwork import validate_checks
    from landuse.study import open_study
    from landuse.tasks import find_study
    from landuse.validation import Truth, validate_study

    if (truth is None) == (checks is None) or (truth is not None and not label):
        raise typer.BadParameter("给出 --truth 与 --label，或给出 --checks / --truth with --label, "
                                 "or --checks")  # fmt: skip
    opened = open_study(find_study(study), raw=raw, out=out, model=model)
    with watch() as progress:
        if checks is not None:
            today = datetime.datetime.now().astimezone().date()
            lines, data = validate_checks(opened, checks, today=today, progress=progress)
        elif truth is not None:
            named = Truth(truth, label, id_field, equals)
            lines, data = validate_study(
                opened, named, score=score, strata=strata, progress=progress
            )
    show(lines, data, as_json=as_json)


def calibrate(
    study: StudyFile,
    truth: Annotated[Path, typer.Option(help="真值表 .csv 或图层 / truth table or layer")],
    label: Annotated[str, typer.Option(help="真值列 / column that is true or false")],
    id_field: Annotated[str, typer.Option("--id", help="真值表中的地块编号列 / id column")] = "",
    score: Annotated[str, typer.Option(help="idle 或 les / which score")] = "idle",
    equals: Annotated[
        str, typer.Option(help="真值列等于此值为真 / value that counts as true")
    ] = "",
    block: Annotated[
        str, typer.Option(help="分块：列名，或格网边长（米） / column, or grid side in metres")
    ] = "1000",
    add: Annotated[
        list[str] | None, typer.Option(help="试用的实测列 列:类别 / column:family on trial")
    ] = None,
    by_group: Annotated[
        bool, typer.Option(help="每个同类组各学各的 / each peer group learns its own")
    ] = False,
    weights_only: Annotated[
        bool, typer.Option(help="只学权重，不动斜坡 / learn weights, keep the ramps")
    ] = False,
    folds: Annotated[int, typer.Option(min=2, help="交叉验证折数 / folds")] = 10,
    to: Annotated[Path | None, typer.Option(help="写到此模型文件 / model file to write")] = None,
    raw: Raw = None,
    out: Out = None,
    model: ModelFile = None,
    as_json: Json = False,
) -> None:
    """用至少 200 个标签学习非负权重，写成新模型。Learn non-negative weights from labels.

    只报告未参与学习的分块上的精度；旧模型不动。Held-out accuracy only; the old model stays.
    例 example: landuse calibrate studies/cambridge.toml --truth truth.csv --id ML --label any_vac
    """
    from landuse.calibrate import CalibrateChoice, calibrate_study
    from landuse.console import watch
    from landuse.scores.calibration import CalibrationSettings
    from landuse.study import model_file, open_study
    from landuse.tasks import find_study
    from landuse.validation import Truth

    if score not in {"idle", "les"}:
        raise typer.BadParameter("--score: idle, les")
    file = find_study(study)
    opened = open_study(file, raw=raw, out=out, model=model)
    choice = CalibrateChoice(
        truth=Truth(truth, label, id_field, equals),
        settings=CalibrationSettings.model_validate(
            {"score": score, "ramps": not weights_only, "folds": folds}
        ),
        block=block, add=tuple(add or ()), by_group=by_group, to=to,
        old=model or model_file(opened.study.score.model, beside=file),
    )  # fmt: skip
    with watch() as progress:
        today = datetime.datetime.now().astimezone().date()
        lines, data = calibrate_study(opened, choice, today=today, progress=progress)
    show(lines, data, as_json=as_json)
