"""Ids: unique, independent of the order of rows, kept by overlap, never given twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from landuse.objects.ids import IdSettings, Named, stable_ids

CRS = "EPSG:4549"
X, Y = 451_000.0, 3_231_000.0
ADCODE = IdSettings(adcode="330781")


def square(column: float, row: float, *, side: float = 100.0) -> Polygon:
    x, y = X + column * 100, Y + row * 100
    return box(x, y, x + side, y + side)


def layer(shapes: Iterable[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def named(
    objects: gpd.GeoDataFrame,
    previous: gpd.GeoDataFrame | None = None,
    *,
    town: str = "330781001",
    chosen: IdSettings = ADCODE,
    retired: tuple[str, ...] = (),
) -> Named:
    towns = pd.Series(town, index=objects.index, dtype="str")
    return stable_ids(
        objects, town_codes=towns, previous=previous, key="parcel_id", stage="t",
        settings=chosen, retired=retired,
    )  # fmt: skip


def kept(objects: gpd.GeoDataFrame, done: Named) -> gpd.GeoDataFrame:
    return objects.assign(parcel_id=done.ids)


places = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=15, unique=True
)


def test_serials_run_as_one_reads_a_page() -> None:
    """Y lies on a line of the 1 km bands: rows 0 to 9 are one band, row 10 the band above."""
    shapes = [square(0, 0), square(5, 8), square(2, 3), square(9, 10)]
    assert named(layer(shapes)).ids.tolist() == [
        "330781-001-0002",
        "330781-001-0004",
        "330781-001-0003",
        "330781-001-0001",
    ]


def test_a_town_without_a_code_of_nine_digits_is_town_000_of_the_county() -> None:
    one = layer([square(0, 0)])
    assert named(one, town="").ids.tolist() == ["330781-000-0001"]
    assert named(one, town="330781102205").ids.tolist() == ["330781-102-0001"]
    village = IdSettings(adcode="330781", letter="Z")
    assert named(one, chosen=village).ids.tolist() == ["330781-001-Z0001"]


@given(spots=places, order=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_ids_are_unique_and_do_not_depend_on_the_order_of_rows(spots: Any, order: Any) -> None:
    objects = layer(square(*spot) for spot in spots)
    ids = named(objects).ids
    assert ids.is_unique
    shuffled = list(range(len(spots)))
    order.shuffle(shuffled)
    again = named(objects.iloc[shuffled]).ids
    pd.testing.assert_series_equal(again.sort_index(), ids)


@given(first=places, second=places, keep=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_what_is_unchanged_keeps_its_id_and_a_new_object_never_takes_a_used_one(
    first: Any, second: Any, keep: float
) -> None:
    old = layer(square(*spot) for spot in first)
    old = kept(old, named(old))
    stays = old.iloc[: round(keep * len(old))]
    free = [spot for spot in second if spot not in first]
    new = layer([*stays.geometry, *(square(*spot) for spot in free)])
    done = named(new, old, retired=("330781-001-0777",))
    assert done.ids.is_unique
    assert done.ids.tolist()[: len(stays)] == stays["parcel_id"].tolist()
    fresh = set(done.ids.tolist()[len(stays) :])
    assert not fresh & {*old["parcel_id"], "330781-001-0777"}
    gone = set(old["parcel_id"]) - set(stays["parcel_id"])
    assert set(done.retired) == gone | {"330781-001-0777"}


def test_a_retired_id_is_not_given_again_two_runs_later() -> None:
    """Two parcels; the second goes; a third comes: it is 0003 although 0002 is free."""
    first = layer([square(0, 0), square(5, 0)])
    run1 = named(first)
    run2 = named(first.iloc[:1], kept(first, run1))
    third = layer([square(0, 0), square(9, 0)])
    run3 = named(third, kept(first.iloc[:1], run2), retired=run2.retired)
    assert run3.ids.tolist() == ["330781-001-0001", "330781-001-0003"]


@pytest.mark.parametrize(
    ("shift", "same"),
    [(0.0, True), (0.49, True), (0.5, True), (0.51, False), (1.5, False)],
)
def test_half_of_both_areas_is_enough(shift: float, same: bool) -> None:
    """A square moved by s sides shares 1 - s of either."""
    old = layer([square(0, 0)])
    done = named(layer([square(shift, 0)]), kept(old, named(old)))
    assert (done.ids[0] == "330781-001-0001") is same


def test_a_parcel_within_another_of_twice_its_size_is_told_from_it_by_the_union() -> None:
    """The small one shares all of itself with both; only with itself is the union no larger."""
    both = layer([square(0, 0), box(X, Y, X + 200, Y + 100)])
    old = kept(both, named(both))
    again = named(both.iloc[::-1], old).ids
    assert again.sort_index().tolist() == old["parcel_id"].tolist()


def test_a_split_and_a_merge_are_told() -> None:
    whole, left = box(X, Y, X + 300, Y + 100), square(0, 0)
    right = box(X + 100, Y, X + 300, Y + 100)
    old = kept(layer([whole]), named(layer([whole])))
    split = named(layer([left, right]), old)
    # two thirds of 0001 are the right part: it goes on; the left part is new
    assert split.ids.tolist() == ["330781-001-0002", "330781-001-0001"]
    assert [f.object_id for f in split.findings if "split" in f.message_en] == ["330781-001-0001"]
    merged = named(layer([whole]), kept(layer([left, right]), split))
    assert merged.ids.tolist() == ["330781-001-0001"]
    assert merged.retired == ("330781-001-0002",)
    told = [f.object_id for f in merged.findings if "merged" in f.message_en]
    assert told == ["330781-001-0001, 330781-001-0002"]


def test_ids_of_another_make_are_kept_as_they_are() -> None:
    old = layer([square(0, 0)]).assign(parcel_id="330781001201JC00012")
    done = named(layer([square(0, 0), square(3, 0)]), old)
    assert done.ids.tolist() == ["330781001201JC00012", "330781-001-0001"]


def test_no_objects_have_no_ids_and_retire_all() -> None:
    old = layer([square(0, 0)])
    done = named(layer([]), kept(old, named(old)))
    assert done.ids.empty
    assert done.retired == ("330781-001-0001",)


def test_layers_in_different_crs_are_refused() -> None:
    old = layer([square(0, 0)]).assign(parcel_id="a").set_crs("EPSG:4548", allow_override=True)
    with pytest.raises(ValueError, match="different CRS"):
        named(layer([square(0, 0)]), old)


def test_ten_thousand_objects_keep_their_ids_in_seconds() -> None:
    rng = np.random.default_rng(1)
    spots = {(int(x), int(y)) for x, y in rng.integers(0, 300, (12_000, 2))}
    objects = layer(square(*spot) for spot in sorted(spots))
    old = kept(objects, named(objects))
    assert named(objects.iloc[::-1], old).ids.sort_index().equals(old["parcel_id"])
