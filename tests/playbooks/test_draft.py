from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.act import Act, Change, Confirm, Digress, Free, Pause, Picked, Resume, See, Send, Skip, Typed
from playbooks.answer import Upload
from playbooks.calendar import SITE, Calendar
from playbooks.draft import NOT_AS_MADE, Around, Draft, draft_of, fingerprint, role_words
from playbooks.place import Place
from playbooks.run import Answered, Drafted
from tests.playbooks.scripts import DUBLIN, REVIEW, Walk, choice, document, question, script, stop

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


def around(status_note: str = "") -> Around:
    return Around(
        "coach-7k2m", "Example site", {"person-1": "Nia Byrne", "person-qa": "Ana Ruiz"}, status_note
    )


def draft(walk: Walk, number: int = 1, place: Place = DUBLIN, status_note: str = "") -> Draft:
    made = [event for event in walk.events if isinstance(event.what, Drafted)][number - 1]
    return draft_of(walk.script, walk.events, made, place, around(status_note))


def lines(of: Draft) -> list[tuple[str, str, str]]:
    return [(group.title, line.label, line.value) for group in of.groups for line in group.lines]


@pytest.mark.scenario("A1")
def test_every_line_of_a_draft_traces_to_a_step_and_an_answer():
    made = draft(Walk(OF).does(*TO_THE_END))
    assert lines(made) == [
        ("What happened", "Held", "No"),
        ("What happened", "Batch", "00123"),
        ("How far it reaches", "First noticed", "3 June 2025, 06:10 (IST)"),
        ("How far it reaches", "QA number", "Not known"),
    ]
    assert {line.said_by for group in made.groups for line in group.lines} == {"Nia Byrne"}
    assert (made.script, made.version, made.script_hash) == (OF.id, OF.version, OF.hash)
    assert (made.title, made.number, made.watermark, made.run) == ("An example", 1, "DRAFT", "coach-7k2m")


def test_open_points_say_what_is_missing_and_when_to_come_back():
    walk = Walk(OF).does(Picked(("yes",)), Skip(), Picked(("unknown",)), Confirm())
    assert [point.note for point in draft(walk).open_points] == [
        "First noticed: Not answered",
        "QA number: Not known (follow up by 5 June 2025)",
    ]


def test_who_was_told_is_said_with_the_time_and_without_claiming_it_was_read():
    assert draft(Walk(OF).does(*TO_THE_END)).told == (
        "QA on call (Ana Ruiz) was told through the coach on 3 June 2025, 13:01 (IST) (posted, not confirmed read)",
    )


def test_a_role_without_a_name_behind_it_is_told_by_its_words_alone():
    walk = Walk(OF, roster={"qa_on_call": ("qa_on_call",)}).does(*TO_THE_END)
    nameless = Around("coach-7k2m", "Example site", {"qa_on_call": "QA on call"}, "")
    made = next(event for event in walk.events if isinstance(event.what, Drafted))
    (told,) = draft_of(walk.script, walk.events, made, DUBLIN, nameless).told
    assert told.startswith("QA on call was told through the coach on 3 June 2025, 13:01 (IST)")


def test_a_role_with_nobody_behind_it_is_said_to_have_been_told_by_nobody():
    assert draft(Walk(OF, roster={}).does(*TO_THE_END)).told == (
        "Nobody stood on the list for QA on call on 3 June 2025, 13:01 (IST); the coach told nobody.",
    )


@pytest.mark.scenario("D5")
def test_a_correction_does_not_hide_that_somebody_was_told():
    walk = Walk(OF).does(*TO_THE_END, Change("held"), Picked(("yes",)), Typed("It is held."), Confirm())
    assert draft(walk, 2).told == draft(walk, 1).told
    assert ("What happened", "Batch", "00123") not in lines(draft(walk, 2))


def test_the_first_draft_stays_as_it_was_made():
    walk = Walk(OF).does(*TO_THE_END)
    first = draft(walk)
    walk.does(Change("batch"), Typed("1E5"), Typed("A slip of the pen."), Confirm())
    assert draft(walk, 1) == first
    assert ("What happened", "Batch", "1E5") in lines(draft(walk, 2))


def test_a_name_nobody_knows_is_shown_as_its_id():
    walk = Walk(OF).does(*TO_THE_END)
    walk.events = tuple(replace(event, by="person-9") for event in walk.events)
    assert draft(walk).made_by == "person-9"


def test_only_a_drafted_event_makes_a_draft():
    walk = Walk(OF)
    with pytest.raises(TypeError, match="a draft is made by 'drafted', not by 'started'"):
        draft_of(OF, walk.events, walk.events[0], DUBLIN, around())


@pytest.mark.parametrize(
    ("note", "shown"), [("", NOT_AS_MADE), ("Not approved.", f"Not approved. {NOT_AS_MADE}")]
)
def test_a_draft_whose_words_were_erased_says_that_it_is_not_as_it_was_made(note, shown):
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
        ("di_contact", "data-integrity contact"),
    ],
)
def test_a_role_reads_as_people_say_it(role, words):
    assert role_words(role) == words


# The fingerprint


def print_of(walk: Walk) -> str:
    return fingerprint(OF, walk.events, DUBLIN)


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
    assert (
        len({fingerprint(OF, events, DUBLIN) for events in (walk.events, by_another, later, to_nobody)}) == 4
    )


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
    elsewhere = draft(walk, place=Place(ZoneInfo(zone)), status_note=note)
    assert (elsewhere.fingerprint, elsewhere.status_note) == (draft(walk).fingerprint, note)


@pytest.mark.scenario("A4")
@pytest.mark.scenario("A11")
@pytest.mark.parametrize("value", ["00123", "1E5", "12-05", "Crème", "Партия 25Б", "🧪", "<b>&amp;</b>"])
def test_an_answer_reaches_the_draft_unchanged(value):
    walk = Walk(OF).does(Picked(("no",)), Typed(value), Skip(), Skip(), Confirm())
    assert ("What happened", "Batch", value) in lines(draft(walk))


# Stops, clocks and attachments


HELD_UP = {
    "level": "immediate",
    "say": "Please phone QA.",
    "tell": "qa_on_call",
    "release": {"by_role": ["qa_on_call"], "self": "I have spoken to QA"},
}
CLOCK = {"say": "Open the record", "starts": "seen", "due_in": "2 h", "calendar": "hours", "stops": "number"}
WHOLE = script(
    stop("phone") | {"stop": HELD_UP},
    question("seen", "datetime", label="First noticed"),
    question("photo", "attachment", label="Attachments"),
    question("number", "identifier", label="Number", unknown=UNKNOWN | {"for_role": "qa_on_call"}),
    REVIEW,
    document(),
    clocks={"open": CLOCK},
)
PHOTO = Upload("a" * 64, "chart.jpg", "jpg")


NOT_KNOWN = Picked(("unknown",))


def whole(how: Literal["self", "role"] = "self", number: Act = NOT_KNOWN) -> Walk:
    walk = Walk(WHOLE).as_("person-qa" if how == "role" else "person-1").does(Free("phone", how))
    return walk.as_("person-1").does(Typed("today 06:10"), Send((PHOTO,)), number, Confirm())


@pytest.mark.parametrize(
    ("how", "words"), [("self", "Nia Byrne, who ran the playbook"), ("role", "Ana Ruiz, in their role")]
)
def test_a_draft_says_who_released_a_stop_and_when(how, words):
    assert draft(whole(how)).released == (
        f"The stop “Please phone QA” was released by {words}, on 3 June 2025, 13:01 (IST)",
    )


def test_a_stop_that_the_version_no_longer_has_is_named_as_it_was():
    walk = whole()
    walk.script = replace(WHOLE, steps=WHOLE.steps[1:])
    assert draft(walk).released[0].startswith("The stop “phone” was released by")


def test_a_draft_says_what_runs_until_when_and_what_is_done():
    due = "Open the record: due 3 June 2025, 08:10 (IST), 2 h after 3 June 2025, 06:10 (IST)"
    assert draft(whole()).clocks == (f"{due} (open)",)
    assert draft(whole(number=Typed("DEV-1"))).clocks == (f"{due} (done)",)


def test_a_draft_names_each_file_with_its_fingerprint():
    assert draft(whole()).attachments == (f"chart.jpg (SHA-256 {'a' * 64})",)
    assert ("Part one", "Attachments", "chart.jpg") in lines(draft(whole()))


def test_an_open_point_for_a_role_names_it():
    assert draft(whole()).open_points[0].note == "Number: Not known (follow up by 5 June 2025, QA on call)"


def test_a_follow_up_that_is_no_duration_is_given_in_its_own_words():
    today = script(question("batch", unknown=UNKNOWN | {"follow_up": "today"}), REVIEW, document())
    made = draft(Walk(today).does(Picked(("unknown",)), Confirm()))
    assert [point.note for point in made.open_points] == ["batch: Not known (follow up today)"]


@pytest.mark.scenario("D3")
def test_a_draft_says_that_it_was_read_only_when_somebody_read_it():
    walk = Walk(WHOLE).as_("person-qa").after(minutes=5).does(See("phone"))
    walk.as_("person-1").does(Free("phone", "self"), Typed("now"), Skip(), Skip(), Confirm())
    (told,) = draft(walk).told
    assert told.endswith("on 3 June 2025, 13:00 (IST) (read by Ana Ruiz on 3 June 2025, 13:06 (IST))")


def test_a_draft_reads_the_same_whatever_happened_since():
    walk = whole()
    first = draft(walk)
    walk.does(See("phone"), Change("number"), Typed("DEV-1"), Typed("It came."), Confirm())
    assert draft(walk, 1) == first


def test_a_site_that_moved_its_holidays_is_said_not_to_read_as_it_did():
    days = script(question("seen", "datetime"), REVIEW, document(), clocks={
        "open": CLOCK | {"due_in": "1 working day", "calendar": "site_working_days", "stops": "seen"}})  # fmt: skip
    walk = Walk(days).does(Typed("today 06:10"), Confirm())
    holiday = Calendar(DUBLIN.zone, frozenset({date(2025, 6, 4)}))
    assert draft(walk).status_note == ""
    assert draft(walk, place=Place(DUBLIN.zone, calendars={SITE: holiday})).status_note == NOT_AS_MADE


def test_a_note_left_with_a_skip_is_shown():
    walk = Walk(OF).does(Picked(("yes",)), Skip(note="QA has it"), Skip(), Confirm())
    assert ("How far it reaches", "First noticed", "Not answered (note: QA has it)") in lines(draft(walk))
