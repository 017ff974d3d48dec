"""H: time limits in real time zones, what rings when, and the record of every change."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreUnavailable
from bot.reply import Reply
from bot.store import content, rings, runs
from bot.store.history import history
from playbooks.run import Answer, ClockFired, hash_of
from tests.fakes import ShakyDatabase
from tests.plant import Plant


@pytest.fixture
def plant(each_plant: Plant) -> Plant:
    """On both engines."""
    return each_plant


def noticed(plant: Plant, at: str, *, by: str = "alex") -> str:
    """A run in which it was noticed at this time; its reference."""
    plant.start(by=by)
    plant.upto("noticed_at", by=by)
    plant.hear(at, by=by)
    return plant.upto("noticed_how", by=by)


def rung(plant: Plant, by: str = "alex") -> list[str]:
    """What the clock told them, and how many times."""
    plant.ring()
    plant.ring()
    return plant.news(by)


@pytest.mark.scenario("H1")
def test_the_limit_runs_from_awareness_and_moves_with_it_and_says_so(plant: Plant):
    noticed(plant, "yesterday 22:00")
    assert "Time limit: Open the record in the QMS, by 3 June 2026, 22:00 (IST)." in plant.said()
    plant.say("change first noticed", "today 06:00")

    assert (
        "The time limit has moved with it: Open the record in the QMS, now by 4 June 2026, 06:00 (IST)."
        in plant.said()
    )


@pytest.mark.scenario("H2")
@pytest.mark.parametrize(
    ("now", "at", "due", "why"),
    [
        ("2026-06-05T09:00", "5 June 2026 06:00", "8 June 2026, 06:00 (IST)", "a weekend"),
        (
            "2026-10-23T09:00",
            "23 October 2026 06:00",
            "27 October 2026, 06:00 (GMT)",
            "a bank holiday, and summer ends",
        ),
        ("2026-03-27T09:00", "27 March 2026 06:00", "30 March 2026, 06:00 (IST)", "summer begins"),
        (
            "2026-12-24T09:00",
            "24 December 2026 06:00",
            "28 December 2026, 06:00 (GMT)",
            "Christmas and a weekend",
        ),
        ("2026-06-05T00:20", "4 June 2026 23:50", "5 June 2026, 23:50 (IST)", "a shift over midnight"),
    ],
    ids=lambda value: value if " " in value and "," not in value else "",
)
def test_a_working_day_knows_weekends_holidays_summer_time_and_midnight(
    plant: Plant, now: str, at: str, due: str, why: str
):
    plant.clock.now = datetime.fromisoformat(now).replace(tzinfo=UTC)
    noticed(plant, at)

    assert f"by {due}." in plant.said(), why


@pytest.mark.scenario("H2")
def test_a_federal_holiday_counts_where_the_limit_is_federal(plant: Plant):
    plant.clock.now = datetime(2026, 11, 25, 15, tzinfo=UTC)  # the day before Thanksgiving
    early = dict.fromkeys(("noticed_at", "reported_at"), "today 06:00")
    plant.start(by="riley")
    plant.upto("first_known_at", by="riley", whereabouts="market", **early)
    plant.say("today 06:30", by="riley")

    assert "if regulatory affairs say one is needed, by 1 December 2026, 06:30 (CST)." in plant.said("riley")


@pytest.mark.scenario("H2")
def test_an_hour_that_the_clocks_skip_is_asked_back(plant: Plant):
    plant.clock.now = datetime(2026, 3, 29, 9, tzinfo=UTC)
    plant.start()
    plant.upto("noticed_at")

    assert (
        "That time does not exist on that day, because the clocks went forward."
        in plant.say("today 01:30")[0].text
    )


@pytest.mark.scenario("H4")
def test_late_is_told_once_to_the_person_and_to_the_supervisor_on_shift_and_without_blame(plant: Plant):
    ref = noticed(plant, "today 06:00")
    plant.clock.now = datetime(2026, 6, 4, 5, 1, tzinfo=UTC)
    late = f"The record for {ref} was due 4 June 2026, 06:00 (IST). It can still be opened now."

    assert rung(plant) == [late]
    assert plant.news("sam") == [late]
    assert plant.news("lee") == plant.news("dana") == []
    assert not re.search(r"\b(fail|forgot|must|wrong|overdue|blame|fault|violat)", late, re.IGNORECASE)


@pytest.mark.scenario("H4")
def test_a_late_notice_is_told_again_only_when_the_limit_itself_has_moved(plant: Plant):
    noticed(plant, "today 06:00")
    plant.clock.now = datetime(2026, 6, 4, 5, 1, tzinfo=UTC)
    plant.ring()
    plant.hear("pause", "continue", "Daily check")
    plant.later(days=3)

    assert len(rung(plant)) == 1
    plant.hear("change first noticed", "today 06:00")
    plant.later(days=4)
    assert len(rung(plant)) == 2


def test_a_reminder_comes_at_its_mark_and_not_before_and_says_which_it_is(plant: Plant):
    noticed(plant, "today 06:00")
    plant.clock.now = datetime(2026, 6, 3, 16, 59, tzinfo=UTC)
    assert rung(plant) == []
    plant.later(minutes=1)

    assert rung(plant) == [
        (
            'Reminder 1 of 3 for "temp in cold room 2 was out of range this morning": '
            "Open the record in the QMS, by 4 June 2026, 06:00 (IST)."
        )
    ]
    assert plant.news("sam") == []


def test_of_several_marks_passed_at_once_only_the_latest_is_said_and_all_are_kept(plant: Plant):
    ref = noticed(plant, "today 06:00")
    plant.later(days=20)

    assert len(rung(plant)) == 1
    assert [what.percent for what in plant.whats(ref) if isinstance(what, ClockFired)] == [50, 90, 100]


def test_two_clock_processes_at_once_ring_once(plant: Plant):
    noticed(plant, "today 06:00")
    plant.later(days=2)
    other = plant.with_library(plant.library)
    due = plant.ring(), other.ring()

    assert due == (1, 0)
    assert len(plant.news("alex")) == len(plant.news("sam")) == 1


@pytest.mark.parametrize("end", ["cancelled", "stopped", "went elsewhere"])
def test_a_clock_of_what_is_done_or_over_rings_no_more(plant: Plant, end: str):
    if end == "stopped":
        plant.drafted()
        plant.hear("DEV-2026-014")
    elif end == "cancelled":
        noticed(plant, "today 06:00")
        plant.hear("end it")
    else:
        noticed(plant, "today 06:00")
        plant.hear("change kind of event", "data")
    plant.later(days=20)

    assert rung(plant) == []
    assert plant.news("sam") == []


def test_what_waits_for_its_record_number_still_rings(plant: Plant):
    ref = plant.drafted()
    assert plant.state(ref) == "waiting"
    plant.later(days=2)

    assert len(rung(plant)) == 1


def test_what_was_put_aside_still_rings_and_stays_aside(plant: Plant):
    ref = noticed(plant, "today 06:00")
    plant.hear("pause")
    plant.later(days=2)

    assert len(rung(plant)) == 1
    assert plant.state(ref) == "paused"


def test_a_ring_moves_nobody_from_what_they_are_doing(plant: Plant):
    noticed(plant, "today 06:00")
    plant.hear("pause")
    second = plant.start("label mix up")
    plant.later(days=2)
    plant.ring()
    plant.hear("no")

    assert plant.answered(second) == [("someone_hurt", ("no",))]


def test_a_run_that_cannot_be_read_keeps_no_other_from_ringing(plant: Plant):
    row = plant.row(noticed(plant, "today 06:00"))
    plant.later(days=2)
    with plant.database.writing() as conn:
        content.keep(conn, hash_of({}), "{}")
        runs.begin(conn, replace(row, ref="coach-torn", person="priya", script_hash=hash_of({}), last_seq=0))
        rings.settle(conn, "coach-torn", {"open_record": row.started_at})

    with capture_logs() as logged:
        assert plant.ring() == 2
    assert [entry["run"] for entry in logged] == ["coach-torn"]
    assert len(plant.news("alex")) == 1
    assert plant.ring() == 0, "it does not come up every 15 seconds"


def test_a_site_that_is_no_longer_there_rings_no_more(plant: Plant):
    noticed(plant, "today 06:00")
    plant.later(days=2)
    south = plant.library.site("southshore")
    plant.coach = plant.with_library(replace(plant.library, sites={south.id: south}))

    assert (plant.ring(), plant.ring()) == (1, 0)
    assert plant.news("alex") == []


def test_a_database_that_is_away_is_not_taken_for_a_run_that_cannot_be_read(database):
    shaky = ShakyDatabase(database.url.render_as_string(hide_password=False))
    plant = Plant(shaky)
    noticed(plant, "today 06:00")
    plant.later(days=2)
    shaky.away = 1
    with pytest.raises(StoreUnavailable):
        plant.ring()

    assert len(rung(plant)) == 1
    shaky.close()


@pytest.mark.scenario("H5")
def test_the_history_shows_for_each_answer_old_new_who_when_why_version_and_channel(plant: Plant):
    ref = plant.drafted()
    plant.later(hours=1)
    plant.hear("change where", "CR-03", "Read again from the door", "yes")
    plant.later(hours=1)
    plant.hear("back", "back")
    with plant.database.reading() as conn:
        changes = [change for change in history(conn, ref) if change.step == "where"]

    old, new = Answer(("Cold room CR-02",)), Answer(("CR-03",))
    at = plant.clock.now
    assert [(c.old, c.new, c.reason) for c in changes] == [
        (None, old, ""),
        (old, new, "Read again from the door"),
        (new, old, ""),
    ]
    assert [c.at for c in changes] == [at - timedelta(hours=2), at - timedelta(hours=1), at]
    assert {(c.by, c.version, c.channel) for c in changes} == {("alex", "1.0.0", "web")}


@pytest.mark.scenario("H5")
def test_a_skipped_answer_and_one_that_was_carried_are_in_the_history_too(plant: Plant):
    plant.start()
    plant.upto("noticed_at", kind="lab", lab_result="yes")
    plant.hear("today 06:00")
    second = plant.focus()
    with plant.database.reading() as conn:
        carried = {change.step: change for change in history(conn, second)}
        nothing = history(conn, "coach-none")

    assert carried["official_record"].new == Answer(("Cold store log CS-02 p. 41",))
    assert carried["official_record"].old is None
    assert nothing == ()


@pytest.mark.scenario("H7")
def test_progress_agrees_with_the_questions_really_asked_in_sections_and_sub_flows(plant: Plant):
    plant.drafted()
    shown = [
        reply.progress
        for line in plant.lines()
        if line.kind != "echo" and (reply := Reply.from_json(line.payload)).progress
    ]

    assert [progress.at for progress in shown] == list(range(1, len(shown) + 1))
    assert shown[-1].at == shown[-1].of == len(shown)
    assert all(progress.of <= len(shown) for progress in shown)
    sections = list(dict.fromkeys(progress.section for progress in shown))
    assert sections == ["First things first", "What happened", "How far it reaches", "Check and hand over"]
