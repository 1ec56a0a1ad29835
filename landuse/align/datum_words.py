"""What the datum guard says: one finding for each doubt, one note for each layer without any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from landuse.align.datum_evidence import Judged
from landuse.core.findings import Finding
from landuse.sources.roles import ROLE_NAMES

STAGE = "align.datum_guard"
CELLS = ("landcover", "built_surface")
UNMOVED_ZH = "程序未移动任何坐标。"
UNMOVED_EN = "No coordinate was moved."


def words(judged: Sequence[Judged], *, trusted: Sequence[str]) -> list[Finding]:
    """Return the findings of a guard, doubts first; evidence that is weak accuses nobody."""
    open_pair = [one for one in judged if one.against not in (*CELLS, *trusted)]
    settled = [one for one in judged if one not in open_pair]
    found = [*_doubts(settled), *_pair_doubt(open_pair)]
    doubtful = {role for finding in found for role in finding.object_id.split(", ")}
    return found + list(
        _notes([one for one in judged if one.role not in doubtful], open_pair=open_pair)
    )


def outside_note() -> Finding:
    """Return the note of a study outside China, where no map is shifted."""
    return Finding(
        stage=STAGE,
        kind="note",
        message_zh="研究范围不在中国，GCJ-02、BD-09 不适用，未做基准检验",
        message_en="the study lies outside China, where GCJ-02 and BD-09 do not apply: "
        "datums were not tested",
    )


def _doubts(judged: Sequence[Judged]) -> Iterator[Finding]:
    """Yield for each layer and accusation the clearest evidence, naming all that say the same."""
    groups: dict[tuple[str, str, str], list[Judged]] = {}
    for one in judged:
        if one.verdict in ("another_datum", "offset_unexplained"):
            groups.setdefault((one.role, one.verdict, one.best), []).append(one)
    for same in groups.values():
        clearest = max(same, key=lambda one: one.rival_z)
        against = [one.against for one in same]
        other = clearest.verdict == "another_datum"
        yield _another(clearest, against) if other else _unexplained(clearest, against)


def _another(one: Judged, against: Sequence[str]) -> Finding:
    zh, en = _measured(one, against)
    expected = (one.expected_east_m, one.expected_north_m)
    todo = f'sources.{one.role}.datum = "{one.best}"'
    return Finding(
        stage=STAGE,
        kind="doubt",
        object_id=one.role,
        value=f"{one.declared} -> {one.best}; {_value(one)}",
        message_zh=f"{zh}；若实为 {one.best}，应{_zh(*expected)}。{_fits(one)[0]}。"
        f"疑似实为 {one.best}：核实来源，属实则写 {todo}。{UNMOVED_ZH}",
        message_en=f"{en}; as {one.best} it would be {_en(*expected)}. {_fits(one)[1]}. "
        f"It may be {one.best}: ask where it came from and, if so, write {todo}. {UNMOVED_EN}",
    )


def _unexplained(one: Judged, against: Sequence[str]) -> Finding:
    zh, en = _measured(one, against)
    return Finding(
        stage=STAGE,
        kind="doubt",
        object_id=one.role,
        value=f"{one.declared} -> ?; {_value(one)}",
        message_zh=f"{zh}，WGS84、GCJ02、BD09 都不能解释：核对 sources.{one.role}.crs"
        f"（如 1980西安、1954北京、带号）与图层精度。{UNMOVED_ZH}",
        message_en=f"{en}, which none of WGS84, GCJ02, BD09 explains: check sources.{one.role}.crs "
        f"(Xian 1980, Beijing 1954, zone) and how the layer was drawn. {UNMOVED_EN}",
    )


def _pair_doubt(pair: Sequence[Judged]) -> Iterator[Finding]:
    """Yield the doubt of two layers of which neither is trusted: one of the two is off."""
    apart = [one for one in pair if one.verdict in ("another_datum", "offset_unexplained")]
    if not apart:
        return
    accused = [one for one in apart if one.verdict == "another_datum"]
    first = (accused or apart)[0]
    zh, en = _measured(first, [first.against])
    ways = [f'sources.{one.role}.datum = "{one.best}"' for one in accused]
    if ways:
        zh_todo = (
            f"两层中有一层基准可能申报错误，仅凭这两层不能判定是哪一层；可能是 {' 或 '.join(ways)}"
        )
        en_todo = (
            "one of the two may be declared wrongly, and these two alone cannot tell which; "
            f"it could be {' or '.join(ways)}"
        )
    else:
        zh_todo = "两层中有一层偏移，现有基准都不能解释；核对两层的坐标系与精度"
        en_todo = (
            "one of the two is off and no datum explains it; check the CRS and drawing of both"
        )
    yield Finding(
        stage=STAGE,
        kind="doubt",
        object_id=", ".join(sorted({first.role, first.against})),
        value=_value(first),
        message_zh=f"{zh}。{_fits(first)[0] + '。' if ways else ''}{zh_todo}。{UNMOVED_ZH}",
        message_en=f"{en}. {_fits(first)[1] + '. ' if ways else ''}{en_todo}. {UNMOVED_EN}",
    )


def _notes(judged: Sequence[Judged], *, open_pair: Sequence[Judged]) -> Iterator[Finding]:
    """Yield a note for each layer: what it agrees with, or that it could not be tested."""
    for role in dict.fromkeys(one.role for one in judged):
        mine = [one for one in judged if one.role == role]
        agreed = [one for one in mine if one.verdict == "agrees"]
        zh_name, en_name = ROLE_NAMES[role]
        if agreed:
            best = max(agreed, key=lambda one: one.rival_z)
            zh, en = _measured(best, [one.against for one in agreed])
            zh, en = f"{zh}，相符", f"{en}, which agrees"
            if all(one in open_pair for one in agreed):
                zh, en = (
                    f"{zh}；两层同样偏移则看不出",
                    f"{en}; a shift of both alike would not show",
                )
        else:
            best = mine[0]
            others = [one.against for one in mine]
            zh = f"{zh_name}的基准未能检验：与{_names(others)[0]}比对的证据太少或不清楚"
            en = (
                f"the datum of {en_name} could not be tested: evidence against "
                f"{_names(others)[1]} is thin or unclear"
            )
        value = _value(best) if agreed else ""
        yield Finding(
            stage=STAGE, kind="note", object_id=role, value=value, message_zh=zh, message_en=en
        )


def _measured(one: Judged, against: Sequence[str]) -> tuple[str, str]:
    zh, en = ROLE_NAMES[one.role]
    zh_refs, en_refs = _names(against)
    offset = (one.offset_east_m, one.offset_north_m)
    error = f"±{one.offset_se_m:.0f} m"
    return (
        f"{zh}按申报的 {one.declared} 与{zh_refs}比对，{_zh(*offset)}（{error}）",
        f"{en}, taken as {one.declared}, against {en_refs}: {_en(*offset)} ({error})",
    )


def _fits(one: Judged) -> tuple[str, str]:
    was, now = (round(fit, 2) + 0.0 for fit in (one.fit_declared, one.fit_best))
    if one.measure == "distance_m":
        return (
            f"两界线平均距离由 {was:.0f} m 变为 {now:.0f} m",
            f"The mean distance of the lines changes from {was:.0f} m to {now:.0f} m",
        )
    return (
        f"落在相应像元上的比例比周边高出的部分由 {was:.2f} 变为 {now:.2f}",
        f"The share on cells of its kind, above that around, changes from {was:.2f} to {now:.2f}",
    )


def _names(roles: Sequence[str]) -> tuple[str, str]:
    names = [ROLE_NAMES[role] for role in roles]
    return "、".join(name[0] for name in names), ", ".join(name[1] for name in names)


def _zh(east_m: float, north_m: float) -> str:
    x, y = "东" if east_m >= 0 else "西", "北" if north_m >= 0 else "南"
    return f"偏{x} {abs(round(east_m))} m、偏{y} {abs(round(north_m))} m"


def _en(east_m: float, north_m: float) -> str:
    x, y = "east" if east_m >= 0 else "west", "north" if north_m >= 0 else "south"
    return f"{abs(round(east_m))} m {x}, {abs(round(north_m))} m {y}"


def _value(one: Judged) -> str:
    return f"E {round(one.offset_east_m):+d} m, N {round(one.offset_north_m):+d} m"
