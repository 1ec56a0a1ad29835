"""Ground, limits and change of villages, by hand on small layers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from landuse.indicators.villages.change import VillageChangeSettings, measure_village_change
from landuse.indicators.villages.limits import VillageLimitSettings, measure_village_limits
from tests.indicators.ground import layer, polygons, rect
from tests.indicators.test_village_place import at, villages

NAN = np.nan
NONE = dict.fromkeys(
    ("elevation", "hazard", "eco_redline", "heritage", "growth_boundary", "water_source")
)


def limits(given: object, settings: VillageLimitSettings | None = None, **more: object):  # type: ignore[no-untyped-def]
    return measure_village_limits(
        settlements=given, settings=settings or VillageLimitSettings(), **(NONE | more)
    )


def change(given: object, **more: object) -> pd.DataFrame:
    layers: dict[str, object] = dict.fromkeys(
        ("villages", "night_light_series", "vegetation_series", "landcover_series")
    )
    return measure_village_change(
        settlements=given, settings=VillageChangeSettings(), **(layers | more)
    )["table"]


def test_lines_and_hazards() -> None:
    given = villages(rect(0, 0, 100, 100), rect(400, 0, 500, 100), at(900))
    table = limits(
        given,
        hazard=polygons(rect(-150, 0, -100, 100)),
        eco_redline=polygons(rect(0, 0, 25, 100)),
        water_source=polygons(rect(450, 0, 600, 100)),
    )["table"]
    # The hazard lies 100 m from the first, 500 m from the second.
    assert table["hazard_near"].tolist() == [1, 0, 0]
    assert table["eco_redline_share"].tolist() == pytest.approx([0.25, 0, 0])
    assert table["water_source_share"].tolist() == pytest.approx([0, 0.5, 0])
    assert "heritage_share" not in table


def test_absent_layers_are_named_and_heights_come_from_the_list() -> None:
    given = villages(at(0), at(900)).assign(elevation_class=["5", "8"])
    chosen = VillageLimitSettings(elevation_classes={"5": 400.0, "8": 1_150.0})
    result = limits(given, chosen)
    assert result["table"]["elevation_m"].tolist() == [400, 1_150]
    assert result["table"]["elevation_rank"].tolist() == [0, 1]
    absent = {f.object_id for f in result["findings"] if f.kind == "absent"}
    assert {"elevation", "hazard", "eco_redline", "heritage", "growth_boundary",
            "water_source"} <= absent  # fmt: skip
    assert "water" not in absent
    listed = limits(villages(at(0)).assign(elevation_m=[321.0]))["table"]
    assert listed["elevation_m"].tolist() == [321]


def test_light_is_the_village_s_and_needs_two_pixels() -> None:
    given = villages(rect(0, 0, 50, 50), rect(60, 0, 90, 50)).assign(village_code=["a", "b"])
    large, small = rect(0, 0, 700, 700), rect(760, 0, 790, 50)
    outlines = polygons(large, small, village_code=["a", "b"])
    series = [layer(np.full((100, 100), 9.0 - year), year=2014 + year) for year in range(8)]
    table = change(given, villages=outlines, night_light_series=series)
    # One unit a year down, eight years without a tie: p far below 0.05.
    assert table["light_slope_nw_per_year"].tolist() == pytest.approx([-1, NAN], nan_ok=True)
    assert table["light_decline"].tolist() == pytest.approx([-1, NAN], nan_ok=True)
    assert table["light_p"].iloc[0] < 0.01


def test_fields_given_up_around_a_village() -> None:
    # 2 km square of 100 m cells about the village; the southern half was cropland.
    first = np.full((20, 20), 2)
    first[10:] = 1
    later = first.copy()
    later[10:, :10] = 4  # the western half of the fields is grass in the last three years
    years = [first, first, later, later, later]
    series = [layer(v, cell_m=100.0, year=2015 + k, dtype="uint8") for k, v in enumerate(years)]
    given = villages(at(1_000, 1_000))
    share = change(given, landcover_series=series)["abandoned_crop_share"].iloc[0]
    # By symmetry about half of the fields within 500 m; the inner cell itself lies east.
    assert 0.4 < share < 0.6
    back = [*series[:-1], layer(first, cell_m=100.0, year=2019, dtype="uint8")]
    assert change(given, landcover_series=back)["abandoned_crop_share"].iloc[0] == 0
    short = change(given, landcover_series=series[:3])
    assert "abandoned_crop_share" not in short
