"""Study: one TOML file composed into the frozen settings of the rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field

from landuse.at_hand import Words, at_hand
from landuse.core.errors import Fault, LanduseError, fail, study_fault
from landuse.core.settings import Settings
from landuse.objects.classes import LandClass
from landuse.plans.potential import PotentialSettings
from landuse.plans.proposal import ProposalSettings
from landuse.plans.quota import QuotaSettings
from landuse.plans.receiving import ReceivingSettings
from landuse.scores.extend import extend
from landuse.scores.model import ScoreModel
from landuse.sources.remote.spec import HttpSettings
from landuse.sources.spec import Sources
from landuse.study_rules import study_faults
from landuse.toml_file import read_toml, validate, without_unknown

Made = TypeVar("Made")
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
    decided: dict[str, str] = Field(
        default_factory=dict, description="open code = class of 2023 / 待定代码 = 用地用海分类"
    )


class IndicatorChoice(Settings):
    """Thresholds of the indicators that a study may set."""

    major_road_classes: tuple[str, ...] = Field((), description="empty = every road counts")
    minimum_light_area_ha: float = Field(30.0, gt=0)
    minimum_building_completeness: float = Field(0.6, ge=0, le=1)


class ScoreChoice(Settings):
    """Which score model decides."""

    model: str = Field("china.toml", description="file beside the study, or one that is shipped")


class VillageChoice(Settings):
    """How natural villages are judged."""

    model: str = Field("china_villages.toml", description="file beside the study, or a shipped one")
    reclaim_model: str = Field(
        "china_reclaim.toml", description="file beside the study, or shipped"
    )
    elevation_classes: dict[str, float] = Field(
        default_factory=dict, description="class of a village = metres / 海拔分级对应的米数"
    )


class Tiles(Settings):
    """Optional web tiles. Without them the map needs no network."""

    url: str
    attribution: str


class FetchChoice(Settings):
    """Where open data are downloaded from."""

    country: str = Field("CHN", pattern=r"^[A-Z]{3}$", description="ISO 3166-1 alpha-3")
    mirrors: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="address prefix = other prefixes to try / 镜像"
    )
    osm: Literal["geofabrik", "overpass", "none"] = "geofabrik"
    overpass_url: str = "https://overpass-api.de/api"
    http: HttpSettings = HttpSettings()


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
    villages: VillageChoice = VillageChoice()
    potential: PotentialSettings = PotentialSettings()
    quota: QuotaSettings = QuotaSettings()
    receiving: ReceivingSettings = ReceivingSettings()
    plan: ProposalSettings = ProposalSettings()
    fetch: FetchChoice = FetchChoice()
    products: ProductChoice = ProductChoice()


@dataclass(frozen=True)
class OpenStudy:
    """A study file read and checked, with the folders it works in.

    ``study`` holds what a run can use; ``declared`` the sources as the file names them,
    ``lacking`` and ``partly`` what of them is not there, see `at_hand.at_hand`.
    """

    study: Study
    model: ScoreModel
    village_model: ScoreModel
    reclaim_model: ScoreModel
    file: Path
    raw: Path
    out: Path
    declared: Sources
    lacking: Mapping[str, Words] = field(default_factory=dict)
    partly: Mapping[str, Words] = field(default_factory=dict)

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
    faults: list[Fault] = []
    data = read_toml(file)
    study = _tried(lambda: _study(data, file=file), faults)
    named = _tried(lambda: model or model_file(_model_name(data), beside=file), faults)
    score_model = _tried(lambda: _score_model(named), faults) if named else None
    village = _tried(lambda: _village_model(data, "model", beside=file), faults)
    reclaim = _tried(lambda: _village_model(data, "reclaim_model", beside=file), faults)
    if not (study and score_model and village and reclaim) or faults:
        raise LanduseError(faults)
    folder = raw or _raw(study, file)
    here = at_hand(study.sources, folder)
    usable = study.model_copy(update={"sources": here.sources})
    return OpenStudy(
        usable, score_model, village, reclaim, file, folder, out or _out(study),
        declared=study.sources, lacking=here.lacking, partly=here.partly,
    )  # fmt: skip


def _tried(make: Callable[[], Made], faults: list[Fault]) -> Made | None:
    """Return what ``make`` makes; on an error None, with its faults added."""
    try:
        return make()
    except LanduseError as error:
        faults += error.faults
        return None


def _study(data: Mapping[str, Any], *, file: Path) -> Study:
    """Return the study, or raise every fault; unknown keys do not hide what else is wrong."""
    faults: list[Fault] = []
    study = _tried(lambda: validate(Study, data, file=file.name), faults)
    readable = study or without_unknown(Study, data)
    if readable:
        rules = study_faults(
            crs=readable.study.crs, bounds=readable.study.bounds, sources=readable.sources,
            classes=readable.parcels.classes,
        )  # fmt: skip
        faults += [replace(fault, file=file.name) for fault in rules]
    if study is None or faults:
        raise LanduseError(faults)
    return study


def _model_name(data: Mapping[str, Any]) -> str:
    score = data.get("score")
    name = score.get("model") if isinstance(score, dict) else None
    return name if isinstance(name, str) else ScoreChoice().model


def _village_model(data: Mapping[str, Any], key: str, *, beside: Path) -> ScoreModel:
    choice = data.get("villages")
    name = choice.get(key) if isinstance(choice, dict) else None
    named = name if isinstance(name, str) else str(getattr(VillageChoice(), key))
    return _score_model(model_file(named, beside=beside, field=f"villages.{key}"))


def _score_model(file: Path) -> ScoreModel:
    return validate(ScoreModel, _model_data(file), file=file.name)


def _model_data(file: Path, *, above: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Return a score model's data, with the model it ``extends`` underneath."""
    data = read_toml(file)
    name = data.pop("extends", None)
    if name is None:
        return data
    base = model_file(str(name), beside=file)
    if base.resolve() in (*above, file.resolve()):
        raise fail(
            _model_fault(file, "extends", str(name), "模型互相引用", "models extend each other")
        )
    try:
        return extend(_model_data(base, above=(*above, file.resolve())), data)
    except KeyError as error:
        zh, en = "要去掉的代码不在原模型中", "codes to leave out are not in the model extended"
        raise fail(_model_fault(file, "leave_out", error.args[0], zh, en)) from error


def _model_fault(file: Path, field: str, found: str, zh: str, en: str) -> Fault:
    return study_fault(
        zh, en, file=file.name, field=field, found=found, todo_zh="改正后重试",
        todo_en="mend it and try again",
    )  # fmt: skip


def _raw(study: Study, file: Path) -> Path:
    named = study.study.raw
    return (file.parent / named).resolve() if named else Path("data/raw") / study.study.name


def _out(study: Study) -> Path:
    return Path("data/processed") / study.study.name


def model_file(name: str, *, beside: Path, field: str = "score.model") -> Path:
    """Return a score model: the file beside the study, else the one that is shipped.

    Raises
    ------
    LanduseError
        If there is neither (exit code 2).
    """
    for candidate in (beside.parent / name, SHIPPED_MODELS / name):
        if candidate.is_file():
            return candidate
    raise fail(
        study_fault(
            "找不到评分模型文件", "the score model file does not exist",
            file=beside.name, field=field, found=name,
            todo_zh="放在研究文件旁边，或改用 " + "、".join(shipped_models()),
            todo_en="put it beside the study file, or use " + ", ".join(shipped_models()),
        )
    )  # fmt: skip


def shipped_models() -> list[str]:
    """Return the names of the score models that come with the program."""
    return sorted(path.name for path in SHIPPED_MODELS.glob("*.toml"))
