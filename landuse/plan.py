"""A study turned into stages: which file, which upstream output, which settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from landuse.align.latest import latest
from landuse.choices import class_system
from landuse.core.settings import Settings
from landuse.indicators.measured import Limit, limits
from landuse.inputs import all_files, role_files, source_notes
from landuse.plans.reclaim import ReclaimRules
from landuse.plans.sites.settings import SiteLimits, SiteSettings
from landuse.products.make_findings import collect_findings
from landuse.products.opportunity_facts import OpportunitySettings
from landuse.products.results import ResultSettings
from landuse.products.settings import ProductSettings
from landuse.runner import Stage
from landuse.scores.assess import AssessSettings
from landuse.scores.villages import VillageSettings
from landuse.sources.describe import DescribeSettings
from landuse.sources.origin import complete_notes
from landuse.sources.products import PRODUCTS
from landuse.sources.roles import ROLE_NAMES
from landuse.sources.spec import RasterSource, SourceBase, Sources, TableSource
from landuse.study import Head, OpenStudy, Study

Run = Callable[..., Any]
Links = Mapping[str, str | None]
CONTROL_ROLES = ("eco_redline", "prime_farmland", "growth_boundary", "hazard", "heritage")
FRAMES = ("county", "parcels", "land_use_map", "settlements")
NOT_MISSED = ("previous_parcels", "previous_settlements", "field_checks")
"""Roles whose absence is no gap in the evidence."""
STANDS_IN = {"landcover": "surfaces", "surfaces": "landcover", "land_use_map": "parcels"}

AnySource = TypeVar("AnySource", bound=SourceBase)


@dataclass
class Plan:
    """Stages in the making, and short names for what they may take."""

    opened: OpenStudy
    stages: list[Stage] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)

    @property
    def study(self) -> Study:
        """Return the study's settings."""
        return self.opened.study

    @property
    def head(self) -> Head:
        """Return what the study is about."""
        return self.study.study

    @property
    def sources(self) -> Sources:
        """Return the declared sources."""
        return self.study.sources

    @property
    def from_map(self) -> bool:
        """Tell whether parcels are drawn from an open map, for want of a cadastre."""
        return not self.sources.parcels and self.sources.land_use_map is not None

    @property
    def frame_role(self) -> str:
        """Return the layer that tells where the study is."""
        sources = self.sources
        return next(role for role in FRAMES if getattr(sources, role))

    def name(self, role: str) -> str:
        """Return the Chinese name of a role."""
        return ROLE_NAMES[role][0]

    def add(self, name: str, zh: str, run: Run, settings: Settings, **links: Any) -> None:
        """Append a stage."""
        self.stages.append(Stage(name, zh, run, settings, **links))

    def align(
        self, role: str, run: Run, settings: Settings, *,
        takes: Mapping[str, str | None] | None = None,
    ) -> None:  # fmt: skip
        """Append the stage that brings one file, or the tiles of one, in."""
        files = {"file": role_files(self.opened, role)[role]}
        self.add(f"align_{role}", f"对齐{self.name(role)}", run, settings,
                 takes=takes or {}, files=files)  # fmt: skip

    def align_many(
        self, role: str, run: Run, settings: Settings, *, takes: Mapping[str, str | None]
    ) -> None:
        """Append the stage that brings several files of one role in."""
        files = {"files": role_files(self.opened, role)}
        self.add(f"align_{role}", f"对齐{self.name(role)}", run, settings, takes=takes, files=files)

    def measure(
        self,
        name: str,
        zh: str,
        run: Run,
        settings: Settings,
        layers: Links | None = None,
        fixed: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an indicator stage over the parcels."""
        takes = {"parcels": "parcels.parcels"} | dict(layers or {})
        self.add(name, zh, run, settings, takes=takes, fixed=fixed or {})
        self.measured.append(name)

    def of(self, *roles: str) -> dict[str, str | None]:
        """Return where the aligned layer of each role is; None where the study lacks it."""
        return {role: self.layer(role) for role in roles}

    def lines(self, *roles: str) -> dict[str, str | None]:
        """Return where the layer of each role is, split into polygons of few vertices."""
        return {role: f"lines.{role}" if self.layer(role) else None for role in roles}

    def frame_first(self, sources: Mapping[str, AnySource]) -> dict[str, AnySource]:
        """Return sources with the one that tells where the study is in front."""
        first = self.frame_role
        return {first: sources[first]} | dict(sources)

    def layer(self, role: str) -> str | None:
        """Return where a role's single layer is; None when the study lacks it.

        Towns that were made a clean partition go before towns as they were drawn.
        """
        if role == "towns" and any(stage.name == "towns" for stage in self.stages):
            return "towns.layer"
        return f"align_{role}.layer" if getattr(self.sources, role) else None

    def parcel_layer(self) -> str | None:
        """Return where the polygons to assess are, once a stage makes them."""
        made = {stage.name for stage in self.stages}
        names = ("align_parcels", "parcels_from_map", "parcels_from_cells", "no_parcels")
        return next((f"{name}.layer" for name in names if name in made), None)

    def output(self, name: str) -> str | None:
        """Return an output "stage.name" if the stage is in the plan, else None."""
        made = {stage.name for stage in self.stages}
        return name if name.split(".", maxsplit=1)[0] in made else None

    def tables(self, *roles: str) -> dict[str, str | None]:
        """Return where the aligned table of each role is; None where the study lacks it."""
        return {
            role: f"align_{role}.table" if getattr(self.sources, role) else None for role in roles
        }

    def layers(self, role: str) -> str | None:
        """Return where a role's yearly layers are; None when the study has no series."""
        source = getattr(self.sources, role)
        return f"align_{role}.layers" if source and source.series else None

    def one_year(self, role: str) -> str | None:
        """Return where the latest year's layer is; for a series, add the stage that takes it."""
        series, name = self.layers(role), f"{role}_latest"
        if series is None:
            return self.layer(role)
        if self.output(name) is None:
            self.add(name, f"{self.name(role)}最新一年", latest, Settings(),
                     takes={"layers": series})  # fmt: skip
        return f"{name}.layer"

    def landcover(self) -> str | None:
        """Return where the land-cover layer is, from a product or from mapped surfaces."""
        return self.layer("surfaces") or self.one_year("landcover")

    def fields(self) -> dict[str, str | None]:
        """Return where the land cover is, and the joined fields on it."""
        landcover = self.landcover()
        return {"landcover": landcover, "fields": "fields.cells" if landcover else None}

    def legend(self) -> dict[str, Any]:
        """Return the legend of the land cover as {code: column stem}."""
        if self.sources.surfaces:
            classes = self.sources.surfaces.classes
            return {"legend": {code: item.key for code, item in enumerate(classes, start=1)}}
        if self.sources.landcover:
            product = PRODUCTS[self.sources.landcover.product]
            return {"legend": {code: item.key for code, item in product.legend.items()}}
        return {"legend": None}

    def legend_names(self) -> dict[str, tuple[str, str]]:
        """Return {column stem: (zh, en)} of the land-cover classes."""
        if self.sources.surfaces:
            return {item.key: (item.zh, item.en) for item in self.sources.surfaces.classes}
        if self.sources.landcover:
            product = PRODUCTS[self.sources.landcover.product]
            return {item.key: (item.zh, item.en) for item in product.legend.values()}
        return {}

    def files(self) -> dict[str, Path]:
        """Return every raw file of the study by key."""
        return all_files(self.opened)

    def describe(self) -> DescribeSettings:
        """Return what the source sheet says of each file."""
        settings = DescribeSettings(notes=source_notes(self.sources, self.files()))
        return complete_notes(
            settings, sources=self.sources, files=self.files(), raw=self.opened.raw
        )

    def aligned(self) -> dict[str, str | None]:
        """Return where everything that was aligned is, by role, and the frame."""
        found: dict[str, str | None] = {"frame": self.layer(self.frame_role)}
        for role in ROLE_NAMES:
            source = getattr(self.sources, role)
            series = isinstance(source, RasterSource) and bool(source.series)
            output = "table" if isinstance(source, TableSource) else "layers" if series else "layer"
            found |= {role: f"align_{role}.{output}"} if source else {}
        return found

    def assess_settings(self) -> AssessSettings:
        """Return what the judgement reads: the model, the years, what is absent."""
        return AssessSettings(
            score_model=self.opened.model, years=self.years(), absent=self.absent(),
            role_names=ROLE_NAMES, zones_known=self.sources.zones is not None,
        )  # fmt: skip

    def years(self) -> dict[str, str]:
        """Return the years of each source's data, as text."""
        found = {}
        for role in ROLE_NAMES:
            source = getattr(self.sources, role)
            if isinstance(source, RasterSource) and source.series:
                years = sorted(source.series)
                found[role] = f"{years[0]}–{years[-1]}" if len(years) > 1 else str(years[0])
            elif isinstance(source, SourceBase) and source.year:
                found[role] = str(source.year)
        return found

    def absent(self) -> dict[str, tuple[str, str]]:
        """Return why each undeclared role is absent; mapped surfaces stand for a land cover."""
        return {
            role: self.opened.lacking.get(role, (f"未提供{zh}", f"{en} not supplied"))
            for role, (zh, en) in ROLE_NAMES.items()
            if getattr(self.sources, role) is None
            and role not in NOT_MISSED
            and not getattr(self.sources, STANDS_IN.get(role, role))
        }

    def village_settings(self) -> VillageSettings:
        """Return what the judgement of villages reads."""
        return VillageSettings(
            score_model=self.opened.village_model, years=self.years(), absent=self.absent()
        )

    def reclaim_rules(self) -> ReclaimRules:
        """Return how ground is judged for reclamation."""
        return ReclaimRules(score_model=self.opened.reclaim_model)

    def site_settings(self) -> SiteSettings:
        """Return how sites for better use are found and judged."""
        chosen = self.study.opportunity.model_dump(exclude={"model", "rules"})
        return SiteSettings(
            limits=SiteLimits(**chosen), score_model=self.opened.opportunity_model,
            reclaim_model=self.opened.reclaim_model, rules=self.opened.site_rules,
            class_system=class_system(self.sources, from_map=self.from_map) or "",
            layer_names=ROLE_NAMES,
        )  # fmt: skip

    def outline_links(self) -> dict[str, str | None]:
        """Return what possible sites are outlined from: judged parcels, and what parts them."""
        takes: dict[str, str | None] = {
            "parcels": "judged.parcels", "geometry": "judged.geometry",
            "neighbours": "neighbours.neighbours",
        }  # fmt: skip
        return takes | self.of("roads", "water") | self.tables("owners")

    def ground_links(self, *controls: str) -> dict[str, str | None]:
        """Return what outlines are measured on: lines, ground, ways."""
        takes = self.lines(*controls) | self.of("roads", "water", "water_source", "elevation")
        return {"outline": "site_outlines.layer"} | self.fields() | takes

    def site_links(self) -> dict[str, str | None]:
        """Return what sites are judged on: outlines, their ground, parcels and villages."""
        takes: dict[str, str | None] = {
            "parcels": "judged.parcels", "geometry": "judged.geometry",
            "outline": "site_outlines.layer", "ground": "site_ground.table",
            "villages": self.output("villages.villages"),
            "settlements": self.output("settlements.settlements"),
        }  # fmt: skip
        takes |= {name: f"site_outlines.{name}" for name in ("listed", "joined", "parted")}
        return takes | self.of("water_source") | self.tables("owners")

    def result_settings(self) -> ResultSettings:
        """Return what the parcel table may say about zones."""
        return ResultSettings(zones_known=self.sources.zones is not None)

    def plan_rules(self) -> dict[str, Limit]:
        """Return every limit of plans and sites by ``section.name`` of the study file."""
        study = self.study
        sections = {"potential": study.potential, "quota": study.quota,
                    "receiving": study.receiving, "plan": study.plan,
                    "opportunity": study.opportunity}  # fmt: skip
        return {
            f"{section}.{name}": limit
            for section, settings in sections.items()
            for name, limit in limits(settings).items()
        }

    def collect(self, name: str, zh: str, *, after: str = "") -> None:
        """Add a stage of all findings so far; ``after`` names one that holds the first of them.

        A list then need not wait for stages that it does not rest on.
        """
        names = [stage.name for stage in self.stages]
        names = names[names.index(after) :] if after else names
        takes = {stage: f"{stage}.findings" for stage in names}
        self.add(name, zh, collect_findings, Settings(), takes=takes)

    def opportunity_settings(self) -> OpportunitySettings:
        """Return what the products of opportunities say: rules, limits and weights beside all."""
        every = {name: getattr(self.product_settings(), name)
                 for name in ProductSettings.model_fields}  # fmt: skip
        return OpportunitySettings(
            **every, rules=self.opened.site_rules, limits=self.site_settings().limits,
            matching=self.study.matching, incentive=self.study.incentive,
        )  # fmt: skip

    def product_settings(self) -> ProductSettings:
        """Return what every product says about the study."""
        head, products = self.head, self.study.products
        return ProductSettings(
            name=head.name, title_zh=head.title_zh, title_en=head.title_en, adcode=head.adcode,
            crs=head.crs, as_of=head.as_of.isoformat(), stamp_zh=products.stamp_zh,
            stamp_en=products.stamp_en, score_model=self.opened.model,
            village_model=self.opened.village_model, plan_rules=self.plan_rules(),
            absent=self.absent(),
            opportunity_model=self.opened.opportunity_model,
            site_uses=tuple((use.code, use.zh, use.en) for use in self.opened.site_rules.uses),
            years=self.years(), legend=self.legend_names(), role_names=ROLE_NAMES,
            tiles=(products.tiles.url, products.tiles.attribution) if products.tiles else None,
        )  # fmt: skip
