"""The whole derivation of one parcel, as text and as data."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pandas as pd

from landuse.core.errors import fail, missing_fault, study_fault
from landuse.scores.model import Criterion
from landuse.scores.sentences import shown
from landuse.study import OpenStudy


def product_table(study: OpenStudy, name: str) -> Path:
    """Return the file of one Parquet table of a finished run.

    Raises
    ------
    LanduseError
        If the study was not run yet (exit code 3).
    """
    file = study.out / "tables" / f"{name}.parquet"
    if not file.is_file():
        raise fail(
            missing_fault(
                "尚无成果", "there is no finished run", file=study.file.name, found=str(file),
                todo_zh=f"先运行 landuse run {study.file.name}",
                todo_en=f"run landuse run {study.file.name} first",
            )
        )  # fmt: skip
    return file


def read_product(study: OpenStudy, name: str) -> pd.DataFrame:
    """Read one Parquet table of a finished run; see `product_table`."""
    return pd.read_parquet(product_table(study, name))


def explain_parcel(study: OpenStudy, parcel_id: str) -> tuple[list[str], dict[str, Any]]:
    """Return how one parcel came to its flag: head, criteria of both scores, vetoes, sentence.

    Raises
    ------
    LanduseError
        If no parcel has this id (exit code 2, with near matches).
    """
    parcels = read_product(study, "parcels")
    found = parcels[parcels["parcel_id"] == parcel_id]
    if found.empty:
        raise fail(_unknown(parcel_id, parcels["parcel_id"].tolist()))
    row = found.iloc[0].to_dict()
    contributions = read_product(study, "contributions")
    mine = contributions[contributions["parcel_id"] == parcel_id]
    criteria = {criterion.code: criterion for criterion in study.model.criteria}
    lines = _head(row)
    for score, zh, en in (("idle", "疑似闲置", "idle score"), ("les", "疑似低效", "LES")):
        part = mine[mine["score"] == score]
        lines += ["", *_score_lines(part, criteria, row, score=score, zh=zh, en=en)]
    lines += ["", row["evidence_zh"], row["evidence_en"]]
    data = {
        "parcel": {key: _plain(value) for key, value in row.items()},
        "criteria": [
            {key: _plain(value) for key, value in record.items()}
            for record in mine.to_dict("records")
        ],
    }
    return lines, data


def _unknown(parcel_id: str, known: list[str]) -> Any:
    near = difflib.get_close_matches(parcel_id, known, n=3, cutoff=0.5)
    return study_fault(
        "没有这个地块编号", "no parcel has this id", field="parcel_id", found=parcel_id,
        todo_zh="相近编号：" + "、".join(near) if near else "在地图或 parcels.csv 中查编号",
        todo_en="near: " + ", ".join(near) if near else "look the id up in the map or parcels.csv",
    )  # fmt: skip


def _head(row: dict[str, Any]) -> list[str]:
    if pd.isna(row["zone_in"]):
        zone = "区内外未知 zones not supplied"
    else:
        zone = row["zone_name"] if row["zone_in"] else "区外 outside"
    use = f"{row['land_use_zh']} {row['land_use_en']}"
    lines = [
        f"{row['parcel_id']}  {row['town_name']}  {use}  {zone}",
        f"面积 area {row['area_mu']:,.2f} 亩 mu  标记 flag {row['flag']}  等级 grade "
        f"{row['grade'] or '—'}  位次 rank {_plain(row['rank']) or '—'}  证据覆盖 coverage "
        f"{row['coverage']:.0%}  独立证据 families {row['families']}",
    ]
    if row["veto"]:
        lines.append(
            f"否决 veto {row['veto']}: {row['veto_zh']} / {row['veto_en']} "
            f"({row['veto_share']:.4g} > {row['veto_limit']:.4g}, {row['veto_layer']})"
        )
    return lines


def _score_lines(
    part: pd.DataFrame,
    criteria: dict[str, Criterion],
    row: dict[str, Any],
    *,
    score: str,
    zh: str,
    en: str,
) -> list[str]:
    total = row["idle_score" if score == "idle" else "les"]
    coverage = row[f"{score}_coverage"]
    figure = "—" if pd.isna(total) else f"{total:.1f}"
    lines = [f"{zh} {en}: {figure} / 100，覆盖 coverage {coverage:.0%}"]
    for item in part.sort_values("contribution", ascending=False).itertuples():
        criterion = criteria[str(item.criterion)]
        name = f"  {criterion.code} {criterion.zh} {criterion.en}"
        if item.available:
            lines.append(
                f"{name}: {shown(float(item.value), criterion)}  门槛 limit "
                f"{criterion.limit_zh or '—'}  缺口 deficit {item.deficit:.3f}  权重 weight "
                f"{criterion.weight:g}  +{item.contribution:.2f}  [{criterion.mark}] "
                f"{criterion.source}"
            )
        else:
            lines.append(f"{name}: — {item.reason_zh} / {item.reason_en}")
    return lines


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    return value.item() if hasattr(value, "item") else value
