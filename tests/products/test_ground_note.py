"""A reader is told what kind of parcels these are."""

from __future__ import annotations

import pandas as pd
import pytest

from landuse.products.ground_note import ORIGINS, ground_note


def test_parcels_of_a_cadastre_need_no_note() -> None:
    assert ground_note(pd.DataFrame({"parcel_id": ["A"]})) == ("", "")


def test_no_parcels_is_said_and_what_to_do() -> None:
    zh, en = ground_note(pd.DataFrame({"parcel_id": []}))
    assert "证据不足" in zh
    assert "landuse fetch" in en


@pytest.mark.parametrize("origin", ORIGINS)
def test_derived_parcels_are_no_cadastre(origin: str) -> None:
    table = pd.DataFrame({"parcel_id": ["A"], "origin": [origin], "group": ["IND_IN"]})
    zh, en = ground_note(table)
    assert "不是地籍" in zh
    assert "no cadastre" in en
    assert "用途未知" not in zh
    assert "用途未知" in ground_note(table.assign(group="ALL"))[0]
