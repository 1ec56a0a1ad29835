"""What code a function rests on: digests of its module and of all it imports in this package."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
PACKAGE = ROOT.name
LIBRARIES = (
    "esda", "folium", "geopandas", "jinja2", "libpysal", "numba", "numpy",
    "pandas", "pyarrow", "pyogrio", "pyproj", "rasterio", "scipy", "shapely", "xlsxwriter",
)  # fmt: skip
DATA_SUFFIXES = {".toml", ".csv", ".html", ".js", ".css", ".qml", ".xml", ".json"}


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that decide numbers or bytes."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def code_digest(function: Callable[..., Any]) -> str:
    """Return the SHA-256 over the source of a function's module and of all it imports here.

    Data files that lie beside those modules (templates, class tables) count as code.
    """
    start = Path(inspect.getfile(inspect.unwrap(function))).resolve()
    digest = hashlib.sha256()
    for path in sorted(_reached(start)):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _reached(start: Path) -> set[Path]:
    waiting, modules = [start], set()
    while waiting:
        path = waiting.pop()
        if path in modules:
            continue
        modules.add(path)
        waiting += _imports(path)
    folders = {module.parent for module in modules if module.name == "__init__.py"}
    return modules.union(*(_data_files(folder) for folder in folders - {ROOT}))


@functools.cache
def _data_files(folder: Path) -> frozenset[Path]:
    return frozenset(file for file in folder.rglob("*") if file.suffix in DATA_SUFFIXES)


@functools.cache
def _imports(path: Path) -> tuple[Path, ...]:
    found: list[Path] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found += [file for name in node.names for file in _files(name.name)]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += _files(node.module)
            found += [file for name in node.names for file in _files(f"{node.module}.{name.name}")]
    return tuple(found)


def _files(module: str) -> Iterator[Path]:
    """Yield the files an import of ``module`` runs: each package's ``__init__`` and the module."""
    parts = module.split(".")
    if parts[0] != PACKAGE:
        return
    for length in range(2, len(parts) + 1):
        stem = ROOT.joinpath(*parts[1:length])
        for file in (stem / "__init__.py", stem.with_suffix(".py")):
            if file.is_file():
                yield file
