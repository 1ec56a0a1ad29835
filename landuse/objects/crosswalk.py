"""Land-use codes carried into the classes of 2023: what is certain, and what is left to decide."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pydantic import Field

from landuse.core.errors import Fault, LanduseError, study_fault
from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.core.units import m2_to_mu
from landuse.objects.classes import ClassTable, class_table, find_class
from landuse.objects.crosswalk_rules import TARGET, Crosswalk, decision_of, load_crosswalk, spelt_as
from landuse.sources.spec import ClassSystem

STAGE = "crosswalk"

TABLE_COLUMNS = (
    "parcel_id", "land_use", "land_use_zh", "land_use_2023", "land_use_2023_zh",
    "land_use_2023_en", "basis", "mark", "area_m2", "area_mu",
)  # fmt: skip
DECISION_COLUMNS = (
    "code", "name_zh", "name_en", "kind", "candidates", "candidates_zh", "candidates_en",
    "parcels", "area_m2", "area_mu", "reason_zh", "reason_en", "mark",
)  # fmt: skip


class CrosswalkSettings(Settings):
    """What is carried over.

    ``system`` is the declared class system of the parcels, None where they have no codes.
    ``decided`` settles codes the program leaves open: {code: class of 2023}.
    """

    system: ClassSystem | None = None
    decided: dict[str, str] = Field(default_factory=dict)


def crosswalk(*, parcels: pd.DataFrame, settings: CrosswalkSettings) -> dict[str, Any]:
    """Carry the land-use codes of parcels into the classes of 2023.

    One-to-one rows of the crosswalk convert. Everything else goes to the decision list and keeps
    a null class, unless the study decided it.

    Parameters
    ----------
    parcels : parcel_id, land_use, area_m2 (m2), and land_use_zh where known; one row a parcel.

    Returns
    -------
    ``table``: ``TABLE_COLUMNS``, one row a parcel in their order; ``basis`` is converted, decided
    or undecided. ``decisions``: ``DECISION_COLUMNS``, one row an open code, largest area first.
    ``open_parcels``: the rows of ``table`` that are undecided, with their candidates.
    ``findings``: list of Finding. The areas of the converted and decided parcels and of the
    decision list add up to that of all parcels.

    Raises
    ------
    LanduseError
        Exit code 2, one fault for each entry of ``decided`` that cannot be followed.
    """
    if settings.system is None or "land_use" not in parcels.columns:
        return _without_codes()
    known = load_crosswalk(settings.system)
    codes = parcels["land_use"].fillna("").astype("str")
    faults = _decided_faults(settings, known, codes)
    if faults:
        raise LanduseError(faults)
    table = _table(parcels, codes, known, settings)
    open_rows = table.loc[table["basis"] == "undecided"]
    decisions = _decisions(open_rows, known, settings.system)
    return {
        "table": table,
        "decisions": decisions,
        "open_parcels": _open_parcels(open_rows, decisions),
        "findings": _findings(table, decisions, settings),
    }


def _without_codes() -> dict[str, Any]:
    note = Finding(
        stage=STAGE,
        kind="absent",
        message_zh="地块没有用途代码，未做用地用海分类转换",
        message_en="parcels carry no land-use codes: nothing to carry into the classes of 2023",
    )
    table = pd.DataFrame(columns=list(TABLE_COLUMNS))
    return {
        "table": table,
        "decisions": pd.DataFrame(columns=list(DECISION_COLUMNS)),
        "open_parcels": table.assign(candidates=pd.Series(dtype="str")),
        "findings": [note],
    }


def _table(
    parcels: pd.DataFrame, codes: pd.Series, known: Crosswalk, settings: CrosswalkSettings
) -> pd.DataFrame:
    target = class_table(TARGET)
    goes = {
        code: (settings.decided[code], "decided", "P")
        if code in settings.decided
        else _converted(code, known)
        for code in codes.unique()
    }
    names = {to: find_class(to, table=target) for to, _, _ in goes.values() if to}
    to = codes.map({code: way[0] for code, way in goes.items()}).astype("str")
    area = parcels["area_m2"].astype("float64")
    columns = {
        "parcel_id": parcels["parcel_id"],
        "land_use": codes,
        "land_use_zh": _source_names(codes, settings),
        "land_use_2023": to,
        "land_use_2023_zh": to.map({code: land.zh for code, land in names.items() if land}),
        "land_use_2023_en": to.map({code: land.en for code, land in names.items() if land}),
        "basis": codes.map({code: way[1] for code, way in goes.items()}),
        "mark": codes.map({code: way[2] for code, way in goes.items()}),
        "area_m2": area,
        "area_mu": m2_to_mu(area),
    }
    texts = {name: "str" for name in TABLE_COLUMNS if not name.startswith("area")}
    return pd.DataFrame(columns).reset_index(drop=True).astype(texts)


def _converted(code: str, known: Crosswalk) -> tuple[str | None, str, str | None]:
    row = known.converts.get(spelt_as(code, known.converts))
    if row is None and known.source_system == TARGET:
        land = find_class(code, table=class_table(TARGET))
        return (code, "converted", land.mark) if land else (None, "undecided", None)
    return (row.to, "converted", row.mark) if row else (None, "undecided", None)


def _source_names(codes: pd.Series, settings: CrosswalkSettings) -> pd.Series:
    return codes.map({code: _class_names(code, settings.system)[0] for code in codes.unique()})


def _class_names(code: str, system: str | None) -> tuple[str, str]:
    """Return the names of a code, the code itself where its system does not know it."""
    if system is None or system == "local":
        return code, code
    land = find_class(code, table=class_table(system))
    return (land.zh, land.en) if land else (code, code)


def _decisions(rows: pd.DataFrame, known: Crosswalk, system: str) -> pd.DataFrame:
    grouped = rows.groupby("land_use", sort=True)["area_m2"].agg(["size", "sum"])
    target = class_table(TARGET)
    listed = [
        _decision_row(code, known, system, target) | {"parcels": int(size), "area_m2": float(area)}
        for code, size, area in grouped.itertuples()
    ]
    table = pd.DataFrame(listed, columns=list(DECISION_COLUMNS))
    table["area_mu"] = m2_to_mu(table["area_m2"].astype("float64"))
    table = table.sort_values(["area_m2", "code"], ascending=[False, True], kind="stable")
    return table.reset_index(drop=True)


def _decision_row(code: str, known: Crosswalk, system: str, target: ClassTable) -> dict[str, Any]:
    decision = decision_of(code, known)
    zh, en = _class_names(code, system)
    lands = [target.classes[item] for item in decision.candidates]
    return {
        "code": code,
        "name_zh": zh,
        "name_en": en,
        "kind": decision.kind,
        "candidates": ", ".join(decision.candidates),
        "candidates_zh": "、".join(land.zh for land in lands),
        "candidates_en": ", ".join(land.en for land in lands),
        "reason_zh": decision.zh,
        "reason_en": decision.en,
        "mark": decision.mark,
    }


def _open_parcels(rows: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    candidates = rows["land_use"].map(decisions.set_index("code")["candidates"])
    return rows.assign(candidates=candidates.astype("str")).reset_index(drop=True)


def _decided_faults(settings: CrosswalkSettings, known: Crosswalk, codes: pd.Series) -> list[Fault]:
    target = class_table(TARGET).classes
    open_codes = {*known.decisions, *codes}
    faults = []
    for code, to in sorted(settings.decided.items()):
        if to not in target:
            faults.append(
                _decided_fault(
                    code, to, "用地用海分类（2023）没有这个代码",
                    "the classes of 2023 have no such code",
                )
            )  # fmt: skip
        elif spelt_as(code, known.converts) in known.converts:
            sure = known.converts[spelt_as(code, known.converts)].to
            faults.append(
                _decided_fault(
                    code, to, f"这个代码有明确对应（{sure}），不必决定",
                    f"this code converts to {sure}: there is nothing to decide",
                )
            )  # fmt: skip
        elif code not in open_codes:
            faults.append(
                _decided_fault(
                    code, to, "分类体系和地块里都没有这个代码",
                    "neither the class system nor the parcels have this code",
                )
            )  # fmt: skip
    return faults


def _decided_fault(code: str, to: str, zh: str, en: str) -> Fault:
    return study_fault(
        zh, en, field=f"parcels.decided.{code}", found=f"{code} = {to}",
        todo_zh="改正或删去这一条", todo_en="mend or remove this entry",
    )  # fmt: skip


def _findings(
    table: pd.DataFrame, decisions: pd.DataFrame, settings: CrosswalkSettings
) -> list[Finding]:
    findings = []
    decided = table.loc[table["basis"] == "decided"]
    if len(decided):
        used = sorted(set(decided["land_use"]))
        listed = ", ".join(f"{code} → {settings.decided[code]}" for code in used)
        findings.append(
            Finding(
                stage=STAGE, kind="note", value=str(len(decided)),
                message_zh=f"{len(decided)} 个地块的用地用海分类由研究文件决定：{listed}",
                message_en=f"{len(decided)} parcels classed as the study file decides: {listed}",
            )
        )  # fmt: skip
    if len(decisions):
        count, area_mu = int(decisions["parcels"].sum()), float(decisions["area_mu"].sum())
        listed = ", ".join(code or "–" for code in decisions["code"])
        findings.append(
            Finding(
                stage=STAGE, kind="doubt", value=str(count),
                message_zh=f"{count} 个地块（{area_mu:.1f} 亩）的用地用海分类须人工决定：{listed}",
                message_en=f"{count} parcels ({area_mu:.1f} mu): a person must decide their class "
                f"of 2023: {listed}",
            )
        )  # fmt: skip
    return findings
