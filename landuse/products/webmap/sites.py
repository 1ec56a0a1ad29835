"""Sites for better use, packed for the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.products.webmap.columns import coded_texts, numbers_of, plain_records, texts_of
from landuse.products.webmap.model import SiteInput
from landuse.products.webmap.pack import Payload
from landuse.products.webmap.shapes import SIMPLIFY_M, add_inner_points, add_polygons, web_shapes

_NUMBERS = {
    "area_mu": 2, "merge_mu": 2, "ops": 1, "coverage": 3, "plots": 0, "owners": 0,
    "rect_length_m": 1, "rect_width_m": 1, "min_width_m": 1, "growth_share": 3, "slope_deg": 1,
    "road_m": 0, "ramp_m": 0, "zone_distance_m": 0, "earthwork_m": 2, "sensitive_m": 0,
    "need": 3, "rsi": 1,
}  # fmt: skip
_TEXTS = (
    "site_id", "members", "grade", "town_name", "zone_name", "veto", "unchecked", "unchecked_en",
    "overlaps", "group_id", "uses", "use_fits", "advice_zh", "advice_en", "advice_basis_zh",
    "advice_basis_en", "advice_mark", "first_check_zh", "first_check_en", "evidence_zh",
    "evidence_en",
)  # fmt: skip
_REFUSED = ("site_id", "members", "rule", "town_name", "reason_zh", "reason_en")


def add_sites(
    payload: Payload, given: SiteInput, *, crs: str, towns: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Add the sites, chosen ones first and by score, and what was refused.

    ``town`` is the place in ``towns``, -1 unknown; ``use`` the place of the best use in ``uses``,
    -1 none; ``refused.at`` the row of the site, or of its first plot, -1 none.
    """
    sites = in_order(given.sites)
    table = pd.DataFrame(sites.drop(columns=sites.geometry.name))
    held: dict[str, Any] = {"n": len(table)}
    held["useNames"], held["grades"] = plain_records(given.uses), plain_records(given.grades)
    held |= {name: payload.coded(*coded_texts(table, name)) for name in _TEXTS}
    held |= {name: payload.numbers(numbers_of(table, name), decimals=digits)
             for name, digits in _NUMBERS.items()}  # fmt: skip
    held["chosen"] = payload.array(table["first_choice"].to_numpy().astype(np.uint8))
    place = {str(use["code"]): number for number, use in enumerate(given.uses)}
    use = texts_of(table, "best_use").map(place).fillna(-1).to_numpy()
    held["use"] = payload.array(use.astype(np.int8))
    codes = {str(town["code"]): number for number, town in enumerate(towns)}
    town = texts_of(table, "town_code").map(codes).fillna(-1).to_numpy()
    held["town"] = payload.array(town.astype(np.int32))
    held["shape"] = add_polygons(payload, web_shapes(sites, crs=crs, simplify_m=SIMPLIFY_M))
    held["rect"] = add_polygons(payload, web_shapes(rectangles(sites, crs), crs=crs, simplify_m=0))
    held["x"], held["y"] = add_inner_points(payload, sites, crs=crs)
    held["projects"] = plain_records(given.projects)
    held["refused"] = _refused(given.refused, table["site_id"].tolist())
    return held


def in_order(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites chosen first, by score; then the others, vetoed ones last."""
    order = sites.assign(
        out=sites["veto"] != "", later=~sites["first_choice"], least=-sites["ops"].fillna(-1)
    ).sort_values(["out", "later", "least", "site_id"])
    return order.drop(columns=["out", "later", "least"]).reset_index(drop=True)


def rectangles(sites: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Return the largest rectangle of each site; empty where there is none."""
    half = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2
    sides = np.stack([numbers_of(sites, name) for name in ("rect_length_m", "rect_width_m")], 1)
    local = half[None] * np.nan_to_num(sides)[:, None, :]
    angle = np.nan_to_num(numbers_of(sites, "rect_angle"))[:, None]
    x = local[..., 0] * np.cos(angle) - local[..., 1] * np.sin(angle)
    y = local[..., 0] * np.sin(angle) + local[..., 1] * np.cos(angle)
    middle = np.stack([numbers_of(sites, name) for name in ("rect_x_m", "rect_y_m")], 1)
    shapes = shapely.polygons(np.stack([x, y], -1) + np.nan_to_num(middle)[:, None, :])
    real = np.isfinite(middle).all(axis=1) & (sides > 0).all(axis=1)
    made = np.where(real, shapes, shapely.Polygon())
    return gpd.GeoDataFrame({"site_id": sites["site_id"]}, geometry=made, crs=crs)


def _refused(refused: pd.DataFrame, ids: Sequence[str]) -> list[dict[str, Any]]:
    place = {name: row for row, name in enumerate(ids)}
    rows = plain_records(refused[[*_REFUSED, "area_mu"]].to_dict("records"))
    for row in rows:
        first = f"S-{str(row['members']).split(';', maxsplit=1)[0]}"
        row["at"] = place.get(str(row["site_id"]), place.get(first, -1))
    return rows
