"""The two pictures of the app: a speech bubble with a tick in it, drawn by arithmetic.

Teams wants a coloured one of 192 pixels and a white outline of 32 on nothing
<https://learn.microsoft.com/en-us/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons>.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from itertools import pairwise

Point = tuple[float, float]
Colour = tuple[int, int, int, int]

ACCENT = "#0b6670"
_ACCENT: Colour = (0x0B, 0x66, 0x70, 255)
_WHITE: Colour = (255, 255, 255, 255)
_NOTHING: Colour = (255, 255, 255, 0)
_TICK = ((0.36, 0.45), (0.46, 0.55), (0.65, 0.34))
_TAIL = ((0.34, 0.66), (0.32, 0.82), (0.50, 0.68))


def colour_icon() -> bytes:
    """A white bubble on the accent colour, as a PNG of 192 pixels."""
    stroke = 0.045

    def at(point: Point, pixel: float) -> Colour:
        inside = _cover(_bubble(point), pixel) * (1 - _cover(_line(point, _TICK) - stroke, pixel))
        return _mixed(_ACCENT, _WHITE, inside)

    return _png(192, at)


def outline_icon() -> bytes:
    """The outline of the same, white on nothing, as a PNG of 32 pixels."""
    stroke = 0.035

    def at(point: Point, pixel: float) -> Colour:
        edge = min(abs(_bubble(point)), _line(point, _TICK)) - stroke
        return _mixed(_NOTHING, _WHITE, _cover(edge, pixel))

    return _png(32, at)


def _bubble(point: Point) -> float:
    """How far outside of the bubble a point is; inside it is below zero."""
    x, y = abs(point[0] - 0.5) - 0.22, abs(point[1] - 0.45) - 0.13
    box = math.hypot(max(x, 0.0), max(y, 0.0)) + min(max(x, y), 0.0) - 0.11
    return min(box, _triangle(point))


def _triangle(point: Point) -> float:
    """How far outside of the bubble's tail a point is."""
    sides = zip(_TAIL, (*_TAIL[1:], _TAIL[0]), strict=True)
    return max(
        ((end[1] - start[1]) * (point[0] - start[0]) - (end[0] - start[0]) * (point[1] - start[1]))
        / -math.dist(start, end)
        for start, end in sides
    )


def _line(point: Point, corners: tuple[Point, ...]) -> float:
    """How far a point is from a line with these corners."""
    return min(_to_part(point, start, end) for start, end in pairwise(corners))


def _to_part(point: Point, start: Point, end: Point) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    reach = ((point[0] - start[0]) * along[0] + (point[1] - start[1]) * along[1]) / (
        along[0] ** 2 + along[1] ** 2
    )
    reach = min(max(reach, 0.0), 1.0)
    return math.dist(point, (start[0] + reach * along[0], start[1] + reach * along[1]))


def _cover(distance: float, pixel: float) -> float:
    """How much of a pixel lies within a shape whose edge is so far away."""
    return min(max(0.5 - distance / pixel, 0.0), 1.0)


def _mixed(under: Colour, over: Colour, share: float) -> Colour:
    red, green, blue, alpha = (
        round(one + (other - one) * share) for one, other in zip(under, over, strict=True)
    )
    return red, green, blue, alpha


def _png(size: int, at: Callable[[Point, float], Colour]) -> bytes:
    """A picture of this many pixels in each direction <https://www.w3.org/TR/png-3/>."""
    lines = bytearray()
    for y in range(size):
        lines.append(0)  # the line stands as it is, unfiltered
        for x in range(size):
            lines += bytes(at(((x + 0.5) / size, (y + 0.5) / size), 1 / size))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(lines), 9)), (b"IEND", b""))
    )
