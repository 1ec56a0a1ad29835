from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.products.columns import CONTRACT, ordered_columns
from landuse.products.safety import csv_text, plain_text
from landuse.products.tables import csv_bytes, write_csv
from landuse.products.totals import county_totals, total_columns, town_totals, zone_totals
from tests.products import county

BOM = b"\xef\xbb\xbf"


def read(data: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig")


def test_csv_has_bom_machine_names_and_every_parcel_in_contract_order():
    facts, _ = county.run(60)
    columns = ordered_columns(facts.parcels.columns, facts.known_names())
    data = csv_bytes(facts.parcels, columns)
    back = read(data)
    assert data.startswith(BOM)
    assert list(back.columns)[: len(CONTRACT)] == [column.name for column in CONTRACT]
    assert set(back.columns) == set(facts.parcels.columns)
    assert back["parcel_id"].tolist() == facts.parcels["parcel_id"].tolist()
    unscored = facts.parcels["score"].isna()
    assert (back.loc[unscored.to_numpy(), "score"] == "").all()


def test_codes_keep_leading_zeros_and_long_digits():
    codes = ["001", "00.10", "330781002000001234"]
    table = pd.DataFrame({"parcel_id": pd.Series(codes, dtype="str")})
    assert read(csv_bytes(table, ["parcel_id"]))["parcel_id"].tolist() == codes


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("-5", "'-5"),
        ("\u3000@SUM(1)", "'\u3000@SUM(1)"),
        ("＝1", "'＝1"),
        ("\t1", "'\t1"),
        ("a=b", "a=b"),
        ("", ""),
        ("'=1", "'=1"),
    ],
)
def test_formula_starts_are_neutralised_in_text(text: str, written: str):
    assert csv_text(text) == written


def test_numbers_are_never_neutralised():
    table = pd.DataFrame({"change": [-5.0, 0.1 + 0.2, np.nan, np.inf, -0.0], "n": [-1, 2, 3, 4, 5]})
    lines = csv_bytes(table, ["change", "n"]).decode("utf-8-sig").splitlines()
    # 0.1 + 0.2 = 0.30000000000000004 is 0.3 at six decimals; missing and infinite are empty.
    assert lines == ["change,n", "-5.0,-1", "0.3,2", ",3", ",4", "0.0,5"]


ROUND = st.integers(-(10**18), 10**18).map(float)
FINE = st.integers(-2_000, 2_000).map(lambda number: number / 1e6)
ANY = st.floats(-1e300, 1e300) | st.sampled_from([np.nan, np.inf])


@given(
    numbers=st.lists(ANY | ROUND | FINE, min_size=1, max_size=12),
    texts=st.lists(st.text(max_size=4) | st.sampled_from(['",', "\n", " ", "", None]), max_size=12),
    names=st.sampled_from([["x", "t", "n", "b"], ["t"], ["x"]]),
)
def test_csv_is_what_the_csv_module_writes(numbers, texts, names):
    texts = [*texts, *[None] * len(numbers)][: len(numbers)]
    table = pd.DataFrame({
        "x": numbers, "t": pd.Series(texts, dtype="str"),
        "n": pd.Series([7, *[None] * (len(numbers) - 1)], dtype="Int64"),
        "b": pd.Series([None, *[True] * (len(numbers) - 1)], dtype="boolean"),
    })  # fmt: skip
    rounded = [np.round(x, 6) + 0.0 if np.isfinite(x) else np.nan for x in numbers]
    shown = {
        "x": [float(x) if np.isfinite(x) else None for x in rounded],
        "t": [None if text is None else csv_text(text) for text in texts],
        "n": [7, *[None] * len(numbers)], "b": [None, *[True] * len(numbers)],
    }  # fmt: skip
    want = io.StringIO()
    rows = list(zip(*[shown[name] for name in names], strict=False))[: len(numbers)]
    csv.writer(want, lineterminator="\n").writerows([names, *rows])
    assert csv_bytes(table, names) == want.getvalue().encode("utf-8-sig")


@given(st.text(max_size=30))
def test_csv_text_starts_no_formula_and_cleaning_is_settled_after_once(text: str):
    written = csv_text(text)
    assert written.strip(" \u3000\u00a0")[:1] not in {*"=+-@\t\r\n＝＋－＠"} - {""}
    assert plain_text(plain_text(text)) == plain_text(text)
    written.encode("utf-8")


def test_csv_is_the_same_twice_and_leaves_no_part_file(tmp_path):
    facts, _ = county.run(40)
    columns = ordered_columns(facts.parcels.columns)
    files = [tmp_path / folder / "parcels.csv" for folder in ("成果 甲", "b")]
    for file in files:
        write_csv(facts.parcels, file, columns)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert [item.name for item in files[0].parent.iterdir()] == ["parcels.csv"]


def test_a_missing_column_leaves_the_old_file_as_it_was(tmp_path):
    file = tmp_path / "parcels.csv"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(KeyError):
        write_csv(pd.DataFrame({"a": [1]}), file, ["a", "b"])
    assert file.read_text(encoding="utf-8") == "old"


flags = st.sampled_from(
    ["suspected_idle", "suspected_low_efficiency", "none", "insufficient_evidence", "vetoed"]
)
rows = st.lists(
    st.tuples(
        st.sampled_from(["001", "002", ""]),
        st.booleans(),
        st.sampled_from(["甲区", "乙区", ""]),
        st.floats(0, 1e4),
        flags,
        st.sampled_from(["I", "II", "III", ""]),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_every_total_by_town_and_by_zone_adds_up_to_the_parcels(records):
    names = ["town_code", "zone_in", "zone_name", "area_mu", "flag", "grade"]
    table = pd.DataFrame(records, columns=names).assign(town_name=lambda rows: rows["town_code"])
    table = table.astype({"zone_in": "bool", "area_mu": "float64"})
    total = county_totals(table)
    for totals in (town_totals(table), zone_totals(table)):
        for column in (one for one in total_columns() if one.unit != "%"):
            assert totals[column.name].sum() == pytest.approx(total[column.name]), column.name
    suspected = table["flag"].str.startswith("suspected") if len(table) else []
    assert total["suspected_mu"] == pytest.approx(table.loc[suspected, "area_mu"].sum())
    assert total["suspected_mu"] == pytest.approx(
        total["suspected_in_mu"] + total["suspected_out_mu"]
    )
    assert total["all_count"] == len(table)


def test_totals_of_four_parcels_by_hand():
    table = pd.DataFrame(
        {
            "town_code": ["001", "001", "002", "002"],
            "town_name": ["甲", "甲", "乙", "乙"],
            "zone_in": [True, False, False, True],
            "zone_name": ["示例区", "", "", "示例区"],
            "area_mu": [10.0, 20.0, 30.0, 40.0],
            "flag": ["suspected_idle", "suspected_low_efficiency", "vetoed", "none"],
            "grade": ["I", "II", "", ""],
        }
    )
    total = county_totals(table)
    # suspected 10 + 20 = 30 of 100 - 30 vetoed = 70 assessed.
    assert total["suspected_share"] == pytest.approx(30 / 70)
    assert (total["suspected_in_mu"], total["suspected_out_mu"]) == (10, 20)
    zones = zone_totals(table)
    assert zones["zone_name"].tolist() == ["示例区", ""]
    assert zones["all_mu"].tolist() == [50, 50]
    towns = town_totals(table).set_index("town_code")
    assert towns.loc["002", "vetoed_mu"] == 30
    assert towns.loc["002", "suspected_share"] == 0
    empty = town_totals(table[table["flag"] == "vetoed"])
    assert empty["suspected_share"].isna().all()


def test_a_vetoed_parcel_is_in_no_candidate_list():
    facts, _ = county.run(120)
    assert set(facts.candidates()["flag"]) <= {"suspected_idle", "suspected_low_efficiency"}
    assert facts.candidates()["rank"].tolist() == list(range(1, len(facts.candidates()) + 1))
    assert set(facts.not_listed()["flag"]) <= {"vetoed", "insufficient_evidence"}
    nothing = replace(facts, parcels=facts.parcels.head(0))
    assert nothing.candidates().empty
