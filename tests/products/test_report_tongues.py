from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from landuse.products.report import render_report
from landuse.products.report_map import Ground
from landuse.products.report_tongues import mark_chinese
from tests.made import Made
from tests.products import county

HAN = re.compile("[\u4e00-\u9fff]")
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
VOID = {"br", "meta", "input", "link", "hr", "img", "path", "circle", "rect", "line", "polyline"}


@dataclass
class Node:
    """An element of a page with its texts and children in order."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def text(self, tongue: str | None = None, *, inside: bool = False) -> str:
        """Return its text; with a tongue only what stands in elements of that tongue."""
        inside = inside or tongue is None or self.attributes.get("lang") == tongue
        parts = []
        for child in self.children:
            if isinstance(child, Node):
                parts.append(child.text(tongue, inside=inside))
            elif inside:
                parts.append(child)
        return "".join(parts)

    def all(self):
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.all()


class Tree(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Node("")
        self.open = [self.root]
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        if self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)


def root(html: str) -> Node:
    return Tree(html).root


@pytest.fixture(scope="module")
def made():
    facts, ground = county.run(300)
    ground = Ground(parcels=ground[["parcel_id", "geometry"]], **county.districts(ground))
    return render_report(facts, ground)


@pytest.fixture(params=["made", "demo"])
def page(request: pytest.FixtureRequest) -> Node:
    if request.param == "made":
        return root(request.getfixturevalue("made"))
    demo: Made = request.getfixturevalue("demo")
    return root((demo.out / "report.html").read_text(encoding="utf-8"))


def test_chinese_beside_english_is_marked_and_a_name_alone_is_not():
    page = (
        "<td>面积 <i lang='en'>x</i></td>"
        '<td>面积 <i lang="en">area</i></td><td>甲山镇</td><p><b>疑似。</b> <i lang="en">y</i></p>'
        '<p lang="en">in English 中文</p><td>12.5</td><svg><text>北 <i lang="en">N</i></text></svg>'
    )
    assert mark_chinese(page) == (
        "<td>面积 <i lang='en'>x</i></td>"
        '<td><span lang="zh">面积</span> <i lang="en">area</i></td><td>甲山镇</td>'
        '<p><b><span lang="zh">疑似。</span></b> <i lang="en">y</i></p>'
        '<p lang="en">in English 中文</p><td>12.5</td><svg><text>北 <i lang="en">N</i></text></svg>'
    )


@given(st.lists(st.text(max_size=12), max_size=6))
def test_marking_adds_and_takes_no_text(texts):
    page = "".join(f'<p>{escape(text)} <i lang="en">{escape(text)}</i></p>' for text in texts)
    assert root(mark_chinese(page)).text() == root(page).text()


def test_a_reader_of_one_tongue_misses_no_number(page):
    """Each number of a hidden Chinese text stands in the English beside it, or in sight.

    Sentences that other rooms made (evidence, findings) are left out: they are tested there.
    """
    lost = []
    for node in page.all():
        if node.attributes.get("class") == "evidence" or node.attributes.get("id") == "findings":
            node.children.clear()
    for node in page.all():
        hidden = [child for child in node.children
                  if isinstance(child, Node) and child.attributes.get("lang") == "zh"]  # fmt: skip
        seen = _without(node, "zh")
        held = set(NUMBER.findall(seen))
        for child in hidden:
            missing = set(NUMBER.findall(child.text())) - held
            if missing and node.tag not in {"b", "strong", "em"}:
                lost.append((child.text()[:80], sorted(missing)))
    assert not lost


def test_english_alone_holds_no_heading_in_chinese(page):
    for node in page.all():
        if node.tag in {"h1", "h2", "h3", "th", "figcaption"}:
            shown = _without(node, "zh")
            assert not HAN.search(shown), shown


def test_chinese_alone_keeps_sources_and_marks(page):
    shown = _without(page, "en")
    for words in ("本方案建议", "WorldCover", "CC BY 4.0", "资料清单", "方法", "否决"):
        assert words in shown


def _without(node: Node, tongue: str) -> str:
    if node.attributes.get("lang") == tongue:
        return ""
    return "".join(
        _without(child, tongue) if isinstance(child, Node) else child for child in node.children
    )
