"""Which stage comes first."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from landuse.order import behind, way_to_the_end

LINKS = {"read": [], "judge": ["read"], "plan": ["judge"], "list": ["judge"], "map": ["plan"]}


def test_the_way_to_the_end_by_hand() -> None:
    seconds = {"read": 1.0, "judge": 2.0, "plan": 5.0, "list": 6.0, "map": 3.0}
    # list 6; plan 5 + 3 = 8; judge 2 + 8 = 10; read 1 + 10 = 11.
    assert way_to_the_end(LINKS, seconds) == {
        "read": 11.0, "judge": 10.0, "plan": 8.0, "list": 6.0, "map": 3.0
    }  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(LINKS)), st.floats(0, 1e3)))
def test_what_is_taken_from_never_has_the_shorter_way(seconds: dict[str, float]) -> None:
    way = way_to_the_end(LINKS, seconds)
    for name, upstream in LINKS.items():
        assert all(way[before] >= way[name] for before in upstream)


def test_behind_is_everything_rested_on_and_itself() -> None:
    assert behind(["plan"], LINKS) == {"plan", "judge", "read"}
    assert behind(["unknown"], LINKS) == set()
    for one, two in itertools.combinations(LINKS, 2):
        assert behind([one, two], LINKS) == behind([one], LINKS) | behind([two], LINKS)
