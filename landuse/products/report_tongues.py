"""Chinese, English or both: the Chinese of a page marked wherever English stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(r"<[^>]*>|[^<]+")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_HAN = re.compile("[\u3001-\u3003\u3008-\u3011\u3400-\u9fff\uff01-\uff5e]")
_VOID = {"br", "meta", "input", "hr", "img", "link"}
_INLINE = {"b", "strong", "em", "code"}
_APART = {"style", "title", "svg", "head"}
"""Elements whose text is left as it is: a style is no text, a picture carries both tongues."""


@dataclass
class _Element:
    """An open element: where its own Chinese texts stand, and whether it holds English."""

    name: str
    english: bool = False
    has_english: bool = False
    texts: list[int] = field(default_factory=list)


def mark_chinese(html: str) -> str:
    """Return the page with every Chinese text that has an English companion in ``lang="zh"``.

    A text has one when its element, or the element around a bold or stressed word, also holds an
    element with ``lang="en"``. Names that exist in Chinese only have none and stay in sight when
    a reader hides the Chinese. No text is added, taken or moved.

    Parameters
    ----------
    html : well-formed page in which data are escaped, so that ``<`` only starts a tag.
    """
    tokens = _TOKEN.findall(html)
    for place in _places(tokens):
        text = tokens[place]
        inner = text.strip()
        start = text.index(inner)
        end = text[start + len(inner) :]
        tokens[place] = f'{text[:start]}<span lang="zh">{inner}</span>{end}'
    return "".join(tokens)


def _places(tokens: list[str]) -> Iterator[int]:
    """Yield the place of each Chinese text that stands beside English."""
    stack = [_Element("")]
    for place, token in enumerate(tokens):
        tag = _TAG.match(token) if token.startswith("<") else None
        top = stack[-1]
        if tag is None:
            if _HAN.search(token) and not token.startswith("<") and not _apart(stack):
                top.texts.append(place)
        elif tag[1]:
            if len(stack) > 1 and top.name == tag[2]:
                yield from _closed(stack.pop(), stack[-1])
        elif tag[2] not in _VOID and not token.endswith("/>"):
            english = 'lang="en"' in token or top.english
            top.has_english = top.has_english or 'lang="en"' in token
            stack.append(_Element(tag[2], english=english))


def _closed(element: _Element, around: _Element) -> list[int]:
    if element.english:
        return []
    if element.has_english:
        return element.texts
    if element.name in _INLINE:
        around.texts += element.texts
    return []


def _apart(stack: list[_Element]) -> bool:
    return any(element.name in _APART for element in stack)
