"""The clause map: from one clause to everything that rests on it, and to what other regions say on the same matter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause, by its fact id: its name, what it is about, how binding it is, and for where and for what it speaks.

    An empty set of `regions` or `product_types` means all. `superseded_by` is the clause that has taken its place.
    """

    id: str
    name: str
    about: str
    url: str
    force: str
    regions: frozenset[str] = frozenset()
    product_types: frozenset[str] = frozenset()
    superseded_by: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses of several regions, by their ids, that speak of one matter."""

    topic: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A place that cites: an article, a refusal, or a step or clock of a playbook; `what` is its title or short name."""

    kind: str
    id: str
    what: str
    step: str = ""
    cite: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clauses:
    """All clauses, by id; their groups, in the order of their file; and every place that cites one."""

    by_id: Mapping[str, Clause] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    uses: tuple[Use, ...] = ()

    @cached_property
    def _uses(self) -> Mapping[str, tuple[Use, ...]]:
        cited: dict[str, list[Use]] = {}
        for use in self.uses:
            for clause_id in dict.fromkeys(use.cite):
                cited.setdefault(clause_id, []).append(use)
        return {clause_id: tuple(found) for clause_id, found in cited.items()}

    def citing(self, clause_id: str) -> tuple[Use, ...]:
        """Every place that cites this clause."""
        return self._uses.get(clause_id, ())

    def twins(self, clause_id: str) -> tuple[Clause, ...]:
        """The clauses that speak of the same matter for a region for which this one does not; none for an unknown id."""
        here = self.by_id.get(clause_id)
        if here is None:
            return ()
        others = (other for group in self.groups if clause_id in group.clauses for other in group.clauses)
        known = (self.by_id[other] for other in dict.fromkeys(others) if other in self.by_id)
        return tuple(other for other in known if here.regions and other.regions - here.regions)

    def of_region(
        self, cited: Iterable[str], region: str, product_types: Collection[str]
    ) -> tuple[Clause, ...]:
        """What `region` says on the matter of the clauses `cited`: those of them that are its own, then their twins there.

        Only what names the region counts, fits one of `product_types` where it is for some, and was not superseded.
        """
        named = [self.by_id[each] for each in cited if each in self.by_id]
        twins = [twin for clause in named if region not in clause.regions for twin in self.twins(clause.id)]
        there = {
            clause.id: clause
            for clause in (*named, *twins)
            if region in clause.regions
            and not clause.superseded_by
            and (not clause.product_types or clause.product_types & set(product_types))
        }
        return tuple(there.values())


NO_CLAUSES = Clauses()
