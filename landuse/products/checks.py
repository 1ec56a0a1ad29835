"""Field checks beside the parcels they were made for, by parcel id, in every rerun.

Checks are joined after everything was scored and decided: no score, flag or rank can see them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.products.carry_checks import CarrySettings, carry_checks
from landuse.products.words import CHECK_STATES

STAGE = "checks"
CHECK_FIELDS = ("check_status", "checked_by", "checked_on", "check_note")
UNCHECKED, TRUE, FALSE = CHECK_STATES
LATEST_AFTER_YEARS = 2


class CheckSettings(Settings):
    """The analysis date: a check much later than it is doubted.

    Two years (P): a result must not depend on the day it is computed, so "the future" is counted
    from the analysis date here; `landuse validate --checks` compares with today.
    """

    as_of: date
    carry: CarrySettings = CarrySettings()


def merge_checks(
    *,
    parcels: gpd.GeoDataFrame,
    checks: pd.DataFrame | None,
    previous: gpd.GeoDataFrame | None = None,
    settings: CheckSettings,
) -> dict[str, Any]:
    """Return ``checks``: the columns of `join_checks` under ``parcel_id``, and ``findings``.

    ``previous`` holds the parcels of an earlier run: a check of an id that is gone follows the
    ground (`carry_checks`).
    """
    moved: list[Finding] = []
    if checks is not None:
        checks, moved = carry_checks(checks, parcels, previous, settings=settings.carry)
    columns, findings = join_checks(parcels, checks, as_of=settings.as_of)
    return {"checks": columns, "findings": [*moved, *findings]}


def join_checks(
    parcels: pd.DataFrame, checks: pd.DataFrame | None, *, as_of: date
) -> tuple[pd.DataFrame, list[Finding]]:
    """Join what was found in the field to the parcels of a run.

    Parameters
    ----------
    parcels : ``parcel_id`` of every parcel; the result has its order.
    checks : aligned table of role ``field_checks``: ``parcel_id, check_status`` and, where known,
        ``checked_by, checked_on`` (datetime), ``check_note``. None: nothing was checked yet.

    Returns
    -------
    ``parcel_id, check_status, checked_by, checked_on, check_note``, all text, "" = nothing,
    status 未核 where no valid check exists, dates as 2026-01-31; and findings for ids that no
    parcel has, statuses that are none of the three, dates far after the analysis date, parcels
    filled in twice, rows without an id. Of two checks of one parcel the later date counts; on the
    same date with different answers neither does.
    """
    blank = pd.DataFrame({"parcel_id": parcels["parcel_id"].astype("str").to_numpy()})
    if checks is None:
        return _filled(blank), []
    rows = _prepared(checks)
    findings = [*_no_id(rows), *_illegal(rows), *_late(rows, as_of=as_of)]
    rows = rows[rows["check_status"].isin([TRUE, FALSE]) & rows["parcel_id"].ne("")]
    rows, doubts = _one_each(rows)
    known = set(blank["parcel_id"])
    findings += [*doubts, *_lost(rows[~rows["parcel_id"].isin(known)])]
    return _filled(blank.merge(rows, on="parcel_id", how="left", validate="1:1")), findings


def with_checks(parcels: pd.DataFrame, checks: pd.DataFrame | None) -> pd.DataFrame:
    """Return the parcels with what was found in the field, by id; None: no columns are added."""
    if checks is None:
        return parcels
    own = parcels[["parcel_id"]].merge(checks, on="parcel_id", how="left", validate="1:1")
    return pd.concat([parcels.reset_index(drop=True), own.drop(columns="parcel_id")], axis=1)


def _filled(table: pd.DataFrame) -> pd.DataFrame:
    table = table.reindex(columns=["parcel_id", *CHECK_FIELDS]).astype("object")
    table["check_status"] = table["check_status"].fillna(UNCHECKED)
    return table.fillna("").astype("str")


def _prepared(checks: pd.DataFrame) -> pd.DataFrame:
    wanted = checks.reindex(columns=["parcel_id", *CHECK_FIELDS])
    dates = pd.to_datetime(wanted["checked_on"])
    texts = wanted.drop(columns="checked_on").astype("object")
    texts = texts.where(texts.notna(), "").astype("str").apply(lambda column: column.str.strip())
    texts["check_status"] = texts["check_status"].replace("", UNCHECKED)
    return texts.assign(checked_on=dates.dt.strftime("%Y-%m-%d").fillna("").astype("str"))


def _no_id(rows: pd.DataFrame) -> list[Finding]:
    count = int((rows["parcel_id"].eq("") & rows["check_status"].ne(UNCHECKED)).sum())
    if not count:
        return []
    return [
        _finding("", str(count), f"{count} 行核实记录没有地块编号，未采用",
                 f"{count} checks without a parcel id, not used")
    ]  # fmt: skip


def _illegal(rows: pd.DataFrame) -> list[Finding]:
    bad = rows[~rows["check_status"].isin(CHECK_STATES)]
    words = "、".join(CHECK_STATES)
    return [
        _finding(row["parcel_id"], row["check_status"],
                 f"核实状态「{row['check_status']}」不是{words}之一，按未核处理",
                 f"check status {row['check_status']!r} is none of {words}: counts as not checked")
        for row in bad.sort_values(["parcel_id", "check_status"]).to_dict("records")
    ]  # fmt: skip


def _late(rows: pd.DataFrame, *, as_of: date) -> list[Finding]:
    limit = f"{as_of.year + LATEST_AFTER_YEARS:04d}-{as_of.month:02d}-{as_of.day:02d}"
    late = rows[rows["checked_on"] > limit]
    return [
        _finding(row["parcel_id"], row["checked_on"],
                 f"核实日期 {row['checked_on']} 晚于分析基准日两年以上，请核对",
                 f"checked on {row['checked_on']}, over two years after the analysis date: look "
                 "at it again")
        for row in late.sort_values(["parcel_id", "checked_on"]).to_dict("records")
    ]  # fmt: skip


def _one_each(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Keep the latest check of a parcel; two answers of one day cancel each other."""
    rows = rows.sort_values(["parcel_id", "checked_on", "check_status", "checked_by", "check_note"])
    latest = rows.groupby("parcel_id")["checked_on"].transform("max")
    last = rows[rows["checked_on"] == latest]
    torn = last.groupby("parcel_id")["check_status"].transform("nunique") > 1
    findings = []
    twice = rows[rows["parcel_id"].duplicated(keep=False)]
    for name, mine in twice.groupby("parcel_id", sort=True):
        said = "；".join(
            f"{one.checked_on or '—'} {one.check_status}" for one in mine.itertuples(index=False)
        )
        undecided = bool(torn[last["parcel_id"] == name].any())
        zh = "同日说法不一，按未核处理" if undecided else "采用日期最晚的一次"
        en = "they differ on one day: counts as not checked" if undecided else "the latest counts"
        findings.append(_finding(str(name), said, f"核实记录重复（{len(mine)} 次），{zh}",
                                 f"checked {len(mine)} times; {en}"))  # fmt: skip
    return last[~torn].drop_duplicates("parcel_id", keep="last"), findings


def _lost(rows: pd.DataFrame) -> list[Finding]:
    """List the checks whose parcel is not in this run: they are kept, not dropped."""
    return [
        _finding(row["parcel_id"],
                 " ".join(row[name] for name in ("check_status", "checked_on") if row[name]),
                 "核实记录未对上：本次没有这个地块编号。图斑重划后，把上次的 parcels 图层作为 "
                 "previous_parcels，重叠八成以上的即转入新编号",
                 "a check matches no parcel: this run has no such id. Where the cadastre was "
                 "re-cut, give the last run's parcels as previous_parcels: where outlines share "
                 "80 % the check goes on")
        for row in rows.sort_values("parcel_id").to_dict("records")
    ]  # fmt: skip


def _finding(object_id: str, value: str, zh: str, en: str) -> Finding:
    return Finding(
        stage=STAGE, kind="doubt", object_id=object_id, value=value, message_zh=zh, message_en=en
    )
