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
