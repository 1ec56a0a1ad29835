"""Codes carried into the classes of 2023: only what is certain converts, no area is lost."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landuse.core.errors import LanduseError
from landuse.objects.classes import class_table
from landuse.objects.crosswalk import CrosswalkSettings, crosswalk
from landuse.objects.crosswalk_rules import TARGET, load_crosswalk
from landuse.sources.spec import ClassSystem

WITH_RULES: tuple[ClassSystem, ...] = ("SD3", "GB21010")
SD3_CODES = sorted(class_table("SD3").classes)
# domain.md 6.4: these differ by province and never convert
ALWAYS_DECIDED = ("05H1", "08H1", "08H2", "0810A")
# domain.md 6.4, read in the source
SURE = {
    "0601": "1001", "0602": "1002", "0701": "0701", "0702": "0703", "0508": "1101",
    "1001": "1201", "1003": "1202", "1004": "1207", "1006": "0601", "1201": "2301",
    "1202": "0602",
}  # fmt: skip


def parcels(*codes: str | None, area_m2: float = 2000.0) -> pd.DataFrame:
    ids = [f"P{k}" for k in range(len(codes))]
    land_use = pd.Series(codes, dtype="str")
    return pd.DataFrame({"parcel_id": ids, "land_use": land_use, "area_m2": area_m2})


def carried(*codes: str | None, system: ClassSystem = "SD3", **decided: str) -> dict[str, object]:
    return crosswalk(
        parcels=parcels(*codes), settings=CrosswalkSettings(system=system, decided=decided)
    )


@pytest.mark.parametrize("system", WITH_RULES)
def test_every_code_either_converts_or_has_a_reason_not_to(system: ClassSystem) -> None:
    rules = load_crosswalk(system)
    converts, decisions = set(rules.converts), set(rules.decisions)
    assert converts.isdisjoint(decisions)
    assert converts | decisions == set(class_table(system).classes)
    assert all(row.zh and row.en for row in rules.decisions.values())


@pytest.mark.parametrize("system", WITH_RULES)
def test_every_target_is_a_class_of_2023_and_a_conversion_is_to_no_group(
    system: ClassSystem,
) -> None:
    target, rules = class_table(TARGET).classes, load_crosswalk(system)
    for row in rules.converts.values():
        assert row.to in target
        assert len(row.to) == 4  # a class of the second level, not a group of the first
    assert {code for row in rules.decisions.values() for code in row.candidates} <= set(target)


def test_what_the_text_gives_converts_and_what_provinces_differ_on_does_not() -> None:
    rules = load_crosswalk("SD3")
    assert {code: rules.converts[code].to for code in SURE} == SURE
    assert {rules.converts[code].mark for code in SURE} == {"V"}
    assert all(rules.decisions[code].kind == "several" for code in ALWAYS_DECIDED)
    assert rules.decisions["0809"].kind == "group"  # 13 holds twelve classes


def test_a_conversion_not_in_the_text_joins_classes_of_one_name() -> None:
    survey, target = class_table("SD3").classes, class_table(TARGET).classes
    rules = load_crosswalk("SD3").converts
    weak = {code: row.to for code, row in rules.items() if row.mark != "V"}
    assert weak
    assert all(survey[code].zh == target[to].zh for code, to in weak.items())


def test_nothing_converts_from_the_standard_of_2017() -> None:
    assert load_crosswalk("GB21010").converts == {}


def test_the_lists_say_what_to_decide_and_for_which_parcels() -> None:
    done = carried("0601", "05H1", "05H1", "9999", None)
    table, decisions = done["table"], done["decisions"]
    assert isinstance(table, pd.DataFrame)
    assert isinstance(decisions, pd.DataFrame)
    assert table["land_use_2023"].isna().tolist() == [False, True, True, True, True]
    assert table.loc[0, ["land_use_2023", "land_use_2023_zh", "basis", "mark"]].tolist() == [
        "1001", "工业用地", "converted", "V",
    ]  # fmt: skip
    # two of 2000 m2 before one of 2000 m2; then by code, blank first
    assert decisions["code"].tolist() == ["05H1", "", "9999"]
    assert decisions["kind"].tolist() == ["several", "blank", "unknown"]
    first = decisions.iloc[0]
    assert (first["parcels"], first["area_m2"]) == (2, 4000.0)
    assert first["area_mu"] == pytest.approx(6.0)  # 4000 m2 x 15 / 10 000
    assert first["candidates"].split(", ")[0] == "0901"
    assert first["candidates_zh"].split("、")[0] == "商业用地"
    open_parcels = done["open_parcels"]
    assert isinstance(open_parcels, pd.DataFrame)
    assert open_parcels["parcel_id"].tolist() == ["P1", "P2", "P3", "P4"]


def test_a_study_settles_a_decision_and_it_is_recorded_as_its_own() -> None:
    done = carried("05H1", "08H1", **{"05H1": "0901"})
    table = done["table"]
    assert isinstance(table, pd.DataFrame)
    assert table["basis"].tolist() == ["decided", "undecided"]
    assert table.loc[0, ["land_use_2023", "mark"]].tolist() == ["0901", "P"]
    findings = done["findings"]
    assert isinstance(findings, list)
    assert [(item.kind, item.value) for item in findings] == [("note", "1"), ("doubt", "1")]
    assert "05H1 → 0901" in findings[0].message_zh


def test_decisions_that_cannot_be_followed_are_told_at_once() -> None:
    wrong = {"05H1": "9901", "0601": "1002", "05H9": "0901"}
    with pytest.raises(LanduseError) as caught:
        carried("05H1", **wrong)
    assert caught.value.exit_code == 2
    assert [fault.field for fault in caught.value.faults] == [
        "parcels.decided.05H1", "parcels.decided.05H9", "parcels.decided.0601",
    ]  # fmt: skip


def test_classes_of_2023_stay_what_they_are() -> None:
    done = carried("100102", "1001", "10010203", "9999", system="YDYH2023")
    table = done["table"]
    assert isinstance(table, pd.DataFrame)
    assert table["land_use_2023"].iloc[:3].tolist() == ["100102", "1001", "10010203"]
    assert table["land_use_2023_zh"].iloc[2] == "二类工业用地"
    assert table["basis"].tolist() == ["converted"] * 3 + ["undecided"]


@pytest.mark.parametrize("system", [None, "OSM"])
def test_without_codes_or_a_crosswalk_nothing_converts(system: ClassSystem | None) -> None:
    done = crosswalk(parcels=parcels("industrial"), settings=CrosswalkSettings(system=system))
    assert "converted" not in set(done["table"]["basis"])
    assert done["findings"][0].kind == ("absent" if system is None else "doubt")
    assert list(done["decisions"]["kind"]) == ([] if system is None else ["unstated"])


def test_a_layer_without_a_land_use_column_is_a_named_absence() -> None:
    bare = parcels("0601").drop(columns="land_use")
    done = crosswalk(parcels=bare, settings=CrosswalkSettings(system="SD3"))
    assert [item.kind for item in done["findings"]] == ["absent"]


codes = st.lists(
    st.tuples(
        st.sampled_from([*SD3_CODES, "9999", ""]), st.floats(1, 1e6, allow_nan=False)
    ),
    min_size=1,
    max_size=30,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(codes, st.booleans())
def test_area_and_parcels_are_conserved(rows: list[tuple[str, float]], decide: bool) -> None:
    table = parcels(*(code for code, _ in rows)).assign(area_m2=[area for _, area in rows])
    decided = {"05H1": "0901", "09": "1507"} if decide else {}
    done = crosswalk(parcels=table, settings=CrosswalkSettings(system="SD3", decided=decided))
    settled = done["table"].loc[done["table"]["land_use_2023"].notna()]
    assert done["table"]["parcel_id"].tolist() == table["parcel_id"].tolist()
    assert len(settled) + done["decisions"]["parcels"].sum() == len(table)
    assert settled["area_m2"].sum() + done["decisions"]["area_m2"].sum() == pytest.approx(
        table["area_m2"].sum()
    )
    assert done["open_parcels"]["area_m2"].sum() == pytest.approx(
        done["decisions"]["area_m2"].sum()
    )
