"""Trying one playbook: its scenarios, what they cover, and every path through it."""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.covered import Covered
from playbooks.explore import Explored


@dataclass(frozen=True, slots=True)
class Trial:
    """How many scenarios a playbook has, what they cover (None where there are none, or not all could be read), and its paths."""

    scenarios: int
    covered: Covered | None
    explored: Explored
