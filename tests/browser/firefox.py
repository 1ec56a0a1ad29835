"""A headless Firefox driven over Marionette, the remote protocol that every stock Firefox carries.

Frames are ``LENGTH:JSON``; a command is ``[0, id, name, parameters]``, its answer
``[1, id, error, result]``.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

NAMES = ("firefox-esr", "firefox")
START_S = 120
_PREFERENCES = (
    # A free port, written into the profile; no network but a proxy that is not there.
    'user_pref("marionette.port", 0);',
    'user_pref("network.proxy.type", 1);',
    'user_pref("network.proxy.http", "127.0.0.1");',
    'user_pref("network.proxy.http_port", 9);',
    'user_pref("network.proxy.ssl", "127.0.0.1");',
    'user_pref("network.proxy.ssl_port", 9);',
)
_ERRORS = """
  return Services.console.getMessageArray()
    .filter((m) => m instanceof Ci.nsIScriptError && m.sourceName.startsWith(arguments[0]))
    .map((m) => m.errorMessage);
"""


def find_firefox() -> str | None:
    """Return the path of a Firefox, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Firefox:
    """One window of Firefox: open a file, ask scripts, press keys, read the console."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=START_S)
        self._count, self._held = 0, b""
        self._read()
        self.send("WebDriver:NewSession", {"capabilities": {}})
        self.send("WebDriver:SetTimeouts", {"script": 60_000, "pageLoad": 120_000})

    def send(self, name: str, parameters: dict[str, Any] | None = None) -> Any:
        """Send a command; return its result.

        Raises
        ------
        RuntimeError
            With what Firefox says of the error.
        """
        self._count += 1
        text = json.dumps([0, self._count, name, parameters or {}]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        if error:
            raise RuntimeError(f"{name}: {error['error']}: {error['message']}")
        return result

    def _read(self) -> Any:
        while b":" not in self._held:
            self._held += self._some()
        length, self._held = self._held.split(b":", 1)
        while len(self._held) < int(length):
            self._held += self._some()
        frame, self._held = self._held[: int(length)], self._held[int(length) :]
        return json.loads(frame)

    def _some(self) -> bytes:
        data = self._socket.recv(65_536)
        if not data:
            raise RuntimeError("Firefox closed the connection")
        return data

    def ask(self, expression: str, *arguments: Any) -> Any:
        """Return the value of an expression in the page, ``arguments`` as an array."""
        script = {"script": f"return ({expression});", "args": list(arguments), "sandbox": None}
        return self.send("WebDriver:ExecuteScript", script)["value"]

    def wait(self, expression: str) -> None:
        """Wait until an expression of the page is true; the page asks itself, frame by frame."""
        script = (f"const done = arguments[0]; const look = () => ({expression}) ? done(true) : "
                  "setTimeout(look, 20); look();")  # fmt: skip
        self.send("WebDriver:ExecuteAsyncScript", {"script": script, "args": [], "sandbox": None})

    def click(self, selector: str) -> None:
        """Click an element as a pointer does: it must be in sight."""
        found = self.send("WebDriver:FindElement", {"using": "css selector", "value": selector})
        self.send("WebDriver:ElementClick", {"id": next(iter(found["value"].values()))})

    def close(self) -> None:
        """Close the connection; Firefox itself goes on."""
        self._socket.close()

    def size(self, width: int, height: int) -> None:
        self.send("WebDriver:SetWindowRect", {"width": width, "height": height})

    def errors(self, address: str) -> list[str]:
        """Return what the console says of errors and warnings of one page."""
        self.send("Marionette:SetContext", {"value": "chrome"})
        told = self.send("WebDriver:ExecuteScript", {"script": _ERRORS, "args": [address]})
        self.send("Marionette:SetContext", {"value": "content"})
        errors: list[str] = told["value"]
        return errors


@contextmanager
def firefox(path: str, profile: Path) -> Iterator[Firefox]:
    """Start Firefox with a profile of its own; end it and its children afterwards."""
    profile.mkdir()
    (profile / "user.js").write_text("\n".join(_PREFERENCES), encoding="utf-8")
    process = subprocess.Popen(
        [path, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote",
         "--profile", str(profile)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"HOME": str(profile)},
    )  # fmt: skip
    try:
        with closing(Firefox(_port(profile, process))) as driver:
            yield driver
            driver.send("Marionette:Quit", {"flags": ["eForceQuit"]})
        process.wait()
    finally:
        process.kill()
        process.wait()


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """Return the port Firefox wrote into its profile."""
    note, until = profile / "MarionetteActivePort", time.monotonic() + START_S
    while not (note.is_file() and note.read_text().strip()):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("Firefox did not start")
        time.sleep(0.1)
    return int(note.read_text())
