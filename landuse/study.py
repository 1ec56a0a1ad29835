"""Study: one TOML file composed into the frozen settings of the rooms."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel, Field, ValidationError

from landuse.core.errors import Fault, LanduseError, fail, study_fault
from landuse.core.settings import Settings
from landuse.objects.classes import LandClass
from landuse.scores.model import ScoreModel
from landuse.sources.spec import Sources

Model = TypeVar("Model", bound=BaseModel)
SHIPPED_MODELS = Path(__file__).parent / "scores" / "models"


class Head(Settings):
    """What the study is about."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", description="output folder / 成果目录名")
    title_zh: str
    title_en: str
    adcode: str = Field("", description="county code, text / 县级行政区划代码")
    crs: str = Field(description="metric working CRS, e.g. EPSG:4549 / 工作坐标系")
    resolution_m: float = Field(10.0, gt=0, description="cell of the working grid / 格网边长")
    as_of: date = Field(description="analysis date / 分析基准日")
    bounds: tuple[float, float, float, float] | None = Field(
        None, description="working bounds in the study CRS, metres; else from county or parcels"
    )
    raw: str | None = Field(None, description="raw folder, relative to the study file")


class ParcelChoice(Settings):
    """How parcels are prepared."""

    duplicates: Literal["refuse", "suffix"] = "refuse"
    minimum_area_m2: float = Field(0.0, ge=0, description="smaller parcels are not assessed")
    zone_share_minimum: float = Field(0.5, gt=0, le=1)
    classes: dict[str, LandClass] = Field(default_factory=dict, description="local land-use codes")


class IndicatorChoice(Settings):
    """Thresholds of the indicators that a study may set."""

    major_road_classes: tuple[str, ...] = Field((), description="empty = every road counts")
    minimum_light_area_ha: float = Field(30.0, gt=0)
    minimum_building_completeness: float = Field(0.6, ge=0, le=1)


class ScoreChoice(Settings):
    """Which score model decides."""

    model: str = Field("china.toml", description="file beside the study, or one that is shipped")


class Tiles(Settings):
    """Optional web tiles. Without them the map needs no network."""

    url: str
    attribution: str


class ProductChoice(Settings):
    """What the products show."""

    tiles: Tiles | None = None
    stamp_zh: str = "内部工作用图，不公开"
    stamp_en: str = "Internal use, not for release"


class Study(Settings):
    """A whole study file."""

    study: Head
    sources: Sources
    parcels: ParcelChoice = ParcelChoice()
    indicators: IndicatorChoice = IndicatorChoice()
    score: ScoreChoice = ScoreChoice()
    products: ProductChoice = ProductChoice()


@dataclass(frozen=True)
class OpenStudy:
    """A study file read and checked, with the folders it works in."""

    study: Study
    model: ScoreModel
    file: Path
    raw: Path
    out: Path

    @property
    def name(self) -> str:
        """Return the short name, which is also the output folder."""
        return self.study.study.name


def open_study(
    file: Path, *, raw: Path | None = None, out: Path | None = None, model: Path | None = None
) -> OpenStudy:
    """Read a study file and its score model.

    Parameters
    ----------
    file : the TOML file.
    raw : folder of the raw layers; overrides the file's ``raw``; without either it is
        ``data/raw/<study name>`` under the working folder.
    out : folder for the products; ``data/processed/<study name>`` under the working folder.
    model : score model to use instead of the one the study names.

    Raises
    ------
    LanduseError
        With every fault of both files (exit code 2).
    """
    study = validate(Study, read_toml(file), file=file.name)
    model_file = model or _model_file(study.score.model, beside=file)
    score_model = validate(ScoreModel, read_toml(model_file), file=model_file.name)
    return OpenStudy(study, score_model, file, raw or _raw(study, file), out or _out(study))


def _raw(study: Study, file: Path) -> Path:
    named = study.study.raw
    return (file.parent / named).resolve() if named else Path("data/raw") / study.study.name


def _out(study: Study) -> Path:
    return Path("data/processed") / study.study.name


def _model_file(name: str, *, beside: Path) -> Path:
    for candidate in (beside.parent / name, SHIPPED_MODELS / name):
        if candidate.is_file():
            return candidate
    raise fail(
        study_fault(
            "找不到评分模型文件", "the score model file does not exist",
            file=beside.name, field="score.model", found=name,
            todo_zh="放在研究文件旁边，或改用 " + "、".join(shipped_models()),
            todo_en="put it beside the study file, or use " + ", ".join(shipped_models()),
        )
    )  # fmt: skip


def shipped_models() -> list[str]:
    """Return the names of the score models that come with the program."""
    return sorted(path.name for path in SHIPPED_MODELS.glob("*.toml"))


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file, or raise one clear fault (exit code 2)."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
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


def validate(kind: type[Model], data: Mapping[str, Any], *, file: str) -> Model:
    """Validate data against a settings class; raise every fault at once, with did-you-mean."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise LanduseError(_faults(error, kind, file=file)) from error


def _faults(error: ValidationError, kind: type[BaseModel], *, file: str) -> Iterator[Fault]:
    for item in error.errors(include_url=False):
        place = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            yield _unknown_key(item["loc"], kind, file=file)
        elif item["type"] == "missing":
            yield study_fault(
                "缺少必填项", "a required key is missing", file=file, field=place,
                todo_zh="补上此项", todo_en="add it",
            )  # fmt: skip
        else:
            yield study_fault(
                "取值不合要求", item["msg"], file=file, field=place,
                found=_short(item.get("input")),
                todo_zh="按说明改正", todo_en="give a value that fits",
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
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "…"
