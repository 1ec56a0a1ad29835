"""The sheet of the data dictionary: every column of the parcel table and what it means."""

from __future__ import annotations

import pandas as pd

from landuse.products.columns import column_names, describe, ordered_columns
from landuse.products.facts import RunFacts
from landuse.products.meanings import Meaning, meaning_of
from landuse.products.method import mark_text
from landuse.products.sheets import Sheet, SheetColumn, sheet_of
from landuse.scores.model import Criterion, ScoreModel, Veto


def dictionary_sheet(run: RunFacts) -> Sheet:
    """Return the data dictionary of every column: names, unit, meaning, source and mark."""
    names = column_names(run.known_names())
    rules = _by_rule(run.model)
    rows = []
    for code in ordered_columns(run.parcels.columns, run.known_names()):
        known = describe(code, names)
        said = meaning_of(code)
        said = said if said.zh else rules.get(code, said)
        mark = mark_text(said.mark) if said.mark else ""
        names_units = (code, known.zh, known.en, known.unit, _roles_text(known))
        rows.append((*names_units, said.zh, said.en, said.source, mark))
    names_of = ["code", "zh", "en", "unit", "roles", "meaning_zh", "meaning_en", "source", "mark"]
    table = pd.DataFrame(rows, columns=names_of, dtype=object)
    columns = (
        SheetColumn("code", "字段代码", width=24),
        SheetColumn("zh", "中文名", width=24),
        SheetColumn("en", "英文名", width=40),
        SheetColumn("unit", "单位（% 在 CSV 中以 0–1 存储）", width=14),
        SheetColumn("roles", "所依据的资料", width=32),
        SheetColumn("meaning_zh", "含义", "long", width=50),
        SheetColumn("source", "依据", width=30),
        SheetColumn("mark", "依据等级", width=18),
        SheetColumn("meaning_en", "含义（英文）", "long", width=50),
    )
    return sheet_of("指标字典", table, columns, frozen_columns=1)


def _by_rule(model: ScoreModel) -> dict[str, Meaning]:
    """Return what a measured column means by the criteria and vetoes that read it."""
    read: dict[str, list[Criterion | Veto]] = {}
    rules: list[Criterion | Veto] = [*model.criteria, *model.vetoes]
    for item in rules:
        read.setdefault(item.column, []).append(item)
    return {
        column: Meaning(
            zh="用于 " + "、".join(f"{item.code} {item.zh}" for item in items),
            en="read by " + ", ".join(f"{item.code} {item.en}" for item in items),
            source="；".join(dict.fromkeys(item.source for item in items)),
            mark=items[0].mark if len({item.mark for item in items}) == 1 else "",
        )
        for column, items in read.items()
    }


def _roles_text(column: object) -> str:
    """Return the sources a column rests on: 或 between those of which one is enough."""
    groups = getattr(column, "roles", ())
    return "；".join(" 或 ".join(group) for group in groups)
