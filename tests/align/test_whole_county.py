"""The county itself among its towns is left out; nothing else is."""

from __future__ import annotations

import geopandas as gpd
import shapely
from shapely import box

from landuse.align.whole_county import without_whole


def towns(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    names = [f"第{at}镇" for at in range(len(shapes))]
    return gpd.GeoDataFrame({"town_name": names}, geometry=list(shapes), crs="EPSG:4549")


STRIPS = [box(1000 * at, 0, 1000 * (at + 1), 4000) for at in range(4)]


def test_the_sum_of_the_others_is_left_out_wherever_it_stands() -> None:
    whole = box(0, 0, 4000, 4000)
    for at in (0, 2, 4):
        layer = towns(*STRIPS[:at], whole, *STRIPS[at:])
        left, findings = without_whole(layer, stage="towns")
        assert list(left.geometry) == STRIPS
        assert [item.kind for item in findings] == ["dropped"]
        assert findings[0].object_id == f"第{at}镇"


def test_a_rough_outline_counts_and_a_large_town_does_not() -> None:
    # 16 of 17.64 km2 in common: 0.907 is more than 0.8
    rough = towns(*STRIPS, box(-100, -100, 4100, 4100))
    assert len(without_whole(rough, stage="towns")[0]) == 4
    # a town of 8 km2 beside three of 4 km2 each covers none of them
    large = towns(box(0, 0, 2000, 4000), *STRIPS[2:], box(4000, 0, 5000, 4000))
    assert len(without_whole(large, stage="towns")[0]) == 4


def test_layers_drawn_twice_are_for_others_to_judge() -> None:
    twice = towns(STRIPS[0], STRIPS[0], STRIPS[0])
    assert len(without_whole(twice, stage="towns")[0]) == 3
    assert len(without_whole(towns(*STRIPS[:2]), stage="towns")[0]) == 2
