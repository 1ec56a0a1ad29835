"""A TOML file read into settings: every fault at once, in words that say what to write.

A score model may be JSON too, as the map writes it.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from landuse.core.errors import Fault, LanduseError, fail, study_fault

Model = TypeVar("Model", bound=BaseModel)
_OURS = "value_error"
_ADVICE: dict[str, tuple[str, str, str]] = {
    "string_type": ("应为文字", "写在引号里", "put it in quotes"),
    "int": ("应为整数", "写整数，不加引号", "write a whole number without quotes"),
    "float": ("应为数字", "写数字，不加引号", "write a number without quotes"),
    "finite": ("应为有限的数", "写数字", "write a number"),
    "bool": ("应为 true 或 false", "写 true 或 false", "write true or false"),
    "date": ("应为日期", "写成 2024-12-31，不加引号", "write it as 2024-12-31, without quotes"),
    "literal_error": ("不在可选值之内", "可选：{expected}", "choose from: {expected}"),
    "greater_than_equal": ("超出范围", "须不小于 {ge:g}", "give {ge:g} or more"),
    "greater_than": ("超出范围", "须大于 {gt:g}", "give more than {gt:g}"),
    "less_than_equal": ("超出范围", "须不大于 {le:g}", "give {le:g} or less"),
    "less_than": ("超出范围", "须小于 {lt:g}", "give less than {lt:g}"),
    "string_pattern": ("写法不合要求", "须符合 {pattern}", "make it match {pattern}"),
    "too_short": ("项数太少", "至少 {min_length} 项", "give at least {min_length}"),
    "too_long": ("项数太多", "至多 {max_length} 项", "give at most {max_length}"),
    "missing": ("缺少必填项", "补上 {name} = …", "add {name} = …"),
    "tuple": ("应为数组", "写成 [ … ]", "write it as [ … ]"),
    "list": ("应为数组", "写成 [ … ]", "write it as [ … ]"),
    "dict": ("应为表", "写成 {{ 键 = 值 }} 或 [节]", "write it as {{ key = value }} or a section"),
    "model": ("应为表", "写成 {{ 键 = 值 }} 或 [节]", "write it as {{ key = value }} or a section"),
}
_OTHER = ("取值不合要求", "按上面所说改正", "mend it as said above")
_FEW_KEYS = 6


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file, or raise one clear fault (exit code 2)."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        fault = study_fault(
            "文件不存在", "the file does not exist", file=str(file),
            todo_zh="检查路径，或用 landuse new 新建", todo_en="check the path, or run landuse new",
        )  # fmt: skip
    except IsADirectoryError:
        fault = study_fault(
            "这是文件夹，不是研究文件", "this is a folder, not a study file", file=str(file),
            todo_zh="给出 .toml 文件", todo_en="name a .toml file",
        )  # fmt: skip
    except UnicodeDecodeError as error:
        fault = study_fault(
            "不是 UTF-8 文本", "not UTF-8 text", file=file.name, found=str(error),
            todo_zh="用 UTF-8 另存", todo_en="save it as UTF-8",
        )  # fmt: skip
    except tomllib.TOMLDecodeError as error:
        fault = study_fault(
            "TOML 语法有误", "the TOML cannot be parsed", file=file.name, found=str(error),
            todo_zh="改正所指行", todo_en="mend the line it names",
        )  # fmt: skip
    raise fail(fault)


def read_model(file: Path) -> dict[str, Any]:
    """Read a score model file, JSON by its ending and TOML otherwise.

    Raises
    ------
    LanduseError
        If the file is not there, cannot be parsed, or holds no table (exit code 2).
    """
    if file.suffix.lower() != ".json" or not file.is_file():
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


def validate(kind: type[Model], data: Mapping[str, Any], *, file: str) -> Model:
    """Validate data against a settings class; raise every fault at once, with did-you-mean."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise LanduseError(_faults(error, kind, file=file)) from error


def without_unknown(kind: type[Model], data: Mapping[str, Any]) -> Model | None:
    """Return the settings that data would give without its unknown keys; None if still wrong."""
    try:
        return kind.model_validate(data, extra="ignore")
    except ValidationError:
        return None


def _faults(error: ValidationError, kind: type[BaseModel], *, file: str) -> Iterator[Fault]:
    for item in error.errors(include_url=False):
        if item["type"] == "extra_forbidden":
            yield _unknown_key(item["loc"], kind, file=file)
        else:
            yield _wrong_value(item, file=file)


def _wrong_value(item: Any, *, file: str) -> Fault:
    place, said = item["loc"], str(item["msg"])
    starts = (kind for kind in _ADVICE if item["type"].startswith(kind))
    zh, todo_zh, todo_en = _ADVICE[found] if (found := next(starts, "")) else _OTHER
    en = said[:1].lower() + said[1:]
    if item["type"] == _OURS:
        en, _, ours = said.removeprefix("Value error, ").partition(" / ")
        zh = ours or zh
    words = {**item.get("ctx", {}), "name": place[-1] if place else ""}
    return study_fault(
        zh, en, file=file, field=".".join(map(str, place)),
        found="" if item["type"] == "missing" else _short(item.get("input")),
        todo_zh=todo_zh.format(**words), todo_en=todo_en.format(**words),
    )  # fmt: skip


def _unknown_key(place: tuple[str | int, ...], kind: type[BaseModel], *, file: str) -> Fault:
    known = _known_keys(kind, place[:-1])
    near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
    hint_zh = f"是不是 {near[0]}？" if near else "可用：" + "、".join(known)
    hint_en = f"did you mean {near[0]}?" if near else "known keys: " + ", ".join(known)
    return study_fault(
        "没有这个键", "unknown key", file=file, field=".".join(map(str, place)),
        found=str(place[-1]), todo_zh=hint_zh, todo_en=hint_en,
    )  # fmt: skip


def _known_keys(kind: type[BaseModel], place: tuple[str | int, ...]) -> list[str]:
    current: Any = kind
    for part in place:
        if isinstance(part, int) or not _is_model(current):
            continue
        field = current.model_fields.get(part)
        current = _model_in(field.annotation) if field else None
    return list(current.model_fields) if _is_model(current) else []


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _model_in(annotation: Any) -> Any:
    if _is_model(annotation):
        return annotation
    found = [_model_in(part) for part in get_args(annotation)]
    return next((part for part in found if part is not None), None)


def _short(value: Any) -> str:
    """Return a value as a few words; of a small section its keys, of a large one nothing."""
    if isinstance(value, Mapping):
        return ", ".join(map(str, value)) if len(value) <= _FEW_KEYS else ""
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "…"
