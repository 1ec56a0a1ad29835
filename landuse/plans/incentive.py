"""The township incentive: a pot shared out by what each town achieved, to the last hundredth.

Every parameter stands in the study file; what-if tables show what each town gains or loses when one
of them moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from landuse.core.findings import Finding
from landuse.core.settings import Settings

STAGE = "incentive"
MEASURES: Mapping[str, tuple[str, str, str]] = {
    "reclaimed_mu": ("weight_reclaimed", "验收复垦（亩）", "land reclaimed and accepted"),
    "idle_disposed_mu": ("weight_idle", "闲置处置（亩）", "idle land disposed of"),
    "redeveloped_mu": ("weight_redeveloped", "低效再开发（亩）", "poorly used land redeveloped"),
    "net_quota_mu": ("weight_quota", "净节余指标（亩）", "net quota left over"),
}
"""Column of what a town achieved -> the parameter that weighs it, and its names."""
PARAMETERS: Mapping[str, tuple[str, str]] = {
    "pot": ("奖励总量 Q", "pot"),
    "weight_reclaimed": ("系数 a（验收复垦）", "a: land reclaimed"),
    "weight_idle": ("系数 b（闲置处置）", "b: idle land disposed of"),
    "weight_redeveloped": ("系数 c（低效再开发）", "c: land redeveloped"),
    "weight_quota": ("系数 d（净节余指标）", "d: net quota"),
    "penalty": ("未完成整改的扣减", "penalty for rectification not done"),
    "hectare_share": ("按每公顷建成区分配的份额", "part of the pot shared out by built hectare"),
}
UNITS = {"mu": ("亩", "mu"), "10k_yuan": ("万元", "10,000 yuan")}
SOURCE = "domain.md §4.5; 浙江省土地整治条例 第28条 (quota may be traded, revenue ring-fenced)"
PLANNED = ("按方案测算，不是验收量", "reckoned from the plan, not from accepted works")
REPORTED = ("按乡镇填报的完成情况", "as the towns' results were reported")


class IncentiveSettings(Settings):
    """The parameters of the allocation: ``[incentive]`` of the study file; all proposed (P)."""

    pot: float = Field(100, ge=0, le=1e9, description="what is shared out (P) / 奖励总量")
    unit: Literal["mu", "10k_yuan"] = Field("mu", description="mu of quota or 10,000 yuan / 单位")
    weight_reclaimed: float = Field(1.0, ge=0, description="a, a mu reclaimed (P)")
    weight_idle: float = Field(0.6, ge=0, description="b, a mu of idle land disposed of (P)")
    weight_redeveloped: float = Field(0.4, ge=0, description="c, a mu redeveloped (P)")
    weight_quota: float = Field(0.3, ge=0, description="d, a mu of net quota (P)")
    penalty: float = Field(
        0.2, ge=0, le=1, description="taken off the score of a town by the share of rectification "
        "it did not finish (P) / 未完成整改扣减",
    )  # fmt: skip
    hectare_share: float = Field(
        0, ge=0, le=1, description="part of the pot shared out by score a built hectare, so that "
        "small hill towns are not passed over (P)",
    )  # fmt: skip
    step: float = Field(0.25, gt=0, lt=1, description="how far a what-if moves a parameter (P)")


def share_out(
    *, achieved: pd.DataFrame, settings: IncentiveSettings, basis: tuple[str, str] = PLANNED
) -> dict[str, Any]:
    """Share the pot out among the towns and show what moving each parameter would change.

    .. math::
        s_t = \\max(0, aR_t + bI_t + cL_t + dN_t)(1 - k u_t), \\qquad
        r_t = Q\\left((1 - h)\\frac{s_t}{\\sum s} + h\\frac{s_t / B_t}{\\sum s / B}\\right)

    with R, I, L, N of ``MEASURES`` in mu, u the share of rectification not finished, k ``penalty``,
    B built hectares and h ``hectare_share``. Rewards are whole hundredths whose sum is the pot:
    what rounding leaves goes to the largest remainders, of equal ones to the first town code.

    Parameters
    ----------
    achieved : one row a town: ``town_code``, ``town_name``, ``MEASURES`` (null counts as 0),
        ``built_ha``, optional ``unfinished_share`` (0 to 1).

    Returns
    -------
    ``towns``: by code, the measures, ``points_*`` of each, ``score``, ``share`` (of the pot),
    ``reward``, ``reward_per_ha`` (null without built land), ``basis_zh``, ``basis_en``.
    ``what_if``: ``parameter``, names, ``value``, ``changed``, ``town_code``, ``town_name``,
    ``reward``, ``change``, ``change_share``. ``findings``. Where no town scored nothing is shared
    out and every reward is 0.

    Raises
    ------
    ArithmeticError
        If the rewards do not sum to the pot: a fault of this program.

    Source: domain.md §4.5 (proposed).
    """
    towns = _prepared(achieved)
    made = rewards(towns, settings)
    _check(made, settings)
    made = made.assign(basis_zh=basis[0], basis_en=basis[1])
    return {
        "towns": made,
        "what_if": what_if(towns, made, settings),
        "findings": _findings(made, settings, basis),
    }


def _prepared(achieved: pd.DataFrame) -> pd.DataFrame:
    columns = ["town_code", "town_name", *MEASURES, "built_ha", "unfinished_share"]
    towns = achieved.reindex(columns=columns).sort_values("town_code", ignore_index=True)
    numbers = [*MEASURES, "built_ha", "unfinished_share"]
    towns[numbers] = towns[numbers].astype("float64").fillna(0.0)
    return towns


def rewards(towns: pd.DataFrame, settings: IncentiveSettings) -> pd.DataFrame:
    """Return the towns with points, score, share of the pot and reward; see `share_out`."""
    points = {
        f"points_{name}": towns[name] * getattr(settings, weight)
        for name, (weight, _, _) in MEASURES.items()
    }
    gross = pd.DataFrame(points).sum(axis=1).clip(lower=0)
    score = gross * (1 - settings.penalty * towns["unfinished_share"].clip(0, 1))
    each = (score / towns["built_ha"]).where(towns["built_ha"] > 0, 0.0)
    mixed = settings.hectare_share if each.sum() > 0 else 0.0
    share = (1 - mixed) * _of_sum(score) + mixed * _of_sum(each)
    reward = _whole_cents(share.to_numpy("float64"), settings.pot)
    built = towns["built_ha"].where(towns["built_ha"] > 0)
    return towns.assign(**points, score=score, share=share, reward=reward,
                        reward_per_ha=reward / built)  # fmt: skip


def _of_sum(values: pd.Series) -> pd.Series:
    total = float(values.sum())
    return values / total if total > 0 else values * 0.0


def _whole_cents(share: np.ndarray, pot: float) -> np.ndarray:
    """Return shares of a pot in hundredths whose sum is the pot; the largest remainders get more.

    Shares that differ by less than a thousand-millionth are equal, so that the order in which
    sums were made changes nothing.
    """
    cents = round(pot * 100)
    if not share.sum() > 0:
        return np.zeros(len(share))
    exact = np.round(share / share.sum() * cents, 6)
    whole = np.floor(exact).astype("int64")
    order = np.argsort(-np.round(exact - whole, 6), kind="stable")
    whole[order[: cents - int(whole.sum())]] += 1
    return np.asarray(whole / 100)


def _check(towns: pd.DataFrame, settings: IncentiveSettings) -> None:
    """Refuse rewards that do not sum to the pot, or a town with a reward and no score."""
    cents = int(np.rint(towns["reward"] * 100).sum())
    expected = round(settings.pot * 100) if towns["score"].sum() > 0 else 0
    if cents != expected or ((towns["reward"] > 0) & (towns["score"] <= 0)).any():
        msg = f"rewards sum to {cents} hundredths, the pot is {expected}"
        raise ArithmeticError(msg)


def scenarios(settings: IncentiveSettings) -> list[tuple[str, float, IncentiveSettings]]:
    """Return (parameter, its value, the settings) for each move: a step up and a step down.

    A share moves by the step itself and stays between 0 and 1; a parameter at its end has one move.
    """
    found = []
    for name in PARAMETERS:
        value = float(getattr(settings, name))
        shares = name in {"penalty", "hectare_share"}
        for sign in (-1, 1):
            moved = value + sign * settings.step if shares else value * (1 + sign * settings.step)
            moved = round(min(max(moved, 0.0), 1.0) if shares else moved, 6)
            if moved != value:
                found.append((name, moved, settings.model_copy(update={name: moved})))
    return found


def what_if(towns: pd.DataFrame, made: pd.DataFrame, settings: IncentiveSettings) -> pd.DataFrame:
    """Return what each town would get if one parameter moved, all others as they are."""
    parts = []
    for name, moved, other in scenarios(settings):
        again = rewards(towns, other)
        _check(again, other)
        change = (again["reward"] - made["reward"]).round(2)
        zh, en = PARAMETERS[name]
        parts.append(pd.DataFrame({
            "parameter": name, "zh": zh, "en": en, "value": float(getattr(settings, name)),
            "changed": moved, "town_code": made["town_code"], "town_name": made["town_name"],
            "reward": again["reward"], "change": change,
            "change_share": (change / made["reward"]).where(made["reward"] > 0),
        }))  # fmt: skip
    columns = ["parameter", "zh", "en", "value", "changed", "town_code", "town_name", "reward",
               "change", "change_share"]  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _findings(
    towns: pd.DataFrame, settings: IncentiveSettings, basis: tuple[str, str]
) -> list[Finding]:
    told = [Finding(stage=STAGE, kind="note", value=f"{settings.pot:g} {UNITS[settings.unit][0]}",
                    message_zh=f"乡镇激励测算：{basis[0]}；参数均为建议值，由县里确定",
                    message_en=f"township incentive: {basis[1]}; every parameter is proposed, "
                    "the county decides")]  # fmt: skip
    if not towns["score"].sum() > 0:
        told.append(Finding(stage=STAGE, kind="doubt", value="0",
                            message_zh="没有一个乡镇得分，奖励未分配",
                            message_en="no town scored: nothing was shared out"))  # fmt: skip
    unknown = int((towns["built_ha"] <= 0).sum())
    if unknown:
        told.append(Finding(stage=STAGE, kind="doubt", value=str(unknown),
                            message_zh="这些乡镇没有建设用地图斑，每公顷数为空",
                            message_en="towns without built parcels: no value a hectare",
                            ))  # fmt: skip
    return told
