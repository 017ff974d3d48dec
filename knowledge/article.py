"""What the coach knows: a question, the ways people ask it, and its answer with where it comes from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["article", "stub", "chitchat"]
Part = Literal["more", "why", "example"]
REGIONS = ("US", "EU", "UK")


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom an article is; an empty set means everybody, or everywhere."""

    roles: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    product_types: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as it decides what they can be told: role, site and its regions and product types, the day."""

    role: str
    site: str
    regions: frozenset[str]
    product_types: frozenset[str]
    today: str  # ISO 8601, so that it compares with an article's dates


@dataclass(frozen=True, slots=True)
class Article:
    """One entry of the knowledge base.

    A `stub` is a topic we know of and do not cover: it names whom to ask. `phrasings` are ways people ask, and `asked`
    more of them, from people who are not its author; `contrast` the entries it must not be taken for, `requires_any` words of which one must occur for it to be answered plainly,
    `negatives` questions it must never answer. `answer` is short; `parts` hold more, why and an example; `by_region` what
    is different there. `cite` are fact ids. `sop_decides`: the site's own procedure has the last word. `escalate` is the
    role that must hear of it now. `is_refused`: it is asked for something that is never advised. `ask_whom` is the role
    to ask. `playbook` is the one that does it together, `quiz_topic` what is practised with it.
    """

    id: str
    kind: Kind
    topic: str
    question: str
    phrasings: tuple[str, ...]
    answer: str
    cite: tuple[str, ...] = ()
    parts: Mapping[Part, str] = field(default_factory=dict)
    by_region: Mapping[str, str] = field(default_factory=dict)
    contrast: tuple[str, ...] = ()
    requires_any: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    scope: Scope = Scope()
    sop_decides: bool = False
    escalate: str = ""
    is_refused: bool = False
    ask_whom: str = ""
    playbook: str = ""
    quiz_topic: str = ""
    version: str = "1.0.0"
    status: str = "released_by_maker"
    effective_from: str = ""
    review_by: str = ""
    asked: tuple[str, ...] = ()

    def is_for(self, asker: Asker) -> bool:
        """Whether this person can be answered with it here and today."""
        scope = self.scope
        return (
            (not scope.roles or asker.role in scope.roles)
            and (not scope.sites or asker.site in scope.sites)
            and _shares(scope.regions, asker.regions)
            and _shares(scope.product_types, asker.product_types)
            and self.status == "released_by_maker"
            and self.effective_from <= asker.today
        )


def _shares(wanted: Collection[str], there: Collection[str]) -> bool:
    return not wanted or bool(set(wanted) & set(there))
