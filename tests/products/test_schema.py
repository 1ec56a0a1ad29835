from __future__ import annotations

import pandas as pd
import pytest
from pandera.errors import SchemaError

from landuse.products.schema import PARCELS
from tests.products import county
from tests.products.made_evidence import COLUMNS


@pytest.fixture(scope="module")
def table():
    return county.run(60)[0].parcels


def test_the_invented_county_keeps_every_law(table):
    assert len(PARCELS.validate(table)) == 60


def test_a_run_without_evidence_columns_is_lawful_too(table):
    bare = table.drop(columns=[name for name in COLUMNS if not name.startswith("rank_p")])
    assert len(PARCELS.validate(bare)) == 60


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("p_flag", 1.2), ("stability", "solid"), ("land_state", "空闲"), ("hot_spot", "warm"),
        ("check_status", "是"), ("rank_p10", 10_000),
    ],
)  # fmt: skip
def test_a_value_out_of_range_breaks_a_law(table, column, value):
    broken = table.copy()
    listed = broken["rank_p90"].notna()
    broken.loc[listed, column] = value
    with pytest.raises(SchemaError):
        PARCELS.validate(broken)


def test_a_ledger_sentence_without_a_ledger_row_breaks_a_law(table):
    broken = table.assign(
        ledger_zh="约定动工日期已过", land_state=pd.Series([None] * 60, dtype="str")
    )
    broken["ledger_rule"] = ""
    with pytest.raises(SchemaError):
        PARCELS.validate(broken)
