"""The sheet of zone indicators: percentages read as such, nothing where there is nothing."""

from __future__ import annotations

import pandas as pd

from landuse.indicators.zone_intensity import measure_zone_intensity
from landuse.indicators.zone_intensity_terms import TERMS, IntensitySettings
from landuse.products.zone_intensity_sheet import zone_intensity_sheets

PARCELS = pd.DataFrame(
    {
        "zone_in": [True, True], "zone_name": ["甲区", "=乙"], "group": ["IND_IN", "IND_IN"],
        "area_m2": [1000.0, 1000.0], "built_share": [0.5, 0.9], "far": [0.75, 1.25],
        "building_coverage": [0.25, 0.5],
    }
)  # fmt: skip


def test_each_zone_and_indicator_is_a_row() -> None:
    made = measure_zone_intensity(parcels=PARCELS, settings=IntensitySettings())
    (sheet,) = zone_intensity_sheets(made["table"], made["zones"])
    codes = [column.code for column in sheet.columns]
    rows = [dict(zip(codes, row, strict=True)) for row in sheet.rows]
    assert len(rows) == 3 * len(TERMS)
    told = {(row["zone_name"], row["zh"]): row for row in rows}
    assert told["甲区", "工业用地建筑系数"]["value_text"] == "25.00%"
    assert told["甲区", "综合容积率"]["value_text"] == "0.75"
    # 750 and 1250 of floor over 2 * 1000
    assert told["全部开发区", "综合容积率"]["value_text"] == "1.00"
    idle = told["甲区", "土地闲置率"]
    assert (idle["value_text"], idle["coverage"]) == (None, 0)
    assert idle["reason_zh"] == "缺少资料：供地台账"
    assert told["甲区", "工业用地率"]["kind_zh"] == "工业主导型（示意）"
    assert told["全部开发区", "工业用地率"]["kind_zh"] is None


def test_no_zones_make_no_sheet() -> None:
    made = measure_zone_intensity(
        parcels=PARCELS.assign(zone_in=False), settings=IntensitySettings()
    )
    assert zone_intensity_sheets(made["table"], made["zones"]) == ()
    assert zone_intensity_sheets(None) == ()
