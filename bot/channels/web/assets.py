"""The files a browser keeps: style and script, each under the hash of its content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
_SMALL = 1_000


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served; `version` changes with its content."""

    name: str
    media_type: str
    content: bytes
    packed: bytes | None
    version: str


def load(folder: Path) -> dict[str, Asset]:
    """Every servable file of `folder`, by name."""
    return {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in _TYPES}


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    packed = gzip.compress(content, mtime=0) if len(content) > _SMALL else None
    return Asset(path.name, _TYPES[path.suffix], content, packed, hashlib.sha256(content).hexdigest()[:16])
