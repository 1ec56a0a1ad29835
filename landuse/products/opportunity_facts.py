"""退低进高 as the products hold it: the tables of the run, and the words for their codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from landuse.plans.incentive import IncentiveSettings
from landuse.plans.matching.terms import MatchSettings
from landuse.plans.sites.settings import SiteLimits, SiteRules
from landuse.plans.worklists import WorkSettings
from landuse.products.settings import ProductSettings
from landuse.scores.model import ScoreModel

PREFIX = "op_"
"""Tables of opportunities are handed to a product under their names with this in front."""
KINDS = {"plot": ("单宗", "one plot"), "assembly": ("成片", "assembly")}
STATES = {
    "given": ("拟给项目", "proposed for a project"),
    "free": ("空着", "free"),
    "overlaps": ("与已用的地有共同地块", "shares a plot with a site in use"),
    "barred": ("不入选（见原因）", "barred, see reason"),
    "reserved": ("列入安置点方案", "planned as a receiving site"),
    "": ("—", "—"),
}


class OpportunitySettings(ProductSettings):
    """What a product of opportunities says beside the study: rules, limits, weights."""

    opportunity_model: ScoreModel
    rules: SiteRules
    limits: SiteLimits = SiteLimits()
    matching: MatchSettings = MatchSettings()
    incentive: IncentiveSettings = IncentiveSettings()
    work: WorkSettings = WorkSettings()


@dataclass(frozen=True, kw_only=True, eq=False)
class OpportunityFacts:
    """Tables of `plans.sites`, `plans.matching`, `plans.worklists` and `plans.whole_area`.

    ``towns`` : one row a town with the columns of `plans.whole_area.PARTS`; ``side_towns`` and
    ``zones`` : totals of the two work lists ``plots``.
    """

    settings: OpportunitySettings
    sites: pd.DataFrame
    refused: pd.DataFrame
    projects: pd.DataFrame
    alternatives: pd.DataFrame
    misfits: pd.DataFrame
    uses: pd.DataFrame
    flows: pd.DataFrame
    summary: pd.DataFrame
    plots: pd.DataFrame
    zones: pd.DataFrame
    side_towns: pd.DataFrame
    towns: pd.DataFrame
    incentive: pd.DataFrame
    what_if: pd.DataFrame

    def use_words(self) -> dict[str, tuple[str, str]]:
        """Return the names of each use by code."""
        return {use.code: (use.zh, use.en) for use in self.settings.rules.uses}

    def in_words(self, codes: str, *, english: bool = False) -> str:
        """Return ranked uses, ";"-joined codes, in words."""
        words = self.use_words()
        named = [words.get(code, (code, code))[int(english)] for code in codes.split(";") if code]
        return (", " if english else "、").join(named)

    def grades(self) -> dict[str, str]:
        """Return the Chinese name of each grade of the opportunity score."""
        return {grade.code: grade.zh for grade in self.settings.opportunity_model.grades}

    def with_projects(self) -> pd.DataFrame:
        """Return the sites with the projects each suits and got, in the order of their ids."""
        return self.sites.merge(self.uses, on="site_id", how="left", validate="1:1")


def opportunity_facts(
    settings: ProductSettings, tables: Mapping[str, pd.DataFrame]
) -> OpportunityFacts | None:
    """Return the facts from tables whose names start with ``PREFIX``; None where there is none."""
    mine = {name.removeprefix(PREFIX): one for name, one in tables.items()
            if name.startswith(PREFIX)}  # fmt: skip
    if not mine or not isinstance(settings, OpportunitySettings):
        return None
    return OpportunityFacts(settings=settings, **mine)
