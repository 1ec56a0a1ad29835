"""VIIRS annual night light (VNL, average_masked)."""

from __future__ import annotations

from landuse.core.settings import Mark
from landuse.sources.raster_product import Edition, RasterProduct

_ROOT = "https://eogdata.mines.edu/nighttime_light/annual"


def _edition(version: str, *years: int, stem: str, mark: Mark = "V") -> Edition:
    folder = version.lower().replace(".", "")
    return Edition(
        version=version,
        years=years,
        url=f"{_ROOT}/{folder}/{{year}}/{stem}.average_masked.dat.tif.gz",
        mark=mark,
    )


PRODUCT = RasterProduct(
    id="viirs_vnl",
    title_zh="VIIRS 年度夜间灯光 (VNL)",
    title_en="VIIRS annual night light (VNL)",
    short="VNL",
    roles=("night_light",),
    kind="intensity",
    cell_m=500,
    unit="nW/cm2/sr",
    editions=(
        _edition("V2.1", 2012, stem="VNL_v21_npp_201204-201212_global_vcmcfg_c202205302300"),
        _edition("V2.1", 2013, stem="VNL_v21_npp_2013_global_vcmcfg_c202205302300"),
        _edition(
            "V2.1", *range(2014, 2022), stem="VNL_v21_npp_{year}_global_vcmslcfg_c202205302300"
        ),
        _edition("V2.2", 2022, stem="VNL_v22_npp-j01_2022_global_vcmslcfg_c202303062300"),
        _edition("V2.2", 2023, stem="VNL_npp_2023_global_vcmslcfg_v2_c202402081600"),
        _edition("V2.2", 2024, stem="VNL_npp_2024_global_vcmslcfg_v2_c202502261200", mark="V-weak"),
    ),
    access="gzip",
    tiling="whole",
    nodata=None,
    valid_min=-10,
    licence="public domain",
    attribution="Earth Observation Group, Payne Institute for Public Policy",
    citation="Elvidge et al. 2021, doi:10.3390/rs13050922",
    login_needed=True,
    mark="V",
    defects_zh=(
        "约 500 米像元，灯光外溢约 1 个像元，不能判定 30 公顷以下地块",
        "对蓝光 LED 不敏感",
        "0 是屏蔽的背景，不等于无人居住",
        "V2.1 与 V2.2 之间有阶跃",
        "2012 年自 4 月起；2012、2013 年未作杂散光校正 (vcmcfg)",
        "2024 年的文件名见于公开代码，所在目录为推测",
    ),
    defects_en=(
        "cells of about 500 m that bloom by about one cell: no verdict on parcels under 30 ha",
        "blind to blue LED light",
        "0 is masked background, not absence of people",
        "a step between V2.1 and V2.2",
        "2012 begins in April; 2012 and 2013 are not corrected for stray light (vcmcfg)",
        "the file name of 2024 is from public code, its folder is presumed",
    ),
    break_zh="V2.2 加入第二颗卫星（npp-j01），与 V2.1 之间有阶跃：趋势须带断点",
    break_en="V2.2 brings in a second satellite (npp-j01); there is a step from V2.1: a trend "
    "needs a break",
    how_zh=(
        "在 eogdata.mines.edu 免费注册并登录，用浏览器打开下列地址下载 .tif.gz，"
        "原样放进原始数据目录即可（.tif.gz 或解压后的 .tif 都读）"
    ),
    how_en=(
        "register free of charge at eogdata.mines.edu, log in, open the address in a browser and "
        "put the .tif.gz into the raw folder as it is (.tif.gz and unpacked .tif are both read)"
    ),
)
