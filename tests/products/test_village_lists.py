"""Villages in lists: towns' totals are villages' totals; only candidates are listed, in rank."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from landuse.products.village_lists import candidates, town_table, village_page, village_sheets
from landuse.scores.villages import KINDS

NAMES = [zh for zh, _ in KINDS.values()]
rows = st.lists(
    st.tuples(st.sampled_from([*NAMES, "无", "证据不足", "否决"]), st.sampled_from("甲乙丙"),
              st.integers(1, 90)),
    max_size=15,
)  # fmt: skip


def table(listed: list[tuple[str, str, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(listed, columns=["kind", "town_name", "households_est"])
    frame["village_id"] = [f"V{k:02d}" for k in range(len(frame))]
    frame["town_code"], frame["area_mu"], frame["basis_zh"] = frame["town_name"], 1.5, ""
    frame["score"] = frame["households_est"].where(frame["kind"].isin(NAMES)).astype("float64")
    frame["rank"] = frame["score"].rank(ascending=False, method="min").astype("Int64")
    return frame


@given(listed=rows)
def test_sums_over_towns_are_sums_over_villages(listed: list[tuple[str, str, int]]) -> None:
    villages = table(listed)
    towns, shown = town_table(villages), candidates(villages)
    assert towns["villages"].sum() == len(villages)
    for number, name in enumerate(NAMES, start=1):
        assert towns[f"kind_{number}"].sum() == (villages["kind"] == name).sum()
    assert towns["candidate_households_est"].sum() == shown["households_est"].sum()
    for _, part in shown.groupby("kind"):
        assert part["rank"].is_monotonic_increasing
    assert shown["kind"].map(NAMES.index).is_monotonic_increasing
    assert set(shown["kind"]) <= set(NAMES)


def test_sheets_and_page_say_that_moving_is_voluntary() -> None:
    villages = table([("空心村", "甲", 30), ("无", "乙", 5)])
    sheet, totals = village_sheets(villages)
    assert len(sheet.rows) == 1
    assert len(totals.rows) == 2
    page = village_page(villages)
    assert page is not None
    assert "自愿" in page["caution"][0]
    assert village_sheets(None) == ()
    assert village_page(villages.iloc[:0]) is None
