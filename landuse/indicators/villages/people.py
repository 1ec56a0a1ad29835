"""People of a natural village: registered, resident, households, homes; and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit, Measured, absent
from landuse.indicators.villages.ground import Floats, as_parcels, start
from landuse.indicators.villages.rescale import rescaled_people

STAGE = "village_people"
REGISTER, LISTED, BUILDINGS = "register", "list", "buildings"
COUNTS = ("registered_population", "resident_population", "households")


class VillagePeopleSettings(Settings):
    """Which buildings count as dwellings."""

    dwelling_least_m2: Limit = Limit(value=30, unit="m²", source="proposed here", mark="P")
    dwelling_most_m2: Limit = Limit(value=600, unit="m²", source="proposed here", mark="P")
    storey_m: Limit = Limit(value=3.0, unit="m", source="proposed here", mark="P")


def measure_village_people(
    *,
    settlements: gpd.GeoDataFrame,
    villages: gpd.GeoDataFrame | None,
    county: gpd.GeoDataFrame | None,
    buildings: gpd.GeoDataFrame | None,
    population: Layer | None,
    register_population: pd.DataFrame | None,
    towns: gpd.GeoDataFrame | None,
    town_census: pd.DataFrame | None,
    frame: Mapping[str, float | None],
    settings: VillagePeopleSettings,
) -> Measured:
    """Estimate people, households and dwellings; say what each estimate rests on.

    The register counts people by administrative village. Its counts are shared out by floor area
    over all houses in that village, in natural villages or not: what falls outside stays outside.
    Without houses they are shared by the area of the natural villages.

    Parameters
    ----------
    settlements : with ``village_code``; optional ``households`` and ``population`` of the
        bureau's own list go first.
    villages : polygons with ``village_code``. ``buildings`` : ``levels`` or ``height_m``.
    population : persons a cell. ``register_population`` : ``village_code`` and ``COUNTS``.
    towns, town_census : to which the grid is rescaled, see `rescaled_people`.
    frame : ``population`` of the county by its census, to which the rest is.

    Returns
    -------
    ``registered_population``, ``resident_population``, ``population_est`` (resident),
    ``population_basis`` (list | register | raster_rescaled_town | raster_rescaled | raster | ""),
    ``households_est``,
    ``households_basis`` (list | register | buildings | ""), ``resident_ratio`` (resident over
    registered of the administrative village), ``dwelling_count``, ``dwelling_floor_m2``,
    ``no_dwelling`` (1 where none stands), ``people_per_dwelling``, ``area_per_person_m2``
    (area of the outline a resident).

    Source: domain.md §3.2, §3.3; shares by floor area proposed here.
    """
    table, findings = start(settlements), []
    dwellings = None if buildings is None else _homes(buildings, settings)
    houses = None if dwellings is None else _houses(settlements, dwellings)
    findings += [] if houses is not None else [absent(STAGE, "buildings", ["dwelling_count"])]
    if houses is not None:
        table = table.join(houses)
        table["no_dwelling"] = (houses["dwelling_count"] == 0).astype("float64")
    weight = settlements.geometry.area if houses is None else houses["dwelling_floor_m2"]
    if register_population is None:
        findings.append(absent(STAGE, "register_population", COUNTS))
        shared = pd.DataFrame(np.nan, index=settlements.index, columns=[*COUNTS, "resident_ratio"])
    else:
        whole = _village_floor(villages, dwellings)
        shared, found = _shared(settlements, register_population, weight, whole)
        findings += found
    table = table.join(shared[["registered_population", "resident_population", "resident_ratio"]])
    grid = [] if population is None else rescaled_people(
        settlements=settlements, population=population, towns=towns, town_census=town_census,
        county=county, counted=frame.get("population"),
    )  # fmt: skip
    findings += _other_towns(settlements, town_census)
    people, basis = _first_known(
        (LISTED, _own(settlements, "population")),
        (REGISTER, shared["resident_population"]),
        *grid,
    )
    homes, homes_basis = _first_known(
        (LISTED, _own(settlements, "households")),
        (REGISTER, shared["households"]),
        (BUILDINGS, table.get("dwelling_count")),
    )
    table = table.assign(population_est=people, population_basis=basis,
                         households_est=homes, households_basis=homes_basis)  # fmt: skip
    return {"table": table.join(_ratios(settlements, table)), "findings": findings}


def _ratios(settlements: gpd.GeoDataFrame, table: pd.DataFrame) -> pd.DataFrame:
    people = table["population_est"].astype("float64")
    area = settlements.geometry.area.where(settlements.geometry.area > 0)
    made = {"area_per_person_m2": area / people.where(people > 0)}
    if "dwelling_count" in table:
        homes = table["dwelling_count"].astype("float64")
        made["people_per_dwelling"] = people / homes.where(homes > 0)
    return pd.DataFrame(made, index=table.index)


def _floor_m2(buildings: gpd.GeoDataFrame, settings: VillagePeopleSettings) -> Floats:
    """Return the floor area of dwellings, 0 for what is too small or too large for one."""
    base = shapely.area(np.asarray(buildings.geometry.array))
    storeys = np.full(len(buildings), np.nan)
    if "levels" in buildings:
        storeys = buildings["levels"].to_numpy("float64")
    if "height_m" in buildings:
        guessed = np.maximum(1, np.round(buildings["height_m"].to_numpy("float64")
                                         / settings.storey_m.value))  # fmt: skip
        storeys = np.where(np.isnan(storeys), guessed, storeys)
    home = (base >= settings.dwelling_least_m2.value) & (base <= settings.dwelling_most_m2.value)
    return np.asarray(np.where(home, base * np.where(np.isnan(storeys), 1.0, storeys), 0.0))


@dataclass(frozen=True, eq=False)
class _Homes:
    """Buildings by a point inside each, and the floor area of those that are dwellings, m2."""

    tree: shapely.STRtree
    floor: Floats

    def within(self, outlines: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
        """Return how many dwellings stand in each outline, and their floor area."""
        shapes = np.asarray(outlines.geometry.array)
        owner, house = self.tree.query(shapes, predicate="contains")
        floor = self.floor[house]
        count = np.bincount(owner, floor > 0, minlength=len(shapes))
        sums = np.bincount(owner, floor, minlength=len(shapes))
        return np.asarray(count, dtype="float64"), np.asarray(sums, dtype="float64")


def _homes(buildings: gpd.GeoDataFrame, settings: VillagePeopleSettings) -> _Homes:
    points = shapely.point_on_surface(np.asarray(buildings.geometry.array))
    return _Homes(shapely.STRtree(points), _floor_m2(buildings, settings))


def _houses(settlements: gpd.GeoDataFrame, homes: _Homes) -> pd.DataFrame:
    count, floor = homes.within(as_parcels(settlements))
    columns = {"dwelling_count": count, "dwelling_floor_m2": floor}
    return pd.DataFrame(columns, index=settlements.index)


def _village_floor(villages: gpd.GeoDataFrame | None, homes: _Homes | None) -> pd.Series | None:
    """Return the floor area of all dwellings of each administrative village, by code."""
    if villages is None or homes is None:
        return None
    _, floor = homes.within(villages)
    return pd.Series(floor, index=villages["village_code"].to_numpy())


def _shared(
    settlements: gpd.GeoDataFrame, register: pd.DataFrame, weight: pd.Series,
    whole: pd.Series | None,
) -> tuple[pd.DataFrame, list[Finding]]:  # fmt: skip
    """Share the counts of each administrative village out to its natural villages."""
    code = settlements["village_code"].replace("", pd.NA)
    counts = register.reindex(columns=["village_code", "year", *COUNTS])
    counts = counts.sort_values(["village_code", "year"]).drop_duplicates(
        "village_code", keep="last"
    )
    counts = counts.set_index("village_code")[list(COUNTS)].astype("float64")
    inside = weight.groupby(code).sum()
    # A house counted in two outlines must not make a share exceed the whole.
    base = inside if whole is None else whole.reindex(inside.index).fillna(0).clip(lower=inside)
    share = (weight / code.map(base.where(base > 0))).astype("float64")
    shared = pd.DataFrame({name: share * code.map(counts[name]) for name in COUNTS})
    ratio = counts["resident_population"] / counts["registered_population"].where(
        counts["registered_population"] > 0
    )
    shared["resident_ratio"] = code.map(ratio).astype("float64")
    strange = sorted(set(counts.index) - set(code.dropna()))
    return shared, _unmatched(strange, len(counts))


def _unmatched(strange: list[str], rows: int) -> list[Finding]:
    if not strange:
        return []
    return [
        Finding(
            stage=STAGE, kind="note", object_id="register_population",
            value=f"{len(strange)} / {rows}",
            message_zh="户籍人口表中有行政村没有自然村，人口未分摊",
            message_en="administrative villages of the register without a natural village: "
            "their people are not shared out",
        )
    ]  # fmt: skip


def _own(settlements: gpd.GeoDataFrame, column: str) -> pd.Series | None:
    return settlements[column].astype("float64") if column in settlements else None


def _other_towns(
    settlements: gpd.GeoDataFrame, town_census: pd.DataFrame | None
) -> list[Finding]:  # fmt: skip
    if town_census is None:
        return []
    here = set(settlements["town_code"]) - {""}
    missed = sorted(here - set(town_census["town_code"]))
    if not missed:
        return []
    return [
        Finding(
            stage=STAGE, kind="note", object_id=", ".join(missed[:10]), value=str(len(missed)),
            message_zh="分乡镇人口表没有这些乡镇，人口格网只按全县总数校正",
            message_en="towns that the census by town lacks: their grid is brought to the county's "
            "total only",
        )
    ]  # fmt: skip


def _first_known(*sources: tuple[str, pd.Series | None]) -> tuple[pd.Series, pd.Series]:
    """Return, row by row, the first known value and the name of where it comes from."""
    given = [(name, values) for name, values in sources if values is not None]
    if not given:
        msg = "no estimate at all: give at least a null column"
        raise ValueError(msg)
    value = pd.Series(np.nan, index=given[0][1].index, dtype="float64")
    basis = pd.Series("", index=value.index, dtype="str")
    for name, values in given:
        fresh = value.isna() & values.notna()
        value, basis = value.where(~fresh, values), basis.where(~fresh, name)
    return value, basis
