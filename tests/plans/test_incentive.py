"""The township incentive: the rewards are the pot, whatever the towns, the weights, the order."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.plans.incentive import MEASURES, IncentiveSettings, rewards, scenarios, share_out


def hundredths(least: int, most: int) -> st.SearchStrategy[float]:
    """Return numbers with two decimals, as tables hold them."""
    return st.integers(least * 100, most * 100).map(lambda value: value / 100)


MU = hundredths(-50, 900)
TOWNS = st.lists(
    st.tuples(MU, MU, MU, MU, hundredths(0, 400), hundredths(0, 1)), min_size=1, max_size=7
)
SETTINGS = st.builds(
    IncentiveSettings,
    pot=hundredths(0, 5_000),
    weight_reclaimed=hundredths(0, 3), weight_idle=hundredths(0, 3),
    weight_redeveloped=hundredths(0, 3), weight_quota=hundredths(0, 3),
    penalty=hundredths(0, 1), hectare_share=hundredths(0, 1),
)  # fmt: skip


def towns_of(rows: list[tuple[float, ...]]) -> pd.DataFrame:
    names = [*MEASURES, "built_ha", "unfinished_share"]
    table = pd.DataFrame(rows, columns=names)
    codes = [f"3307811{number:02d}" for number in range(len(rows))]
    return table.assign(town_code=codes, town_name=[f"镇{code[-2:]}" for code in codes])


@settings(max_examples=25)
@given(rows=TOWNS, chosen=SETTINGS)
def test_rewards_sum_to_the_pot_in_every_scenario(
    rows: list[tuple[float, ...]], chosen: IncentiveSettings
) -> None:
    towns = towns_of(rows)
    found = share_out(achieved=towns, settings=chosen)
    made, moved = found["towns"], found["what_if"]
    scored = made["score"].sum() > 0
    assert round(made["reward"].sum(), 2) == (round(chosen.pot, 2) if scored else 0)
    assert (made["reward"] >= 0).all()
    for (name, value), part in moved.groupby(["parameter", "changed"]):
        pot = value if name == "pot" else chosen.pot
        if part["reward"].sum():
            assert round(part["reward"].sum(), 2) == pytest.approx(round(pot * 100) / 100)
        assert set(part["town_code"]) == set(towns["town_code"])


@settings(max_examples=25)
@given(rows=TOWNS, chosen=SETTINGS, data=st.data())
def test_the_order_of_the_towns_changes_nothing(
    rows: list[tuple[float, ...]], chosen: IncentiveSettings, data: st.DataObject
) -> None:
    towns = towns_of(rows)
    order = data.draw(st.permutations(range(len(towns))))
    one = share_out(achieved=towns, settings=chosen)
    other = share_out(achieved=towns.iloc[order], settings=chosen)
    pd.testing.assert_frame_equal(one["towns"], other["towns"])
    pd.testing.assert_frame_equal(one["what_if"], other["what_if"])


@settings(max_examples=25)
@given(rows=TOWNS, more=hundredths(0, 500), data=st.data())
def test_a_town_that_achieves_more_never_gets_less(
    rows: list[tuple[float, ...]], more: float, data: st.DataObject
) -> None:
    """Its score grows, those of the others stay: s/(s + rest) grows. One hundredth is rounding."""
    chosen = IncentiveSettings()
    towns = towns_of(rows)
    measure = data.draw(st.sampled_from(sorted(MEASURES)))
    town = data.draw(st.integers(0, len(towns) - 1))
    better = towns.copy()
    better.loc[town, measure] += more
    before, after = (share_out(achieved=one, settings=chosen)["towns"] for one in (towns, better))
    if before["score"].sum() > 0:
        assert after["reward"][town] >= before["reward"][town] - 0.011


def test_by_hand() -> None:
    """A: 10 + 0.6x10 + 0.4x10 + 0.3x10 = 23. B: 0.6x20 = 12, half its work unfinished: x 0.9.

    23 / (23 + 10.8) of 100 mu = 68.05, and 31.95. A hectare: 68.05 / 100 and 31.95 / 10: the
    small town gets more a built hectare.
    """
    towns = towns_of([(10, 10, 10, 10, 100, 0), (0, 20, 0, 0, 10, 0.5)])
    made = share_out(achieved=towns, settings=IncentiveSettings())["towns"]
    assert made["score"].tolist() == pytest.approx([23.0, 10.8])
    assert made["reward"].tolist() == [68.05, 31.95]
    assert made["reward_per_ha"].tolist() == pytest.approx([0.6805, 3.195])


def test_sharing_out_by_hectare_moves_the_pot_to_small_towns() -> None:
    towns = towns_of([(10, 10, 10, 10, 100, 0), (0, 20, 0, 0, 10, 0)])
    plain, by_hectare = (
        rewards(towns.sort_values("town_code"), IncentiveSettings(hectare_share=share))["reward"]
        for share in (0, 1)
    )
    # 23/100 and 12/10 a hectare: 0.23 / 1.43 = 16.08 %.
    assert by_hectare.tolist() == [16.08, 83.92]
    assert plain[1] < by_hectare[1]


def test_each_parameter_moves_both_ways_unless_it_is_at_its_end() -> None:
    moves = [(name, value) for name, value, _ in scenarios(IncentiveSettings())]
    assert ("weight_idle", 0.45) in moves
    assert ("weight_idle", 0.75) in moves
    assert [value for name, value in moves if name == "hectare_share"] == [0.25]
    assert [value for name, value in moves if name == "penalty"] == [0.0, 0.45]


def test_nothing_achieved_shares_nothing_out_and_says_so() -> None:
    found = share_out(achieved=towns_of([(0, 0, 0, 0, 5, 0)]), settings=IncentiveSettings())
    assert found["towns"]["reward"].tolist() == [0]
    assert "没有一个乡镇得分" in "".join(item.message_zh for item in found["findings"])
