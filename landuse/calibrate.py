"""Learn a score model from labels: held-out accuracy first, then a file beside the old model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.align.fields import clean_text
from landuse.console import Say
from landuse.core.errors import Fault, LanduseError, data_fault, fail, study_fault
from landuse.explain import product_table, read_product
from landuse.plan import Plan
from landuse.products.accuracy_text import comparison_data, comparison_lines, weight_lines
from landuse.products.gather import column_names
from landuse.scores.by_group import group_keys
from landuse.scores.calibration import (
    CalibrationSettings,
    Fit,
    calibrated,
    engine_score,
    thin_groups,
)
from landuse.scores.held_out import Comparison, by_group, compare, cross_validate, learn
from landuse.scores.model import Criterion, Grade, ScoreModel
from landuse.scores.model_text import Origin, model_text
from landuse.sources.read_table import read_table
from landuse.sources.spec import TableSource
from landuse.store import file_digest
from landuse.study import SHIPPED_MODELS, OpenStudy
from landuse.tasks import run_study
from landuse.validation import Truth, labels_on_parcels

LEAST_LABELS = 200
LEAST_OF_EACH = 20
_SIZE = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class CalibrateChoice:
    """What to learn from, and how.

    Attributes
    ----------
    block : column of the truth table or of the parcels that holds the spatial block, or the side
        of a square grid in metres.
    add : measured columns on trial as further criteria, "column:family".
    by_group : whether each peer group of the run learns weights and ramps of its own.
    old : file of the model in use; to : file to write, beside ``old`` by default.
    """

    truth: Truth
    settings: CalibrationSettings
    block: str = "1000"
    add: tuple[str, ...] = ()
    by_group: bool = False
    old: Path
    to: Path | None = None


def calibrate_study(
    study: OpenStudy, choice: CalibrateChoice, *, today: date, progress: Say
) -> tuple[list[str], dict[str, Any]]:
    """Learn weights and ramps from labels of a run, made first where needed; write the model.

    Raises
    ------
    LanduseError
        Exit code 2 for fewer than 200 labels, an unknown column, family or block, or a target
        file that exists; 4 if the labels do not support two families of evidence.
    """
    target = _target(study, choice)
    run_study(study, progress=progress)
    table = read_product(study, "parcels")
    settings = _with_groups(choice, table)
    labels = labels_on_parcels(choice.truth, study)
    table = table.merge(labels, on="parcel_id", validate="one_to_one")
    table = table.sort_values("parcel_id", ignore_index=True)
    truth = table["truth"].to_numpy(bool)
    _enough(truth, choice)
    blocks = _blocks(study, table, choice)
    trial = trial_criteria(study, table, choice)
    model = study.model
    progress("分块交叉验证 cross-validating by block")
    held_out = cross_validate(model, trial, table, truth, blocks=blocks, settings=settings)
    compared = compare(held_out, truth, blocks)
    progress("用全部标签拟合 fitting on all labels")
    split, trial = by_group(model, trial, settings=settings)
    found = learn(split, trial, table, truth, blocks=blocks, settings=settings)
    made = _finished(model, found, table, settings=settings)
    _check_families(made, choice)
    origin = _origin(choice, truth, found=found, compared=compared, today=today)
    text = model_text(model, made, score=settings.score, origin=origin)
    target.write_text(text, encoding="utf-8", newline="\n")
    lines = [
        f"标签 labels {len(truth)}，为真 true {int(truth.sum())}，分块 blocks {blocks.nunique()}，"
        f"折 folds {settings.folds}，各折自选收缩 shrink {sorted(held_out.shrink)}",
        *comparison_lines(compared),
        *weight_lines(model, made, score=settings.score),
        *_thin_lines(thin_groups(found, minimum=model.minimum_families)),
        "有标签而无得分 labelled without a score: "
        + " → ".join(str(_silent(table, one, settings)) for one in (model, made)),
        f"已写入 written: {target}",
    ]
    data = {
        "labels": len(truth), "positive": int(truth.sum()), "blocks": int(blocks.nunique()),
        "shrink": found.shrink, "held_out": comparison_data(compared),
        "weights": {item.code: item.weight for item in made.criteria}, "file": str(target),
    }  # fmt: skip
    return lines, data


def _thin_lines(groups: set[str]) -> list[str]:
    if not groups:
        return []
    names = "、".join(sorted(groups))
    return [f"标签证据类不足、保留原权重的同类组 groups that keep their weights, for want of "
            f"families in their labels: {names}"]  # fmt: skip


def _with_groups(choice: CalibrateChoice, parcels: pd.DataFrame) -> CalibrationSettings:
    """Return the settings with the peer groups of the run, where each is to learn its own."""
    groups = tuple(sorted(parcels["group"].unique())) if choice.by_group else ()
    return choice.settings.model_copy(update={"by_group": groups})


def _target(study: OpenStudy, choice: CalibrateChoice) -> Path:
    folder = study.file.parent if choice.old.parent == SHIPPED_MODELS else choice.old.parent
    target = choice.to or folder / f"{choice.old.stem}_calibrated.toml"
    if target.exists():
        raise fail(
            study_fault("目标文件已存在，不覆盖", "the target exists and is not overwritten",
                        field="--to", found=str(target), todo_zh="用 --to 另给文件名",
                        todo_en="name another file with --to")
        )  # fmt: skip
    return target


def _enough(truth: NDArray[np.bool_], choice: CalibrateChoice) -> None:
    positive = int(truth.sum())
    few = min(positive, len(truth) - positive)
    if len(truth) >= LEAST_LABELS and few >= LEAST_OF_EACH:
        return
    raise fail(
        study_fault(
            f"标签太少，不标定：须至少 {LEAST_LABELS} 个，是与否各至少 {LEAST_OF_EACH} 个",
            f"too few labels to learn from: {LEAST_LABELS} are needed, {LEAST_OF_EACH} of each",
            file=choice.truth.file.name, field=choice.truth.label,
            found=f"{len(truth)} 对上 joined, {positive} 为真 true",
            todo_zh="用 landuse sample 抽样核实，补足标签",
            todo_en="check more parcels: landuse sample",
        )
    )  # fmt: skip


def _blocks(study: OpenStudy, table: pd.DataFrame, choice: CalibrateChoice) -> pd.Series[str]:
    """Return the block of each parcel: a column, or squares of a grid by representative point."""
    if _SIZE.fullmatch(choice.block):
        outlines = gpd.read_parquet(product_table(study, "geometry")).set_index("parcel_id")
        points = outlines.geometry.reindex(table["parcel_id"]).representative_point()
        size = float(choice.block)
        cells = [
            f"{x // size:.0f}/{y // size:.0f}" for x, y in zip(points.x, points.y, strict=True)
        ]
        blocks = pd.Series(cells, index=table.index, dtype="str")
    elif choice.block in table.columns:
        blocks = table[choice.block].astype("str")
    else:
        blocks = _truth_column(table, choice)
    folds = choice.settings.folds
    if blocks.nunique() < folds:
        raise fail(
            study_fault("分块太少", "too few blocks", field="--block",
                        found=f"{blocks.nunique()} < {folds}", todo_zh="用更小的格网或另一列",
                        todo_en="give a smaller grid or another column")
        )  # fmt: skip
    return blocks


def _truth_column(table: pd.DataFrame, choice: CalibrateChoice) -> pd.Series[str]:
    wanted = {"--id": choice.truth.id_field, "--block": choice.block}
    if not choice.truth.id_field:
        raise fail(
            study_fault("没有这个分块列", "no such block column", field="--block",
                        found=choice.block, todo_zh="给出格网边长（米）或地块表的列",
                        todo_en="give a grid size in metres or a column of the parcels")
        )  # fmt: skip
    read = read_table(choice.truth.file, TableSource(path="", fields=wanted))
    named = pd.Series(clean_text(read["--block"])[0].to_numpy(), index=clean_text(read["--id"])[0])
    blocks = named.reindex(table["parcel_id"]).fillna("").astype("str")
    return blocks.set_axis(table.index)


def trial_criteria(
    study: OpenStudy, table: pd.DataFrame, choice: CalibrateChoice
) -> tuple[Criterion, ...]:
    """Return the columns on trial as criteria whose weight and ramp are still to be learnt."""
    names = column_names(Plan(study).product_settings())
    families = {family.code for family in study.model.families}
    faults: list[Fault] = []
    made: list[Criterion] = []
    for number, text in enumerate(choice.add, start=1):
        column, _, family = text.partition(":")
        if column not in table or not pd.api.types.is_float_dtype(table[column].dtype):
            faults.append(
                _unknown(text, "没有这个数值列", "no such measured column", sorted(names))
            )
        elif family not in families:
            faults.append(_unknown(text, "没有这个证据类别", "no such family", sorted(families)))
        else:
            known = names.get(column)
            made.append(
                Criterion(
                    code=f"K{number:02d}", score=choice.settings.score, column=column,
                    zh=known.zh if known else column, en=known.en if known else column,
                    unit=known.unit if known else "", family=family, weight=0.01,
                    ramp=((0.0, 0.0), (1.0, 1.0)), source="on trial", mark="P",
                    decimals=known.decimals if known else 2, data=_role(study.model, column),
                )
            )  # fmt: skip
    if faults:
        raise LanduseError(faults)
    return tuple(made)


def _role(model: ScoreModel, column: str) -> str:
    """Return the source that a column rests on, as the model itself names it elsewhere."""
    uses = {item.column: item.data for item in model.criteria}
    uses |= {item.column: item.data for item in model.vetoes}
    parts = {part: uses[d.column] for d in model.derived if d.column in uses for part in d.of}
    return uses.get(column) or parts.get(column, "")


def _unknown(text: str, zh: str, en: str, known: list[str]) -> Fault:
    return study_fault(
        zh, en, field="--add", found=text, todo_zh="写成 列:类别，可用：" + "、".join(known[:40]),
        todo_en="write column:family, one of: " + ", ".join(known[:40]),
    )  # fmt: skip


def _finished(
    model: ScoreModel, found: Fit, table: pd.DataFrame, *, settings: CalibrationSettings
) -> ScoreModel:
    """Return the learnt model with a limit that lists as many labelled parcels as the old one.

    The scale of a score moves with its weights; a limit kept as it was would list more or fewer
    for no reason. The lowest grade is lowered where a listed parcel would have none.
    """
    made = calibrated(model, found, score=settings.score)
    old, new = (engine_score(table, one, score=settings.score) for one in (model, made))
    listed = int((np.nan_to_num(old, nan=-1.0) >= model.flag_minimum[settings.score]).sum())
    known = np.sort(new[~np.isnan(new)])[::-1]
    limit = model.flag_minimum[settings.score]
    if 0 < listed <= len(known):
        limit = float(np.floor(known[listed - 1] * 10) / 10)
    lowest = min(model.grades, key=lambda grade: grade.minimum)
    grades = tuple(
        Grade(**(item.model_dump() | {"minimum": min(item.minimum, limit)}))
        if item == lowest
        else item
        for item in model.grades
    )
    return made.model_copy(
        update={
            "name": f"{model.name}_calibrated",
            "title_zh": f"{model.title_zh}（标定）",
            "title_en": f"{model.title_en} (calibrated)",
            "flag_minimum": {**model.flag_minimum, settings.score: limit},
            "grades": grades,
        }
    )


def _silent(table: pd.DataFrame, model: ScoreModel, settings: CalibrationSettings) -> int:
    """Count the parcels whose evidence does not suffice for a score: weights move coverage too."""
    return int(np.isnan(engine_score(table, model, score=settings.score)).sum())


def _check_families(made: ScoreModel, choice: CalibrateChoice) -> None:
    own = made.of_score(choice.settings.score)
    held: dict[str, set[str]] = {}
    for item, key in zip(own, group_keys(own), strict=True):
        held.setdefault(key, set()).add(item.family)
    families = min(held.values(), key=len)
    if len(families) >= made.minimum_families:
        return
    raise fail(
        data_fault(
            "标签只支持一类证据，不写模型", "the labels support too few families; no model written",
            file=choice.truth.file.name, found=", ".join(sorted(families)) or "-",
            todo_zh="补充标签，或用 --weights-only", todo_en="add labels, or use --weights-only",
        )
    )  # fmt: skip


def _origin(
    choice: CalibrateChoice,
    truth: NDArray[np.bool_],
    *,
    found: Fit,
    compared: list[Comparison],
    today: date,
) -> Origin:
    digest = file_digest(choice.truth.file)[:12]
    ap = next(item for item in compared if item.name == "average_precision")
    source = (
        f"calibrated on {len(truth)} labels ({int(truth.sum())} true) of {choice.truth.file.name}, "
        f"column {choice.truth.label}, {today.isoformat()}, sha256 {digest}"
    )
    notes = (
        "由 landuse calibrate 写出；只含权重与斜坡，不含标签 weights and ramps only, no label.",
        f"{source}; block {choice.block}; shrink {found.shrink:g}.",
        f"Held-out blocks: average precision {ap.before.value:.3f} before, {ap.after.value:.3f} "
        f"after (gain 95 % {ap.gain.low:+.3f} to {ap.gain.high:+.3f}).",
    )
    return Origin(extends=choice.old.name, source=source, notes=notes)
