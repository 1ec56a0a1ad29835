"""The wheel alone, in an empty folder, without the clone and without the test tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UV = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")

pytestmark = [
    pytest.mark.wheel,
    pytest.mark.skipif(UV is None, reason="needs uv; scripts/bootstrap.py puts it into .venv"),
]


def uv(*words: str | Path) -> None:
    """Run uv; its output is the message when it fails."""
    command = [str(UV), *map(str, words)]
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", folder, ".")
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_studies_and_sources(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "landuse/studies/demo.toml" in names
    assert "landuse/data/sources.csv" in names
    assert not [name for name in names if not name.startswith(("landuse/", "landuse-"))]


def test_the_wheel_carries_every_tracked_file_of_the_package(wheel: Path) -> None:
    command = ["git", "ls-files", "-z", "landuse"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    tracked = {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}
    assert tracked <= set(zipfile.ZipFile(wheel).namelist())


def test_the_demo_runs_from_the_wheel_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "环境 of its own"
    uv("venv", "--python", sys.executable, environment)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    uv("pip", "install", "--python", python, "--require-hashes", "-r", ROOT / "requirements.lock")
    uv("pip", "install", "--python", python, "--no-deps", wheel)

    folder = tmp_path / "示例 空文件夹"
    folder.mkdir()
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(python.with_name("landuse")), "demo", "--size", "small"],
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "map.html" in done.stdout
    products = folder / "data" / "processed" / "demo"
    for name in ("map.html", "candidates.xlsx", "candidates.gpkg", "parcels.csv", "manifest.json"):
        assert (products / name).stat().st_size > 0
