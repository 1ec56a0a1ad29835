"""Clusters of flagged parcels: a chain by hand, and laws over random graphs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.scores.clusters import ClusterSettings, find_clusters

IDLE, LES, NONE = "suspected_idle", "suspected_low_efficiency", "none"


def parcels(flags: dict[str, str], area: float = 2.0) -> pd.DataFrame:
    table = {"parcel_id": list(flags), "flag": list(flags.values()), "area_mu": area}
    return pd.DataFrame(table).astype({"parcel_id": "str", "flag": "str"})


def pairs(*joined: str) -> pd.DataFrame:
    """Return pairs written "a-b"."""
    rows = [sorted(pair.split("-")) for pair in joined]
    return pd.DataFrame(rows, columns=["first", "second"]).astype("str").assign(gap_m=0.0)


def run(scores: pd.DataFrame, neighbours: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return find_clusters(scores=scores, neighbours=neighbours, settings=ClusterSettings())


def test_flagged_parcels_join_through_flagged_ones_only() -> None:
    # b-a-d hang together; c is not flagged, so e, reached through c alone, stays by itself.
    scores = parcels({"e": LES, "d": IDLE, "c": NONE, "b": LES, "a": IDLE})
    made = run(scores, pairs("a-b", "a-d", "d-c", "c-e"))
    table = made["table"].set_index("parcel_id")
    assert table["cluster_id"].to_dict() == {
        "e": "", "d": "C-a", "c": "", "b": "C-a", "a": "C-a",
    }  # fmt: skip
    # three parcels of 2 mu
    assert table.loc["d", ["cluster_parcels", "cluster_area_mu"]].tolist() == [3, 6.0]
    assert table.loc[["c", "e"], ["cluster_parcels", "cluster_area_mu"]].isna().all(axis=None)
    assert made["clusters"].to_dict("records") == [
        {"cluster_id": "C-a", "parcels": 3, "area_mu": 6.0, "idle_parcels": 2, "members": "a;b;d"}
    ]


def test_the_largest_area_comes_first() -> None:
    scores = parcels(dict.fromkeys("abcde", LES)).assign(area_mu=[1.0, 1.0, 1.0, 5.0, 5.0])
    made = run(scores, pairs("a-b", "b-c", "d-e"))
    assert made["clusters"]["cluster_id"].tolist() == ["C-d", "C-a"]


@pytest.mark.parametrize("flag", [NONE, "vetoed", "insufficient_evidence"])
def test_nothing_flagged_makes_no_cluster(flag: str) -> None:
    made = run(parcels({"a": flag, "b": flag}), pairs("a-b"))
    assert made["clusters"].empty
    assert made["table"]["cluster_id"].tolist() == ["", ""]
    assert made["table"]["cluster_parcels"].dtype == "Int64"


def test_no_parcels_and_strange_pairs() -> None:
    assert run(parcels({}), pairs()).keys() == {"table", "findings", "clusters"}
    made = run(parcels({"a": LES, "b": LES}), pairs("a-x", "x-b"))
    assert made["clusters"].empty


NAMES = [f"p{i:02d}" for i in range(12)]


@given(
    st.lists(st.sampled_from([IDLE, LES, NONE]), min_size=12, max_size=12),
    st.sets(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda p: p[0] < p[1])
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None)
def test_order_changes_nothing_and_clusters_are_parted(
    flags: list[str], joined: set[tuple[str, str]], shuffle: object
) -> None:
    scores = parcels(dict(zip(NAMES, flags, strict=True)))
    neighbours = pairs(*(f"{one}-{other}" for one, other in sorted(joined)))
    made = run(scores, neighbours)
    order = list(range(12))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    again = run(scores.iloc[order], neighbours.sample(frac=1, random_state=order[0]))
    pd.testing.assert_frame_equal(again["clusters"], made["clusters"])
    pd.testing.assert_frame_equal(again["table"].sort_index(), made["table"])
    cluster = made["table"].set_index("parcel_id")["cluster_id"]
    listed = set(scores.loc[scores["flag"] != NONE, "parcel_id"])
    # Adjoining flagged parcels share a cluster; everyone in a cluster is flagged.
    assert all(cluster[a] == cluster[b] != "" for a, b in joined if {a, b} <= listed)
    assert set(cluster.index[cluster != ""]) <= listed
    inside = made["table"]["cluster_id"] != ""
    assert made["clusters"]["parcels"].sum() == inside.sum()
    assert np.isclose(made["clusters"]["area_mu"].sum(), scores.loc[inside, "area_mu"].sum())


def before(clusters: dict[str, str]) -> pd.DataFrame:
    table = {"parcel_id": list(clusters), "cluster_id": list(clusters.values())}
    return pd.DataFrame(table).astype("str")


def again(flags: dict[str, str], neighbours: pd.DataFrame, old: dict[str, str]) -> dict[str, str]:
    made = find_clusters(
        scores=parcels(flags), neighbours=neighbours, previous=before(old),
        settings=ClusterSettings(),
    )  # fmt: skip
    return made["table"].set_index("parcel_id")["cluster_id"].to_dict()


def test_a_cluster_keeps_its_name_when_its_smallest_parcel_leaves() -> None:
    """a-b-c was C-a; a is no longer flagged, and b-c is still C-a."""
    old = {"a": "C-a", "b": "C-a", "c": "C-a"}
    made = again({"a": NONE, "b": LES, "c": LES}, pairs("a-b", "b-c"), old)
    assert made == {"a": "", "b": "C-a", "c": "C-a"}


def test_of_the_parts_of_a_split_cluster_the_larger_keeps_the_name() -> None:
    """a-b-c-d-e was C-a; without c, d-e and a-b are left with 2 parcels each: a-b has the lower
    label. With f beside e the other part is larger and keeps the name; a-b is named after b, since
    C-a is taken."""
    old = dict.fromkeys("abcde", "C-a")
    flags = {"a": LES, "b": LES, "c": NONE, "d": LES, "e": LES, "f": LES}
    old_and_new = old | {"f": "C-a"}
    made = again(flags, pairs("a-b", "b-c", "c-d", "d-e", "e-f"), old_and_new)
    assert [made[one] for one in "abcdef"] == ["C-b", "C-b", "", "C-a", "C-a", "C-a"]


def test_of_merged_clusters_the_larger_name_goes_on() -> None:
    """C-a had a and b, C-d had d, e, f; c joins them: 6 mu against 4."""
    old = {"a": "C-a", "b": "C-a", "c": "", "d": "C-d", "e": "C-d", "f": "C-d"}
    made = again(dict.fromkeys("abcdef", LES), pairs("a-b", "b-c", "c-d", "d-e", "e-f"), old)
    assert set(made.values()) == {"C-d"}


@given(st.data())
@settings(max_examples=60)
def test_names_stay_unique_and_a_second_run_changes_none(data: st.DataObject) -> None:
    ids = list("abcdefgh")
    flag = st.sampled_from([LES, IDLE, NONE])
    flags = {one: data.draw(flag) for one in ids}
    joined = data.draw(st.lists(st.sampled_from([f"{a}-{b}" for a in ids for b in ids if a < b])))
    old = {one: data.draw(st.sampled_from(["", "C-a", "C-b", "C-z"])) for one in ids}
    neighbours = pairs(*dict.fromkeys(joined)) if joined else pairs("a-b").iloc[:0]
    first = again(flags, neighbours, old)
    made = find_clusters(scores=parcels(flags), neighbours=neighbours, previous=before(old),
                         settings=ClusterSettings())  # fmt: skip
    assert made["clusters"]["cluster_id"].is_unique
    assert again(flags, neighbours, first) == first
