"""What a site takes from its plots: area, town, zone, need, ledger, owners."""

from __future__ import annotations

import pandas as pd

from landuse.indicators.ledger_rules import EXEMPT_CAUSES, IDLE_1Y, IDLE_2Y

_MEANS = {
    "need": "need", "far": "far", "idle_share": "idle", "village_share": "village",
    "industry_share": "industry",
}  # fmt: skip
_NEAREST = ("zone_distance_m", "town_distance_m")


def from_members(
    sites: pd.DataFrame, parcels: pd.DataFrame, owners: pd.DataFrame | None
) -> pd.DataFrame:
    """Return what the plots of each site tell together, by the index of ``sites``.

    Parameters
    ----------
    sites : ``site_id, members``. ``parcels`` : the parcel table of the run.
    owners : ``parcel_id, owner_name``; None = nobody knows.

    Returns
    -------
    ``plots_area_m2`` (sum of the reported areas), ``town_code, town_name, zone_name, land_use``
    (each of the largest area; land uses joined by ";"), ``zone_in`` (null where zones are not
    known), ``need`` (0-1: LES/100, the deciding score where LES is not known, weighted by area),
    ``far`` (weighted by area, of the plots that have one), shares of area that are suspected
    idle, homesteads, industry, ``emp_class_rank`` (worst), ``ledger_idle_2y``,
    ``ledger_idle_1y``, ``ledger_exempt`` (1 if any plot), ``zone_distance_m``,
    ``town_distance_m`` (nearest plot), ``owners`` (null where one plot's is not known).
    """
    rows = _exploded(sites, parcels)
    grouped = rows.groupby("site", sort=False)
    made = pd.DataFrame(index=sites.index)
    made["plots_area_m2"] = grouped["area_m2"].sum()
    for name, column in _MEANS.items():
        made[name] = _mean(rows, column)
    for name in _NEAREST:
        made[name] = grouped[name].min()
    for name in ("emp_class_rank", "ledger_idle_2y", "ledger_idle_1y", "ledger_exempt"):
        made[name] = grouped[name].max()
    inside = _mean(rows, "zone")
    made["zone_in"] = (inside >= 0.5).astype("boolean").mask(inside.isna())
    for name in ("town_code", "town_name"):
        made[name] = _largest(rows, name)
    made["zone_name"] = _largest(rows[rows["zone"] > 0], "zone_name").reindex(made.index)
    made["zone_name"] = made["zone_name"].fillna("").where(made["zone_in"].fillna(False), "")
    made["land_use"] = grouped["land_use"].agg(lambda one: ";".join(sorted(set(one) - {""})))
    made["owners"] = _owners(rows, owners)
    return made


def _exploded(sites: pd.DataFrame, parcels: pd.DataFrame) -> pd.DataFrame:
    parts = sites["members"].str.split(";").explode().rename("parcel_id")
    rows = parts.rename_axis("site").reset_index()
    rows = rows.merge(_numbers(parcels), on="parcel_id", how="left", validate="m:1")
    return rows.sort_values(["site", "parcel_id"], ignore_index=True)


def _numbers(parcels: pd.DataFrame) -> pd.DataFrame:
    """Return the columns a site reads, as numbers; what the run lacks is null."""
    number = ["area_m2", "les", "score", "far", "emp_class_rank", *_NEAREST]
    made = parcels.reindex(columns=["parcel_id", *number])
    made[number] = made[number].astype("float64")
    for name in ("town_code", "town_name", "zone_name", "land_use"):
        made[name] = parcels.reindex(columns=[name])[name].astype("object").fillna("").astype("str")
    group = parcels["group"].astype("str")
    made["need"] = made["les"].fillna(made["score"]) / 100
    made["idle"] = (parcels["flag"] == "suspected_idle").astype("float64")
    made["village"] = (group == "VILLAGE").astype("float64")
    made["industry"] = group.isin(["IND", "IND_IN", "IND_OUT"]).astype("float64")
    inside = parcels.reindex(columns=["zone_in"])["zone_in"].astype("Float64")
    made["zone"] = inside.astype("float64").to_numpy()
    rule = parcels.reindex(columns=["ledger_rule"])["ledger_rule"].astype("object").fillna("")
    cause = parcels.reindex(columns=["ledger_cause"])["ledger_cause"].astype("object").fillna("")
    idle = rule.isin([IDLE_2Y, IDLE_1Y])
    told = [any(one in str(text) for one in EXEMPT_CAUSES) for text in cause]
    exempt = pd.Series(told, index=cause.index, dtype="bool")
    made["ledger_idle_2y"] = ((rule == IDLE_2Y) & ~exempt).astype("float64").to_numpy()
    made["ledger_idle_1y"] = ((rule == IDLE_1Y) & ~exempt).astype("float64").to_numpy()
    made["ledger_exempt"] = (idle & exempt).astype("float64").to_numpy()
    return made


def _mean(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return the mean of a column over the plots of each site that have one, by area."""
    known = rows[column].notna()
    weight = rows["area_m2"].where(known, 0.0)
    held = pd.DataFrame({"site": rows["site"], "w": weight, "v": (rows[column] * weight).fillna(0)})
    summed = held.groupby("site", sort=False).sum()
    return (summed["v"] / summed["w"].where(summed["w"] > 0)).rename(column)


def _largest(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return the value that holds the largest area of each site; of equal ones the first."""
    areas = rows.groupby(["site", column], sort=True)["area_m2"].sum().round(3).reset_index()
    order = areas.sort_values(["site", "area_m2", column], ascending=[True, False, True])
    return order.drop_duplicates("site").set_index("site")[column]


def _owners(rows: pd.DataFrame, owners: pd.DataFrame | None) -> pd.Series:
    """Count owners; a site with a plot whose owner nobody told has none counted."""
    if owners is None:
        return pd.Series(pd.NA, index=rows["site"].unique(), dtype="Int64")
    told = owners.dropna(subset=["owner_name"]).drop_duplicates(["parcel_id", "owner_name"])
    pairs = rows[["site", "parcel_id"]].merge(told, on="parcel_id", how="left")
    count = pairs.groupby("site")["owner_name"].nunique().astype("Int64")
    unknown = pairs["owner_name"].isna().groupby(pairs["site"]).any()
    return count.mask(unknown)


def owner_of(ids: pd.Series, owners: pd.DataFrame | None) -> pd.Series:
    """Return the owner of each plot; "" where not known, several names joined where several."""
    if owners is None:
        return pd.Series("", index=ids.index, dtype="str")
    told = owners.dropna(subset=["owner_name"]).drop_duplicates(["parcel_id", "owner_name"])
    names = told.sort_values("owner_name").groupby("parcel_id")["owner_name"].agg(" / ".join)
    return ids.map(names).fillna("").astype("str")
