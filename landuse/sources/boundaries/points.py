"""What can go wrong where a county is looked up by a point."""

from __future__ import annotations

from landuse.core.errors import LanduseError, data_fault, fail, study_fault

Point = tuple[float, float]


def no_point(adcode: str) -> LanduseError:
    """Return the error of a code whose seat is not known."""
    return fail(
        study_fault(
            "开放边界没有区划代码，需要县内一点的经纬度",
            "the open boundaries carry no codes: a point inside the county is needed",
            field="adcode",
            found=adcode,
            todo_zh="给出县内一点的经度、纬度，或给出县界文件",
            todo_en="give the longitude and latitude of a point in it, or a file of the boundary",
        )
    )


def no_county_here(file: str, point: Point) -> LanduseError:
    """Return the error of a point in no area."""
    return fail(
        data_fault(
            "没有一个县包含这个点",
            "no county holds this point",
            file=file,
            field="point",
            found=_text(point),
            todo_zh="检查经度在前、纬度在后；或换县内另一点",
            todo_en="check that longitude comes first; or give another point in the county",
        )
    )


def several_counties_here(file: str, point: Point, names: list[str]) -> LanduseError:
    """Return the error of a point in several areas."""
    return fail(
        data_fault(
            "不止一个县包含这个点",
            "more than one county holds this point",
            file=file,
            field="point",
            found=f"{_text(point)}: {', '.join(sorted(names))}",
            todo_zh="换县内远离边界的一点",
            todo_en="give a point of the county further from its edge",
        )
    )


def _text(point: Point) -> str:
    return f"{point[0]:.5f}, {point[1]:.5f}"
