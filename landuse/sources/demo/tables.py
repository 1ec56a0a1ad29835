"""The bureau's tables: supply ledger, enterprises, register population. Dates carry real dirt."""

from __future__ import annotations

import numpy as np
import pandas as pd

from landuse.sources.demo import names
from landuse.sources.demo.county import County
from landuse.sources.demo.fate import UNBUILT
from landuse.sources.demo.frame import Array
from landuse.sources.demo.parcels import COMM, IND, LONE_SITE, RES, ZONE_SITE

REGISTER_YEAR = 2023
_USE = {IND: "工业用地", RES: "城镇住宅用地", COMM: "商服用地"}


def register_population(county: County) -> pd.DataFrame:
    """Return registered and resident people and households of every administrative village.

    Townsfolk are counted from the floor space of flats, 42 m2 a head; villagers from the natural
    villages. Columns: 行政村代码, 户籍人口, 常住人口, 户数, 年份.
    """
    villages, plots, hamlets = county.town.villages, county.plots, county.hamlets
    size = len(villages)
    flats = (plots["kind"] == RES) & (plots["truth"] != "idle")
    floor = (plots.area * plots["coverage"] * plots["storeys"]).where(flats, 0.0).fillna(0.0)
    fill = floor * plots["vigour"].clip(upper=1).fillna(0) / 42.0
    urban = np.bincount(plots["village"], fill, size)
    at = hamlets["village"].to_numpy()
    resident = np.bincount(at, hamlets["resident"], size) + urban
    registered = np.bincount(at, hamlets["registered"], size) + 0.86 * urban
    households = np.bincount(at, hamlets["households"], size) + urban / 2.6
    return pd.DataFrame(
        {
            "行政村代码": villages["ZLDWDM"].to_numpy(),
            "户籍人口": np.round(registered).astype(int),
            "常住人口": np.round(resident).astype(int),
            "户数": np.round(households).astype(int),
            "年份": REGISTER_YEAR,
        }
    )


def ledger(county: County, ids: Array, area_m2: Array) -> pd.DataFrame:
    """Return the supply ledger: one row per plot supplied by contract, landchina headers."""
    rng = county.frame.rng("ledger")
    plots, noise = county.plots, county.frame.noise
    kind = plots["kind"].to_numpy()
    chance = np.select(
        [plots["site_kind"] == ZONE_SITE, plots["site_kind"] == LONE_SITE], [0.88, 0.25], 0.60
    )
    chosen = np.flatnonzero(np.isin(kind, list(_USE)) & (rng.random(len(plots)) < chance))
    count = len(chosen)
    dates = _dates(rng, plots.iloc[chosen], noise=noise)
    contract = dates.pop("合同签订日期")
    error = 1 + 0.01 * noise * rng.standard_normal(count)
    floor = np.select([kind[chosen] == IND, kind[chosen] == COMM], [1.0, 1.2], 1.0)
    table = pd.DataFrame(
        {
            "电子监管号": [
                f"990781{str(d)[:4]}B{k:05d}" for k, d in enumerate(contract, start=1)
            ],
            "地块编号": ids[chosen],
            "面积(公顷)": np.round(area_m2[chosen] / 10_000 * error, 4),
            "土地用途": [_USE[int(k)] + ("  " if k == RES else "") for k in kind[chosen]],
            "供地方式": rng.choice(["挂牌出让", "拍卖出让", "协议出让", "划拨"], count,
                               p=[0.66, 0.12, 0.14, 0.08]),
            "约定容积率下限": floor,
            "约定容积率上限": np.round(floor + rng.uniform(0.6, 1.8, count), 2),
            **{name: _dirty(rng, days) for name, days in dates.items()},
            "合同签订日期": _dirty(rng, contract),
        }
    )  # fmt: skip
    return table.sort_values("地块编号").reset_index(drop=True)


def _dates(rng: np.random.Generator, plots: pd.DataFrame, *, noise: float) -> dict[str, Array]:
    """Draw the agreed and actual dates of each contract (datetime64 days, NaT for none)."""
    count = len(plots)
    cause = plots["cause"].to_numpy()
    built = plots["built_year"].to_numpy()
    year = np.where(built < 9999, built - 1, rng.integers(2014, 2021, count))
    stopped = cause == "works_stopped"
    year = np.where(np.isin(cause, UNBUILT), rng.integers(2014, 2021, count), year)
    start = np.array([f"{y}-01-01" for y in year], dtype="datetime64[D]")
    contract = start + rng.integers(0, 330, count).astype("timedelta64[D]")
    handover = contract + rng.integers(30, 120, count).astype("timedelta64[D]")
    begin = handover + rng.integers(120, 360, count).astype("timedelta64[D]")
    finish = begin + rng.integers(540, 900, count).astype("timedelta64[D]")
    began = begin + rng.integers(-60, 240, count).astype("timedelta64[D]")
    done = finish + rng.integers(-90, 420, count).astype("timedelta64[D]")
    began[np.isin(cause, UNBUILT) & ~stopped] = np.datetime64("NaT")
    done[np.isin(cause, UNBUILT)] = np.datetime64("NaT")
    today = np.datetime64("2024-12-31")
    began[began > today] = np.datetime64("NaT")
    done[(done > today) | (cause == "new_works")] = np.datetime64("NaT")
    # Registers lag behind: some finished works were never reported.
    began[rng.random(count) < 0.01 * noise] = np.datetime64("NaT")
    done[rng.random(count) < 0.08 * noise] = np.datetime64("NaT")
    return {
        "约定交地时间": handover,
        "约定开工时间": begin,
        "约定竣工时间": finish,
        "实际开工时间": began,
        "实际竣工时间": done,
        "合同签订日期": contract,
    }


def _dirty(rng: np.random.Generator, days: Array) -> list[str]:
    """Write dates as text; a missing one is 1900-01-01 or blank, as the portal shows it."""
    empty = rng.random(len(days)) < 0.6
    text = np.datetime_as_string(days)
    return [
        ("1900-01-01" if e else "") if np.isnat(d) else str(t)
        for d, t, e in zip(days, text, empty, strict=True)
    ]


def enterprises(county: County, ids: Array, area_m2: Array) -> pd.DataFrame:
    """Return firms on industrial plots, 2021-2023: tax, tax per mu and class A-D.

    亩均税收 = 税收 / 亩 (10 000 yuan per mu); classes at 20, 10 and 3.
    """
    rng = county.frame.rng("enterprises")
    plots = county.plots
    running = (plots["kind"] == IND) & ~plots["cause"].isin([*UNBUILT, "new_works"])
    chosen = np.flatnonzero(running.to_numpy() & (rng.random(len(plots)) < 0.72))
    cause = plots["cause"].to_numpy()[chosen]
    middle = np.select(
        [cause == "derelict", cause == "half_empty", np.isin(cause, ("low_far", "big_yard"))],
        [0.25, 1.4, 3.2],
        13.0,
    )
    firm = middle * rng.lognormal(0, 0.55 * (0.4 + 0.6 * county.frame.noise), len(chosen))
    mu = area_m2[chosen] * 15 / 10_000
    name = names.firm_names(rng, len(chosen))
    years = []
    for step, year in enumerate((2021, 2022, 2023)):
        per_mu = np.round(firm * 1.03**step * rng.lognormal(0, 0.12, len(chosen)), 2)
        grade = np.array(list("DCBA"))[np.searchsorted([3, 10, 20], per_mu, "right")]
        years.append(
            pd.DataFrame(
                {
                    "统一社会信用代码": [f"99990781{k:010d}" for k in range(1, len(chosen) + 1)],
                    "企业名称": name,
                    "BSM": ids[chosen],
                    "年份": year,
                    "税收_万元": np.round(per_mu * mu, 2),
                    "亩均税收_万元每亩": per_mu,
                    "亩均等级": grade,
                }
            )
        )
    return pd.concat(years, ignore_index=True)


def parcels_truth(county: County, ids: Array, more: Array) -> pd.DataFrame:
    """Return the planted truth of every plot: BSM, truth, cause; those planted as sites last."""
    table = pd.DataFrame(
        {"BSM": ids, "truth": county.plots["truth"], "cause": county.plots["cause"]}
    )
    planted = {"BSM": more, "truth": "idle", "cause": "never_built_crop"}
    table = pd.concat([table, pd.DataFrame(planted)], ignore_index=True)
    return table.sort_values("BSM").reset_index(drop=True)


def villages_truth(county: County, settlement_ids: list[str]) -> pd.DataFrame:
    """Return the planted truth of every natural village."""
    flags = county.hamlets[["hollow", "scattered", "in_hazard"]]
    return pd.concat([pd.Series(settlement_ids, name="settlement_id"), flags], axis=1)
