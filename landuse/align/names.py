"""What is told of how fields were found and text was decoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from landuse.core.findings import Finding
from landuse.sources.decode import Misread


def alias_finding(aliases: Mapping[str, str], stage: str) -> list[Finding]:
    """Return one note of the fields found under another name than the study writes."""
    if not aliases:
        return []
    listed = ", ".join(f"{asked} = {theirs}" for asked, theirs in aliases.items())
    return [
        Finding(
            stage=stage,
            kind="note",
            value=str(len(aliases)),
            message_zh=f"{len(aliases)} 个字段在文件里用的是别名：{listed}",
            message_en=f"{len(aliases)} fields go by another name in the file: {listed}",
        )
    ]


def misread_finding(doubt: Misread | None, stage: str) -> list[Finding]:
    """Return the doubt that the text was read in a wrong encoding; nothing was changed."""
    if doubt is None:
        return []
    share = f"{100 * doubt.share:.0f}%"
    sample = f"{doubt.seen} → {doubt.meant}"
    return [
        Finding(
            stage=stage,
            kind="doubt",
            value=share,
            message_zh=f"文字疑似乱码：{share} 的值按 {doubt.likely} 读更像中文（{sample}），"
            f'未改动；核对后可声明 encoding = "{doubt.likely}"',
            message_en=f"the text may be garbled: {share} of its values read better as "
            f"{doubt.likely} ({sample}); nothing was changed, declare encoding if so",
        )
    ]


def skipped_finding(skipped: Sequence[str], stage: str) -> list[Finding]:
    """Return one note for the optional fields that a file does not have; none if it has all."""
    if not skipped:
        return []
    listed = ", ".join(skipped)
    return [
        Finding(
            stage=stage,
            kind="note",
            value=str(len(skipped)),
            message_zh=f"文件里没有这些可选字段，未采用：{listed}",
            message_en=f"the file does not have these optional fields: {listed}",
        )
    ]
