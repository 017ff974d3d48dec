"""What a playbook refers to beyond its own file, as far as it is known when the playbook is checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from playbooks.script import Script


@dataclass(frozen=True, slots=True)
class Context:
    """What there is around a playbook. A part that is None (or empty) is left to somebody else to judge.

    `settings` and `roles` are those of the site, `product_types` what it may make, `sources` the citations and
    `coaching` the coaching checks by name. `playbooks` are all there are by id; None for one that cannot be read.
    `terms` gives for a word the one of the glossary that stands for it. `today` is the day of the check.
    """

    settings: Collection[str] | None = None
    roles: Collection[str] | None = None
    product_types: Collection[str] | None = None
    playbooks: Mapping[str, Script | None] | None = None
    sources: Collection[str] | None = None
    templates: Collection[str] | None = None
    coaching: Collection[str] | None = None
    terms: Mapping[str, str] = field(default_factory=dict)
    today: date | None = None
