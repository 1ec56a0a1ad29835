"""What each role of a study needs: the geometry kind and which columns are numbers or dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from landuse.align.repair import LayerKind

Duplicates = Literal["refuse", "suffix", "merge"]


@dataclass(frozen=True, kw_only=True)
class VectorRole:
    """What a vector layer must bring. Columns not named as numbers are text.

    ``texts`` are text columns that the method or the products read where they are mapped.
    ``key`` is the id column. ``merge``: rows of one id are pieces of one object, such as a town
    drawn in several parts.
    """

    kind: LayerKind
    required: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    key: str | None = None
    merge: bool = False


@dataclass(frozen=True, kw_only=True)
class TableRole:
    """What a table must bring. Columns not named as numbers or dates are text.

    ``texts`` are text columns that the method reads where they are mapped.
    """

    required: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


VECTOR_ROLES: dict[str, VectorRole] = {
    "county": VectorRole(kind="polygon"),
    "towns": VectorRole(
        kind="polygon",
        texts=("town_code", "town_name"),
        key="town_code",
        merge=True,
    ),
    "zones": VectorRole(kind="polygon", texts=("zone_name", "zone_code")),
    "parcels": VectorRole(
        kind="polygon",
        required=("parcel_id",),
        numbers=("declared_area_m2",),
        texts=("land_use", "owner_code", "village_code", "settlement_class"),
        key="parcel_id",
    ),
    "land_use_map": VectorRole(kind="polygon", required=("land_use",), texts=("name",)),
    "villages": VectorRole(
        kind="polygon",
        required=("village_code",),
        texts=("village_name",),
        key="village_code",
        merge=True,
    ),
    "settlements": VectorRole(
        kind="point_or_polygon",
        numbers=("elevation_m", "households", "population"),
        texts=("settlement_id", "settlement_name", "village_code", "elevation_class"),
    ),
    "roads": VectorRole(kind="line_or_polygon", texts=("road_class",)),
    "buildings": VectorRole(kind="polygon", numbers=("levels", "height_m")),
    "water": VectorRole(kind="polygon"),
    "lights": VectorRole(kind="point"),
    "eco_redline": VectorRole(kind="polygon"),
    "prime_farmland": VectorRole(kind="polygon"),
    "growth_boundary": VectorRole(kind="polygon"),
    "hazard": VectorRole(kind="polygon"),
    "heritage": VectorRole(kind="polygon"),
    "services": VectorRole(kind="point_or_polygon", texts=("service_kind", "name")),
    "water_source": VectorRole(kind="polygon", texts=("level",)),
    "centres": VectorRole(kind="point", texts=("town_code", "town_name")),
    "previous_parcels": VectorRole(kind="polygon", required=("parcel_id",), key="parcel_id"),
    "previous_settlements": VectorRole(
        kind="polygon", required=("settlement_id",), key="settlement_id"
    ),
}

TABLE_ROLES: dict[str, TableRole] = {
    "enterprises": TableRole(
        required=("parcel_id",),
        numbers=("year", "tax_10k_yuan", "tax_10k_yuan_per_mu"),
        texts=("emp_class",),
    ),
    "electricity": TableRole(
        required=("parcel_id", "electricity_kwh"), numbers=("electricity_kwh", "year")
    ),
    "ledger": TableRole(
        required=("parcel_id",),
        numbers=(
            "area_ha",
            "far_min",
            "far_max",
            "invested_10k_yuan",
            "total_investment_10k_yuan",
        ),
        texts=("supervision_no", "declared_state", "cause"),
        dates=(
            "approved_on",
            "contract_date",
            "delivery_date",
            "start_due_date",
            "finish_due_date",
            "start_date",
            "finish_date",
            "stopped_on",
        ),
    ),
    "register_population": TableRole(
        required=("village_code",),
        numbers=("registered_population", "resident_population", "households", "year"),
    ),
    "consent": TableRole(
        required=("settlement_id", "consent_share"),
        numbers=("consent_share",),
        dates=("surveyed_on",),
    ),
    "field_checks": TableRole(
        required=("parcel_id", "check_status"),
        texts=("checked_by", "check_note"),
        dates=("checked_on",),
    ),
    "village_list": TableRole(
        required=("village_code",),
        texts=("village_name", "town_code", "town_name"),
    ),
    "town_census": TableRole(required=("town_code", "population"), numbers=("population", "year")),
    "census": TableRole(
        required=("adcode", "population"),
        numbers=(
            "year",
            "population",
            "rural_population",
            "households",
            "share_65_plus_pct",
        ),
    ),
}
