"""The study area before anything is assessed."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from landuse.core.errors import LanduseError
from landuse.objects.frame import CENSUS, FrameSettings, describe_frame

SETTINGS = FrameSettings(adcode="990781")


def towns() -> gpd.GeoDataFrame:
    shapes = [box(5e5 + 1000 * i, 3.2e6, 5e5 + 1000 * (i + 1), 3.2e6 + 1000) for i in (1, 0)]
    return gpd.GeoDataFrame(
        {"town_code": ["990781002", "990781001"], "town_name": ["乙乡", "甲镇"]},
        geometry=shapes,
        crs="EPSG:4549",
    )


def villages(*codes: str) -> pd.DataFrame:
    return pd.DataFrame({"village_code": pd.Series(codes, dtype="str")})


def test_villages_are_counted_by_the_nine_digits_of_their_town() -> None:
    listed = villages("990781001001", "990781001002", "990781002001")
    done = describe_frame(
        county=None, towns=towns(), village_list=listed, census=None, settings=SETTINGS
    )
    table = done["towns"]
    assert table["town_code"].tolist() == ["990781001", "990781002"]
    assert table["villages_count"].tolist() == [2, 1]
    # a 1 km square of the grid is 1e6 m2 within the scale of the projection (2 in 1e4 here)
    assert table["area_m2"].to_numpy() == pytest.approx([1e6, 1e6], rel=2e-4)
    assert done["county"]["villages_count"] == 3
    assert not done["findings"]


def test_villages_of_an_unknown_town_are_a_doubt_not_a_town() -> None:
    listed = villages("990781001001", "990781009001")
    done = describe_frame(
        county=None, towns=towns(), village_list=listed, census=None, settings=SETTINGS
    )
    assert done["towns"]["villages_count"].tolist() == [1, 0]
    assert done["county"]["villages_count"] == 2
    assert [item.kind for item in done["findings"]] == ["doubt"]
    assert "990781009" in done["findings"][0].message_zh


@pytest.mark.parametrize("codes", [("99078100100",), ("990781001001", "990781001001")])
def test_a_village_code_has_twelve_digits_and_stands_once(codes: tuple[str, ...]) -> None:
    with pytest.raises(LanduseError) as error:
        describe_frame(
            county=None, towns=None, village_list=villages(*codes), census=None, settings=SETTINGS
        )
    assert error.value.exit_code == 4
    assert codes[0] in error.value.faults[0].found


def test_the_census_row_is_the_one_of_the_code_and_of_the_last_year() -> None:
    census = pd.DataFrame(
        {
            "adcode": ["990781.0", "990781", "990782"],
            "year": [2020.0, 2010.0, 2020.0],
            "population": [574801.0, 560514.0, 1.0],
        }
    )
    done = describe_frame(
        county=None, towns=None, village_list=None, census=census, settings=SETTINGS
    )
    assert done["county"]["population"] == 574801
    assert done["county"]["households"] is None


def test_what_is_not_there_is_null_never_zero() -> None:
    done = describe_frame(
        county=None, towns=None, village_list=None, census=None, settings=SETTINGS
    )
    assert done["towns"].empty
    assert set(done["county"]) == {"area_m2", "towns_count", "villages_count", *CENSUS}
    assert set(done["county"].values()) == {None}


def test_two_rows_of_one_county_are_told_and_not_used() -> None:
    census = pd.DataFrame({"adcode": ["990781", "990781"], "population": [1.0, 2.0]})
    done = describe_frame(
        county=None, towns=None, village_list=None, census=census, settings=SETTINGS
    )
    assert done["county"]["population"] is None
    assert done["findings"][0].value == "2"
