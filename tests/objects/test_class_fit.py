"""A declared class system that does not fit is told, and never changed."""

from __future__ import annotations

import pandas as pd
import pytest

from landuse.core.errors import LanduseError
from landuse.objects.class_fit import check_fit, code_fit
from landuse.objects.classes import class_table

# codes of GB/T 21010-2017 that the working classes of the survey merge into 05H1, 08H1, 08H2
GB_ONLY = ["0501", "0801", "0803", "0604"]


def series(*codes: str | None) -> pd.Series:
    return pd.Series(codes, dtype="str")


def test_a_system_that_knows_less_than_half_is_refused_naming_the_one_that_fits() -> None:
    codes = series(*GB_ONLY, "0601", None)  # 4 of 5 codes unknown to SD3
    with pytest.raises(LanduseError, match="does not fit") as caught:
        check_fit(codes, table=class_table("SD3"), stage="parcels")
    (fault,) = caught.value.faults
    assert (fault.exit_code, fault.field) == (2, "sources.parcels.class_system")
    assert fault.found.startswith("80% of 5 unknown")
    assert fault.found.endswith("GB21010 knows 100%")


def test_from_a_tenth_it_is_a_doubt() -> None:
    codes = series(*["0601"] * 8, *GB_ONLY[:2])  # 2 of 10
    (finding,) = check_fit(codes, table=class_table("SD3"), stage="parcels")
    assert (finding.kind, finding.value) == ("doubt", "20%")
    assert "GB21010" in finding.message_zh


@pytest.mark.parametrize(
    "codes",
    [
        series("0601", "0701", "05H1"),  # it fits
        series("0601", "9999", "9998", "9997"),  # no other system knows these either
        series(*["0601"] * 19, "0501"),  # one in twenty is a slip of the pen
        series(None, None),
    ],
)
def test_nothing_is_said_where_no_other_system_fits_better(codes: pd.Series) -> None:
    assert check_fit(codes, table=class_table("SD3"), stage="parcels") == []


def test_the_most_frequent_unknown_code_is_named_first() -> None:
    fit = code_fit(series("0501", "0801", "0801", "0601"), table=class_table("SD3"))
    assert fit is not None
    assert fit.unknown == ("0801", "0501")
    assert fit.known == 0.25
