"""The site as the engine sees it: where times are meant, and what its playbooks may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from playbooks.calendar import Calendar
from playbooks.coaching.catalogue import Manner


@dataclass(frozen=True, slots=True)
class Place:
    """One site. `is_day_first`: its dates are written with the day before the month.

    `values` are the site's settings by name, as text; `calendars` those a clock can name; `coaching` is how it wants
    texts coached.
    """

    zone: ZoneInfo
    is_day_first: bool = True
    values: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    coaching: Manner = field(default_factory=Manner)

    def calendar(self, name: str) -> Calendar:
        """The calendar of this name; one without holidays where the site has none."""
        return self.calendars.get(name) or Calendar(self.zone)
