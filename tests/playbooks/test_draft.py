from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.act import Change, Confirm, Digress, Pause, Picked, Resume, Skip, Typed
from playbooks.draft import NOT_AS_MADE, Draft, draft_of, fingerprint, role_words
from playbooks.run import Answered, Drafted
from tests.playbooks.scripts import REVIEW, Walk, choice, document, question, script, stop

UNKNOWN = {"label": "Not known", "follow_up": "2 working days"}
SECTIONS = [{"id": "one", "title": "What happened"}, {"id": "two", "title": "How far it reaches"}]
OF = script(
    choice("held", "yes", "no", label="Held"),
    stop("tell", when={"held": "no"}),
    question("batch", when={"held": "no"}, label="Batch"),
    question("seen", "datetime", label="First noticed", section="two"),
    question("cause", unknown=UNKNOWN, label="QA number", section="two"),
    REVIEW,
    document(),
    sections=SECTIONS,
)
TO_THE_END = (Picked(("no",)), Typed("00123"), Typed("today 06:10"), Picked(("unknown",)), Confirm())


def draft(walk: Walk, number: int = 1, zone: str = "Europe/Dublin", status_note: str = "") -> Draft:
    made = [event for event in walk.events if isinstance(event.what, Drafted)][number - 1]
    return draft_of(
        OF,
        walk.events,
        made,
        run="coach-7k2m",
        site="Example site",
        zone=zone,
        names={"person-1": "Nia Byrne"},
        status_note=status_note,
    )


def lines(of: Draft) -> list[tuple[str, str, str]]:
    return [(group.title, line.label, line.value) for group in of.groups for line in group.lines]


def test_every_line_of_a_draft_traces_to_a_step_and_an_answer():
    made = draft(Walk(OF).does(*TO_THE_END))
    assert lines(made) == [
        ("What happened", "Held", "No"),
        ("What happened", "Batch", "00123"),
        ("How far it reaches", "First noticed", "3 June 2025, 06:10 (IST)"),
        ("How far it reaches", "QA number", "Not known yet"),
    ]
    assert {line.said_by for group in made.groups for line in group.lines} == {"Nia Byrne"}
    assert (made.script, made.version, made.script_hash) == (OF.id, OF.version, OF.hash)
    assert (made.title, made.number, made.watermark, made.run) == ("An example", 1, "DRAFT", "coach-7k2m")


def test_open_points_say_what_is_missing_and_when_to_come_back():
    walk = Walk(OF).does(Picked(("yes",)), Skip(), Picked(("unknown",)), Confirm())
    assert [point.note for point in draft(walk).open_points] == [
        "Not answered: first noticed",
        "Not known yet: QA number (follow up: 2 working days)",
    ]


def test_who_was_told_is_said_with_the_time_and_without_claiming_it_was_read():
    assert draft(Walk(OF).does(*TO_THE_END)).told == (
        "QA on call was told through the coach on 3 June 2025, 13:01 (IST) (posted, not confirmed read)",
    )


def test_a_role_with_nobody_behind_it_is_said_to_have_been_told_by_nobody():
    assert draft(Walk(OF, roster={}).does(*TO_THE_END)).told == (
        "Nobody stood on the list for QA on call on 3 June 2025, 13:01 (IST); the coach told nobody.",
    )


def test_a_correction_does_not_hide_that_somebody_was_told():
    walk = Walk(OF).does(*TO_THE_END, Change("held"), Picked(("yes",)), Confirm())
    assert draft(walk, 2).told == draft(walk, 1).told
    assert ("What happened", "Batch", "00123") not in lines(draft(walk, 2))


def test_the_first_draft_stays_as_it_was_made():
    walk = Walk(OF).does(*TO_THE_END)
    first = draft(walk)
    walk.does(Change("batch"), Typed("1E5"), Confirm())
    assert draft(walk, 1) == first
    assert ("What happened", "Batch", "1E5") in lines(draft(walk, 2))


def test_a_name_nobody_knows_is_shown_as_its_id():
    walk = Walk(OF).does(*TO_THE_END)
    walk.events = tuple(replace(event, by="person-9") for event in walk.events)
    assert draft(walk).made_by == "person-9"


def test_only_a_drafted_event_makes_a_draft():
    walk = Walk(OF)
    with pytest.raises(TypeError, match="a draft is made by 'drafted', not by 'started'"):
        draft_of(OF, walk.events, walk.events[0], run="", site="", zone="UTC", names={}, status_note="")


@pytest.mark.parametrize(
    ("note", "shown"), [("", NOT_AS_MADE), ("Not approved.", f"Not approved. {NOT_AS_MADE}")]
)
def test_a_draft_whose_words_were_erased_says_so(note, shown):
    walk = Walk(OF).does(*TO_THE_END)
    assert draft(walk, status_note=note).status_note == note
    walk.events = tuple(
        replace(event, what=replace(event.what, values=(), said=""))
        if isinstance(event.what, Answered)
        else event
        for event in walk.events
    )
    assert draft(walk, status_note=note).status_note == shown


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("qa_on_call", "QA on call"),
        ("supervisor_on_shift", "supervisor on shift"),
        ("di_contact", "di contact"),
    ],
)
def test_a_role_reads_as_people_say_it(role, words):
    assert role_words(role) == words


# The fingerprint


def print_of(walk: Walk) -> str:
    return fingerprint(OF, walk.events)


def test_the_fingerprint_is_that_of_the_run_when_it_was_drafted():
    walk = Walk(OF).does(*TO_THE_END[:-1])
    before = print_of(walk)
    assert draft(walk.does(Confirm())).fingerprint == before


@pytest.mark.parametrize(
    "acts",
    [
        (Picked(("no",)), Typed("00124"), Typed("today 06:10"), Picked(("unknown",))),
        (Picked(("no",)), Typed("00123"), Typed("today 06:11"), Picked(("unknown",))),
        (Picked(("no",)), Typed("00123"), Typed("today 06:10"), Skip()),
        (Picked(("yes",)), Typed("today 06:10"), Picked(("unknown",))),
    ],
)
def test_another_answer_gives_another_fingerprint(acts):
    assert print_of(Walk(OF).does(*acts)) != print_of(Walk(OF).does(*TO_THE_END[:-1]))


def test_another_person_another_time_or_another_reader_gives_another_fingerprint():
    walk = Walk(OF).does(*TO_THE_END[:-1])
    by_another = tuple(replace(event, by="person-2") for event in walk.events)
    later = tuple(replace(event, at=event.at.replace(hour=15)) for event in walk.events)
    to_nobody = Walk(OF, roster={}).does(*TO_THE_END[:-1]).events
    assert len({fingerprint(OF, events) for events in (walk.events, by_another, later, to_nobody)}) == 4


def test_what_is_not_stated_does_not_touch_the_fingerprint():
    walk = Walk(OF).does(*TO_THE_END[:-1])
    before = print_of(walk)
    walk.does(Digress("why"), Pause(), Resume(), Change("batch"), Typed("00123"))
    assert print_of(walk) == before


@given(
    st.sampled_from(["UTC", "Europe/Dublin", "America/New_York", "Pacific/Kiritimati"]), st.text(max_size=10)
)
def test_where_and_how_it_is_shown_does_not_touch_the_fingerprint(zone, note):
    walk = Walk(OF).does(*TO_THE_END)
    assert draft(walk, zone=zone, status_note=note).fingerprint == draft(walk).fingerprint


@pytest.mark.parametrize("value", ["00123", "1E5", "12-05", "Crème", "Партия 25Б", "🧪", "<b>&amp;</b>"])
def test_an_answer_reaches_the_draft_unchanged(value):
    walk = Walk(OF).does(Picked(("no",)), Typed(value), Skip(), Skip(), Confirm())
    assert ("What happened", "Batch", value) in lines(draft(walk))
