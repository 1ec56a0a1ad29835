"""The text of a new study file: every source a study may bring, with the fields it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.cells import cell_len

from landuse.core.grid import Bounds
from landuse.sources.products import PRODUCTS
from landuse.sources.raster_product import RasterProduct
from landuse.sources.roles import ROLE_NAMES
from landuse.template_layers import BUREAU, OPEN_MAP, BureauLayer

FOLDER = "data/raw/"
COMMENT_WIDTH = 96
FIELDS_ON_A_LINE = 3
_HAN = r"\u3000-\u9fff\uff00-\uffef"
_PARTS = re.compile(rf"[{_HAN}]\s*|[^\s{_HAN}]+\s*")


@dataclass(frozen=True, kw_only=True)
class County:
    """What is known of the county outline."""

    layer: str
    datum: str
    licence: str
    attribution: str
    year: int | None
    note_zh: str
    note_en: str


@dataclass(frozen=True, kw_only=True)
class OpenFile:
    """One open product chosen for a study: its files, and for a series those of each year."""

    role: str
    product: str
    year: int | None = None
    files: tuple[str, ...] = ()
    series: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NewStudy:
    """Everything a new study file says of its county."""

    adcode: str
    name: str
    title_zh: str
    title_en: str
    crs: str
    crs_note: str
    bounds: Bounds
    lonlat: Bounds
    as_of: str
    county: County
    rasters: tuple[OpenFile, ...]


def study_text(new: NewStudy) -> str:
    """Return the whole study file, commented in Chinese and English, LF, one newline at its end."""
    year = new.as_of[:4]
    sections = [_head(new), _county(new), _part("部门图层 bureau layers")]
    sections += [_layer(role, layer, year=year) for role, layer in BUREAU.items()]
    sections.append(_part("开放地图 OpenStreetMap: landuse fetch 下载 downloads it"))
    sections += [_layer(role, layer, year=year, osm=True) for role, layer in OPEN_MAP.items()]
    sections.append(_part("开放栅格 open rasters: landuse fetch 下载 downloads them"))
    sections += [_raster(item) for item in new.rasters]
    sections.append(_part("自制栅格 rasters of your own making"))
    sections += [_raster(item) for item in _own_rasters(before=int(year))]
    sections.append(_surfaces())
    sections.append(_choices())
    return "\n".join(sections)


def _head(new: NewStudy) -> str:
    west, south, east, north = new.lonlat
    return f"""# {new.title_zh} {new.title_en}
# 由 landuse new {new.adcode} 生成 made by landuse new. 文件放在 files go to {FOLDER}{new.name}/
# 每一段都是可选的：文件在就用，不在就记为缺项（optional = true）。名字里的 .* 表示任何支持的
# 格式（shp gpkg geojson gdb csv xlsx）；字段写标准代码即可，中文名、拼音、大小写都认；带 ? 的
# 字段没有也行。
# Every section is optional: a file that is there is used, one that is not is a named absence.
# ".*" stands for any format read here; fields go by standard code, Chinese name or pinyin; those
# with "?" are used where the file has them.
# 接着 next: landuse fetch <本文件 this file>; landuse check …; landuse run …

[study]
name = {_text(new.name)}
title_zh = {_text(new.title_zh)}
title_en = {_text(new.title_en)}
adcode = {_text(new.adcode)}
crs = {_text(new.crs)}              # {new.crs_note}
bounds = [{", ".join(f"{value:.0f}" for value in new.bounds)}]  # 西南东北 W S E N, m
# 即 {west:.4f}–{east:.4f} E, {south:.4f}–{north:.4f} N（县域外扩 with a margin）
resolution_m = 10
as_of = {new.as_of}

[score]
model = "china.toml"             # 可换成本文件旁边的 .toml or one beside this file
"""


def _part(title: str) -> str:
    return f"# --- {title} ---\n"


def _county(new: NewStudy) -> str:
    county = new.county
    return "\n".join(
        [
            "# 县域范围 county outline",
            *_comment(county.note_zh),
            *_comment(county.note_en),
            "[sources.county]",
            'path = "county.gpkg"',
            f"layer = {_text(county.layer)}",
            f"datum = {_text(county.datum)}",
            *([f"year = {county.year}"] if county.year else []),
            f"licence = {_text(county.licence)}",
            f"attribution = {_text(county.attribution)}",
            "",
        ]
    )


def _layer(role: str, layer: BureauLayer, *, year: str, osm: bool = False) -> str:
    zh, en = ROLE_NAMES[role]
    lines = [f"# {zh} {en}"]
    lines += [line for text in (layer.zh, layer.en) if text for line in _comment(text)]
    lines += [f"[sources.{role}]", f"path = {_text(layer.path)}"]
    lines += [f"{name} = {_text(value)}" for name, value in layer.more.items()]
    pairs = [f"{ours} = {_text(theirs)}" for ours, theirs in layer.fields.items()]
    few = len(pairs) <= FIELDS_ON_A_LINE
    if pairs and few:
        lines.append(f"fields = {{ {', '.join(pairs)} }}")
    if osm:
        lines += ['datum = "WGS84"', 'licence = "ODbL 1.0"']
        lines.append('attribution = "© OpenStreetMap contributors"')
    lines.append(f"# year = {year}")
    if not osm:
        lines += _vector_hints(role)
    lines.append("optional = true")
    if not few:
        lines += [f"[sources.{role}.fields]", *pairs]
    return "\n".join([*lines, ""])


_TABLES = ("ledger", "enterprises", "electricity", "owners", "projects", "town_results", "consent",
           "register_population", "village_list", "census", "town_census",
           "field_checks")  # fmt: skip


def _vector_hints(role: str) -> list[str]:
    if role in _TABLES:
        return ['# encoding = "GBK"']
    return [
        '# datum = "CGCS2000"  # 或 or WGS84, GCJ02, BD09',
        '# crs = "EPSG:4528"  # 文件无坐标系时',
    ]


def _raster(item: OpenFile) -> str:
    zh, en = ROLE_NAMES[item.role]
    product = PRODUCTS[item.product]
    lines = [f"# {zh} {en}: {product.title_zh}"]
    lines += _comment(f"{product.title_en}; {product.licence}")
    if product.login_needed:
        lines += _by_hand(product, years=tuple(item.series) or (item.year,))
    lines += [f"[sources.{item.role}]", f"product = {_text(item.product)}"]
    if item.series:
        lines.append(f"[sources.{item.role}.series]")
        rows = [f"{year} = {_files(files)}" for year, files in item.series.items()]
        lines[-1:] = ["optional = true", f"[sources.{item.role}.series]", *rows]
    else:
        lines.append(f"path = {_files(item.files)}")
        unsaid = ["# year = 数据年份 year of the data"] if product.all_years else []
        lines += [f"year = {item.year}"] if item.year else unsaid
        lines.append("optional = true")
    return "\n".join([*lines, ""])


def _own_rasters(*, before: int) -> list[OpenFile]:
    """Return the rasters that no provider has ready, of the years over by then."""
    years = [year for year in PRODUCTS["sentinel2_ndvi"].all_years if year < before]
    greenness = {year: (f"*NDVI*{year}*.tif",) for year in years}
    return [
        OpenFile(role="vegetation_series", product="sentinel2_ndvi", series=greenness),
        OpenFile(role="surface_temperature", product="landsat_lst", files=("*LST*.tif",)),
    ]


def _by_hand(product: RasterProduct, *, years: tuple[int | None, ...]) -> list[str]:
    """Return how to get a product by hand, with the address of each edition it needs."""
    named = [one for one in product.editions if set(one.years) & set(years)]
    editions = named or product.editions
    return [
        *_comment(product.how_zh),
        *_comment(product.how_en),
        *(f"# {one.url}" for one in editions),
    ]


def _comment(text: str) -> list[str]:
    """Return a text as comment lines, cut between words or after a Chinese character."""
    lines = [""]
    for part in _PARTS.findall(text):
        if cell_len(lines[-1] + part.rstrip()) > COMMENT_WIDTH:
            lines.append("")
        lines[-1] += part
    return [f"# {line.rstrip()}" for line in lines]


def _files(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return _text(names[0])
    return "[" + ", ".join(_text(name) for name in names) + "]"


def _surfaces() -> str:
    zh, en = ROLE_NAMES["surfaces"]
    return "\n".join(
        [
            f"# {zh} {en}：有测绘要素时可代替土地覆盖 may replace the land cover",
            "# [sources.surfaces]",
            "# resolution_m = 2",
            '# classes = [{ key = "road", zh = "道路", en = "roads", '
            'source = { path = "surfaces.gpkg", layer = "roads" } }]',
            f"# {' '.join(ROLE_NAMES['lights'])}",
            "# [sources.lights]",
            '# path = "lights.*"',
            "",
        ]
    )


def _choices() -> str:
    return """# --- 可调的选择 choices ---
# [parcels]
# duplicates = "refuse"          # 编号重复：拒绝或加后缀 or "suffix"
# minimum_area_m2 = 0

# [indicators]
# minimum_building_completeness = 0.6

# [plan]                         # 村庄整合方案 consolidation plan of villages
# objective = "quota"            # 或 or "hazard", "cost_per_mu", "fewest_households"
# budget = 10000                 # 万元 10,000 yuan
# household_cost = { value = 25, source = "…", mark = "P" }  # 万元/户 a household
# longest_m = 5000               # 最远安置距离；下山搬迁用 mountain: longest_mountain_m
# consent_least = 0.8
# [receiving]                    # 安置点 receiving sites
# steepest_deg = 8
# [potential]
# per_person_m2 = 120
# [opportunity]                  # 退低进高地块 sites for better use
# gap_m = 30                     # 相邻间距，至多 30 at most 30
# least_width_m = 20
# least_area_m2 = 2000
# most_owners = 1                # 权利人多于此数的整片排在单一权属之后
# model = "china_opportunity.toml"
# rules = "china_sites.toml"     # 处置建议与用途规则 advice and uses
# [matching]                     # 项目匹配 projects to sites
# share_assemblies = true        # 成片地可分给几个项目
# unknown_bars = false           # 未知的条件视为不满足
# [incentive]                    # 乡镇激励 township incentive
# pot = 100                      # 奖励总量 what is shared out
# weight_reclaimed = 1.0         # a；b weight_idle, c weight_redeveloped, d weight_quota
# hectare_share = 0              # 按每公顷建成区分配的份额
# [quota]
# reserved_share = 0.05

# [fetch]
# osm = "geofabrik"              # 或 or "overpass", "none"
# country = "CHN"
# [fetch.mirrors]
# "https://esa-worldcover.s3.eu-central-1.amazonaws.com" = ["http://mirror.example/worldcover"]
"""


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
