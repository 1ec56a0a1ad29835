"""What else is known of one parcel: ledger, robustness, neighbours, check; how to disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from landuse.scores.derivation import Row
from landuse.scores.model import ScoreModel
from landuse.scores.ramps import rises, value_at
from landuse.scores.words import Words, shown

SECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ledger": ("台账 ledger", ("land_state", "ledger_rule", "ledger_zh", "ledger_en")),
    "robustness": (
        "稳健性 robustness",
        ("p_flag", "p_idle", "p_les", "rank", "rank_p10", "rank_p90", "stability", "tipping_zh",
         "tipping_en"),
    ),
    "pattern": (
        "邻近与成片 neighbours",
        ("signal", "hot_spot", "cluster_id", "cluster_parcels", "cluster_area_mu", "neighbours"),
    ),
    "field_check": (
        "现场核实 field check",
        ("check_status", "checked_by", "checked_on", "check_note"),
    ),
}  # fmt: skip
NOT_COMPUTED = "本次没有此项 not in this run"
NOTHING = "无 none"
_OWN = {"robustness": "p_flag", "pattern": "cluster_id"}
"""A section that shares columns with others was computed only where its own one is there."""


def known(row: Row, section: str) -> dict[str, Any] | None:
    """Return the columns of one section that this run holds; None where it holds none."""
    columns = [name for name in SECTIONS[section][1] if name in row]
    if not columns or _OWN.get(section, columns[0]) not in row:
        return None
    return {name: row[name] for name in columns}


def section_lines(data: Mapping[str, Any], names: Mapping[str, Words]) -> list[str]:
    """Return the four sections; one that was not computed, or holds nothing, says so.

    ``names``: column -> (zh, en).
    """
    lines: list[str] = []
    for section, (title, _) in SECTIONS.items():
        lines += ["", f"【{title}】"]
        facts = data[section]
        if facts is None:
            lines.append(f"  {NOT_COMPUTED}")
            continue
        told = {name: value for name, value in facts.items() if not _empty(value)}
        written = [
            f"  {' '.join(names.get(name, (name,)))}：{_written(value)}"
            for name, value in told.items()
        ]
        lines += written or [f"  {NOTHING}"]
    return lines


def _written(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or (
        not isinstance(value, list) and bool(pd.isna(value))
    )  # fmt: skip


def how_to_disagree(
    row: Row, criteria: Sequence[Row], model: ScoreModel, *, vetoes: Sequence[Row]
) -> list[dict[str, str]]:
    """Return what to check where the result looks wrong: layer, value, use, ledger, site."""
    made: list[Words] = []
    for veto in vetoes:
        if veto["state"] == "hit" and "data_zh" in veto:
            made.append((
                f"否决 {veto['code']}：在{veto['data_zh']}上核对该地块是否真的越过门槛",
                f"veto {veto['code']}: check on {veto['data_en']} whether the parcel is past it",
            ))  # fmt: skip
    made += [_check(item, model) for item in _strongest(row, criteria)]
    use = row.get("land_use_zh") or row.get("land_use") or "—"
    made.append((
        f"地类（{use}）不符：改正地块图层的地类代码后重新运行",
        "wrong land use: correct the code in the parcel layer and run again",
    ))  # fmt: skip
    if row.get("ledger_zh"):
        made.append(
            ("台账：核对约定与实际的动工、竣工日期", "ledger: check agreed and actual dates")
        )
    if row.get("tipping_zh"):
        made.append((str(row["tipping_zh"]), str(row.get("tipping_en", ""))))
    if row.get("whynot_zh"):
        made.append((str(row["whynot_zh"]), str(row.get("whynot_en", ""))))
    made.append((
        f"现场：在核查表 {row['parcel_id']} 一行填写核实状态（属实/不属实）、核实人、日期、备注",
        f"site: fill in the field workbook, row {row['parcel_id']}: status, by whom, when, note",
    ))  # fmt: skip
    return [{"zh": zh, "en": en} for zh, en in made]


def _strongest(row: Row, criteria: Sequence[Row]) -> list[Row]:
    score = row.get("decided_by", "les")
    mine = [item for item in criteria if item["score"] == score and item.get("agrees")]
    return sorted(mine, key=lambda item: -item["contribution"])[:3]


def _check(item: Row, model: ScoreModel) -> Words:
    criterion = next(one for one in model.criteria if one.code == item["criterion"])
    limit = float(value_at(criterion, model.agree_at))
    sign, sign_en = ("<", "<") if rises(criterion) else (">", ">")
    now = shown(float(item["value"]), criterion)
    return (
        f"{criterion.zh} {now}：对照{item['data_zh']}{item['years']}核对，"
        f"若实为 {sign}{shown(limit, criterion)} 则不再支持疑似",
        f"{criterion.en} {shown(float(item['value']), criterion, unit=criterion.unit_en or None)}: "
        f"check against {item['data_en']} {item['years']}; it no longer agrees if "
        f"{sign_en} {shown(limit, criterion, unit=criterion.unit_en or None)}",
    )
