"""A score model as the map writes it: JSON instead of TOML, the same keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from landuse.core.errors import fail, study_fault
from landuse.toml_file import read_toml

JSON = ".json"


def read_model(file: Path) -> dict[str, Any]:
    """Read a score model file, JSON by its ending and TOML otherwise.

    Raises
    ------
    LanduseError
        If the file is not there, cannot be parsed, or holds no table (exit code 2).
    """
    if file.suffix.lower() != JSON or not file.is_file():
        return read_toml(file)
    try:
        data = json.loads(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise fail(
            study_fault(
                "不是 UTF-8 文本", "not UTF-8 text", file=file.name, found=str(error),
                todo_zh="在地图上重新导出权重", todo_en="export the weights from the map again",
            )
        ) from error  # fmt: skip
    except (json.JSONDecodeError, RecursionError) as error:
        raise fail(
            study_fault(
                "JSON 语法有误", "the JSON cannot be parsed", file=file.name, found=str(error),
                todo_zh="在地图上重新导出权重", todo_en="export the weights from the map again",
            )
        ) from error  # fmt: skip
    if not isinstance(data, dict):
        raise fail(
            study_fault(
                "不是评分模型", "not a score model", file=file.name, found=type(data).__name__,
                todo_zh="在地图上重新导出权重", todo_en="export the weights from the map again",
            )
        )  # fmt: skip
    return data
