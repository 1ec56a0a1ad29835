"""What code a function rests on: digests of its module and of all it imports in this package."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
PACKAGE = ROOT.name
LIBRARIES = (
    "folium", "geopandas", "jinja2", "numba", "numpy",
    "pandas", "pyarrow", "pyogrio", "pyproj", "rasterio", "scipy", "shapely", "xlsxwriter",
)  # fmt: skip
DATA_SUFFIXES = {".toml", ".csv", ".html", ".js", ".css", ".qml", ".xml", ".json"}
IMPORTS = re.compile(
    rf"\bfrom\s+({PACKAGE}[\w.]*)\s+import\s+(\([^)]*\)|(?:\\\n|[^\n;])*)"
    r"|\bimport\s+((?:\\\n|[^\n;(])*)"
)
COMMENT = re.compile(r"#[^\n]*")
NAME = re.compile(r"\w+")
MODULE = re.compile(rf"\b{PACKAGE}(?:\.\w+)+")


@functools.cache
def library_versions() -> Mapping[str, str]:
    """Return the versions of the libraries that decide numbers or bytes."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def code_digest(function: Callable[..., Any]) -> str:
    """Return the SHA-256 over the source of a function's module and of all it imports here.

    Data files that lie beside those modules (templates, class tables) count as code.
    """
    return _digest_from(Path(inspect.getfile(inspect.unwrap(function))))


@functools.cache
def _digest_from(file: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(_reached(file.resolve())):
        digest.update(path.name.encode())
        digest.update(_file_digest(path))
    return digest.hexdigest()


@functools.cache
def _file_digest(path: Path) -> bytes:
    return hashlib.sha256(_source(path)).digest()


@functools.cache
def _source(path: Path) -> bytes:
    return path.read_bytes()


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
    return tuple(file for name in imported_names(_source(path).decode()) for file in _files(name))


def imported_names(source: str) -> set[str]:
    """Return the dotted names in this package that a source text may import, wherever it does.

    Read off the text, since parsing hundreds of files takes most of a run that changes nothing. A
    text that looks like an import adds a name too many; none is passed over.
    """
    found = set()
    for module, names, plain in IMPORTS.findall(COMMENT.sub("", source)):
        found |= {module, *(f"{module}.{name}" for name in NAME.findall(names))} - {""}
        found |= set(MODULE.findall(plain))
    return found


@functools.cache
def _files(module: str) -> tuple[Path, ...]:
    return tuple(_run_by(module))


def _run_by(module: str) -> Iterator[Path]:
    """Yield the files an import of ``module`` runs: each package's ``__init__`` and the module."""
    parts = module.split(".")
    if parts[0] != PACKAGE:
        return
    for length in range(2, len(parts) + 1):
        stem = ROOT.joinpath(*parts[1:length])
        for file in (stem / "__init__.py", stem.with_suffix(".py")):
            if file.is_file():
                yield file
