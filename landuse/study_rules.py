"""What a study file must hold beyond the type of each value, told before any layer is read."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

from pyproj import CRS
from pyproj.exceptions import CRSError

from landuse.align.difference import difference_faults
from landuse.align.roles import TABLE_ROLES, VECTOR_ROLES
from landuse.core.crs import is_metric
from landuse.core.errors import Fault, LanduseError, study_fault
from landuse.core.grid import Bounds
from landuse.objects.classes import LandClass
from landuse.sources.field_names import OPTIONAL
from landuse.sources.products import PRODUCTS, product_named
from landuse.sources.spec import RasterSource, Sources, TableSource, VectorSource

_NEAR_MISS = 0.8
_SERIES = ("landcover_series", "built_surface_series", "vegetation_series")
_BY_YEAR = ("landcover", "landcover_series", "night_light")


def study_faults(
    *, crs: str, bounds: Bounds | None, sources: Sources, classes: Mapping[str, LandClass]
) -> Iterator[Fault]:
    """Yield every fault of a study whose values all have the right type (exit code 2).

    Parameters
    ----------
    crs : the working CRS; it must be projected, in metres.
    bounds : the working bounds in that CRS.
    sources : what the study brings.
    classes : the study's own land-use codes.
    """
    yield from _crs_faults(crs)
    yield from _bounds_faults(bounds)
    for role, raster in sources.of_kind(RasterSource).items():
        yield from _product_faults(role, raster)
        yield from _series_faults(role, raster)
    for place, vector in _vectors(sources):
        yield from _declared_crs_faults(place, vector)
    for role, vector in sources.of_kind(VectorSource).items():
        needs = VECTOR_ROLES[role]
        known = (*needs.required, *needs.numbers, *needs.texts)
        yield from _field_faults(role, vector, required=needs.required, known=known)
    for role, table in sources.of_kind(TableSource).items():
        has = TABLE_ROLES[role]
        known = (*has.required, *has.numbers, *has.dates, *has.texts)
        yield from _field_faults(role, table, required=has.required, known=known)
    yield from _frame_faults(sources)
    yield from _town_faults(sources.towns)
    yield from _class_faults(sources.parcels, classes)
    yield from _surface_faults(sources)


def _crs_faults(crs: str) -> Iterator[Fault]:
    try:
        if is_metric(CRS.from_user_input(crs)):
            return
        zh, en = (
            "工作坐标系须是以米为单位的投影坐标系",
            "the working CRS must be projected, in metres",
        )
    except CRSError:
        zh, en = "没有这个坐标系", "there is no such CRS"
    yield study_fault(
        zh, en, field="study.crs", found=crs,
        todo_zh="写三度带代号，例如 EPSG:4549（中央经线 120 度）",
        todo_en="write a 3-degree zone, e.g. EPSG:4549 (central meridian 120 E)",
    )  # fmt: skip


def _bounds_faults(bounds: Bounds | None) -> Iterator[Fault]:
    if bounds is None:
        return
    x0, y0, x1, y1 = bounds
    if not (x0 < x1 and y0 < y1):
        zh, en = "研究范围是空的", "the study area is empty"
    elif max(map(abs, bounds)) <= 360:
        zh, en = "研究范围像经纬度，应为米", "the bounds look like degrees; metres are needed"
    else:
        return
    yield study_fault(
        zh, en, field="study.bounds", found=str(list(bounds)),
        todo_zh="按 study.crs 写 [西, 南, 东, 北]（米）；去掉此项则用县界或地块的范围",
        todo_en="write [west, south, east, north] in metres of study.crs; without it the county "
        "or the parcels tell",
    )  # fmt: skip


def _product_faults(role: str, source: RasterSource) -> Iterator[Fault]:
    try:
        product = product_named(source.product, role=role)
    except LanduseError as error:
        yield from error.faults
        return
    if role not in product.roles:
        fit = [item.id for item in PRODUCTS.values() if role in item.roles]
        yield study_fault(
            "这个产品不能担任这个角色", "this product cannot play this role",
            field=f"sources.{role}.product", found=f"{product.id} ({product.unit})",
            todo_zh="可用：" + "、".join(fit), todo_en="use one of: " + ", ".join(fit),
        )  # fmt: skip
    wants_series = role in _SERIES
    if bool(source.series) != wants_series and (wants_series or role not in _BY_YEAR):
        name, other = ("series", "path") if wants_series else ("path", "series")
        yield study_fault(
            f"这个角色要用 {name}，不用 {other}", f"this role takes {name}, not {other}",
            field=f"sources.{role}.{other}", found=other,
            todo_zh='写 series = { 2020 = "文件" }' if wants_series else '写 path = "文件"',
            todo_en='write series = { 2020 = "file" }' if wants_series else 'write path = "file"',
        )  # fmt: skip


def _series_faults(role: str, source: RasterSource) -> Iterator[Fault]:
    product = PRODUCTS.get(source.product)
    if product:
        yield from difference_faults(product, source.series, role=role)


def _vectors(sources: Sources) -> Iterator[tuple[str, VectorSource]]:
    yield from ((f"sources.{role}", one) for role, one in sources.of_kind(VectorSource).items())
    if sources.surfaces:
        for number, item in enumerate(sources.surfaces.classes):
            yield f"sources.surfaces.classes.{number}.source", item.source


def _declared_crs_faults(place: str, source: VectorSource) -> Iterator[Fault]:
    if source.crs is None:
        return
    try:
        CRS.from_user_input(source.crs)
    except CRSError:
        yield study_fault(
            "声明的坐标系不存在", "the declared CRS does not exist",
            field=f"{place}.crs", found=source.crs,
            todo_zh="写成 EPSG:4549 这样的代号", todo_en="write a code such as EPSG:4549",
        )  # fmt: skip


def _field_faults(
    role: str,
    source: VectorSource | TableSource,
    *,
    required: Collection[str],
    known: Collection[str],
) -> Iterator[Fault]:
    """Yield columns that must be mapped and are not, and names that miss one of ours by little."""
    open_ones = [name for name in known if name not in source.fields]
    for wrong in sorted(set(source.fields) - set(known)):
        near = difflib.get_close_matches(wrong, open_ones, n=1, cutoff=_NEAR_MISS)
        if near:
            open_ones.remove(near[0])
            yield study_fault(
                "没有这个列名", "unknown column", field=f"sources.{role}.fields.{wrong}",
                found=wrong, todo_zh=f"是不是 {near[0]}？", todo_en=f"did you mean {near[0]}?",
            )  # fmt: skip
    for name in required:
        if source.fields.get(name, "").endswith(OPTIONAL):
            yield _must_be_there(role, name, source.fields[name])
        if name in open_ones:
            yield study_fault(
                f"必须对应列 {name}", f"the column {name} must be mapped",
                field=f"sources.{role}.fields.{name}", found=", ".join(source.fields) or "-",
                todo_zh=f'在 fields 里写 {name} = "文件里的字段名"',
                todo_en=f'write {name} = "the field in the file" under fields',
            )  # fmt: skip


def _must_be_there(role: str, name: str, found: str) -> Fault:
    return study_fault(
        f"列 {name} 是必需的，字段名后不能带问号", f"the column {name} is needed: no question mark",
        field=f"sources.{role}.fields.{name}", found=found,
        todo_zh="去掉问号", todo_en="leave the question mark out",
    )  # fmt: skip


def _frame_faults(sources: Sources) -> Iterator[Fault]:
    if sources.county or sources.parcels or sources.land_use_map or sources.settlements:
        return
    yield study_fault(
        "不知道研究区在哪里", "nothing tells where the study area is",
        field="sources.county", found="-",
        todo_zh="给出县界（landuse new 会写好）或地块图层",
        todo_en="name a county outline (`landuse new` writes one) or a parcel layer",
    )  # fmt: skip


def _town_faults(towns: VectorSource | None) -> Iterator[Fault]:
    if towns is None or {"town_code", "town_name"} & set(towns.fields):
        return
    yield study_fault(
        "乡镇界须对应代码 town_code 或名称 town_name", "towns need town_code or town_name mapped",
        field="sources.towns.fields", found=", ".join(towns.fields) or "-",
        todo_zh='写 fields = { town_code = "XZQDM", town_name = "XZQMC" }',
        todo_en='write fields = { town_code = "XZQDM", town_name = "XZQMC" }',
    )  # fmt: skip


def _class_faults(
    parcels: VectorSource | None, classes: Mapping[str, LandClass]
) -> Iterator[Fault]:
    if parcels is None:
        return
    system = parcels.class_system
    if "land_use" not in parcels.fields or (system and (system != "local" or classes)):
        return
    yield study_fault(
        "地块有用途代码，但没有声明分类体系",
        "the parcels carry land-use codes but no class system is declared",
        field="sources.parcels.class_system", found=system or "-",
        todo_zh="写 SD3、GB21010、YDYH2023，或 local 并给出 parcels.classes",
        todo_en="write SD3, GB21010, YDYH2023, or local with parcels.classes",
    )  # fmt: skip


def _surface_faults(sources: Sources) -> Iterator[Fault]:
    keys = [item.key for item in sources.surfaces.classes] if sources.surfaces else []
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield study_fault(
            "地表类别重复", "a surface class is given twice",
            field="sources.surfaces.classes", found=key,
            todo_zh="每个 key 只用一次", todo_en="use each key once",
        )  # fmt: skip
