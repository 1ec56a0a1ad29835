"""A finished run against truth: joined by id or by area overlap, never by proximity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.align.fields import clean_text, id_faults
from landuse.console import Say
from landuse.core.errors import Fault, LanduseError, data_fault, fail, study_fault
from landuse.explain import read_product
from landuse.products.accuracy_text import (
    estimate_data,
    estimate_lines,
    plain_rows,
    reliability_lines,
)
from landuse.products.words import GROUPS
from landuse.scores.accuracy import Measure, measure, worst_errors
from landuse.scores.assess import SUSPECTED
from landuse.scores.design_accuracy import reliability, share
from landuse.sources.read import read_vector
from landuse.sources.read_table import read_table
from landuse.sources.spec import TableSource, VectorSource
from landuse.study import OpenStudy

Table = TypeVar("Table")
SCORES = ("idle_score", "les", "score")
OVERLAP_MINIMUM = 0.5
TRUE_WORDS = {"true", "1", "1.0", "yes", "y", "t", "是"}
FALSE_WORDS = {"false", "0", "0.0", "no", "n", "f", "否"}


@dataclass(frozen=True)
class Truth:
    """Where truth is: a file, the label column, the id column (empty: overlap), what is true."""

    file: Path
    label: str
    id_field: str = ""
    equals: str = ""


def validate_study(
    study: OpenStudy, truth: Truth, *, score: str, progress: Say, strata: bool = False
) -> tuple[list[str], dict[str, Any]]:
    """Compare a run, made first where needed, with truth; return lines and data.

    ``strata`` adds the flag's precision and recall per peer group and inside and outside the
    zones. Where the run has P(flag), its calibration table and Brier score are added.

    Raises
    ------
    LanduseError
        If the truth cannot be read, lacks a column, or joins to no parcel.
    """
    from landuse.tasks import run_study

    _check_score(score)
    read_truth(truth)  # what is wrong with it is said before a long run
    run_study(study, progress=progress)
    parcels = read_product(study, "parcels")
    labels = labels_on_parcels(truth, study)
    columns = ["parcel_id", "flag", "veto", "idle_score", "les", "score", "evidence_en",
               "group", "zone_in"]  # fmt: skip
    columns += [name for name in ("p_flag",) if name in parcels]
    joined = parcels[columns].merge(labels, on="parcel_id", validate="one_to_one")
    if joined.empty:
        raise fail(_no_join(truth, parcels, labels))
    flag = _flag_for(score, joined)
    values = joined[score].to_numpy("float64")
    measures = measure(values, joined["truth"].to_numpy(bool), flag)
    worst = worst_errors(joined, score=score)
    lines = _lines(joined, measures, worst, labels=len(labels), parcels=len(parcels), score=score)
    data = _data(joined, measures, worst, score=score)
    more = [by_part(joined, flag)] if strata else []
    more += [_calibration(joined)] if "p_flag" in joined else []
    for text, facts in more:
        lines += text
        data |= facts
    return lines, data


def by_part(joined: pd.DataFrame, flag: np.ndarray) -> tuple[list[str], dict[str, Any]]:
    """Return precision, recall and prevalence per peer group and zone side, as lines and data.

    Every labelled parcel counts once. The intervals (Clopper-Pearson on counts) say how far the
    figures would carry to other parcels like these.
    """
    zone = joined["zone_in"].astype("boolean").map({True: "in", False: "out"}).fillna("unknown")
    truth = joined["truth"].to_numpy(bool)
    found = {}
    for name, part in (("group", joined["group"]), ("zone", zone)):
        for code in sorted(set(part)):
            inside = part.eq(code).to_numpy(bool)
            found[f"{name}:{code}"] = {
                "precision": share(truth[inside & flag]),
                "recall": share(flag[inside & truth]),
                "prevalence": share(truth[inside]),
            }
    named = {GROUPS.get(key.partition(":")[2], key): one for key, one in found.items()}
    lines = ["分组标记精度，95 % Clopper-Pearson 区间 / flag accuracy by group and zone side:"]
    data = {key: estimate_data(one) for key, one in found.items()}
    return [*lines, *estimate_lines(named)], {"strata": data}


def _calibration(joined: pd.DataFrame) -> tuple[list[str], dict[str, Any]]:
    chance = joined["p_flag"].to_numpy("float64", na_value=np.nan)
    table, brier = reliability(chance, joined["truth"].to_numpy(bool))
    return reliability_lines(table, brier), {"p_flag": {"brier": brier, "bins": plain_rows(table)}}


def _check_score(score: str) -> None:
    if score not in SCORES:
        raise fail(
            study_fault(
                "没有这个得分列", "no such score", field="--score", found=score,
                todo_zh="可用：" + "、".join(SCORES), todo_en="use one of: " + ", ".join(SCORES),
            )
        )  # fmt: skip


def _flag_for(score: str, joined: pd.DataFrame) -> np.ndarray:
    """Return the flag that answers for a score: idle, low efficiency, or either."""
    wanted = {"idle_score": SUSPECTED[:1], "les": SUSPECTED[1:], "score": SUSPECTED}[score]
    return np.asarray(joined["flag"].isin(wanted), dtype=bool)


def read_truth(truth: Truth) -> pd.DataFrame:
    """Return ``parcel_id, truth`` from a table with ids, else a layer of polygons with ``truth``.

    Raises
    ------
    LanduseError
        Exit code 3 if the file is absent, 2 if it lacks a column that was named, 4 if it cannot
        be read, an id is blank or repeats, a label is neither true nor false, or a layer has no
        CRS.
    """
    if truth.id_field:
        wanted = {"--id": truth.id_field, "--label": truth.label}
        table = _named(lambda: read_table(truth.file, TableSource(path="", fields=wanted)))
        ids, _ = clean_text(table["--id"])
        faults = id_faults(ids, name=truth.id_field, file=truth.file.name, refuse_duplicates=True)
        if faults:
            raise LanduseError(_one_row(fault) for fault in faults)
        return pd.DataFrame({"parcel_id": ids, "truth": _labels(table["--label"], truth)})
    source = VectorSource(path="", fields={"--label": truth.label})
    raw = _named(lambda: read_vector(truth.file, source))
    if raw.crs is None:
        raise fail(
            data_fault(
                "真值图层没有坐标系", "the truth layer has no CRS", file=truth.file.name,
                field="crs", found="-", todo_zh="先给图层定义坐标系，或用 --id 按编号对应",
                todo_en="assign its CRS first, or join by id with --id",
            )
        )  # fmt: skip
    return raw.table.set_crs(raw.crs).assign(truth=_labels(raw.table["--label"], truth))


def _one_row(fault: Fault) -> Fault:
    return replace(fault, todo_zh="每个地块只留一行", todo_en="leave exactly one row a parcel")


def _named(read: Callable[[], Table]) -> Table:
    """Read the truth; a column it lacks was named on the command line, so say it that way."""
    try:
        return read()
    except LanduseError as error:
        raise LanduseError(_by_option(fault) for fault in error.faults) from error


def _by_option(fault: Fault) -> Fault:
    if not fault.field.startswith("fields."):
        return fault
    return replace(
        fault, field=fault.field.removeprefix("fields."),
        todo_zh=fault.todo_zh if "？" in fault.todo_zh else "改用已有的列",
        todo_en=fault.todo_en if "?" in fault.todo_en else "name a column it has",
    )  # fmt: skip


def labels_on_parcels(truth: Truth, study: OpenStudy) -> pd.DataFrame:
    """Return ``parcel_id, truth`` of a finished run: by id, or by area overlap with a layer."""
    labelled = read_truth(truth)
    if not isinstance(labelled, gpd.GeoDataFrame):
        return labelled
    parcels = gpd.read_parquet(study.out / "tables" / "geometry.parquet")
    whole = labelled.set_geometry(labelled.geometry.make_valid())
    return by_overlap(parcels, whole.to_crs(parcels.crs))


def _labels(column: pd.Series[str], truth: Truth) -> pd.Series[bool]:
    text = column.astype("str").str.strip()
    if truth.equals:
        _refuse_absent_value(text, truth)
        return text == truth.equals
    lower = text.str.lower()
    unknown = sorted(set(lower) - TRUE_WORDS - FALSE_WORDS)
    if unknown:
        raise fail(data_fault("真值不是是/否", "the label is not true or false",
                              file=truth.file.name, field=truth.label,
                              found=", ".join(unknown[:10]),
                              todo_zh="用 --equals 指明哪个值为真",
                              todo_en="say with --equals which value is true"))  # fmt: skip
    return lower.isin(TRUE_WORDS)


def _refuse_absent_value(text: pd.Series[str], truth: Truth) -> None:
    if text.eq(truth.equals).any():
        return
    values = sorted(set(text))[:10]
    raise fail(study_fault("真值列里没有这个值", "the label never has this value",
                           file=truth.file.name, field="--equals", found=truth.equals,
                           todo_zh="可用：" + "、".join(values),
                           todo_en="use one of: " + ", ".join(values)))  # fmt: skip


def by_overlap(parcels: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return ``parcel_id, truth``: a parcel is labelled where truth covers half of it or more.

    ``layer`` holds labelled polygons in the CRS of the parcels with a boolean ``truth``. A parcel
    is true when true polygons cover at least half of its area, false when labelled polygons do
    but true ones do not, and left out otherwise.
    """
    shares = {}
    for name, part in (("all", layer), ("true", layer[layer["truth"]])):
        whole = part.geometry.union_all()
        covered = parcels.geometry.intersection(whole).area
        shares[name] = covered / parcels.geometry.area
    labelled = shares["all"] >= OVERLAP_MINIMUM
    table = pd.DataFrame(
        {"parcel_id": parcels["parcel_id"], "truth": shares["true"] >= OVERLAP_MINIMUM}
    )
    return table[labelled].reset_index(drop=True)


def _no_join(truth: Truth, parcels: pd.DataFrame, labels: pd.DataFrame) -> Fault:
    return data_fault(
        "真值与地块没有一个对得上", "no truth row matches a parcel", file=truth.file.name,
        field=truth.id_field or "geometry",
        found=f"{', '.join(labels['parcel_id'].head(3)) or '-'}; parcels "
        f"{', '.join(parcels['parcel_id'].head(3))}",
        todo_zh="检查编号列；没有编号时给出面图层，按重叠面积对应",
        todo_en="check the id column; without ids give a polygon layer, joined by overlap",
    )  # fmt: skip


def _lines(
    joined: pd.DataFrame,
    measures: list[Measure],
    worst: pd.DataFrame,
    *,
    labels: int,
    parcels: int,
    score: str,
) -> list[str]:
    positives = int(joined["truth"].sum())
    vetoed = int((joined["veto"] != "").sum())
    lines = [
        f"地块 parcels {parcels}，真值 truth {labels}，对上 joined {len(joined)}，其中为真 "
        f"positive {positives} ({positives / len(joined):.1%})，排序 ranking by {score}，"
        f"否决 vetoed {vetoed}，无得分 without score {int(joined[score].isna().sum())}",
        "95% 区间为地块自助重抽样 / 95 % intervals by bootstrap over parcels:",
    ]
    lines += [
        f"  {item.name:<18} {item.zh:<6} {item.value:.3f}  [{item.low:.3f}, {item.high:.3f}]"
        for item in measures
    ]
    lines.append("最严重的十处错误 / the ten worst errors:")
    for row in worst.to_dict("records"):
        figure = "—" if pd.isna(row[score]) else f"{row[score]:.1f}"
        lines.append(f"  {row['parcel_id']}  {figure}  {row['error']}  {row['evidence_en']}")
    return lines


def _data(
    joined: pd.DataFrame, measures: list[Measure], worst: pd.DataFrame, *, score: str
) -> dict[str, Any]:
    return {
        "score": score,
        "joined": len(joined),
        "positive": int(joined["truth"].sum()),
        "measures": {m.name: {"value": m.value, "low": m.low, "high": m.high} for m in measures},
        "worst": [
            {"parcel_id": row["parcel_id"], "error": row["error"], "flag": row["flag"]}
            for row in worst.to_dict("records")
        ],
    }
