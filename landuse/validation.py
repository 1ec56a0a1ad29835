"""A finished run against truth: joined by id or by area overlap, never by proximity."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.console import Say
from landuse.core.errors import Fault, LanduseError, data_fault, fail, missing_fault
from landuse.explain import read_product
from landuse.scores.accuracy import Measure, measure, worst_errors
from landuse.scores.assess import SUSPECTED
from landuse.study import OpenStudy

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
    study: OpenStudy, truth: Truth, *, score: str, progress: Say
) -> tuple[list[str], dict[str, Any]]:
    """Compare a run, made first where needed, with truth; return lines and data.

    Raises
    ------
    LanduseError
        If the truth cannot be read, lacks a column, or joins to no parcel.
    """
    from landuse.tasks import run_study

    run_study(study, progress=progress)
    parcels = read_product(study, "parcels")
    _check_score(score, parcels)
    labels = read_truth(truth, study)
    columns = ["parcel_id", "flag", "veto", "idle_score", "les", "score", "evidence_en"]
    joined = parcels[columns].merge(labels, on="parcel_id", validate="one_to_one")
    if joined.empty:
        raise fail(_no_join(truth, parcels, labels))
    flag = _flag_for(score, joined)
    values = joined[score].to_numpy("float64")
    measures = measure(values, joined["truth"].to_numpy(bool), flag)
    worst = worst_errors(joined, score=score)
    return (
        _lines(joined, measures, worst, labels=len(labels), parcels=len(parcels), score=score),
        _data(joined, measures, worst, score=score),
    )


def _check_score(score: str, parcels: pd.DataFrame) -> None:
    known = ("idle_score", "les", "score")
    if score not in known or score not in parcels:
        raise fail(
            data_fault(
                "没有这个得分列", "no such score", field="--score", found=score,
                todo_zh="可用：" + "、".join(known), todo_en="use one of: " + ", ".join(known),
            )
        )  # fmt: skip


def _flag_for(score: str, joined: pd.DataFrame) -> np.ndarray:
    """Return the flag that answers for a score: idle, low efficiency, or either."""
    wanted = {"idle_score": SUSPECTED[:1], "les": SUSPECTED[1:], "score": SUSPECTED}[score]
    return np.asarray(joined["flag"].isin(wanted), dtype=bool)


def read_truth(truth: Truth, study: OpenStudy) -> pd.DataFrame:
    """Return ``parcel_id, truth`` from a table with ids, or from a layer by area overlap."""
    if not truth.file.is_file():
        raise fail(missing_fault("找不到真值文件", "the truth file does not exist",
                                 file=str(truth.file), todo_zh="检查路径",
                                 todo_en="check the path"))  # fmt: skip
    if truth.id_field:
        table = pd.read_csv(truth.file, dtype="str", encoding="utf-8-sig")
        _need(table, (truth.id_field, truth.label), truth.file)
        _unique(table[truth.id_field], truth)
        return pd.DataFrame(
            {"parcel_id": table[truth.id_field].str.strip(), "truth": _labels(table, truth)}
        )
    layer = gpd.read_file(truth.file)
    _need(layer, (truth.label,), truth.file)
    parcels = gpd.read_parquet(study.out / "tables" / "geometry.parquet")
    return by_overlap(parcels, layer.assign(truth=_labels(layer, truth)).to_crs(parcels.crs))


def _need(table: pd.DataFrame, columns: tuple[str, ...], file: Path) -> None:
    faults = [
        data_fault(
            "真值表没有这一列", "the truth has no such column", file=file.name, field=column,
            found="、".join(map(str, table.columns)), todo_zh="改用已有的列",
            todo_en="name a column it has",
        )
        for column in columns
        if column not in table
    ]  # fmt: skip
    if faults:
        raise LanduseError(faults)


def _unique(ids: pd.Series[str], truth: Truth) -> None:
    twice = ids[ids.duplicated()].unique().tolist()
    if twice:
        raise fail(data_fault("真值编号重复", "ids repeat in the truth", file=truth.file.name,
                              field=truth.id_field, found=", ".join(twice[:10]),
                              todo_zh="每个地块只留一行",
                              todo_en="leave one row a parcel"))  # fmt: skip


def _labels(table: pd.DataFrame, truth: Truth) -> pd.Series[bool]:
    text = table[truth.label].astype("str").str.strip()
    if truth.equals:
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
        field=truth.id_field,
        found=f"{labels['parcel_id'].head(3).tolist()} / {parcels['parcel_id'].head(3).tolist()}",
        todo_zh="检查编号列", todo_en="check the id column",
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
