"""The whole derivation of one parcel, as text and as data."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from landuse.core.errors import fail, missing_fault, study_fault
from landuse.indicators.dictionary import COLUMNS
from landuse.scores.derivation import SCORES, Origins, derive_criteria, derive_score
from landuse.scores.derivation_notes import SECTIONS, how_to_disagree, known, section_lines
from landuse.scores.derivation_rule import (
    derive_contradictions,
    derive_rule,
    derive_vetoes,
    flag_by_rule,
)
from landuse.scores.derivation_text import rule_lines, score_lines
from landuse.scores.model import ScoreModel
from landuse.scores.words import PEER_GROUPS, Words
from landuse.sources.roles import ROLE_NAMES
from landuse.study import OpenStudy

NEIGHBOURS_SHOWN = 5
COLUMN_WORDS: dict[str, Words] = {column.name: (column.zh, column.en) for column in COLUMNS} | {
    "neighbours": ("同片地块", "parcels of the cluster")
}
MODEL_CHANGED: Words = (
    "评价模型或规则在该次运行之后改过：下列权重、斜坡是现在的，分值是当时的；请重新运行",
    "the score model changed after this run: weights and ramps below are today's, points are of "
    "the run; run again",
)


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
    """Return how one parcel came to its flag, as lines and as the same data.

    Returns
    -------
    lines, and data: ``parcel`` (its row); ``criteria`` (values, ramps, weights, points);
    ``scores`` (sums, coverage, families); ``flag_rule``, ``vetoes``, ``contradictions``;
    ``ledger, robustness, pattern, field_check`` (None = not in that run); ``disagree``; ``notes``.

    Raises
    ------
    LanduseError
        If no parcel has this id (exit code 2, with near matches), or there is no finished run
        (exit code 3).
    """
    parcels = read_product(study, "parcels")
    found = parcels[parcels["parcel_id"] == parcel_id]
    if found.empty:
        raise fail(_unknown(parcel_id, parcels["parcel_id"].tolist()))
    row = found.iloc[0].to_dict() | _neighbours(parcels, found.iloc[0])
    contributions = read_product(study, "contributions")
    mine = contributions[contributions["parcel_id"] == parcel_id]
    data = derive(row, mine, study.model, origins=_origins(study))
    lines = [*_head(row), *(f"! {note['zh']} / {note['en']}" for note in data["notes"])]
    lines += ["", row["evidence_zh"], row["evidence_en"]]
    lines += [*score_lines(data, study.model), *rule_lines(data)]
    lines += section_lines(data, COLUMN_WORDS)
    lines += ["", "【如何提出异议 how to disagree】"]
    lines += [f"  {item['zh']} / {item['en']}" for item in data["disagree"]]
    return lines, plain_data(data)


def derive(
    row: Mapping[str, Any], parts: pd.DataFrame, model: ScoreModel, *, origins: Origins
) -> dict[str, Any]:
    """Return the derivation of one parcel from its row and its ``contributions``."""
    bars = model.contradictions
    criteria = derive_criteria(parts, row, model, origins=origins)
    scores: dict[str, dict[str, Any]] = {
        score: derive_score(criteria, row, model, score=score) for score in SCORES
    }
    vetoes = derive_vetoes(row, model, origins=origins)
    rule = derive_rule(row, scores, model, vetoes=vetoes, bars=bars)
    same = all(item["as_computed"] for item in criteria) and flag_by_rule(rule) == row["flag"]
    return {
        "parcel": dict(row),
        "criteria": criteria,
        "scores": scores,
        "flag_rule": rule,
        "vetoes": vetoes,
        "contradictions": derive_contradictions(row, bars),
        "contradictions_computed": "contradictions" in row,
        **{section: known(row, section) for section in SECTIONS},
        "disagree": how_to_disagree(row, criteria, model, vetoes=vetoes),
        "notes": [] if same else [dict(zip(("zh", "en"), MODEL_CHANGED, strict=True))],
    }


def _origins(study: OpenStudy) -> Origins:
    """Return names, years and files of every source of the run, as the run noted them."""
    if not (study.out / "tables" / "sources.parquet").is_file():
        return Origins(names=ROLE_NAMES)
    sources = read_product(study, "sources").fillna({"year": "", "file": ""})
    by_role = sources.groupby("role", sort=True)
    files = {str(role): sorted(set(rows["file"])) for role, rows in by_role}
    years = {str(role): _span(rows["year"].tolist()) for role, rows in by_role}
    return Origins(names=ROLE_NAMES, years=years, files=files)


def _span(years: Sequence[str]) -> str:
    known_years = sorted({str(year) for year in years if str(year)})
    return "–".join([known_years[0], known_years[-1]][: len(known_years)]) if known_years else ""


def _neighbours(parcels: pd.DataFrame, mine: pd.Series) -> dict[str, Any]:
    """Return the other parcels of the cluster this one lies in, the first few by id."""
    if "cluster_id" not in parcels.columns:
        return {}
    if pd.isna(mine["cluster_id"]) or not mine["cluster_id"]:
        return {"neighbours": []}
    others = parcels.loc[parcels["cluster_id"] == mine["cluster_id"], "parcel_id"]
    listed = sorted(others[others != mine["parcel_id"]])
    return {"neighbours": listed[:NEIGHBOURS_SHOWN]}


def _unknown(parcel_id: str, known_ids: list[str]) -> Any:
    near = difflib.get_close_matches(parcel_id, known_ids, n=3, cutoff=0.5)
    return study_fault(
        "没有这个地块编号", "no parcel has this id", field="parcel_id", found=parcel_id,
        todo_zh="相近编号：" + "、".join(near) if near else "在地图或 parcels.csv 中查编号",
        todo_en="near: " + ", ".join(near) if near else "look the id up in the map or parcels.csv",
    )  # fmt: skip


def _head(row: dict[str, Any]) -> list[str]:
    if pd.isna(row["zone_in"]):
        zone, why = "区内外未知 zones not supplied", "未导入园区 no zones"
    else:
        zone = row["zone_name"] if row["zone_in"] else "区外 outside"
        why = "在园区内 inside a zone" if row["zone_in"] else "不在园区内 outside zones"
    use = f"{row['land_use_zh']} {row['land_use_en']}"
    place = f"  {row['lon']:.5f}E {row['lat']:.5f}N" if "lon" in row and "lat" in row else ""
    group = str(row.get("group") or "")
    zh, en = PEER_GROUPS.get(group, (group, group))
    return [
        f"{row['parcel_id']}  {row['town_name']}  {use}  {zone}{place}",
        f"面积 area {row['area_mu']:,.2f} 亩 mu  标记 flag {row['flag']}  等级 grade "
        f"{row['grade'] or '—'}  位次 rank {plain_data(row['rank']) or '—'}  证据覆盖 coverage "
        f"{row['coverage']:.0%}  独立证据 families {row['families']}",
        f"同类组 peer group {group or '—'} {zh} {en}：因为 because 地类 land use "
        f"{row['land_use'] or '—'} {use}，{why}",
    ]


def plain_data(value: Any) -> Any:
    """Return a value that JSON can hold; null for what is missing."""
    if isinstance(value, Mapping):
        return {key: plain_data(part) for key, part in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain_data(part) for part in value]
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value
