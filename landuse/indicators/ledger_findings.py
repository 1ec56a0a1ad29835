"""What the rows of the ledger leave in doubt, as findings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landuse.core.findings import Finding
from landuse.core.units import M2_PER_HA
from landuse.indicators.ledger_rules import DOUBTS
from landuse.indicators.measured import are_among

STAGE = "ledger"
_NAMED_AT_MOST = 100
_DECISIVE = ("start_due_date", "start_date")


def row_findings(
    rows: pd.DataFrame, ledger: pd.DataFrame, ids: pd.Series, *, alike: int
) -> list[Finding]:
    """Return the findings on rows that cannot be used, and on columns the ledger lacks."""
    blank = int(rows["parcel_id"].isna().sum())
    strange = int((rows["parcel_id"].notna() & ~are_among(rows["parcel_id"], ids)).sum())
    lacking = [name for name in _DECISIVE if name not in ledger]
    told = [
        (blank, "doubt", "台账行没有地块编号，未使用", "ledger rows without a parcel id: not used"),
        (
            strange,
            "doubt",
            "台账中的地块编号在地块图层中不存在，未使用",
            "ledger rows name parcels that are not in the parcel layer: not used",
        ),
        (
            alike,
            "dropped",
            "台账行完全重复，只用一行",
            "ledger rows that repeat another: used once",
        ),
    ]
    found = [
        _about_ledger(kind, f"{count} / {len(rows)}", zh, en)
        for count, kind, zh, en in told
        if count
    ]
    return found + [
        _about_ledger(
            "doubt",
            name,
            f"台账没有对应列 {name}，与之有关的规则不判断",
            f"the ledger maps no column {name}: rules that need it decide nothing",
        )
        for name in lacking
    ]


def _about_ledger(kind: str, value: str, zh: str, en: str) -> Finding:
    return Finding(
        stage=STAGE, kind=kind, object_id="ledger", value=value, message_zh=zh, message_en=en
    )


def doubt_findings(chosen: pd.DataFrame) -> list[Finding]:
    """Return the doubts about the rows that decide, by code and then by parcel."""
    found: list[Finding] = []
    codes = chosen["doubts"].str.split(";")
    for code, doubt in DOUBTS.items():
        hit = chosen[codes.map(lambda listed, code=code: code in listed).astype(bool)]
        if hit.empty:
            continue
        values = dict(zip(hit["parcel_id"], _dates_text(hit, code), strict=True))
        found += _named(doubt.kind, values, doubt.zh, doubt.en, of=len(chosen))
    return found


def _dates_text(rows: pd.DataFrame, code: str) -> pd.Series:
    """Return the values a doubt is about."""
    if code.startswith("DECLARED"):
        return rows["declared_state"] + " / " + rows["dates_state"].fillna("-")
    if code in ("BUILT_WITHOUT_START", "SEEN_UNBUILT"):
        shown = {"built_share": rows["built_share"].map("{:.0%}".format)}
    elif code == "INVESTMENT_UNREADABLE":
        columns = ["invested_10k_yuan", "total_investment_10k_yuan"]
        shown = {name: rows[name].map("{:g}".format) for name in columns}
    else:
        shown = {name: rows[name].dt.strftime("%Y-%m-%d").fillna("-") for name in _ABOUT[code]}
    parts = [name + " " + text for name, text in shown.items()]
    return parts[0].str.cat(parts[1:], sep=", ")


_ABOUT: dict[str, tuple[str, ...]] = {
    "START_BEFORE_CONTRACT": ("start_date", "contract_date"),
    "DUE_BEFORE_CONTRACT": ("start_due_date", "contract_date"),
    "DUE_BEFORE_DELIVERY": ("start_due_date", "delivery_date"),
    "FINISH_DUE_BEFORE_START_DUE": ("finish_due_date", "start_due_date"),
    "FINISH_WITHOUT_START": ("finish_date",),
    "STOP_WITHOUT_START": ("stopped_on",),
    "FINISH_BEFORE_START": ("finish_date", "start_date"),
    "STOP_BEFORE_START": ("stopped_on", "start_date"),
    "AFTER_AS_OF": ("start_date", "finish_date", "stopped_on"),
}


def earlier_findings(judged: pd.DataFrame, decides: pd.Series) -> list[Finding]:
    """Return a note for each parcel with further contracts, and what they are."""
    other = judged[~decides]
    label = other["contract_date"].dt.strftime("%Y-%m-%d").fillna("-")
    label = label.str.cat(other["supervision_no"].fillna(""), sep=" ").str.strip()
    listed = label.sort_values().groupby(other["parcel_id"]).agg("; ".join)
    return _named(
        "note",
        listed.to_dict(),
        "同一地块有多份合同，以最近签订的为准，其余列出",
        "several contracts for one parcel: the most recent decides, the others are listed",
        of=judged["parcel_id"].nunique(),
    )


def incomplete_findings(chosen: pd.DataFrame) -> list[Finding]:
    """Return one finding that counts the parcels whose dates decide nothing."""
    count = int((chosen["ledger_rule"] == "DATES_INCOMPLETE").sum())
    if not count:
        return []
    return [
        _about_ledger(
            "doubt",
            f"{count} / {len(chosen)}",
            "约定开工或实际开工登记不全的地块：不推定日期，不判断",
            "parcels whose agreed or actual start is not kept: no date is made up, nothing is "
            "decided",
        )
    ]


def silent_findings(rows: pd.DataFrame, *, limit: float) -> list[Finding]:
    """Return a doubt where not one of many rows has a start or a completion."""
    silent = rows[["start_date", "finish_date"]].isna().all(axis=None)
    if not silent or len(rows) < limit:
        return []
    return [
        _about_ledger(
            "doubt",
            f"{len(rows)}",
            "台账没有一行登记了实际开工或竣工，可能是签约时的导出，闲置线索须先核对登记",
            "not one row has an actual start or completion: the table may date from the contracts; "
            "check the register before using any lead",
        )
    ]


def area_findings(
    area_m2: pd.Series, given_m2: pd.Series, *, decides: NDArray[np.bool_], limit: float
) -> list[Finding]:
    """Return a doubt for each parcel whose ledger area is not that of the parcel.

    Neither the contract that decides nor all contracts of the parcel together come within
    ``limit`` of it, a share of the parcel area. Contracts may be for a part each.

    Parameters
    ----------
    area_m2 : area by parcel id.
    given_m2 : area of each ledger row, by parcel id.
    """
    one = given_m2[decides]
    whole = given_m2.groupby(level=0).sum(min_count=1).reindex(one.index)
    parcel = area_m2[~area_m2.index.duplicated()].reindex(one.index)
    off = ((one - parcel).abs() > limit * parcel) & ~((whole - parcel).abs() <= limit * parcel)
    hit = pd.DataFrame({"ledger": one, "parcel": parcel})[off.to_numpy()] / M2_PER_HA
    values = {
        str(name): f"{row['ledger']:.4f} / {row['parcel']:.4f} ha"
        for name, row in hit.to_dict("index").items()
    }
    return _named(
        "doubt",
        values,
        f"台账面积与地块面积相差超过 {limit:.0%}，台账记录可能属于另一宗地",
        f"the ledger area differs from the parcel by more than {limit:.0%}: the row may be for "
        "another parcel",
        of=len(one),
    )


def _named(kind: str, values: Mapping[str, str], zh: str, en: str, *, of: int) -> list[Finding]:
    """Return a finding a parcel, sorted by id; above 100 parcels one finding counts them."""
    if len(values) > _NAMED_AT_MOST:
        count = f"{len(values)} / {of}"
        return [Finding(stage=STAGE, kind=kind, value=count, message_zh=zh, message_en=en)]
    return [
        Finding(
            stage=STAGE, kind=kind, object_id=one, value=values[one], message_zh=zh, message_en=en
        )
        for one in sorted(values)
    ]
