"""The derivation of one parcel as lines of text, with the arithmetic written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from landuse.scores.derivation import SCORES, Row, apportion
from landuse.scores.derivation_rule import score_words
from landuse.scores.model import Criterion, ScoreModel
from landuse.scores.veto_words import past
from landuse.scores.words import short, shown, with_unit

PASSED, FAILED, UNKNOWN = "✓", "✗", "—"
_STATES = {
    "hit": ("✗", "否决 hit"),
    "passed": ("✓", "通过 passed"),
    "not_checked": ("—", "未核对 not checked"),
    "other_group": ("—", "不适用该同类组 other group"),
}


def score_lines(data: Mapping[str, Any], model: ScoreModel) -> list[str]:
    """Return both scores: each criterion with its ramp, then sums that add up as printed.

    Points are rounded so that the printed ones sum to the printed score.
    """
    criteria = {item.code: item for item in model.criteria}
    lines: list[str] = []
    for score in SCORES:
        facts = data["scores"][score]
        mine = [item for item in data["criteria"] if item["score"] == score]
        used = [item for item in mine if item["available"]]
        points = apportion([float(item["contribution"]) for item in used])
        by_code = dict(zip([item["criterion"] for item in used], points, strict=True))
        lines += ["", f"【{score_words(score)}】"]
        for item in mine:
            code = item["criterion"]
            lines += _criterion(item, criteria.get(code), points=by_code.get(code, 0.0))
        lines += _sums(used, facts, mine, points=points)
    return lines


def _criterion(item: Row, criterion: Criterion | None, *, points: float) -> list[str]:
    if criterion is None:
        return [f"  {item['criterion']}：评价模型中已无此指标 no longer in the model +{points:.2f}"]
    name = f"  {item['criterion']} {item['zh']} {item['en']}（{item['family_zh']} "
    name += f"{item['family_en']}）"
    limit = f"门槛 limit {item['limit_zh'] or UNKNOWN}"
    if not item["available"]:
        reason = f"{item['reason_zh']} / {item['reason_en']}"
        return [f"{name}：{UNKNOWN} 缺 missing：{reason}", f"      {limit}  {_origin(item)}"]
    value = float(item["value"])
    error = item["error_sd"]
    spread = f" ± {shown(error, criterion)}" if error is not None else ""
    agrees = "支持疑似 agrees" if item["agrees"] else "不支持 does not agree"
    return [
        f"{name}：{shown(value, criterion)}{spread}  {limit}  {agrees}",
        f"      资料 data {_origin(item)}",
        f"      斜坡 ramp {_ramp(item, value)}",
        f"      权重 weight {short(item['weight'])} ÷ {short(item['weight_known'])} = "
        f"{item['weight_share']:.4f}；100 × {item['weight_share']:.4f} × {item['deficit']:.4f} = "
        f"{points:.2f} 分 points",
    ]


def _origin(item: Row) -> str:
    files = item["files"]
    listed = "、".join(files[:3]) + (f" 等 {len(files)} 个 files" if len(files) > 3 else "")
    where = "，".join(part for part in (item["data_zh"], listed, item["years"]) if part)
    return f"{where}  [{item['mark']}] {item['source']}"


def _ramp(item: Row, value: float) -> str:
    points, deficit = item["between"], f"{item['deficit']:.4f}"
    here = f"{value:.6g}".replace("-", "\N{MINUS SIGN}")
    if len(points) == 1:
        return f"{here} 在端点 at or beyond the end {_point(points[0])}：缺口 deficit = {deficit}"
    (x0, y0), (x1, y1) = points
    return (
        f"{here} 在 between {_point(points[0])} 与 and {_point(points[1])}：缺口 deficit = "
        f"{short(y0)} + ({here} − {_term(x0)}) ÷ ({short(x1)} − {_term(x0)}) × "
        f"({short(y1)} − {short(y0)}) = {deficit}"
    )


def _point(point: Sequence[float]) -> str:
    return f"({short(point[0])}, {short(point[1])})"


def _term(value: float) -> str:
    return f"({short(value)})" if value < 0 else short(value)


def _sums(
    used: Sequence[Row], facts: Row, mine: Sequence[Row], *, points: Sequence[float]
) -> list[str]:
    total = f"{round(facts['sum_of_points'], 2):.2f}"
    addition = " + ".join(f"{value:.2f}" for value in points) or "0"
    graded = "" if facts["sufficient"] else "（证据不足，不作为得分 not a score: evidence）"
    known = " + ".join(short(item["weight"]) for item in used if item["weight"]) or "0"
    asked = " + ".join(short(item["weight"]) for item in mine if item["weight"]) or "0"
    names = _family_words(used, facts["families_agreeing"])
    return [
        f"  得分 score = {addition} = {total}{graded}",
        f"  证据覆盖 coverage = ({known}) ÷ ({asked}) = "
        f"{short(round(facts['weight_known'], 10))} ÷ "
        f"{short(round(facts['weight_applicable'], 10))} = {facts['coverage']:.4f}",
        f"  一致的独立证据 families agreeing {len(facts['families_agreeing'])}："
        f"{names or '无 none'}；可用 known {len(facts['families_known'])}："
        f"{_family_words(used, facts['families_known']) or '无 none'}",
    ]


def _family_words(used: Sequence[Row], codes: Sequence[str]) -> str:
    words = {
        item["family"]: f"{item['family_zh']} {item['family_en']}"
        for item in used
        if item.get("family")
    }
    return "、".join(words[code] for code in codes)


def rule_lines(data: Mapping[str, Any]) -> list[str]:
    """Return the flag rule line by line, then every veto, then the contradictions."""
    lines = ["", "【判定规则 flag rule】"]
    for line in data["flag_rule"]:
        sign = PASSED if line["passed"] else FAILED
        name = f"{score_words(line['score'])} · " if line["score"] else ""
        lines.append(f"  {sign} {name}{line['zh']} {line['en']}{_measured(line)}")
    lines.append(f"  → {data['parcel']['flag']}")
    lines += ["", "【否决逐条 vetoes】"]
    lines += [_veto(veto) for veto in data["vetoes"]]
    lines += ["", "【矛盾 contradictions】"]
    found = [_contradiction(item) for item in data["contradictions"]]
    missing = "本次未核对 not computed" if data["contradictions_computed"] is False else "无 none"
    return lines + (found or [f"  {missing}"])


def _measured(line: Row) -> str:
    value, limit = line["value"], line["limit"]
    if limit is None:
        return f"：{value}" if value not in ("", None) else ""
    number = UNKNOWN if value is None else f"{value:.4g}"
    return f"：{number} {'≥' if line['passed'] else '<'} {short(limit)}"


def _veto(veto: Row) -> str:
    sign, state = _STATES[veto["state"]]
    limit = veto["limit"]
    text = f"  {sign} {veto['code']} {veto['zh']} {veto['en']}：{state}"
    if veto["value"] is not None and limit is not None:
        factor = 100.0 if veto["unit"] == "%" else 1.0
        unit = with_unit(veto["unit"])
        value = past(veto["value"] * factor, limit * factor) if veto["state"] == "hit" else (
            f"{veto['value'] * factor:.4g}"
        )  # fmt: skip
        text += f"，值 value {value}{unit}，门槛 limit {short(limit * factor)}{unit}"
    if veto.get("reason_zh"):
        text += f"（{veto['reason_zh']} {veto['reason_en']}）"
    if "data" in veto:
        text += f"；{_origin(veto)}"
    return text + ("  ← 第一条 first hit" if veto["decided"] else "")


def _contradiction(item: Row) -> str:
    values = "，".join(
        f"{part['column']} {part['value']} {part['op']} {part['limit']}" for part in item["when"]
    )
    against = {"": "只作提示 told only", "both": "排除两种疑似 bars both"}.get(
        item["against"], f"排除 bars {item['against']}"
    )
    measured = f"：{values}" if values else ""
    return f"  但 {item['code']} {item['zh']} {item['en']}（{against}{measured}）"
