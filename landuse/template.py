"""A new study file, commented, and the list of what a study still needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from landuse.core.crs import cgcs2000_3_degree
from landuse.core.errors import fail, study_fault
from landuse.inputs import all_files, source_of
from landuse.sources.products import PRODUCTS
from landuse.sources.roles import ROLE_NAMES
from landuse.sources.spec import RasterSource
from landuse.study import OpenStudy

_TEXT = """\
# 研究文件 study file: {adcode}
# 删去行首的 # 即启用一个图层；没有的图层会在每个成果里写明缺项及其影响。
# Take the # away to use a layer; what is left out is named as absent in every product.

[study]
name = "{name}"
title_zh = "{adcode} 存量用地研判"
title_en = "{adcode} land review"
adcode = "{adcode}"
crs = "{crs}"            # CGCS2000 三度带 3-degree zone of {longitude} E
resolution_m = 10
as_of = {as_of}

[score]
model = "china.toml"          # 默认评分模型；可换成本文件旁边的 .toml

# 必填：建设用地图斑 required: construction-land parcels
[sources.parcels]
path = "parcels.gpkg"         # 放在 data/raw/{name}/
class_system = "SD3"          # SD3 三调, GB21010, YDYH2023；必须声明，不猜
fields = {{ parcel_id = "BSM", land_use = "DLBM" }}
# crs = "EPSG:4528"           # 文件没有坐标系时声明
# datum = "CGCS2000"          # CGCS2000, WGS84, GCJ02, BD09
# encoding = "GBK"

{optional}"""

_EXAMPLES = {
    "county": 'path = "county.gpkg"',
    "towns": 'path = "towns.gpkg"\n# fields = { town_code = "XZQDM", town_name = "XZQMC" }',
    "zones": 'path = "zones.gpkg"\n# fields = { zone_name = "KFQMC" }',
    "roads": 'path = "osm.gpkg"\n# layer = "roads"\n# fields = { road_class = "highway" }',
    "buildings": 'path = "osm.gpkg"\n# layer = "buildings"\n'
    '# fields = { levels = "building:levels", height_m = "height" }',
    "enterprises": 'path = "enterprises.csv"\n'
    '# fields = { parcel_id = "BSM", tax_10k_yuan = "税收_万元", emp_class = "等级", '
    'year = "年份" }',
    "ledger": 'path = "ledger.csv"\n# fields = { parcel_id = "地块编号", '
    'start_due_date = "约定开工时间", start_date = "实际开工时间" }',
    "register_population": 'path = "register.csv"\n# fields = { village_code = "行政村代码", '
    'registered_population = "户籍人口", resident_population = "常住人口", households = "户数" }',
    "landcover": 'product = "esa_worldcover"\n# path = "…_Map.tif"',
    "built_surface": 'product = "ghs_built_s"\n# path = "GHS_BUILT_S_….tif"',
    "built_height": 'product = "ghs_built_h"\n# path = "GHS_BUILT_H_….tif"',
    "night_light": 'product = "viirs_vnl"\n# path = "VNL_….tif"',
    "population": 'product = "worldpop"\n# path = "chn_ppp_….tif"',
    "elevation": 'product = "copernicus_glo30"\n# path = "Copernicus_DSM_….tif"',
    "landcover_series": 'product = "clcd"\n# series = { YEAR = "CLCD_….tif" }',
}
_LEFT_OUT = {"parcels", "surfaces", "lights"}


def new_study(adcode: str, *, longitude: float, name: str, file: Path | None, as_of: str) -> Path:
    """Write a commented study file for a county and return it; an existing file is kept.

    Raises
    ------
    LanduseError
        If the code or longitude cannot be, or the file exists (exit code 2).
    """
    if not re.fullmatch(r"\d{6}", adcode):
        raise fail(_wrong("ADCODE", adcode, "县级代码是六位数字", "a county code has six digits"))
    try:
        crs = cgcs2000_3_degree(longitude)
    except ValueError:
        zh, en = "经度不在三度带范围内", "not a longitude of the 3-degree zones"
        raise fail(_wrong("--longitude", str(longitude), zh, en)) from None
    short = name or f"county-{adcode}"
    target = file or Path("studies") / f"{short}.toml"
    if target.exists():
        raise fail(_wrong("FILE", str(target), "文件已存在，不覆盖", "the file exists; kept"))
    optional = "\n\n".join(
        f"# {zh} {en}\n# [sources.{role}]\n# {_EXAMPLES.get(role, _plain(role))}"
        for role, (zh, en) in ROLE_NAMES.items()
        if role not in _LEFT_OUT
    )
    text = _TEXT.format(adcode=adcode, name=short, crs=crs, longitude=longitude,
                        optional=optional, as_of=as_of)  # fmt: skip
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n", encoding="utf-8", newline="\n")
    return target


def _plain(role: str) -> str:
    return f'path = "{role}.gpkg"'


def _wrong(field: str, found: str, zh: str, en: str) -> Any:
    return study_fault(zh, en, field=field, found=found, todo_zh="改正后重试",
                       todo_en="mend it and try again")  # fmt: skip


def fetch_list(study: OpenStudy) -> tuple[list[str], dict[str, Any]]:
    """Return what a study needs, what is there, and where the rest comes from. No connection."""
    lines = ["本版本不下载，只列出 / this version does not download, it lists:"]
    rows = []
    for key, path in all_files(study).items():
        role = key.split(":")[0]
        source = source_of(study.study.sources, key)
        product = PRODUCTS[source.product] if isinstance(source, RasterSource) else None
        there = path.is_file()
        lines.append(f"  {'有 there' if there else '缺 missing'}  {ROLE_NAMES[role][0]}  {path}")
        if product:
            lines.append(f"      {product.title_en}; {product.licence}; {product.url_template}")
            if product.login_needed:
                lines.append("      须登录后自行下载 / needs a login: fetch it by hand")
        rows.append({
            "key": key, "file": str(path), "there": there,
            "url_template": product.url_template if product else "",
            "licence": source.licence or (product.licence if product else ""),
        })  # fmt: skip
    return lines, {"files": rows}
