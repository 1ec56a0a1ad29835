"""The house rules, checked: rooms, style, types, lengths, and files that must stay in step."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "landuse"
LONGEST_FILE = 400
YEARS = range(2000, 2100)
# Open products and the demo county are of a year, a workbook has dates of its own; everything else
# is told the year by the study.
MAY_NAME_YEARS = (PACKAGE / "sources", PACKAGE / "products" / "workbook.py")
MACHINE_FOLDERS = ("work", "root", "tmp", "farm", "home")
# In two halves, so that this file does not name what it forbids.
REGISTRY_HOSTS = [
    "".join(halves)
    for halves in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("anaconda", ".org"),
        ("deb.debian", ".org"),
    )
]
CDN_HOSTS = ["".join(halves) for halves in (("jsdel", "ivr"), ("cdn", "js"), ("unpkg", ".com"))]


def tool(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment at the root of the clone."""
    command = [str(Path(sys.executable).with_name(words[0])), *words[1:]]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def tracked_texts() -> Iterator[tuple[Path, str]]:
    """Yield the text files that git tracks or would track, but for texts of others."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if "vendor" in path.parts or not path.is_file():
            continue
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "vendor" not in path.parts)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("ruff", "check", "."), id="ruff-check"),
        pytest.param(("ruff", "format", "--check", "."), id="ruff-format"),
        pytest.param(("mypy",), id="mypy-strict"),
        pytest.param(("lint-imports", "--no-cache"), id="rooms-one-way"),
    ],
)
def test_the_tool_finds_nothing(words: tuple[str, ...]) -> None:
    done = tool(*words)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_is_too_long() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules()}
    long = {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST_FILE}
    assert not long


def test_no_year_is_wired_into_the_code() -> None:
    """Integers 2000 to 2099 are years here; a length or an area is written 2000.0."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in modules()
        if not any(map(path.is_relative_to, MAY_NAME_YEARS))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in YEARS
    ]
    assert not found


def test_no_file_names_a_machine_path_or_a_registry() -> None:
    folders = re.compile(rf"(?<![\w.~])/(?:{'|'.join(MACHINE_FOLDERS)})/[a-z]")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if folders.search(line) or any(host in line for host in REGISTRY_HOSTS)
    ]
    assert not found


def test_no_module_names_a_delivery_network() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path, text in tracked_texts()
        if path.is_relative_to(PACKAGE)
        for host in CDN_HOSTS
        if host in text
    ]
    assert not found


def test_no_tracked_file_is_large() -> None:
    """A clone stays small: 1 MB a file, whatever its kind."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in filter(None, listed.stdout.split("\0"))]
    large = [str(path) for path in paths if path.is_file() and path.stat().st_size > 1_000_000]
    assert not large


def project() -> dict[str, object]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"])


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found.group(0).lower()


def locked(file: str) -> dict[str, str]:
    """Return {package: version} of a lock, and see that each has hashes."""
    text = (ROOT / file).read_text("utf-8")
    entries = re.findall(r"^([a-z0-9._-]+)==(\S+)[^\n]*\\\n +--hash=sha256:", text, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
    return dict(entries)


def test_conda_asks_for_what_the_package_asks_for() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    listed = [line for line in environment["dependencies"] if isinstance(line, str)]
    described = project()
    assert f"python{described['requires-python']}" in listed
    assert set(described["dependencies"]) <= set(listed)  # type: ignore[call-overload]
    more = {name_of(line) for line in listed} - {name_of(one) for one in described["dependencies"]}  # type: ignore[attr-defined]
    assert more == {"python", "hatchling", "pip"}


@pytest.mark.parametrize(
    ("file", "extras"),
    [("requirements.lock", ("setup",)), ("requirements-test.lock", ("setup", "notebook", "test"))],
)
def test_a_lock_holds_what_the_package_asks_for(file: str, extras: tuple[str, ...]) -> None:
    from packaging.requirements import Requirement

    described = project()
    asked = [Requirement(text) for text in described["dependencies"]]  # type: ignore[attr-defined]
    for extra in extras:
        asked += [Requirement(text) for text in described["optional-dependencies"][extra]]  # type: ignore[index]
    versions = locked(file)
    for requirement in asked:
        if requirement.name != "landuse":
            assert requirement.specifier.contains(versions[requirement.name.lower()])


def test_the_small_lock_is_part_of_the_large_one() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-test.lock").items()


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_each_command_is_in_the_readme(page: str) -> None:
    import typer.main

    from landuse.cli import app

    text = (ROOT / page).read_text("utf-8")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    missing = [name for name in commands if f"landuse {name}" not in text]
    assert not missing
