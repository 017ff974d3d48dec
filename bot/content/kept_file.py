"""Files that only save time: what can be made again, kept in a folder that can be deleted at any moment.

A file counts only for exactly what it was made from, which its key stands for, and only as it was written.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

_MOST = 8  # files of a kind; the ones used last stay


def code_of(files: Iterable[Path]) -> str:
    """What stands for this code. Raises OSError where it has no files."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)} ".encode() + content)
    return digest.hexdigest()


def read_kept(folder: Path, kind: str, key: str) -> Any:
    """What was kept of this kind under this key; None where nothing was, or it is not as it was written."""
    path = _place(folder, kind, key)
    with suppress(OSError, ValueError):
        head, _, body = path.read_bytes().partition(b"\n")
        if json.loads(head) == {"of": key, "sha256": hashlib.sha256(body).hexdigest()}:
            os.utime(path)
            return json.loads(body)
    return None


def keep(folder: Path, kind: str, key: str, value: object) -> None:
    """Write it beside its place and move it there, so that nobody reads half of it; where that cannot be done, it is not."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    head = json.dumps({"of": key, "sha256": hashlib.sha256(body).hexdigest()}).encode()
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(head + b"\n" + body)
            Path(written).replace(_place(folder, kind, key))
        except OSError:
            Path(written).unlink(missing_ok=True)
            return
        for old in sorted(folder.glob(f"{kind}-*.json"), key=lambda path: path.stat().st_mtime)[:-_MOST]:
            old.unlink(missing_ok=True)


def _place(folder: Path, kind: str, key: str) -> Path:
    return folder / f"{kind}-{key[:32]}.json"
