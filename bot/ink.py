"""Draws one picture and ends: run as a script of its own by `bot.picture`, and imported by nobody.

Reads `{"spec": …, "within": pixels}` as JSON, writes a PNG. The renderer takes 120 MB that only go with its process.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from collections.abc import Iterator, Mapping

SHARP = 2.0  # pixels for one of the specification: for screens and print
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawn(spec: Mapping[str, object], within: int) -> bytes:
    """A PNG of `spec`, twice as fine as it says; where `within` is a number of pixels, no side is longer than that."""
    import vl_convert

    scale = SHARP
    if within:
        longest = max(size(vl_convert.vegalite_to_png(dict(spec), scale=1.0, allowed_base_urls=[])))
        scale = min(SHARP, within / (longest + 1))
    return packed(vl_convert.vegalite_to_png(dict(spec), scale=scale, allowed_base_urls=[]))


def size(png: bytes) -> tuple[int, int]:
    """How wide and how high it is, in pixels."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def packed(png: bytes) -> bytes:
    """The same picture in fewer bytes: the renderer packs for speed, to four times what it takes."""
    pixels = zlib.compress(
        zlib.decompress(b"".join(data for kind, data in _chunks(png) if kind == b"IDAT")), 9
    )
    header = next(data for kind, data in _chunks(png) if kind == b"IHDR")
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> None:
    """Draw what is asked for."""
    asked = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(drawn(asked["spec"], asked["within"]))


if __name__ == "__main__":
    main()
