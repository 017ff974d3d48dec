"""From one clause to all that rests on it, and to what other regions say on the same matter."""

from __future__ import annotations

import pytest

from bot.content.clause_file import RawTwins, twin_problems
from bot.content.library import Source
from bot.reply import Citation
from knowledge.clauses import NO_CLAUSES, Clause, Clauses, Group, Use
from tests.content import shipped_library

US, EU, BOTH = frozenset({"US"}), frozenset({"EU"}), frozenset({"EU", "UK"})


def clause(name: str, regions: frozenset[str] = frozenset(), **more) -> Clause:
    return Clause(name, f"Clause {name}", "", "", "law", regions, **more)


MAP = Clauses(
    {
        each.id: each
        for each in (
            clause("a", US),
            clause("b", BOTH),
            clause("c", EU, product_types=frozenset({"biologic"})),
            clause("d", EU, superseded_by="b"),
            clause("e"),
            clause("f", BOTH),
        )
    },
    (Group("one", ("a", "b", "c", "d")), Group("two", ("a", "f")), Group("three", ("e", "f", "gone"))),
    (
        Use("article", "x", "A question?", cite=("a", "b", "a")),
        Use("step", "p", "A step", "s", ("a",)),
    ),
)


def ids(clauses) -> list[str]:
    return [each.id for each in clauses]


def test_everything_that_cites_a_clause_is_told_once():
    assert [use.id for use in MAP.citing("a")] == ["x", "p"]
    assert MAP.citing("f") == ()


def test_a_twin_speaks_of_the_same_matter_for_a_region_that_the_clause_does_not():
    assert ids(MAP.twins("a")) == ["b", "c", "d", "f"]
    assert ids(MAP.twins("c")) == ["a", "b"], "b speaks for the UK too, d for nothing else"
    assert MAP.twins("e") == (), "what speaks for all regions has no twin"
    assert MAP.twins("unknown") == ()


def test_what_a_region_says_is_its_own_clause_first_and_then_twins():
    assert ids(MAP.of_region(("a", "f"), "EU", ())) == ["f", "b"]
    assert ids(MAP.of_region(("b",), "US", ())) == ["a"]
    assert ids(MAP.of_region(("c", "nothing"), "UK", ())) == ["b"]


def test_what_is_for_other_products_or_superseded_is_not_said():
    assert ids(MAP.of_region(("a",), "EU", ("finished",))) == ["b", "f"]
    assert ids(MAP.of_region(("a",), "EU", ("biologic",))) == ["b", "c", "f"]


def test_where_nothing_names_the_region_nothing_is_said():
    assert MAP.of_region(("e",), "US", ()) == ()
    assert NO_CLAUSES.of_region(("a",), "US", ()) == ()


# The shipped map


def test_a_twin_is_there_and_of_another_region_and_has_the_first_as_its_twin():
    known = shipped_library().clauses
    for group in known.groups:
        assert group.topic
        for name in group.clauses:
            twins = [twin for twin in known.twins(name) if twin.id in group.clauses]
            back = [other for other in group.clauses if name in ids(known.twins(other))]
            assert known.by_id[name].regions, f"{name} speaks for all regions"
            assert twins or back, f"{name} has nothing of another region in {group.topic!r}"
            for twin in twins:
                is_wider = twin.regions > known.by_id[name].regions
                assert is_wider or name in ids(known.twins(twin.id)), f"{name} and {twin.id}"


def test_the_map_knows_every_clause_that_an_article_a_refusal_or_a_playbook_cites():
    known = shipped_library().clauses
    assert {"article", "refusal", "step", "clock"} == {use.kind for use in known.uses}
    assert {cited for use in known.uses for cited in use.cite} <= set(known.by_id)
    article = next(each for each in shipped_library().knowledge.articles.values() if each.cite)
    assert article.id in [use.id for use in known.citing(article.cite[0])]


def test_a_step_of_a_sub_flow_counts_where_it_was_written():
    assert not [use for use in shipped_library().clauses.uses if "." in use.step]


def source(*regions: str) -> Source:
    return Source(Citation("21 CFR", "", "", "law"), regions)


SOURCES = {"US-1": source("US"), "EU-1": source("EU"), "EU-2": source("EU"), "ALL": source()}


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (["US-1", "EU-1", "EU-2"], []),
        (["US-1", "EU-3"], ["'US-1' has nothing of another region beside it", "unknown source 'EU-3'"]),
        (["US-1", "EU-1", "US-1"], ["'US-1' stands twice"]),
        (["US-1", "EU-1", "ALL"], ["'ALL' speaks for all regions"]),
        (
            ["EU-1", "EU-2"],
            [f"'{each}' has nothing of another region beside it" for each in ("EU-1", "EU-2")],
        ),
    ],
)
def test_a_group_that_cannot_be_one_is_told(facts, found):
    raw = RawTwins.model_validate([{"topic": "One matter", "facts": facts}])
    assert [problem.found for problem in twin_problems(raw, SOURCES)] == found
