"""Does the declared class system fit the codes? Asked of the codes, never changed by them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from landuse.core.errors import Fault, LanduseError, study_fault
from landuse.core.findings import Finding
from landuse.objects.classes import ClassTable, class_table, find_class, shipped_systems

_REFUSE = 0.5
_DOUBT = 0.1
_OTHER_KNOWS = 0.9
_SHOWN = 8


@dataclass(frozen=True)
class CodeFit:
    """How well a class system fits the codes of a layer.

    Shares are of the objects that have a code. ``other`` is the system, besides the declared
    one, that knows the largest share; ``unknown`` the codes the declared one lacks, the most
    frequent first.
    """

    objects: int
    known: float
    other: str
    other_known: float
    unknown: tuple[str, ...]


def code_fit(codes: pd.Series, *, table: ClassTable) -> CodeFit | None:
    """Measure the fit of the declared system and of the best other; None where there is no code."""
    counts = codes.dropna().astype("str").value_counts().sort_index()
    if counts.empty:
        return None
    others = [name for name in shipped_systems() if name != table.name]
    shares = {name: _known_share(counts, class_table(name)) for name in others}
    best = max(others, key=lambda name: shares[name])
    lacking = [code for code in counts.index if find_class(code, table=table) is None]
    frequent = counts[lacking].sort_values(ascending=False, kind="stable")
    return CodeFit(
        objects=int(counts.sum()),
        known=_known_share(counts, table),
        other=best,
        other_known=shares[best],
        unknown=tuple(frequent.index),
    )


def _known_share(counts: pd.Series, table: ClassTable) -> float:
    known = [find_class(code, table=table) is not None for code in counts.index]
    return float(counts[known].sum() / counts.sum())


def check_fit(codes: pd.Series, *, table: ClassTable, stage: str) -> list[Finding]:
    """Return a doubt where another system knows codes that the declared one does not.

    From a tenth of the objects unknown to the declared system while another knows nine tenths
    of all, it is a doubt; from one half it is a fault. The declared system stays the one used.

    Raises
    ------
    LanduseError
        Exit code 2, naming the shares and the system that would fit.
    """
    fit = code_fit(codes, table=table)
    if fit is None or 1 - fit.known < _DOUBT or fit.other_known < max(_OTHER_KNOWS, fit.known):
        return []
    if 1 - fit.known >= _REFUSE:
        raise LanduseError([_misfit(fit, table)])
    share, other = f"{100 * (1 - fit.known):.0f}%", f"{100 * fit.other_known:.0f}%"
    return [
        Finding(
            stage=stage,
            kind="doubt",
            value=share,
            message_zh=f"{share} 的图斑代码不在声明的 {table.name} 中，而 {fit.other} 认得"
            f"全部图斑的 {other}；仍按声明的体系，请核对 class_system",
            message_en=f"{share} of the codes are not in {table.name} as declared, while "
            f"{fit.other} knows {other} of all; the declared system was kept, check class_system",
        )
    ]


def _misfit(fit: CodeFit, table: ClassTable) -> Fault:
    share, other = f"{100 * (1 - fit.known):.0f}%", f"{100 * fit.other_known:.0f}%"
    listed = ", ".join(fit.unknown[:_SHOWN])
    return study_fault(
        f"声明的分类体系 {table.name} 与代码不符",
        f"the declared class system {table.name} does not fit the codes",
        field="sources.parcels.class_system",
        found=f"{share} of {fit.objects} unknown ({listed}); {fit.other} knows {other}",
        todo_zh=f'核对后改为 class_system = "{fit.other}"，或把自有代码写进 parcels.classes',
        todo_en=f'check, then write class_system = "{fit.other}", or add codes to parcels.classes',
    )
