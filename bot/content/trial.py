"""Trying one playbook: its scenarios, what they cover, and every path through it."""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.covered import Covered
from playbooks.explore import Explored


@dataclass(frozen=True, slots=True)
class Trial:
    """How many scenarios a playbook has, what they cover, and its paths; None for what was not tried."""

    scenarios: int = 0
    covered: Covered | None = None
    explored: Explored | None = None
