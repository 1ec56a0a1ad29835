"""The field-check loop: draw a sample, hand out a workbook, read it back, say how good the list is.

Labels go one way: they test the list and are kept beside it. Nothing here feeds a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from landuse.console import Say
from landuse.core.errors import Fault, data_fault, fail, study_fault
from landuse.explain import read_product
from landuse.products.accuracy_text import (
    estimate_data,
    estimate_lines,
    plain_rows,
    reliability_lines,
    stratum_lines,
)
from landuse.products.field_sheet import FieldChecks, read_field_workbook
from landuse.products.field_workbook import CLASSES, FieldSample, write_field_workbook
from landuse.products.words import GROUPS, SUSPECTED, flag_words
from landuse.scores.design_accuracy import Estimate, by_stratum, precision_recall, reliability
from landuse.scores.sampling import (
    KEYS,
    SampleSettings,
    balanced_size,
    design_of,
    draw,
    least_size,
    strata_of,
)
from landuse.study import OpenStudy
from landuse.tasks import run_study

KINDS = {
    "either": ("疑似闲置或低效", SUSPECTED, ("闲置", "低效")),
    "idle": ("疑似闲置", SUSPECTED[:1], ("闲置",)),
    "les": ("疑似低效", SUSPECTED[1:], ("低效",)),
}
"""What is tested: words, the flags that claim it, what must be seen for the claim to hold."""


WEIGHTED = "全县设计加权，线性化方差、Korn-Graubard 区间 / county, design-weighted, 95 %:"


def sample_study(
    study: OpenStudy,
    file: Path,
    *,
    settings: SampleSettings,
    progress: Say,
    blind: bool = True,
) -> tuple[list[str], dict[str, Any]]:
    """Draw a stratified random sample of a run, made first where needed, and write its workbook.

    Raises
    ------
    LanduseError
        If the file is no .xlsx or exists already, or the size cannot hold the minima (exit code 2).
    """
    _check_file(file)
    outcome = run_study(study, progress=progress)
    parcels = read_product(study, "parcels")
    minimum = {str(name): value for name, value in study.model.flag_minimum.items()}
    strata = strata_of(parcels, minimum, near_points=settings.near_points)
    least = least_size(strata, minimum=settings.per_stratum_minimum)
    if settings.size < least:
        raise fail(_too_small(strata, least, settings=settings))
    design = design_of(strata, settings=settings)
    drawn = draw(strata, design, seed=settings.seed)
    rows = drawn.merge(parcels, on="parcel_id", how="left", validate="1:1")
    head = study.study.study
    sample = FieldSample(
        title=f"{head.title_zh} 现场核实抽样", parcels=rows, design=design, seed=settings.seed,
        run_code=outcome.code, blind=blind,
    )  # fmt: skip
    write_field_workbook(sample, file)
    return _sample_lines(sample, file), {
        "file": str(file), "sample": len(rows), "strata": len(design), "seed": settings.seed,
        "run_code": outcome.code, "blind": blind,
        "design": design.to_dict("records"),
    }  # fmt: skip


def _check_file(file: Path) -> None:
    if file.suffix.lower() != ".xlsx":
        raise fail(
            study_fault("抽样表须为 .xlsx", "the sample is written as .xlsx", field="FILE",
                        found=file.name, todo_zh="文件名以 .xlsx 结尾",
                        todo_en="end the file name with .xlsx")
        )  # fmt: skip
    if file.exists():
        raise fail(
            study_fault("文件已存在，可能已填写，不覆盖", "the file exists and may hold answers",
                        field="FILE", found=str(file), todo_zh="换一个文件名",
                        todo_en="give another name")
        )  # fmt: skip


def _too_small(strata: pd.DataFrame, least: int, *, settings: SampleSettings) -> Fault:
    size = balanced_size(strata, minimum=settings.per_stratum_minimum)
    return study_fault(
        "抽样数不够分到每一层", "the sample is too small for its strata", field="--size",
        found=f"{settings.size} < {least} = {strata.groupby(KEYS).ngroups} strata x "
        f"{settings.per_stratum_minimum} at most",
        todo_zh=f"用 --size {size}，或减小 --minimum",
        todo_en=f"use --size {size}, or a smaller --minimum",
    )  # fmt: skip


def _sample_lines(sample: FieldSample, file: Path) -> list[str]:
    design = sample.design
    lines = [
        f"已写入 written: {file}",
        f"抽样 sample {int(design['sample'].sum())} / {int(design['population'].sum())} 宗 parcels"
        f"，{len(design)} 层 strata，种子 seed {sample.seed}，运行 run {sample.run_code}，"
        + ("盲核 blind" if sample.blind else "非盲 not blind"),
        "每层 population → sample（权重 weight）；此表留内业，勿交外业 keep from the crew:",
    ]
    lines += [
        f"  {row['stratum']}  {CLASSES.get(row['run_class']) or flag_words(row['run_class'])}  "
        f"{GROUPS.get(row['group'], row['group'])}  {row['zone']}  {row['population']} → "
        f"{row['sample']}  ({row['weight']:.2f})"
        for row in design.to_dict("records")
    ]
    return lines


@dataclass(frozen=True, eq=False)
class Matched:
    """Checks matched to a run: ``rows`` of the sample still there, and what is not."""

    rows: pd.DataFrame
    lost: tuple[str, ...]
    same_run: bool


def validate_checks(
    study: OpenStudy, file: Path, *, today: date, progress: Say
) -> tuple[list[str], dict[str, Any]]:
    """Compare a run, made first where needed, with a filled field workbook.

    The flags are those of the run now, the weights those of the sample: the estimate holds for
    the present list even if it changed since the sample was drawn.

    Raises
    ------
    LanduseError
        See `read_field_workbook`; exit code 4 also if nothing was checked or no id matches.
    """
    checks = read_field_workbook(file, today=today)
    outcome = run_study(study, progress=progress)
    parcels = read_product(study, "parcels")
    matched = _match(checks, parcels, same_run=checks.run_code == outcome.code)
    if matched.rows.empty:
        raise fail(_nothing(checks, file))
    sample = matched.rows.assign(flag=matched.rows["run_flag"].isin(SUSPECTED))
    strata = by_stratum(sample, checks.design)
    kinds = {name: _kind(matched.rows, name) for name in KINDS}
    domains = _domains(sample)
    chance = _chance(sample)
    lines = [
        *_head_lines(checks, matched),
        *stratum_lines(strata),
        WEIGHTED,
        *estimate_lines({KINDS[name][0]: found for name, found in kinds.items()}),
        *estimate_lines({GROUPS.get(code, code): found for (_, code), found in domains.items()}),
        *(reliability_lines(*chance) if chance else ()),
    ]
    return lines, _data(checks, matched, strata, kinds=kinds, domains=domains, chance=chance)


def _match(checks: FieldChecks, parcels: pd.DataFrame, *, same_run: bool) -> Matched:
    columns = [
        name for name in ("parcel_id", "flag", "group", "zone_in", "p_flag") if name in parcels
    ]
    run = parcels[columns].rename(columns={"flag": "run_flag"})
    design = checks.design[["stratum", "population"]]
    done = checks.checked.merge(design, on="stratum", validate="many_to_one")
    rows = done.merge(run, on="parcel_id", how="inner", validate="1:1")
    lost = sorted(set(done["parcel_id"]) - set(rows["parcel_id"]))
    rows = rows.sort_values("parcel_id", ignore_index=True)
    return Matched(rows, tuple(lost), same_run)


def _nothing(checks: FieldChecks, file: Path) -> Fault:
    return data_fault(
        "没有可用的核实结果", "no check can be used", file=file.name, field="核实状态",
        found=f"{len(checks.checked)} 宗已核 checked，0 宗对上 matched",
        todo_zh="填写核实状态；地块编号须来自本研究", todo_en="fill in the checks; the ids must be "
        "those of this study",
    )  # fmt: skip


def _kind(rows: pd.DataFrame, name: str) -> dict[str, Estimate]:
    _, flags, seen = KINDS[name]
    table = rows.assign(flag=rows["run_flag"].isin(flags), truth=rows["observed"].isin(seen))
    return precision_recall(table)


def _domains(sample: pd.DataFrame) -> dict[tuple[str, str], dict[str, Estimate]]:
    """Return precision and recall by peer group, and inside and outside the zones."""
    zone = sample["zone_in"].astype("boolean").map({True: "in", False: "out"})
    parts = {
        **{("group", str(code)): sample["group"].eq(code) for code in sorted(set(sample["group"]))},
        **{("zone", code): zone.eq(code).fillna(value=False) for code in ("in", "out")},
    }
    return {
        key: precision_recall(sample, mask.to_numpy(bool))
        for key, mask in parts.items()
        if mask.any()
    }


def _chance(sample: pd.DataFrame) -> tuple[pd.DataFrame, float] | None:
    """Return the calibration table of P(flag), weighted by design; None without that column."""
    if "p_flag" not in sample:
        return None
    size = sample.groupby("stratum")["stratum"].transform("size")
    weight = (sample["population"] / size).to_numpy("float64")
    chance = sample["p_flag"].to_numpy("float64", na_value=np.nan)
    return reliability(chance, sample["truth"].to_numpy(bool), weight)


def _head_lines(checks: FieldChecks, matched: Matched) -> list[str]:
    drawn = int(checks.design["sample"].sum())
    lines = [
        f"核实 checked {len(checks.checked)} / 抽样 drawn {drawn}，对上 matched "
        f"{len(matched.rows)}，种子 seed {checks.seed}，抽样时运行 run {checks.run_code}"
        + ("（与本次相同 same）" if matched.same_run else "（此后结果有变，权重仍按抽样 changed)")
    ]
    if matched.lost:
        lines.append(
            f"核实记录未对上 {len(matched.lost)} 宗 checks match no parcel: "
            + ", ".join(matched.lost[:10])
            + "；图斑重划后请给出 previous_parcels / give previous_parcels after a re-cut"
        )
    return lines


def _data(
    checks: FieldChecks,
    matched: Matched,
    strata: pd.DataFrame,
    *,
    kinds: dict[str, dict[str, Estimate]],
    domains: dict[tuple[str, str], dict[str, Estimate]],
    chance: tuple[pd.DataFrame, float] | None,
) -> dict[str, Any]:
    return {
        "checked": len(checks.checked),
        "matched": len(matched.rows),
        "lost": list(matched.lost),
        "same_run": matched.same_run,
        "strata": plain_rows(strata),
        "county": {name: estimate_data(found) for name, found in kinds.items()},
        "domains": {
            f"{what}:{code}": estimate_data(found) for (what, code), found in domains.items()
        },
        "p_flag": None if chance is None else {"brier": chance[1], "bins": plain_rows(chance[0])},
    }
