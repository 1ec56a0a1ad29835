"""What a text imports, read without parsing it, is what a parser finds."""

from __future__ import annotations

import ast

import pytest

from landuse.codebook import PACKAGE, ROOT, imported_names


def parsed(source: str) -> set[str]:
    """Return the dotted names of this package that the parsed text imports."""
    found = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return {name for name in found if name.startswith(f"{PACKAGE}.")}


def test_every_module_names_what_a_parser_finds() -> None:
    for path in ROOT.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert parsed(source) <= imported_names(source), path


@pytest.mark.parametrize(
    "source",
    [
        "import os, landuse.core.grid as grid, landuse.store",
        "from landuse.core import (\n    grid,  # a cell (10 m)\n    layers as l,\n)",
        "from landuse.core import grid, \\\n    layers",
        "def later():\n    if True: from landuse.core import grid; import landuse.store",
        "from landuse.core import *",
    ],
)
def test_every_spelling_of_an_import_is_seen(source: str) -> None:
    assert parsed(source) - {"landuse.core.*"} <= imported_names(source)
    assert parsed(source)
