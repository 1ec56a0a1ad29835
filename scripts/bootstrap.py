"""Set up landuse in this clone and run it. Needs Python 3.11 to 3.13 and nothing else.

    python3 scripts/bootstrap.py demo [options of `landuse demo`]
    python3 scripts/bootstrap.py test [options of pytest]
    python3 scripts/bootstrap.py setup

Everything goes into the folder .venv of the clone: delete it and nothing is left behind. `test`
also looks for a Chromium and a Chinese font, and installs Debian's where it may.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "landuse-setup.txt"
RUN_LOCK, TEST_LOCK = ROOT / "requirements.lock", ROOT / "requirements-test.lock"
OLDEST, NEWEST = (3, 11), (3, 13)
WHOLE_SUITE = ("-n", "logical", "--dist", "loadfile", "--max-worker-restart", "0")
"""Options of pytest where none are given: a process a core, each file in one of them."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def say(text: str) -> None:
    """Print a line at once, on the error stream: the output belongs to the command run."""
    print(f"[landuse] {text}", file=sys.stderr, flush=True)


def stop(text: str) -> SystemExit:
    """Return the end of the script with a message for the reader."""
    return SystemExit(f"[landuse] {text}")


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command; a failure raises CalledProcessError."""
    subprocess.run([str(part) for part in command], check=True, env=env)


def digest(*files: Path) -> str:
    """Return one digest of the contents of files and of the Python that runs this."""
    hasher = hashlib.sha256(sys.version.encode())
    for file in files:
        hasher.update(file.read_bytes())
    return hasher.hexdigest()


def check_python() -> None:
    """Refuse a Python the locks do not cover."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    other = next((name for name in names if shutil.which(name)), None)
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    todo = f"run this script with {other}" if other else "install one of them"
    raise stop(f"Python 3.11, 3.12 or 3.13 is needed, this one is {here}: {todo}.")


def make_venv() -> None:
    """Make .venv, or keep the one there if its Python is this one and it was not moved."""
    if PYTHON.exists():
        asked = [str(PYTHON), "-c", "import sys; print(sys.version)"]
        seen = subprocess.run(asked, capture_output=True, text=True, check=False)
        made_for = STAMP.read_text("utf-8").splitlines()[0] if STAMP.exists() else str(ROOT)
        if seen.stdout.strip() == sys.version and made_for == str(ROOT):
            return
    say(f"making an isolated environment in {VENV.relative_to(ROOT)}")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError as error:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise stop(
            f"this Python comes without {error.name}, so it cannot make an environment. "
            f"On Debian and Ubuntu: apt-get install python{version}-venv; then run this again."
        ) from None
    venv.create(VENV, with_pip=True)


def pinned(name: str, lock: Path) -> str:
    """Return the lines of one package in a lock: its version and its hashes."""
    found = re.search(rf"^{name}==[^\\\n]*(?:\\\n[^\\\n]*)+", lock.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise stop(f"{lock.name} names no {name}; write it anew with scripts/lock.py")
    return found.group(0) + "\n"


def uv_environment() -> dict[str, str]:
    """Return the environment for uv, which does not read the settings of pip.

    A mirror or a certificate set up for pip is handed over, unless uv has its own.
    """
    env = {**os.environ, "VIRTUAL_ENV": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    asked = [str(PYTHON), "-m", "pip", "config", "list"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    for key, variable in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        found = re.search(rf"^(?:global|install|:env:)\.{key}='(.+)'$", listed, re.MULTILINE)
        if found:
            env.setdefault(variable, found.group(1))
    return env


def get_uv() -> Path | None:
    """Return the pinned uv inside .venv, or None when it cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "uv.txt"
        wanted.write_text(pinned("uv", RUN_LOCK), encoding="utf-8")
        try:
            run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", wanted)
        except subprocess.CalledProcessError:
            say("uv cannot be had here; plain pip does the same, only slower")
            return None
    return BIN / ("uv.exe" if os.name == "nt" else "uv")


def install(lock: Path) -> None:
    """Install a lock, with uv or else with pip, and then this clone, into .venv."""
    uv = get_uv()
    if uv is None or not install_with_uv(uv, lock):
        run(PYTHON, "-m", "pip", "install", "--require-hashes", "-r", lock)
    clone = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
    run(PYTHON, "-m", "pip", "install", "--quiet", *clone)


def install_with_uv(uv: Path, lock: Path) -> bool:
    """Install a lock with uv; tell whether that worked."""
    try:
        run(uv, "pip", "install", "--require-hashes", "-r", lock, env=uv_environment())
    except subprocess.CalledProcessError:
        say("uv could not install the packages (see above); plain pip tries the same")
        return False
    return True


def set_up(lock: Path) -> None:
    """Bring .venv to what a lock says; do nothing when it is there already."""
    start = time.monotonic()
    make_venv()
    wanted = digest(lock, ROOT / "pyproject.toml")
    done = STAMP.read_text("utf-8").splitlines() if STAMP.exists() else []
    if wanted in done:
        return
    say(f"installing {lock.name}")
    try:
        install(lock)
    except subprocess.CalledProcessError as error:
        raise stop(
            "the packages could not be installed (see above). Without a way to a package index, "
            "set PIP_INDEX_URL to your mirror and run this again."
        ) from error
    # The larger lock holds the smaller: who can test can run.
    covered = [RUN_LOCK, TEST_LOCK] if lock == TEST_LOCK else [lock]
    lines = [str(ROOT), *(digest(one, ROOT / "pyproject.toml") for one in covered)]
    STAMP.write_text("\n".join(lines), encoding="utf-8")
    say(f"ready after {time.monotonic() - start:.0f} s")


def has_chinese_font() -> bool:
    """Tell whether a browser could draw Chinese; taken for granted outside Linux."""
    if not sys.platform.startswith("linux"):
        return True
    if shutil.which("fc-list"):
        asked = ["fc-list", ":lang=zh"]
        return bool(subprocess.run(asked, capture_output=True, check=False).stdout.strip())
    return any(Path("/usr/share/fonts").glob("**/*CJK*"))


def apt_get() -> list[str] | None:
    """Return the words that run apt-get with the right to install; None where there are none."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["sudo", "-n", "apt-get"]
    return None


def set_up_browser() -> None:
    """See that the browser tests find a Chromium and a Chinese font."""
    needed = [] if any(map(shutil.which, BROWSERS)) else ["chromium"]
    needed += [] if has_chinese_font() else ["fonts-noto-cjk"]
    if not needed or os.environ.get("LANDUSE_CHROMIUM"):
        return
    apt = apt_get()
    if apt is None:
        say(
            f"the browser tests need {' and '.join(needed)}, which cannot be installed from here: "
            "install Chromium or Chrome, or name one in LANDUSE_CHROMIUM"
        )
        return
    say(f"installing {' and '.join(needed)} from the system's packages")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        run(*apt, "update", "-qq", env=env)
        run(*apt, "install", "-y", "-qq", *needed, env=env)
    except subprocess.CalledProcessError:
        say(f"apt-get failed (see above): the browser tests will miss {' and '.join(needed)}")


def main(arguments: list[str]) -> int:
    """Set up what a command needs and run it; return its exit code."""
    check_python()
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "setup":
        set_up(RUN_LOCK)
        say(f"now: {BIN / 'landuse'} --help")
        return 0
    if command == "demo":
        set_up(RUN_LOCK)
        return subprocess.run([str(BIN / "landuse"), "demo", *rest], check=False).returncode
    if command == "test":
        set_up(TEST_LOCK)
        set_up_browser()
        asked = [str(PYTHON), "-m", "pytest", *(rest or WHOLE_SUITE)]
        return subprocess.run(asked, cwd=ROOT, check=False).returncode
    print(__doc__)
    return 0 if command in ("help", "-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
