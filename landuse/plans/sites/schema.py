"""The table of sites: its columns in order, and what kind each is."""

from __future__ import annotations

import pandas as pd

TEXTS = (
    "site_id", "kind", "members", "town_code", "town_name", "zone_name", "land_use", "veto",
    "veto_layer", "unchecked", "unchecked_en", "overlaps", "group_id", "grade", "best_use",
    "uses", "use_fits", "advice", "advice_zh", "advice_en", "advice_basis_zh",
    "advice_basis_en", "advice_mark", "advice_also", "first_check_zh", "first_check_en",
    "reclaim_zh", "evidence_zh", "evidence_en",
)  # fmt: skip
COLUMNS = (
    "site_id", "kind", "members", "plots", "town_code", "town_name", "zone_in", "zone_name",
    "area_m2", "area_mu", "merge_mu", "rect_length_m", "rect_width_m", "rect_area_m2",
    "rect_angle", "rect_x_m", "rect_y_m", "min_width_m", "growth_share", "slope_deg", "road_m",
    "ramp_m", "zone_distance_m", "town_distance_m", "owners", "earthwork_m", "sensitive_m",
    "need", "far", "idle_share", "eco_redline_share", "prime_farmland_share", "hazard_share",
    "heritage_share", "water_source_share", "forest_around_share", "ledger_idle_2y",
    "ledger_idle_1y", "ledger_exempt", "candidate_village", "emp_class_rank", "village_share",
    "industry_share", "rsi", "ops", "grade", "coverage", "families", "veto", "veto_layer",
    "veto_share", "veto_limit", "unchecked", "unchecked_en", "overlaps", "group_id",
    "first_choice", "best_use", "uses", "use_fits", "advice", "advice_zh", "advice_en",
    "advice_basis_zh", "advice_basis_en", "advice_mark", "advice_also", "first_check_zh",
    "first_check_en", "evidence_zh", "evidence_en", "land_use", "reclaim_zh",
)  # fmt: skip


def ordered(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the sites with the columns of the contract, texts as text, counts as integers."""
    table = sites.reindex(columns=list(COLUMNS)).copy()
    for name in TEXTS:
        table[name] = table[name].astype("object").fillna("").astype("str")
    counts = {"plots": "int64", "families": "int64", "owners": "Int64", "zone_in": "boolean",
              "first_choice": "bool"}  # fmt: skip
    return table.astype(counts).reset_index(drop=True)
