"""A site: its regions, clock and people to call, as its own settings file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Roster:
    """Who stands behind a role now, in the order to ask: person ids, and a telephone number to show."""

    people: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """One plant or laboratory.

    `values` are the texts, numbers and intervals its playbooks may mention as `{site.name}`.
    `rosters` are keyed by role, such as `qa_on_call`.
    """

    id: str
    name: str
    regions: tuple[str, ...]
    product_types: tuple[str, ...] = ()
    language: str = "en"
    locale: str = "en_GB"
    zone: str = "UTC"
    values: Mapping[str, str] = field(default_factory=dict)
    rosters: Mapping[str, Roster] = field(default_factory=dict)
    is_fictional: bool = False

    @property
    def is_day_first(self) -> bool:
        """Whether dates are written with the day before the month here."""
        return not self.locale.endswith("US")

    def frozen_for(self, role: str) -> dict[str, tuple[str, ...]]:
        """What conditions may read of this site and a person's role; frozen when a run starts."""
        return {"site.region": self.regions, "site.product_type": self.product_types, "person.role": (role,)}
