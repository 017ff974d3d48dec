"""Pictures as PNG, each drawn in a short-lived process of its own, when it is fetched.

Nothing of them is stored: a picture is made of people's words, and what is erased must be gone. The latest few are kept
in memory, by the hash of what they show (`docs/decisions/0013-a-picture-is-drawn-when-it-is-fetched.md`).
"""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from bot.errors import CoachError
from playbooks.run import canonical_json, hash_of

MEDIA_TYPE = "image/png"
PATIENCE = 20.0  # seconds
_AT_ONCE = 2
_KEPT = 32  # each of some 100 KB
_SCRIPT = Path(__file__).with_name("ink.py")
_SIGNATURE = b"\x89PNG"

Run = Callable[[bytes], bytes]

log = structlog.get_logger(__name__)


class PictureFailed(CoachError):
    """The renderer did not give a picture: what it shows stands in words beside it."""


class Painter:
    """Draws pictures, at most two at once. `run` takes the order as JSON and gives the PNG."""

    def __init__(self, run: Run | None = None) -> None:
        self._run = run or in_a_process
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self._lock = threading.Lock()
        self._lately: OrderedDict[str, bytes] = OrderedDict()

    def png(self, spec: Mapping[str, object], within: int = 0) -> bytes:
        """The picture of a Vega-Lite specification; no side longer than `within` pixels, where that is given.

        Takes about a second: call it outside of transactions. Raises PictureFailed.
        """
        key = hash_of([spec, within])
        with self._lock:
            if known := self._lately.get(key):
                self._lately.move_to_end(key)
                return known
        with self._free:
            made = self._run(canonical_json({"spec": spec, "within": within}).encode())
        if not made.startswith(_SIGNATURE):
            raise PictureFailed("what was drawn is no picture")
        with self._lock:
            self._lately[key] = made
            while len(self._lately) > _KEPT:
                self._lately.popitem(last=False)
        return made


def size_of(png: bytes) -> tuple[int, int]:
    """How wide and how high a picture is, in pixels."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def in_a_process(order: bytes) -> bytes:
    """What the renderer draws, in a process that knows nothing of ours. Raises PictureFailed."""
    try:
        done = subprocess.run(  # noqa: S603 - our own script, with our own interpreter
            [sys.executable, "-I", str(_SCRIPT)],
            input=order,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
            env={},
        )
    except subprocess.CalledProcessError as error:
        log.warning(
            "renderer failed", code=error.returncode, said=error.stderr.decode("utf-8", "replace")[-500:]
        )
        raise PictureFailed(f"the renderer ended with {error.returncode}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("renderer failed", error=type(error).__name__)
        raise PictureFailed(f"the renderer gave nothing: {type(error).__name__}") from error
    return done.stdout
