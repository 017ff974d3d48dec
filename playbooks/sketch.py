"""Where the lines of a picture go: a Vega-Lite specification with every coordinate worked out, as plain data.

Nothing is left to a renderer but ink: text is broken here, by the widths that letters have on average. Meaning is never in
colour alone: a signal has another shape, a limit another dash and its name. https://vega.github.io/vega-lite/docs/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import cos, pi, sin
from typing import assert_never

from playbooks.figure import MOST_LEVEL, Bones, Chain, Chart, Content, Web

Spec = dict[str, object]
Row = Mapping[str, object]

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
INK, GREY, BLUE, RED = "#1F2933", "#5A6672", "#1F4E79", "#A4262C"
PAPER, PALE, EDGE = "#FFFFFF", "#EAF0F6", "#7B8794"
FONT = "Liberation Sans, Arial, sans-serif"

_TEXT, _SMALL, _LINE = 15, 14, 1.3  # sizes in pixels, and the distance of lines
_NARROW, _WIDE = frozenset("iljtfrI.,;:'|!()[]-/ "), frozenset("mwMW@%&ÄÖÜQOGD")
_SHORT = "\N{HORIZONTAL ELLIPSIS}"
_UNIT = re.compile(r"(?<=\d) (?=[°%‰])")


def sketch(title: str, content: Content) -> Spec:
    """The specification of the picture of this content."""
    match content:
        case Chain():
            return _chain(title, content)
        case Bones():
            return _fishbone(title, content)
        case Chart():
            return _control_chart(title, content)
        case Web():
            return _radar(title, content)
        case _:
            assert_never(content)


def wrapped(text: str, width: float, size: int = _TEXT, most: int = 6) -> tuple[str, ...]:
    """`text` in lines no wider than `width` pixels, at most `most` of them; what does not fit ends in an ellipsis."""
    lines, line = [], ""
    for word in _pieces(text, width, size):
        longer = f"{line} {word}" if line else word
        if line and wide(longer, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    lines.append(line)
    if len(lines) <= most:
        return tuple(lines)
    last = lines[most - 1]
    while last and wide(last + _SHORT, size) > width:
        last = last[:-1]
    return (*lines[: most - 1], last.rstrip() + _SHORT)


def wide(text: str, size: int) -> float:
    """How many pixels `text` takes on one line, about, and rather too many than too few."""
    return size * sum(_width(char) for char in text)


def _width(char: str) -> float:
    if char in _NARROW:
        return 0.36
    if ord(char) >= 0x1100:  # where letters are as wide as they are high
        return 1.05
    return 0.9 if char in _WIDE else 0.72 if char.isupper() else 0.57


def _pieces(text: str, width: float, size: int) -> Iterator[str]:
    """The words of `text`, a number with its degrees or per cent as one; a word wider than a line in parts."""
    for word in _UNIT.sub("\N{NO-BREAK SPACE}", " ".join(text.split())).split(" "):
        part = ""
        for char in word:
            if part and wide(part + char, size) > width:
                yield part
                part = ""
            part += char
        yield part


# A plane to draw on


@dataclass(slots=True)
class _Plane:
    """Rectangles, lines, points and texts in pixels from the upper left corner. Lives for one picture."""

    title: str
    boxes: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    points: list[Row] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)

    def box(
        self, left: float, top: float, width: float, height: float, fill: str = PALE, edge: str = BLUE
    ) -> None:
        self.boxes.append(
            {"x": left, "y": top, "x2": left + width, "y2": top + height, "fill": fill, "edge": edge}
        )

    def line(
        self, start: tuple[float, float], end: tuple[float, float], ink: str = EDGE, width: float = 1.5
    ) -> None:
        self.lines.append(
            {"x": start[0], "y": start[1], "x2": end[0], "y2": end[1], "ink": ink, "width": width}
        )

    def head(self, tip: tuple[float, float], angle: float) -> None:
        """The head of an arrow; 0 points up, 90 to the right."""
        self.points.append(
            {"x": tip[0], "y": tip[1], "shape": "triangle-up", "ink": INK, "angle": angle, "size": 110}
        )

    def dot(self, at: tuple[float, float], ink: str = BLUE) -> None:
        self.points.append({"x": at[0], "y": at[1], "shape": "circle", "ink": ink, "angle": 0, "size": 70})

    def text(
        self,
        lines: Sequence[str],
        x: float,
        top: float,
        *,
        size: int = _TEXT,
        align: str = "left",
        ink: str = INK,
        is_bold: bool = False,
        is_lifted: bool = False,
    ) -> None:
        """These lines, the first one beginning at `top`; lifted off a line that may run behind them."""
        for place, line in enumerate(lines):
            self.texts.append(
                {
                    "x": x,
                    "y": top + (place + 0.5) * size * _LINE,
                    "text": line,
                    "size": size,
                    "align": align,
                    "ink": ink,
                    "weight": "bold" if is_bold else "normal",
                    "lifted": is_lifted,
                }
            )

    def spec(self, width: float, height: float) -> Spec:
        layers = [
            _layer(
                {"type": "rule"},
                self.lines,
                x2={"field": "x2"},
                y2={"field": "y2"},
                stroke=_as_is("ink"),
                strokeWidth=_as_is("width", "quantitative"),
            )
        ]
        if self.boxes:
            layers.append(
                _layer(
                    {"type": "rect", "cornerRadius": 6, "strokeWidth": 1.5},
                    self.boxes,
                    x2={"field": "x2"},
                    y2={"field": "y2"},
                    fill=_as_is("fill"),
                    stroke=_as_is("edge"),
                )
            )
        if self.points:
            layers.append(
                _layer(
                    {"type": "point", "filled": True, "opacity": 1},
                    self.points,
                    shape=_as_is("shape"),
                    color=_as_is("ink"),
                    angle=_as_is("angle", "quantitative"),
                    size=_as_is("size", "quantitative"),
                )
            )
        for align, size, weight, is_lifted in dict.fromkeys(map(_look, self.texts)):
            look = (align, size, weight, is_lifted)
            mark = {
                "type": "text",
                "align": align,
                "baseline": "middle",
                "fontSize": size,
                "fontWeight": weight,
            }
            rows = [row for row in self.texts if _look(row) == look]
            words = {"text": {"field": "text", "type": "nominal"}, "color": _as_is("ink")}
            if is_lifted:
                layers.append(_layer(mark | {"stroke": PAPER, "strokeWidth": 5}, rows, text=words["text"]))
            layers.append(_layer(mark, rows, **words))
        encoding = {
            "x": _place("x", [0, width]),
            "y": _place("y", [height, 0]),
        }
        return {
            **_frame(self.title),
            "width": width,
            "height": height,
            "view": {"stroke": None},
            "encoding": encoding,
            "layer": layers,
        }


def _frame(title: str) -> Spec:
    return {
        "$schema": SCHEMA,
        "background": PAPER,
        "padding": 14,
        "title": {
            "text": list(wrapped(title, 640, 18, 3)),
            "anchor": "start",
            "fontSize": 18,
            "color": INK,
            "offset": 12,
        },
        "config": {"font": FONT, "text": {"color": INK}},
    }


def _look(row: Row) -> tuple[object, ...]:
    """What texts of one layer have in common."""
    return row["align"], row["size"], row["weight"], row["lifted"]


def _layer(mark: Spec, rows: Sequence[Row], **encoding: object) -> Spec:
    return {"data": {"values": [dict(row) for row in rows]}, "mark": mark, "encoding": encoding}


def _place(name: str, domain: Sequence[float]) -> Spec:
    return {
        "field": name,
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": list(domain), "nice": False, "zero": False},
    }


def _as_is(name: str, kind: str = "nominal") -> Spec:
    return {"field": name, "type": kind, "scale": None, "legend": None}


def _height(lines: Sequence[str], size: int = _TEXT) -> float:
    return len(lines) * size * _LINE


# A chain of causes


def _chain(title: str, chain: Chain) -> Spec:
    plane = _Plane(title)
    width, edge, gap = 620.0, 14.0, 34.0
    inner = width - 2 * edge
    top = 0.0
    event = wrapped(chain.event, inner)
    height = _height(event) + _height([""], _SMALL) + 2 * edge
    plane.box(0, top, width, height, fill=PAPER, edge=RED)
    plane.text(["What happened"], edge, top + edge - 3, size=_SMALL, ink=RED, is_bold=True)
    plane.text(event, edge, top + edge + _height([""], _SMALL))
    top += height
    for link in chain.links:
        middle = width / 2
        plane.line((middle, top), (middle, top + gap - 8), INK)
        plane.head((middle, top + gap - 7), 180)
        plane.text(["because"], middle + 12, top + 5, size=_SMALL, ink=GREY)
        top += gap
        words = wrapped(link.text, inner)
        proof = wrapped(f"Evidence: {link.evidence}", inner, _SMALL, 4) if link.evidence else ()
        height = (
            _height([""], _SMALL) + _height(words) + _height(proof, _SMALL) + 2 * edge + (6 if proof else 0)
        )
        plane.box(0, top, width, height)
        plane.text([link.label], edge, top + edge - 3, size=_SMALL, ink=BLUE, is_bold=True)
        plane.text(words, edge, top + edge + _height([""], _SMALL))
        if proof:
            plane.text(
                proof, edge, top + edge + 6 + _height([""], _SMALL) + _height(words), size=_SMALL, ink=GREY
            )
        top += height
    return plane.spec(width, top)


# A fishbone


def _fishbone(title: str, fish: Bones) -> Spec:
    """The head at the right, bones in pairs above and below the spine, their entries at the left of each.

    Narrow and tall rather than wide: it is shown in the column of a chat, and its words must still be read there.
    """
    plane = _Plane(title)
    column, lean, room, between, most = 182.0, 40.0, 148.0, 10.0, 6
    nose, tick, edge = 160.0, 14.0, 12.0
    pairs = [fish.bones[start : start + 2] for start in range(0, len(fish.bones), 2)]
    shown = [[(name, _entries(entries, room, most)) for name, entries in pair] for pair in pairs]

    def tall(entries: Sequence[Sequence[str]]) -> float:
        return max(sum(_height(lines) + between for lines in entries), 60.0) + 16

    above = max(tall(pair[0][1]) for pair in shown)
    below = max((tall(pair[1][1]) for pair in shown if len(pair) > 1), default=0.0)
    label = 34.0
    spine = label + above
    head = wrapped(fish.event, nose - 2 * edge, most=12)
    head_height = _height(head) + _height([""], _SMALL) + 24
    body = len(pairs) * column + 44
    height = spine + max(below + label if below else 0.0, head_height / 2 + 4)
    shift = max(0.0, head_height / 2 - spine)
    spine, height = spine + shift, height + shift
    plane.line((0, spine), (body, spine), INK, 3)
    plane.box(body, spine - head_height / 2, nose, head_height, fill=PAPER, edge=RED)
    top = spine - head_height / 2
    plane.text(["What happened"], body + edge, top + 9, size=_SMALL, ink=RED, is_bold=True)
    plane.text(head, body + edge, top + 12 + _height([""], _SMALL))
    for place, pair in enumerate(shown):
        foot = (place + 1) * column + 24
        for side, (name, entries) in zip((-1, 1), pair, strict=False):
            reach = above if side < 0 else below
            end = (foot - lean, spine + side * reach)
            plane.line((foot, spine), end, BLUE, 2)
            titled = wrapped(name, column - 30, _TEXT, 1)
            half = max(wide(line, _TEXT) for line in titled) / 2 + 10
            top = end[1] - label + 4 if side < 0 else end[1]
            plane.box(end[0] - half, top, 2 * half, label - 4)
            plane.text(titled, end[0], top + 5, align="center", ink=BLUE, is_bold=True)
            at = end[1] + 12 if side < 0 else spine + 10
            for lines in entries:
                high = _height(lines)
                middle = at + high / 2
                on_bone = foot - lean * abs(middle - spine) / reach
                plane.text(lines, on_bone - tick - 4, at, align="right")
                plane.line((on_bone - tick, middle), (on_bone, middle), EDGE, 1)
                at += high + between
    return plane.spec(body + nose + 2, height)


def _entries(entries: Sequence[str], room: float, most: int) -> list[tuple[str, ...]]:
    """The entries of a bone in lines; of very many, how many more there are."""
    shown = list(entries if len(entries) <= most else entries[: most - 1])
    found = [wrapped(entry, room, most=4) for entry in shown]
    if len(entries) > most:
        found.append(wrapped(f"and {len(entries) - len(shown)} more, in the list", room))
    return found


# A control chart

_WITHIN, _BEYOND = "within the limits", "beyond the limits"


def _control_chart(title: str, chart: Chart) -> Spec:
    """Individual values above, their moving range below."""
    found = chart.individuals
    values = [(number, value, number in found.beyond) for number, value in enumerate(found.values, 1)]
    ranges = [(number, value, number in found.ranges_beyond) for number, value in enumerate(found.ranges, 2)]
    limits = [
        ("mean", found.mean, "centre"),
        ("upper limit", found.upper, "limit"),
        ("lower limit", found.lower, "limit"),
        *(
            (f"{name} spec.", limit, "specification")
            for name, limit in (("upper", chart.upper), ("lower", chart.lower))
            if limit is not None
        ),
    ]
    range_limits = [("mean", found.mean_range, "centre"), ("upper limit", found.range_upper, "limit")]
    count = len(found.values)
    panels = [
        _panel(
            "Value",
            values,
            [
                (f"{name} {found.shown(at) if kind != 'specification' else f'{at:f}'}", at, kind)
                for name, at, kind in limits
            ],
            count,
            230,
        ),
        _panel(
            "Moving range",
            ranges,
            [(f"{name} {found.shown(at)}", at, kind) for name, at, kind in range_limits],
            count,
            130,
        ),
    ]
    return {**_frame(title), "vconcat": panels, "spacing": 18}


_DASH: Mapping[str, Sequence[int]] = {"centre": (), "limit": (6, 4), "specification": (2, 3)}
_AXIS: Mapping[str, object] = {"grid": False, "labelFontSize": _SMALL, "titleFontSize": _SMALL}
_LEGEND: Mapping[str, object] = {"title": None, "orient": "bottom", "labelFontSize": _SMALL}
_INKS: Mapping[str, str] = {"centre": GREY, "limit": RED, "specification": BLUE}


def _panel(
    name: str,
    points: Sequence[tuple[int, Decimal, bool]],
    lines: Sequence[tuple[str, Decimal, str]],
    count: int,
    height: int,
) -> Spec:
    every = [float(value) for _, value, _ in points] + [float(value) for _, value, _ in lines]
    low, high = min(every), max(every)
    spread = (high - low) or abs(high) or 1.0
    domain = [low - spread * 0.08, high + spread * 0.08]
    x = {
        "field": "number",
        "type": "quantitative",
        "scale": {"domain": [0.5, count + 0.5], "nice": False},
        "axis": {"title": "Number of the value", "tickMinStep": 1, "format": "d", **_AXIS},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {"title": name, "tickCount": 5, **_AXIS},
    }
    rows = [
        {"number": number, "value": float(value), "sign": _BEYOND if is_beyond else _WITHIN}
        for number, value, is_beyond in points
    ]
    signs = [_WITHIN, _BEYOND]
    layers: list[Spec] = []
    for _, at, kind in lines:
        rule: Spec = {
            "type": "rule",
            "color": _INKS[kind],
            "strokeWidth": 1.5,
            "strokeDash": list(_DASH[kind]),
        }
        layers.append({"data": {"values": [{"value": float(at)}]}, "mark": rule, "encoding": {"y": y}})
    for (label, _, kind), place in zip(
        lines, _apart([float(at) for _, at, _ in lines], domain, height), strict=True
    ):
        named = {
            "type": "text",
            "align": "left",
            "dx": 8,
            "baseline": "middle",
            "fontSize": _SMALL,
            "color": _INKS[kind],
        }
        layers.append(
            {
                "data": {"values": [{"number": count + 0.5, "value": place, "label": label}]},
                "mark": named,
                "encoding": {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}},
            }
        )
    encoding = {"x": x, "y": y}
    layers.append(
        {
            "data": {"values": rows},
            "mark": {"type": "line", "color": INK, "strokeWidth": 1.2},
            "encoding": encoding,
        }
    )
    marked = {
        "shape": {
            "field": "sign",
            "type": "nominal",
            "scale": {"domain": signs, "range": ["circle", "diamond"]},
            "legend": _LEGEND,
        },
        "color": {
            "field": "sign",
            "type": "nominal",
            "scale": {"domain": signs, "range": [INK, RED]},
            "legend": _LEGEND,
        },
        "size": {
            "field": "sign",
            "type": "nominal",
            "scale": {"domain": signs, "range": [45, 150]},
            "legend": _LEGEND,
        },
    }
    layers.append(
        {
            "data": {"values": rows},
            "mark": {"type": "point", "filled": True, "opacity": 1},
            "encoding": encoding | marked,
        }
    )
    return {"width": 480, "height": height, "layer": layers}


def _apart(values: Sequence[float], domain: Sequence[float], height: int) -> list[float]:
    """Where labels beside these values stand, so that none lies on another: moved up as far as it takes."""
    least = 15 * (domain[1] - domain[0]) / height
    found = dict.fromkeys(range(len(values)), 0.0)
    floor = domain[0] - least
    for place in sorted(range(len(values)), key=lambda at: values[at]):
        floor = found[place] = max(values[place], floor + least)
    return list(found.values())


# A radar


def _radar(title: str, web: Web) -> Spec:
    plane = _Plane(title)
    middle, reach = 340.0, 190.0
    centre = (middle, 272.0)

    def at(place: int, level: float) -> tuple[float, float]:
        angle = 2 * pi * place / len(web.axes)
        far = reach * level / MOST_LEVEL
        return centre[0] + far * sin(angle), centre[1] - far * cos(angle)

    places = range(len(web.axes))
    for ring in range(1, MOST_LEVEL + 1):
        for place in places:
            plane.line(at(place, ring), at(place + 1, ring), "#C5CED8", 1)
    for place, (name, level) in enumerate(web.axes):
        plane.line(centre, at(place, MOST_LEVEL), "#C5CED8", 1)
        x, y = at(place, MOST_LEVEL + 0.45)
        side = x - centre[0]
        align = "center" if abs(side) < 1 else "left" if side > 0 else "right"
        said = f"{level} of {MOST_LEVEL}" if level else "not known"
        lines = (*wrapped(name, 150, _SMALL, 3), said)
        high = _height(lines, _SMALL)
        top = y - high if abs(side) < 1 and y < centre[1] else y if abs(side) < 1 else y - high / 2
        plane.text(lines[:-1], x, top, size=_SMALL, align=align, is_bold=True)
        plane.text(
            lines[-1:],
            x,
            top + _height(lines[:-1], _SMALL),
            size=_SMALL,
            align=align,
            ink=BLUE if level else RED,
        )
    for place in places:
        here, there = web.axes[place][1], web.axes[(place + 1) % len(web.axes)][1]
        if here and there:
            plane.line(at(place, here), at(place + 1, there), BLUE, 2.5)
        if here:
            plane.dot(at(place, here))
    for ring in range(1, MOST_LEVEL + 1):
        x, y = at(0, ring)
        plane.text([str(ring)], x + 6, y - 2, size=12, ink=GREY, is_lifted=True)
    return plane.spec(2 * middle, 544)
