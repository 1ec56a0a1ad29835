"""Addresses of open rasters: the tiles the providers name, and no tile too many."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from landuse.core.errors import LanduseError
from landuse.core.grid import Bounds
from landuse.sources.address import remotes
from landuse.sources.products import PRODUCTS
from landuse.sources.raster_product import Tiling
from landuse.sources.tiles import tiles_over

LANXI = (119.15, 28.95, 119.95, 29.55)
HALF_CELL = 0.5 / 3600
TO_MOLLWEIDE = Transformer.from_crs("EPSG:4326", "ESRI:54009", always_xy=True)


@pytest.mark.parametrize(
    ("bounds", "names"),
    [
        ((79.0, 30.0, 79.2, 30.2), ("R6_C26",)),  # Uttarakhand
        ((-79.45, 43.6, -79.3, 43.7), ("R4_C12",)),  # Toronto
        ((-0.2, 51.45, 0.05, 51.55), ("R3_C19",)),  # London
        ((-0.5, 5.5, 0.05, 5.7), ("R9_C18", "R9_C19")),  # Accra
        ((119.3, 29.0, 119.9, 29.4), ("R6_C30",)),  # Lanxi
        (LANXI, ("R6_C29", "R6_C30")),  # its bounds reach over the western edge
    ],
)
def test_ghsl_tiles_are_those_others_download(bounds: Bounds, names: tuple[str, ...]) -> None:
    assert tiles_over(bounds, tiling="ghsl") == names


def test_tiles_in_degrees_are_named_by_their_south_west_corner() -> None:
    assert tiles_over(LANXI, tiling="wgs84_3deg") == ("N27E117",)
    assert tiles_over(LANXI, tiling="wgs84_1deg") == ("N28_00_E119_00", "N29_00_E119_00")
    rio = (-43.4, -23.1, -43.1, -22.8)
    assert tiles_over(rio, tiling="wgs84_3deg") == ("S24W045",)
    assert tiles_over(rio, tiling="wgs84_1deg") == ("S24_00_W044_00", "S23_00_W044_00")
    around_zero = (-0.1, -0.1, 0.1, 0.1)
    assert tiles_over(around_zero, tiling="wgs84_3deg") == (
        "S03W003", "S03E000", "N00W003", "N00E000",
    )  # fmt: skip


def test_a_tile_that_is_only_touched_is_left_out() -> None:
    assert tiles_over((117.0, 27.0, 120.0, 30.0), tiling="wgs84_3deg") == ("N27E117",)
    # GLO-30: N29 holds 29 + 1/7200 to 30 + 1/7200, so latitude 29.0 lies in N28
    assert tiles_over((119.2, 29.0, 119.3, 29.5), tiling="wgs84_1deg") == (
        "N28_00_E119_00", "N29_00_E119_00",
    )  # fmt: skip
    assert tiles_over((119.2, 29.001, 119.3, 30.0), tiling="wgs84_1deg") == ("N29_00_E119_00",)


def rectangle(tiling: Tiling, name: str) -> Bounds:
    """Return the extent of a tile by the provider's naming, in degrees or Mollweide metres."""
    if tiling == "ghsl":
        row, column = (int(number) for number in re.findall(r"\d+", name))
        west, north = -18_041_000 + (column - 1) * 1e6, 9_000_000 - (row - 1) * 1e6
        return west, north - 1e6, west + 1e6, north
    found = re.fullmatch(r"([NS])(\d\d)(?:_00_)?([EW])(\d{3})(?:_00)?", name)
    assert found
    south = int(found[2]) * (1 if found[1] == "N" else -1)
    west = int(found[4]) * (1 if found[3] == "E" else -1)
    if tiling == "wgs84_3deg":
        return west, south, west + 3, south + 3
    return (
        west - HALF_CELL, south + HALF_CELL, west + 1 - HALF_CELL, south + 1 + HALF_CELL,
    )  # fmt: skip


@given(
    tiling=st.sampled_from(["wgs84_3deg", "wgs84_1deg", "ghsl"]),
    west=st.floats(-179, 170), south=st.floats(-80, 78),
    wide=st.floats(0.01, 9), high=st.floats(0.01, 6),
)  # fmt: skip
def test_every_point_lies_in_a_tile_and_no_tile_lies_apart(
    tiling: Tiling, west: float, south: float, wide: float, high: float
) -> None:
    bounds = (west, south, west + wide, south + high)
    names = tiles_over(bounds, tiling=tiling)
    assert len(names) == len(set(names)) > 0
    # 41 x 41 points, edges and corners among them
    x, y = np.meshgrid(np.linspace(west, west + wide, 41), np.linspace(south, south + high, 41))
    if tiling == "ghsl":
        x, y = TO_MOLLWEIDE.transform(x, y)
    # Between 41 points a meridian in Mollweide bends by less than (9 deg / 40)^2 / 8 x 6.4e6 m
    slack = 15 if tiling == "ghsl" else 1e-9
    rim = np.s_[[*[0] * 41, *range(41), *[40] * 41, *range(40, -1, -1)]]
    along = [*range(41), *[40] * 41, *range(40, -1, -1), *[0] * 41]
    area = shapely.Polygon(np.column_stack([x[rim, along], y[rim, along]]))
    covered = np.zeros(x.shape, dtype=bool)
    for name in names:
        x0, y0, x1, y1 = rectangle(tiling, name)
        covered |= (x >= x0 - slack) & (x <= x1 + slack) & (y >= y0 - slack) & (y <= y1 + slack)
        assert area.intersects(shapely.box(x0 - slack, y0 - slack, x1 + slack, y1 + slack))
    assert covered.all()


def test_addresses_are_the_providers_own() -> None:
    """Addresses of domain.md §7 for Lanxi."""

    def urls(product: str, year: int | None = None) -> list[str]:
        return [remote.urls[0] for remote in remotes(PRODUCTS[product], year=year, bounds=LANXI)]

    assert urls("esa_worldcover", 2020) == [
        "https://esa-worldcover.s3.eu-central-1.amazonaws.com/v100/2020/map/"
        "ESA_WorldCover_10m_2020_v100_N27E117_Map.tif"
    ]
    assert urls("copernicus_glo30")[1] == (
        "https://copernicus-dem-30m.s3.amazonaws.com/Copernicus_DSM_COG_10_N29_00_E119_00_DEM/"
        "Copernicus_DSM_COG_10_N29_00_E119_00_DEM.tif"
    )
    assert urls("ghs_built_s")[1] == (
        "https://jeodpp.jrc.ec.europa.eu/ftp/jrc-opendata/GHSL/GHS_BUILT_S_GLOBE_R2023A/"
        "GHS_BUILT_S_E2018_GLOBE_R2023A_54009_10/V1-0/tiles/"
        "GHS_BUILT_S_E2018_GLOBE_R2023A_54009_10_V1_0_R6_C30.zip"
    )
    assert urls("ghs_smod", 2020)[1].endswith(
        "GHS_SMOD_E2020_GLOBE_R2023A_54009_1000/V2-0/tiles/"
        "GHS_SMOD_E2020_GLOBE_R2023A_54009_1000_V2_0_R6_C30.zip"
    )
    assert urls("worldpop")[0].endswith("/maxar_v1/CHN/chn_ppp_2020_UNadj_constrained.tif")
    assert urls("worldpop_r2025a", 2023)[0].endswith(
        "/R2025A/2023/CHN/v1/100m/constrained/chn_pop_2023_CN_100m_R2025A_v1.tif"
    )
    assert urls("clcd", 2022) == [
        "https://zenodo.org/records/8176941/files/CLCD_v01_2022_albert.tif"
    ]
    assert "records/18180184" in urls("clcd", 2025)[0]


@pytest.mark.parametrize(
    ("year", "end"),
    [
        (2012, "v21/2012/VNL_v21_npp_201204-201212_global_vcmcfg_c202205302300"),
        (2013, "v21/2013/VNL_v21_npp_2013_global_vcmcfg_c202205302300"),
        (2019, "v21/2019/VNL_v21_npp_2019_global_vcmslcfg_c202205302300"),
        (2022, "v22/2022/VNL_v22_npp-j01_2022_global_vcmslcfg_c202303062300"),
        (2023, "v22/2023/VNL_npp_2023_global_vcmslcfg_v2_c202402081600"),
    ],
)
def test_night_light_has_a_name_of_its_own_for_each_age(year: int, end: str) -> None:
    (remote,) = remotes(PRODUCTS["viirs_vnl"], year=year, bounds=LANXI)
    assert remote.urls[0].endswith(f"{end}.average_masked.dat.tif.gz")
    assert remote.name == end.rpartition("/")[2] + ".average_masked.dat.tif"
    assert remote.access == "gzip"


def test_an_archive_names_its_member_and_a_file_its_licence_and_credit() -> None:
    first, _ = remotes(PRODUCTS["ghs_pop"], year=2020, bounds=LANXI)
    assert first.name == first.member == "GHS_POP_E2020_GLOBE_R2023A_54009_100_V1_0_R6_C29.tif"
    assert first.urls[0].endswith("_R6_C29.zip")
    (cover,) = remotes(PRODUCTS["esa_worldcover"], year=2021, bounds=LANXI)
    assert (cover.member, cover.access, cover.licence) == ("", "window", "CC BY 4.0")
    assert "project 2021" in cover.attribution


@pytest.mark.parametrize(
    ("product", "asked", "message"),
    [
        ("esa_worldcover", {"year": 2022}, "its years are 2020-2021"),
        ("esa_worldcover", {}, "name a year"),
        ("ghs_built_s_100m", {"year": 2018}, "1975-2030 every 5 years"),
        ("worldpop", {"iso3": "CN"}, "three letters"),
        ("copernicus_glo30", {"bounds": (3e5, 3e6, 4e5, 4e6)}, "not longitudes and latitudes"),
        ("copernicus_glo30", {"bounds": (170.0, 0.0, -170.0, 1.0)}, "not across 180 E"),
    ],
)
def test_what_cannot_be_addressed_is_a_fault_of_the_study(
    product: str, asked: dict[str, object], message: str
) -> None:
    with pytest.raises(LanduseError, match=message) as caught:
        remotes(PRODUCTS[product], **({"bounds": LANXI} | asked))  # type: ignore[arg-type]
    assert caught.value.exit_code == 2
