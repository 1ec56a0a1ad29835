"""QGIS styles as QML text: grades in the map's colours, doubt hatched, names in Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as Xml

from landuse.products.evidence_words import P_CLASSES, STABILITY
from landuse.products.numbers import grade_sign
from landuse.products.safety import plain_text
from landuse.products.words import FLAGS, grade_colours
from landuse.scores.villages import KINDS

HATCH, OUTLINE, FAINT, ZONE_LINE = "#5B6472", "#3A1603", "#B2BAC4", "#2E3F55"
WATCH_OUTLINE = "#6B4A08"
PLAN = "#00705A"
SITE = "#1C7FBA"
VETOED_FILL = "#E3E6EA"
P_LINE = "#17324D"
_LISTED = "\"flag\" LIKE 'suspected%'"
_FRAGILE = "coalesce(\"stability\", '') = 'fragile'"
_QGIS_VERSION = "3.22.0"
GEOMETRY_CODES = {"marker": "0", "line": "1", "fill": "2"}
_RULE_KEYS = "00000000-0000-4000-8000-{:012d}"


def parcel_style(grades: Sequence[tuple[str, str]], *, aliases: Mapping[str, str]) -> str:
    """Return the QML of the parcel layer.

    Parameters
    ----------
    grades : (code, Chinese name) from the most urgent down.
    aliases : column name -> the name people read.
    """
    colours = grade_colours(tuple(code for code, _ in grades))
    rules = [
        (
            _name(code, zh),
            f"\"grade\" = '{_quoted(code)}'",
            [_fill(colours[code][0], OUTLINE if index < 2 else WATCH_OUTLINE)],
        )
        for index, (code, zh) in enumerate(grades)
    ]
    rules += [
        (
            "疑似，未分级",
            "coalesce(\"grade\", '') = '' AND \"flag\" LIKE 'suspected%'",
            [_fill("#FFFFFF", OUTLINE, width=0.4)],
        ),
        (
            FLAGS["insufficient_evidence"][0],
            "\"flag\" = 'insufficient_evidence'",
            [_fill("#FFFFFF", HATCH, style="dash"), _hatch(45)],
        ),
        (
            FLAGS["vetoed"][0],
            "\"flag\" = 'vetoed'",
            [_fill(VETOED_FILL, HATCH), _hatch(45), _hatch(135)],
        ),
        (FLAGS["none"][0], "\"flag\" = 'none'", [_fill("#F6F8FA", FAINT)]),
    ]
    return _document(rules, aliases=aliases, display="parcel_id")


def robustness_style(*, aliases: Mapping[str, str]) -> str:
    """Return the QML that colours parcels by how surely they are listed, as the map does.

    Listed parcels fall into the classes of `evidence_words.P_CLASSES`; a fragile one has a dashed
    outline. What is not listed stays grey; what was not computed stays white.
    """
    rules = []
    for place, item in reversed(list(enumerate(P_CLASSES))):
        last = place + 1 == len(P_CLASSES)
        high = 1.0 if last else P_CLASSES[place + 1].low
        test = f'{_LISTED} AND "p_flag" >= {item.low:g}'
        test += "" if last else f' AND "p_flag" < {high:g}'
        label = f"入选概率 {item.low * 100:.0f}–{high * 100:.0f}%"
        for name, condition, line in (
            (f"{label} {STABILITY['fragile'][0]}", _FRAGILE, "dash"),
            (label, f"NOT ({_FRAGILE})", "solid"),
        ):
            look = _fill(item.fill, P_LINE, style=line, width=0.3)
            rules.append((name, f"{test} AND {condition}", [look]))
    rules += [
        ("入选概率未计算", f'{_LISTED} AND "p_flag" IS NULL', [_fill("#FFFFFF", HATCH)]),
        (FLAGS["none"][0], f"NOT ({_LISTED})", [_fill("#F6F8FA", FAINT)]),
    ]
    return _document(rules, aliases=aliases, display="parcel_id")


def district_style(*, aliases: Mapping[str, str]) -> str:
    """Return the QML of the district layer: towns as thin outlines, zones as thick ones."""
    rules = [
        ("乡镇", "\"level\" = 'town'", [_fill("", "#7C8898", style="dot", width=0.3)]),
        ("开发区", "\"level\" = 'zone'", [_fill(f"{ZONE_LINE}12", ZONE_LINE, width=0.6)]),
    ]
    return _document(rules, aliases=aliases, display="name", labelled="name")


def village_style(*, aliases: Mapping[str, str], points: bool = False) -> str:
    """Return the QML of natural villages: candidates in violet by kind, others light brown.

    ``points`` : the villages have no outlines; the later kinds are smaller.
    """
    if points:
        return _village_points(aliases)
    shown = [
        (f"候选{zh}", f"\"kind\" = '{zh}'", [_fill("#54268A55", "#54268A", width=width)])
        for (zh, _), width in zip(KINDS.values(), (0.5, 0.35, 0.2), strict=True)
    ]
    others = ("其他自然村", "ELSE", [_fill("#F3E3C3", "#8A6A2F", width=0.2)])
    return _document([*shown, others], aliases=aliases, display="village_id")


def _village_points(aliases: Mapping[str, str]) -> str:
    shown = [
        (f"候选{zh}", f"\"kind\" = '{zh}'", [_marker("#54268A", "#FFFFFF", size=size)])
        for (zh, _), size in zip(KINDS.values(), (3.4, 2.8, 2.2), strict=True)
    ]
    others = ("其他自然村", "ELSE", [_marker("#F3E3C3", "#8A6A2F", size=1.6)])
    return _document([*shown, others], aliases=aliases, display="village_id", kind="marker")


def site_style(*, aliases: Mapping[str, str]) -> str:
    """Return the QML of receiving sites: used by the plan, or only screened."""
    rules = [
        ("方案用到的安置点", '"villages" > 0', [_fill(f"{PLAN}80", PLAN, width=0.5)]),
        ("其他可能的安置点", "ELSE", [_fill("", PLAN, style="dash", width=0.3)]),
    ]
    return _document(rules, aliases=aliases, display="site_id")


def opportunity_style(*, aliases: Mapping[str, str]) -> str:
    """Return the QML of sites: outlines, as the grades of the plots below must stay in sight.

    Chosen ones are the wider the better their grade, other ways to cut a group dashed, vetoed
    ones hatched.
    """
    widths = (("I", "Ⅰ 优先", 0.9), ("II", "Ⅱ 较好", 0.6), ("III", "Ⅲ 一般", 0.35))
    rules = [
        (f"入选 {zh}", f"\"first_choice\" AND \"grade\" = '{code}'",
         [_fill("", SITE, width=width)])
        for code, zh, width in widths
    ]  # fmt: skip
    rules += [
        ("未入选（有规则不符）", "\"veto\" <> ''", [_fill("", HATCH), _hatch(135)]),
        ("重叠的备选", "ELSE", [_fill("", SITE, style="dash", width=0.2)]),
    ]
    return _document(rules, aliases=aliases, display="site_id")


def move_style(*, aliases: Mapping[str, str]) -> str:
    """Return the QML of the lines from a candidate village to a receiving site."""
    line = {"line_color": _rgba(PLAN), "line_width": "0.4", "line_width_unit": "MM",
            "line_style": "solid", "capstyle": "round"}  # fmt: skip
    rules = [("可能的去向（须自愿）", "", [_layer("SimpleLine", line)])]
    return _document(rules, aliases=aliases, display="village_id", kind="line")


def table_style(*, aliases: Mapping[str, str]) -> str:
    """Return the QML of a layer without geometry: the Chinese names of its columns."""
    root = _root()
    _aliases(root, aliases)
    return _text(root)


def _name(code: str, zh: str) -> str:
    return zh if zh.startswith(grade_sign(code)) else f"{grade_sign(code)} {zh}"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _rgba(colour: str) -> str:
    """Return ``#RRGGBB`` or ``#RRGGBBAA`` as QGIS writes it; "" is transparent."""
    digits = (colour.lstrip("#") or "00000000").ljust(8, "F")
    return ",".join(str(int(digits[start : start + 2], 16)) for start in range(0, 8, 2))


def _layer(kind: str, options: Mapping[str, str]) -> Xml.Element:
    """Return a symbol layer in the form that old (prop) and new (Option) QGIS versions read."""
    layer = Xml.Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    listed = Xml.SubElement(layer, "Option", {"type": "Map"})
    for name, value in options.items():
        Xml.SubElement(listed, "Option", {"name": name, "type": "QString", "value": value})
    for name, value in options.items():
        Xml.SubElement(layer, "prop", {"k": name, "v": value})
    return layer


def _fill(
    colour: str, outline: str = OUTLINE, *, style: str = "solid", width: float = 0.2
) -> Xml.Element:
    options = {
        "color": _rgba(colour),
        "style": "solid" if colour else "no",
        "outline_color": _rgba(outline),
        "outline_style": style,
        "outline_width": f"{width:g}",
        "outline_width_unit": "MM",
        "joinstyle": "round",
    }
    return _layer("SimpleFill", options)


def _marker(colour: str, outline: str, *, size: float) -> Xml.Element:
    options = {"name": "circle", "color": _rgba(colour), "outline_color": _rgba(outline),
               "outline_style": "solid", "outline_width": "0.2", "outline_width_unit": "MM",
               "size": f"{size:g}", "size_unit": "MM"}  # fmt: skip
    return _layer("SimpleMarker", options)


def _hatch(angle: int) -> Xml.Element:
    options = {
        "angle": str(angle),
        "color": _rgba(HATCH),
        "distance": "1.6",
        "distance_unit": "MM",
        "line_width": "0.2",
        "line_width_unit": "MM",
        "offset": "0",
        "offset_unit": "MM",
    }
    layer = _layer("LinePatternFill", options)
    lines = Xml.SubElement(layer, "symbol", _symbol_attributes(f"@0@{angle}", "line"))
    stroke = {"line_color": _rgba(HATCH), "line_width": "0.2", "line_width_unit": "MM"}
    lines.append(_layer("SimpleLine", stroke | {"line_style": "solid"}))
    return layer


def _symbol_attributes(name: str, kind: str) -> dict[str, str]:
    return {"name": name, "type": kind, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}


def _root() -> Xml.Element:
    return Xml.Element("qgis", {"version": _QGIS_VERSION, "styleCategories": "Symbology|Fields"})


def _document(
    rules: Sequence[tuple[str, str, list[Xml.Element]]],
    *,
    aliases: Mapping[str, str],
    display: str,
    kind: str = "fill",
    labelled: str = "",
) -> str:
    root = _root()
    renderer = Xml.SubElement(
        root, "renderer-v2", {"type": "RuleRenderer", "symbollevels": "0", "enableorderby": "0"}
    )
    listed = Xml.SubElement(renderer, "rules", {"key": _RULE_KEYS.format(0)})
    symbols = Xml.SubElement(renderer, "symbols")
    for index, (label, test, layers) in enumerate(rules):
        rule = {"key": _RULE_KEYS.format(index + 1), "filter": test, "label": label}
        Xml.SubElement(listed, "rule", rule | {"symbol": str(index)})
        symbol = Xml.SubElement(symbols, "symbol", _symbol_attributes(str(index), kind))
        symbol.extend(layers)
    if labelled:
        _label(root, labelled)
    _aliases(root, aliases)
    Xml.SubElement(root, "previewExpression").text = f'"{display}"'
    Xml.SubElement(root, "layerGeometryType").text = GEOMETRY_CODES[kind]
    return _text(root)


def _label(root: Xml.Element, column: str) -> None:
    """Write each object's name on it, dark on a white rim."""
    root.set("labelsEnabled", "1")
    labels = Xml.SubElement(root, "labeling", {"type": "simple"})
    settings = Xml.SubElement(labels, "settings", {"calloutType": "simple"})
    text = {"fieldName": column, "isExpression": "0", "fontSize": "9", "fontSizeUnit": "Point",
            "textColor": _rgba("#17212E"), "textOpacity": "1"}  # fmt: skip
    style = Xml.SubElement(settings, "text-style", text)
    rim = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM",
           "bufferColor": _rgba("#FFFFFF"), "bufferOpacity": "1"}  # fmt: skip
    Xml.SubElement(style, "text-buffer", rim)
    Xml.SubElement(settings, "placement", {"placement": "1"})
    Xml.SubElement(settings, "rendering", {"obstacle": "0", "drawLabels": "1"})


def _aliases(root: Xml.Element, aliases: Mapping[str, str]) -> None:
    listed = Xml.SubElement(root, "aliases")
    for index, (field, name) in enumerate(aliases.items()):
        Xml.SubElement(listed, "alias", {"index": str(index), "field": field, "name": name})


def _text(root: Xml.Element) -> str:
    """Return the document as text; names of grades and columns come from files made elsewhere."""
    for element in root.iter():
        element.attrib.update({key: plain_text(value) for key, value in element.attrib.items()})
    Xml.indent(root)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + Xml.tostring(root, encoding="unicode") + "\n"
