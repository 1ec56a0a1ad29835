"""Leaflet as text inside the page, and the proof that nothing else is asked for."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from branca.element import Element, Figure

FOLDER = Path(__file__).parent / "vendor" / "leaflet"
_URL = re.compile(r"url\(([^)#]+)\)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ADDRESS = re.compile(r"\b(?:https?|wss?|ftp)://[^\s\"'<>)\\]*", re.IGNORECASE)
_LOOSE = re.compile(
    r"(?:src|href|action)\s*=\s*[\"']?\s*//|url\(\s*[\"']?//|@import", re.IGNORECASE
)
NAMESPACES = frozenset({"http://www.w3.org/2000/svg"})
"""Names that look like addresses and are never fetched."""


class RemoteAddressError(ValueError):
    """The page would ask the network for something that is not inside it."""


@cache
def leaflet_js() -> str:
    """Return Leaflet's licence and script, without source map, its own address as plain text."""
    text = (FOLDER / "leaflet.js").read_text(encoding="utf-8")
    text = re.sub(r"\n//# sourceMappingURL=\S*", "", text)
    licence = (FOLDER / "LICENSE").read_text(encoding="utf-8").strip()
    return f"/*!\n{licence}\n*/\n" + text.replace("https://leafletjs.com", "leafletjs.com")


@cache
def leaflet_css() -> str:
    """Return Leaflet's style sheet with its pictures inside it."""
    text = (FOLDER / "leaflet.css").read_text(encoding="utf-8")
    return _URL.sub(_inline, _COMMENT.sub("", text))


def _inline(match: re.Match[str]) -> str:
    data = base64.b64encode((FOLDER / match.group(1).strip("\"'")).read_bytes()).decode("ascii")
    return f"url(data:image/png;base64,{data})"


def refuse_links(figure: Figure) -> None:
    """Refuse a figure whose header would load a script or a style sheet by address.

    Call it after the figure was rendered once: only then every element has named its links.

    Raises
    ------
    RemoteAddressError
        If any link is left.
    """
    from branca.element import CssLink, JavascriptLink  # takes long to import

    links = [item.url for item in _elements(figure) if isinstance(item, (JavascriptLink, CssLink))]
    if links:
        msg = f"the map names files that are not inside it: {', '.join(links)}"
        raise RemoteAddressError(msg)


def refuse_addresses(page: str, *, allowed: Collection[str] = ()) -> None:
    """Refuse a page that names any address but a namespace or one that starts as allowed.

    Raises
    ------
    RemoteAddressError
        If the page holds another address, a protocol-relative one or an ``@import``.
    """
    found = {item for item in _ADDRESS.findall(page) if item not in NAMESPACES}
    found -= {item for item in found if item.startswith(tuple(allowed))}
    found |= set(_LOOSE.findall(page))
    if found:
        msg = f"the map names remote addresses: {', '.join(sorted(found))}"
        raise RemoteAddressError(msg)


def _elements(figure: Figure) -> list[Element]:
    waiting: list[Element] = [figure.header, figure.html, figure.script, figure]
    seen = []
    while waiting:
        element = waiting.pop()
        seen.append(element)
        waiting += element._children.values()
    return seen
