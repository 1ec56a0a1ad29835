"""Built: how much of a parcel is built over, how densely and how high."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from landuse.core.findings import Finding
from landuse.core.layers import Layer
from landuse.indicators.footprints import StoreySettings, completeness, measure_footprints
from landuse.indicators.measured import (
    MINIMUM_KNOWN,
    Limit,
    Measured,
    absent,
    hide_unknown,
    start,
)
from landuse.indicators.overlay import require_same_crs
from landuse.indicators.zonal import Zones, known_share, mean, total

STAGE = "built"
FOOTPRINT_COLUMNS = ("building_coverage", "building_completeness")
FAR_COLUMNS = ("far", "far_source")


class BuiltSettings(StoreySettings):
    """When footprints may be trusted, and how a height becomes floors."""

    minimum_completeness: Limit = Limit(
        value=0.6, unit="ratio", source="domain.md §0.5: sum footprint / sum BUILT-S", mark="P"
    )
    contradicted_from: Limit = Limit(
        value=0.1, unit="share", source="proposed here: a built share that footprints must explain",
        mark="P",
    )  # fmt: skip
    contradicted_below: Limit = Limit(
        value=0.5, unit="ratio", source="proposed here: footprints under half the built surface",
        mark="P",
    )  # fmt: skip
    trust_footprints: bool = False
    minimum_known: Limit = MINIMUM_KNOWN


def measure_built(
    *,
    parcels: gpd.GeoDataFrame,
    built_surface: Layer | None,
    built_height: Layer | None,
    buildings: gpd.GeoDataFrame | None,
    settings: BuiltSettings,
) -> Measured:
    """Measure built share, building coverage and floor-area ratio.

    .. math:: built = \\sum_c f_c S_c / A_{known}, \\quad BCR = A(\\bigcup b \\cap p) / A_p, \\quad
              FAR = \\sum_b A_{b \\cap p} n_b / A_p

    Parameters
    ----------
    parcels : with ``parcel_id``; ``town_code`` and ``group`` are used where present.
    built_surface : GHS-BUILT-S, m2 built per cell.
    built_height : GHS-BUILT-H, net building height (ANBH), m; 0 = no building.
    buildings : footprints with ``height_m`` and ``levels`` where known.

    Returns
    -------
    ``built_share`` (0 to 1), ``built_height_m`` (mean of cells with buildings),
    ``building_coverage`` (0 to 1), ``building_completeness`` (ratio of the parcel's town),
    ``far`` and ``far_source`` ("footprints", "ghs" or null). A column without any of its sources
    is absent, with a finding. In a town whose completeness is below ``minimum_completeness`` (or
    not known, unless ``trust_footprints``) the footprints say nothing: coverage is null, and far
    falls back to built_share x max(1, height / storey height). The same holds for a parcel whose
    footprints explain less than half of a built share of 10 % or more: a building is missing on
    the map rather than on the ground.

    Source: domain.md §0.5, §1.3, §2.2 (BCR, FAR, IMP), §8 A01-A03.
    """
    zones, table = Zones(parcels), start(parcels)
    surface, findings = _surface(zones, table["parcel_id"], built_surface, settings)
    height, found = _height(zones, table["parcel_id"], built_height, settings)
    table = table.join(surface).join(height)
    findings += found
    whole = pd.Series(zones.area_m2, index=table.index).where(zones.area_m2 > 0, np.nan)
    far = pd.Series(np.nan, index=table.index)
    if buildings is None:
        findings.append(absent(STAGE, "buildings", FOOTPRINT_COLUMNS))
    else:
        require_same_crs(parcels, buildings)
        ground = measure_footprints(
            parcels, buildings, built_height=built_height, settings=settings
        )
        trusted, ratio, found = _trusted(parcels, ground["ground_m2"], table, whole, settings)
        findings += found
        table["building_coverage"] = (ground["ground_m2"] / whole).where(trusted).clip(upper=1.0)
        if ratio is not None:
            table["building_completeness"] = ratio
        far = (ground["floor_m2"] / whole).where(trusted)
    fallback = _ghs_far(parcels, table, settings)
    if buildings is None and fallback is None:
        return {"table": table, "findings": [*findings, _no_far()]}
    return {"table": table.join(_either(far, fallback)), "findings": findings}


def _surface(
    zones: Zones, ids: pd.Series, layer: Layer | None, settings: BuiltSettings
) -> tuple[pd.DataFrame, list[Finding]]:
    if layer is None:
        columns = ["built_share", "building_completeness"]
        return pd.DataFrame(index=ids.index), [absent(STAGE, "built_surface", columns)]
    known = known_share(zones, layer)
    area = known * zones.area_m2
    share = (total(zones, layer) / area.where(area > 0, np.nan)).clip(0.0, 1.0)
    return hide_unknown(
        pd.DataFrame({"built_share": share}),
        known=known,
        minimum=settings.minimum_known,
        ids=ids,
        stage=STAGE,
        role="built_surface",
    )


def _height(
    zones: Zones, ids: pd.Series, layer: Layer | None, settings: BuiltSettings
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the mean net height of the cells that have one: 0 means no building, not 0 m."""
    if layer is None:
        return pd.DataFrame(index=ids.index), [absent(STAGE, "built_height", ["built_height_m"])]
    heights = np.where(layer.known() & (layer.values > 0), layer.values, np.nan)
    standing = Layer(layer.grid, heights, year=layer.year)
    return hide_unknown(
        pd.DataFrame({"built_height_m": mean(zones, standing)}),
        known=known_share(zones, layer),
        minimum=settings.minimum_known,
        ids=ids,
        stage=STAGE,
        role="built_height",
    )


def _trusted(
    parcels: gpd.GeoDataFrame,
    ground_m2: pd.Series,
    table: pd.DataFrame,
    whole: pd.Series,
    settings: BuiltSettings,
) -> tuple[pd.Series, pd.Series | None, list[Finding]]:
    """Return where footprints may be believed, the ratio of each parcel's town, and findings."""
    if "built_share" not in table:
        return pd.Series(settings.trust_footprints, index=table.index), None, [_no_guard(settings)]
    towns = parcels.get("town_code", pd.Series("", index=table.index, dtype="str"))
    ratio, by_town = completeness(ground_m2, table["built_share"] * whole, towns=towns)
    trusted = (ratio >= settings.minimum_completeness.value) | settings.trust_footprints
    minimum = settings.minimum_completeness.value
    poor = by_town[~(by_town["ratio"] >= minimum)]
    found = [_incomplete(str(t), r, minimum) for t, r in poor["ratio"].items()]
    contradicted = trusted & _contradicted(ground_m2 / whole, table["built_share"], settings)
    if settings.trust_footprints or not contradicted.any():
        return trusted, ratio, found
    return trusted & ~contradicted, ratio, [*found, _contradiction(int(contradicted.sum()))]


def _contradicted(
    coverage: pd.Series, built_share: pd.Series, settings: BuiltSettings
) -> pd.Series:
    """Tell where footprints explain too little of the built surface seen from above."""
    enough_built = built_share >= settings.contradicted_from.value
    return enough_built & (coverage < built_share * settings.contradicted_below.value)


def _contradiction(count: int) -> Finding:
    return Finding(
        stage=STAGE, kind="doubt", object_id="buildings", value=str(count),
        message_zh=f"{count} 个地块的建筑轮廓不足建成面的一半，视为轮廓缺失，不作未建证据",
        message_en=f"{count} parcels have footprints for less than half of their built surface: "
        "taken as missing on the map, not as evidence of no building",
    )  # fmt: skip


def _ghs_far(
    parcels: gpd.GeoDataFrame, table: pd.DataFrame, settings: BuiltSettings
) -> pd.Series | None:
    """Return built_share x max(1, height / storey height); 0 where nothing is built."""
    if "built_share" not in table or "built_height_m" not in table:
        return None
    groups = parcels.get("group", pd.Series("ALL", index=table.index, dtype="str"))
    storeys = (table["built_height_m"] / settings.storey_of(groups)).clip(lower=1.0)
    return (table["built_share"] * storeys).mask(table["built_share"] == 0, 0.0)


def _either(far: pd.Series, fallback: pd.Series | None) -> pd.DataFrame:
    """Return far with its source: footprints first, the fallback where they say nothing."""
    source = pd.Series(pd.NA, index=far.index, dtype="str")
    source[far.notna()] = "footprints"
    if fallback is not None:
        filled = far.isna() & fallback.notna()
        source[filled] = "ghs"
        far = far.where(~filled, fallback)
    return pd.DataFrame({"far": far, "far_source": source})


def _no_far() -> Finding:
    return absent(STAGE, "buildings, or built_surface with built_height", FAR_COLUMNS)


def _no_guard(settings: BuiltSettings) -> Finding:
    used = ("仍按设置使用", "used as told") if settings.trust_footprints else ("不使用", "not used")
    return Finding(
        stage=STAGE,
        kind="doubt",
        object_id="buildings",
        message_zh=f"缺少建成面数据，无法检查建筑轮廓完整度，建筑轮廓{used[0]}",
        message_en=f"no built surface to check footprints against: footprints {used[1]}",
    )


def _incomplete(town: str, ratio: float, minimum: float) -> Finding:
    return Finding(
        stage=STAGE,
        kind="doubt",
        object_id=town,
        value="" if np.isnan(ratio) else f"{ratio:.2f}",
        message_zh=f"建筑轮廓完整度低于 {minimum:g}，该镇建筑密度置空，容积率改用 GHSL 估算",
        message_en=f"footprints below {minimum:g} complete: coverage null, FAR from GHSL",
    )
