"""Which years of a product may be compared, and which of them nobody has observed."""

from __future__ import annotations

from collections.abc import Iterable

from landuse.core.errors import Fault, study_fault
from landuse.core.findings import Finding
from landuse.sources.raster_product import Edition, RasterProduct


def difference_faults(product: RasterProduct, years: Iterable[int], *, role: str) -> list[Fault]:
    """Return the fault of years that differ by method as well as by change; [] if there is none.

    ESA WorldCover 2020 and 2021 come from different algorithms (domain.md §0.6): a series of
    both, or a difference between them, is refused with exit code 2.
    """
    known = _editions(product, years)
    if len({edition.method for _, edition in known}) < 2:
        return []
    return [
        study_fault(
            f"{product.short} 的这些年份出自不同方法，不能相减",
            f"these years of {product.short} come from different methods: not to be differenced",
            field=f"sources.{role}.series",
            found=_named(known),
            todo_zh=f"{product.break_zh}；只留一个版本",
            todo_en=f"{product.break_en}; keep one version",
        )
    ]


def series_findings(product: RasterProduct, years: Iterable[int], *, stage: str) -> list[Finding]:
    """Return a note where a series runs over a change of version that may be compared with care."""
    known = _editions(product, years)
    versions = list(dict.fromkeys(edition.version for _, edition in known))
    if len(versions) < 2:
        return []
    return [
        Finding(
            stage=stage,
            kind="note",
            value=", ".join(versions),
            message_zh=f"{product.short} 历年数据跨版本（{_named(known)}）：{product.break_zh}",
            message_en=f"the series of {product.short} runs over versions ({_named(known)}): "
            f"{product.break_en}",
        )
    ]


def year_findings(product: RasterProduct, year: int | None, *, stage: str) -> list[Finding]:
    """Return a doubt where a year was computed ahead by the product's makers, not observed."""
    edition = product.edition(year)
    if edition is None or year not in edition.projected:
        return []
    return [
        Finding(
            stage=stage,
            kind="doubt",
            value=str(year),
            message_zh=f"{product.short} {year} 年是推算值，不是观测，不能作为已经发生的变化",
            message_en=f"{product.short} of {year} is a projection, not an observation: no proof "
            "of change",
        )
    ]


def _editions(product: RasterProduct, years: Iterable[int]) -> list[tuple[int, Edition]]:
    """Return (year, edition) of the years whose edition is known here, in order."""
    found = [(year, product.edition(year)) for year in sorted(set(years))]
    return [(year, edition) for year, edition in found if edition is not None]


def _named(known: list[tuple[int, Edition]]) -> str:
    """Return the versions with their first and last years: ``2020 v100, 2021 v200``."""
    spans: dict[str, list[int]] = {}
    for year, edition in known:
        spans.setdefault(edition.version, []).append(year)
    return ", ".join(
        f"{years[0]}-{years[-1]} {version}" if len(years) > 1 else f"{years[0]} {version}"
        for version, years in spans.items()
    )
