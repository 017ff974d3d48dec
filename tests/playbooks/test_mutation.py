from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from playbooks.check import check_script
from playbooks.errors import ScriptRefused
from playbooks.explore import explore
from playbooks.loader import load
from playbooks.mutation import PROTECTED, Broken, Kind, broken_copies
from playbooks.obligation_check import unkept
from playbooks.script import Script
from tests.playbooks.scripts import END, REVIEW, Tree, choice, hold, question, say, tree
from tests.playbooks.shipped import IDS, context, obligations, scenarios, scripts, trees, tried

ONE_IN = 40  # of the broken copies, so many are looked at in the ordinary run
FEWEST_CAUGHT = 0.95


def whole() -> Tree:
    """A playbook file with one of everything that can be broken."""
    return tree(
        choice("held", "yes", "no", unknown={"label": "Not sure", "follow_up": "now"}),
        hold("wait", when={"held": {"in": ["no", "unknown"]}}),
        question("official_record", unknown={"label": "Not yet", "follow_up": "now"}),
        question("seen", "datetime", clock="open", check=[{"must": {"not_after": "now"}, "say": "Later?"}]),
        {"id": "call", "section": "one", "use": "a-flow", "with": {"where": "held"}},
        say("keep", "Call {site.phone}.", when={"fact": "sure"}),
        REVIEW,
        END,
        facts={"sure": {"say": "Sure", "when": {"held": "yes"}}},
        clocks={
            "open": {
                "say": "Open",
                "starts": "seen",
                "due_in": "1 day",
                "calendar": "hours",
                "stops": "held",
                "applies_when": {"site.region": "EU"},
            }
        },
        site_settings=["phone"],
    )


def copies(kind: Kind) -> list[str]:
    return [broken.what for broken in broken_copies(whole()) if broken.kind is kind]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (Kind.STEP, ["step held", "step seen", "step call", "step keep", "step end"]),
        (Kind.STOP, ["step wait"]),
        (Kind.REVIEW, ["step review"]),
        (Kind.RELEASE, ["wait: release", "wait: self"]),
        (Kind.OFFICIAL_RECORD, ["step official_record"]),
        (Kind.CLOCK, ["clock open"]),
        (
            Kind.SWAPPED,
            [
                "steps held and wait",
                "steps wait and official_record",
                "steps official_record and seen",
                "steps seen and call",
                "steps call and keep",
                "steps keep and review",
                "steps review and end",
            ],
        ),
        (
            Kind.OPTION,
            ["held: option yes", "held: option no", "held: unknown", "official_record: unknown"],
        ),
        (Kind.VALUE, ["wait.when.held.in: no", "wait.when.held.in: unknown"]),
        (Kind.FLIPPED, ["wait.when", "keep.when", "facts.sure.when", "clocks.open.applies_when"]),
        (Kind.FREED, ["wait.when", "keep.when", "clocks.open.applies_when"]),
    ],
)
def test_a_playbook_is_broken_in_every_way_of_a_kind(kind, what):
    assert copies(kind) == what


def test_every_name_operator_value_and_section_is_misspelt():
    what = copies(Kind.MISSPELT)
    for each in (
        "playbook: an-example",
        "site_settings.0: phone",
        "sections.0.id: one",
        "facts: key sure",
        "facts.sure.when: key held",
        "facts.sure.when.held: yes",
        "clocks: key open",
        "clocks.open.starts: seen",
        "clocks.open.due_in: 1 day",
        "clocks.open.applies_when: key site.region",
        "held.section: one",
        "held.type: choice",
        "held.options.0.value: yes",
        "held.unknown.follow_up: now",
        "wait.when.held: key in",
        "wait.when.held.in.1: unknown",
        "wait.stop.level: immediate",
        "seen.clock: open",
        "seen.check.0.must.not_after: now",
        "call.use: a-flow",
        "call.with: key where",
        "call.with.where: held",
        "keep.when.fact: sure",
        "keep.say: {site.phone",
    ):
        assert each in what
    assert not any("control" in each or "label" in each or each.endswith("Open") for each in what)


def test_a_copy_is_broken_in_one_place_and_the_playbook_stays_as_it_was():
    before, made = whole(), whole()
    broken = list(broken_copies(made))
    assert made == before
    assert all(copy.tree != before for copy in broken)


def test_a_misspelling_keeps_its_place():
    renamed = next(b for b in broken_copies(whole()) if b.what == "facts: key sure")
    assert list(renamed.tree["facts"]) == ["suree"]  # type: ignore[call-overload]  # facts are a mapping
    placeholder = next(b for b in broken_copies(whole()) if b.what == "keep.say: {site.phone")
    assert placeholder.tree["steps"][5]["say"] == "Call {site.phonee}."  # type: ignore[index]


# What notices a broken copy of a shipped playbook


def noticed_by(name: str, tree: Tree) -> str:
    """The first that notices that the playbook `name` is `tree` now; empty when nobody does."""
    changed = {**trees(), name: tree}
    affected = [name, *(caller for caller, script in scripts().items() if name in script.uses)]
    for each in affected:
        if by := _noticed_in(each, changed):
            return by
    return ""


def _noticed_in(name: str, changed: Mapping[str, Tree]) -> str:
    try:
        script = load(changed[name], changed)
    except ScriptRefused:
        return "loader"
    if any(not problem.is_warning for problem in check_script(script, context())):
        return "linter"
    if script.id != name:
        return "name"
    if unkept([one for one in obligations() if one.playbook == name], {name: script}):
        return "obligations"
    if any(not problem.is_warning for problem in explore(script).problems):
        return "paths"
    return "scenarios" if any(_fails(script, name)) else ""


def _fails(script: Script, name: str) -> Iterator[bool]:
    return (bool(tried(script, scenario)[1]) for scenario in scenarios(name))


@cache
def broken_of(name: str) -> tuple[Broken, ...]:
    return tuple(broken_copies(trees()[name]))


def survivors(name: str, copies: tuple[Broken, ...]) -> list[Broken]:
    """The broken copies that nobody notices."""
    return [broken for broken in copies if not noticed_by(name, broken.tree)]


@pytest.mark.parametrize(
    "name",
    [name if at % 4 == 0 else pytest.param(name, marks=pytest.mark.proof) for at, name in enumerate(IDS)],
)
def test_nobody_notices_anything_in_a_playbook_that_is_not_broken(name):
    assert noticed_by(name, copy.deepcopy(trees()[name])) == ""


@pytest.mark.parametrize("name", IDS)
def test_every_deleted_protection_is_noticed(name):
    protections = tuple(broken for broken in broken_of(name) if broken.kind in PROTECTED)
    assert protections  # every playbook has at least its review
    assert [broken.what for broken in survivors(name, protections)] == []


def test_most_of_a_sample_of_broken_copies_are_noticed():
    sample = {name: broken_of(name)[::ONE_IN] for name in IDS}
    lost = [f"{name}: {broken.what}" for name in IDS for broken in survivors(name, sample[name])]
    total = sum(map(len, sample.values()))
    assert len(lost) <= (1 - FEWEST_CAUGHT) * total + 1, f"of {total} nobody notices: {lost}"


@pytest.mark.proof
def test_nineteen_of_twenty_broken_copies_are_noticed():
    total, lost = Counter[Kind](), list[tuple[str, Broken]]()
    for name in IDS:
        total.update(broken.kind for broken in broken_of(name))
        lost += [(name, broken) for broken in survivors(name, broken_of(name))]
    shown = [f"{name}: {broken.kind}, {broken.what}" for name, broken in lost]
    assert not PROTECTED.intersection(broken.kind for _, broken in lost), shown
    assert len(lost) <= (1 - FEWEST_CAUGHT) * total.total(), shown
