"""A measured figure, printed beside its budget and its peer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """Something simpler, measured in the same run: what the figure is a multiple of."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured. `at_most` or `at_least` is its budget, where it has one."""

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    peer: Peer | None = None

    def __str__(self) -> str:
        return f"  {self.what:<58}{_short(self.value):>8} {self.unit:<7}{self._beside()}".rstrip()

    def _beside(self) -> str:
        parts = []
        if self.at_most is not None:
            parts.append(
                f"budget at most {self.at_most:g}: {'kept' if self.value <= self.at_most else 'MISSED'}"
            )
        if self.at_least is not None:
            parts.append(
                f"budget at least {self.at_least:g}: {'kept' if self.value >= self.at_least else 'MISSED'}"
            )
        if self.peer is not None and self.peer.value:
            parts.append(f"{_short(self.value / self.peer.value)} x {self.peer.name}")
        return "; ".join(parts)


def show(*figures: Figure) -> None:
    """Print the figures, one on each line."""
    for figure in figures:
        print(figure, flush=True)


def best_of(times: int, work: Callable[[], object]) -> float:
    """The shortest of so many runs of `work`, in seconds: what it takes when nothing else gets in its way."""
    return min(_seconds(work) for _ in range(times))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all (0.5, 0.99) do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _short(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"
