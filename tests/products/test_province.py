"""The merge of counties: sums kept, ranks follow the shares, the order given changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from landuse.products.province.county import FIGURES, County, Failed
from landuse.products.province.picture import LIMITS, SHADES, shade
from landuse.products.province.tables import (
    candidate_table,
    county_table,
    doubts,
    join_tables,
    village_table,
)
from landuse.products.province.write import write_province


def county(name: str, *, share: float | None, model: str = "m1", x: float = 119.0,
           folder: Path = Path("nowhere"), **more: object) -> County:  # fmt: skip
    """Return a county of 100 mu assessed with two suspected parcels."""
    figures = dict.fromkeys(FIGURES, 100.0) | {"suspected_share": share}
    row = {"county": name, "adcode": f"33{name[-2:]}", "title_zh": f"{name}县", "title_en": name,
           "as_of": "2024-12-31", "run_code": "c0de", "landuse": "0", "model": model,
           "sources_count": 9, "coverage": 0.8, "villages_count": 1, "relocation_count": 0,
           "hollow_count": 1, "scattered_count": 0, "outline_basis": "towns"}  # fmt: skip
    suspected = pd.DataFrame({
        "parcel_id": [f"{name}-a", f"{name}-b"], "score": [80.0, 60.0], "area_mu": [2.0, 5.0],
        "flag": "suspected_idle", "grade": "I", "rank": [1, 2], "coverage": 0.8,
        "lon": x + 0.1, "lat": 29.1, "town_name": "=镇", "evidence_zh": "依据",
    })  # fmt: skip
    villages = pd.DataFrame({
        "village_id": ["v1", "v2", "v3", "v4"], "score": [70.0, 80.0, 60.0, np.nan],
        "kind": ["空心村", "下山搬迁村", "零星自然村", "无"],
    })  # fmt: skip
    return County(name, folder, row | figures | more, suspected, villages,
                  shapely.box(x, 29.0, x + 0.2, 29.2))  # fmt: skip


def test_counties_rank_by_share_within_one_model() -> None:
    """Model m1 judged two of three counties: it is group A; c03 stands alone in B with rank 1."""
    held = [county("c01", share=0.05), county("c02", share=0.20),
            county("c03", share=0.50, model="m2"), county("c04", share=None)]  # fmt: skip
    table = county_table(held, [Failed("c05", "五县", "five", "3305", ("坏 bad",))])
    assert table["county"].tolist() == ["c02", "c01", "c04", "c03", "c05"]
    assert table["rank"].astype("object").where(table["rank"].notna(), None).tolist() == [
        1, 2, None, 1, None,
    ]  # fmt: skip
    assert table["model_group"].tolist()[:4] == ["A", "A", "A", "B"]
    assert table["state"].tolist() == ["done"] * 4 + ["failed"]
    assert table["faults"].iloc[-1] == "坏 bad"
    assert any("模型不同" in zh for zh, _ in doubts(table))


def test_candidates_rank_by_score_then_area_then_name() -> None:
    held = [county("c02", share=0.1), county("c01", share=0.1)]
    rows = candidate_table(held, county_table(held, []))
    assert rows["parcel_id"].tolist() == ["c01-a", "c02-a", "c01-b", "c02-b"]
    assert rows["province_rank"].tolist() == [1, 2, 3, 4]
    assert rows["rank"].tolist() == [1, 1, 2, 2]


def test_only_villages_to_ask_are_listed() -> None:
    rows = village_table([county("c01", share=0.1), county("c02", share=0.1)])
    assert rows is not None
    assert len(rows) == 6
    assert rows["county"].value_counts().to_dict() == {"c01": 3, "c02": 3}
    assert set(rows["kind"]) == {"空心村", "下山搬迁村", "零星自然村"}


def test_a_doubt_is_told_for_equal_codes_and_unequal_days_and_sources() -> None:
    held = [county("c01", share=0.1, adcode="3301"),
            county("c02", share=0.1, adcode="3301", as_of="2023-12-31",
                   sources_count=3)]  # fmt: skip
    told = " ".join(en for _, en in doubts(county_table(held, [])))
    assert "one county code" in told
    assert "2023-12-31 to 2024-12-31" in told
    assert "3 to 9" in told
    assert doubts(county_table([county("c01", share=0.1)], [])) == []


def test_joined_tables_keep_every_row_and_hold_the_union_of_columns(tmp_path: Path) -> None:
    """Two counties of 3 and 2 rows; ``y`` is an integer in one and absent in the other."""
    made = []
    for name, table in (
        ("c01", pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [1, 2, 3]})),
        ("c02", pd.DataFrame({"x": [4, 5]})),
    ):
        (tmp_path / name / "tables").mkdir(parents=True)
        table.to_parquet(tmp_path / name / "tables" / "t.parquet", index=False)
        made.append(county(name, share=0.1, folder=tmp_path / name))
    join_tables(made, "t", tmp_path / "t.parquet")
    whole = pd.read_parquet(tmp_path / "t.parquet")
    assert whole["county"].tolist() == ["c01"] * 3 + ["c02"] * 2
    assert whole["x"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert whole["y"].isna().tolist() == [False] * 3 + [True] * 2


@pytest.mark.parametrize(("share", "step"), [(0.0, 0), (0.0199, 0), (0.02, 1), (0.2, 4), (1.0, 4)])
def test_a_limit_belongs_to_the_darker_shade(share: float, step: int) -> None:
    assert len(SHADES) == len(LIMITS) + 1
    assert shade(share) == SHADES[step]
    assert shade(None) == shade(float("nan")) == "#FFFFFF"


def test_the_order_of_counties_changes_no_byte(tmp_path: Path) -> None:
    """Hostile text stays text: a town named "=镇" gets an apostrophe in the CSV."""
    held = [county("c01", share=0.05), county("c02", share=0.2, x=119.3)]
    failed = [Failed("c09", "<b>九县", "nine", "", ("坏 bad",))]
    for folder, order in (("甲 a", held), ("乙 b", held[::-1])):
        write_province(tmp_path / folder, order, failed, title=("省 p", "p"))
    first = {path.name: path.read_bytes() for path in (tmp_path / "甲 a").rglob("*.*")}
    other = {path.name: path.read_bytes() for path in (tmp_path / "乙 b").rglob("*.*")}
    assert first == other
    assert {"map.html", "report.html", "counties.csv", "candidates.xlsx"} <= first.keys()
    assert "'=镇" in first["candidates.csv"].decode("utf-8-sig")
    page = first["map.html"].decode()
    assert "<b>九县" not in page
    assert page.count('class="area"') == 2
