"""A: a straight run, and whatever people write on the way."""

from __future__ import annotations

import re
from html import unescape

import pytest
from markdown_it import MarkdownIt

from playbooks.position import resolve
from playbooks.shown import live_lines
from tests.plant import ANSWERS, Plant, facts

HOSTILE = (
    "<script>alert(1)</script>",
    "</textarea><b>bold</b>",
    "<!-- gone -->",
    "]]><w:t>cell</w:t>",
    "&lt;escaped&gt; &amp;",
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{site.on_call_qa}",
    "{run.ref}",
    "${HOME} $(id) `id`",
    "[link](javascript:alert)",
    "![image](x)",
    "**bold** _it_ ~~gone~~",
    "# a heading",
    "- an item",
    "1. a number",
    "> a quote",
    "| a | b |",
    "=SUM(A1:A9)",
    "%s %d %(name)s",
    r"C:\temp\new",
    "' OR 1=1 --",
)


@pytest.mark.scenario("A1")
def test_every_line_of_the_draft_traces_to_a_step_and_the_answer_given_there(plant: Plant):
    ref = plant.drafted()
    order = plant.coach.draft("alex", ref, 1)
    assert order
    script = plant.library.script("deviation-open")
    place = plant.library.site("northfield").place
    live = live_lines(script, resolve(script, plant.ledger(ref), place), place.zone)
    lines = [line for group in order.draft.groups for line in group.lines]

    given = {line.step.id: (line.shown, line.given.at, "Alex Byrne") for line in live}
    given.pop("record_number")  # asked for after the draft
    assert {line.step: (line.value, line.said_at, line.said_by) for line in lines} == given
    assert len(lines) > 25
    assert [line.value for line in lines if line.value not in plant.word(ref)] == []


@pytest.mark.scenario("A2")
def test_what_the_first_message_says_is_offered_one_by_one_and_taken_with_a_yes(each_plant: Plant):
    plant = each_plant
    plant.start("batch 25K041, room F-12, temperature out of range this morning")
    ref = plant.upto("noticed_at")
    assert "At the start you wrote" not in plant.said(), '"this morning" is no time of day'

    plant.upto("where")
    assert 'At the start you wrote: "room F-12". Is that right?' in plant.said()
    assert "where" not in plant.ledger(ref).answers
    plant.press("Yes, that is right")
    assert plant.answered(ref)[-1] == ("where", ("room F-12",))

    plant.upto("batches")
    assert 'At the start you wrote: "25K041". Is that right?' in plant.said()
    assert "batches" not in plant.ledger(ref).answers
    plant.say("yes")
    assert plant.answered(ref)[-1] == ("batches", ("25K041",))
    plant.upto("end")
    assert "25K041" in plant.markdown(ref)
    assert "room F-12" in plant.markdown(ref)


@pytest.mark.scenario("A2")
def test_with_a_no_nothing_of_it_is_taken(plant: Plant):
    plant.start("batch 25K041, room F-12, temperature out of range this morning")
    ref = plant.upto("where")
    plant.press("No, something else")

    assert "All right. What is it, then?" in plant.said()
    assert "At the start you wrote" not in plant.said()
    assert "where" not in plant.ledger(ref).answers
    plant.say("Room F-21")
    assert plant.answered(ref)[-1] == ("where", ("Room F-21",))


@pytest.mark.scenario("A2")
@pytest.mark.parametrize(
    "opening",
    [
        "batch 25K041 or 25K042, temperature out of range this morning",
        "temperature out of range this morning, not in batch 25K041",
        "temperature out of range this morning, and a whole batch with it",
    ],
)
def test_what_can_be_read_in_two_ways_is_not_offered(plant: Plant, opening: str):
    plant.start(opening)
    plant.upto("batches")
    assert "At the start you wrote" not in plant.said()


@pytest.mark.scenario("A3")
def test_what_the_caller_knows_is_not_asked_again_but_stands_in_the_review(plant: Plant):
    plant.start()
    ref = plant.upto("review")

    asked = {step for step, _ in plant.answered(ref)}
    assert {"containment.where", "containment.batches", "containment.official_record"} & asked == set()
    assert facts(plant.replies())["Where"] == ANSWERS["where"]
    assert facts(plant.replies())["Official record"] == ANSWERS["official_record"]


@pytest.mark.scenario("A3")
def test_what_was_carried_from_another_playbook_is_not_asked_again(plant: Plant):
    plant.start()
    plant.upto("noticed_at", kind="lab", lab_result="yes")
    plant.say("today 06:00", "change official record")

    assert plant.row(plant.focus()).script == "oos-first-hour"
    assert "Cold store log CS-02 p. 41" in plant.said()


@pytest.mark.scenario("A4")
def test_an_identifier_survives_unchanged_into_the_draft(plant: Plant):
    typed = (
        "00123",
        "1E5",
        "12-05",
        "12:30",
        "no",
        "1.10",
        "Überprüfung",
        "Партия 7",
        "批号 25",
        "\N{TEST TUBE} 7",
    )
    ref = plant.drafted(batches=", ".join(typed))

    assert ("batches", typed) in plant.answered(ref)
    assert f"**Batches or lots:** {', '.join(typed)}\n" in plant.markdown(ref)
    assert ", ".join(typed) in plant.word(ref).splitlines()


@pytest.mark.scenario("A5")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "I got an empty message. Nothing has changed."),
        ("  \n ", "I got an empty message. Nothing has changed."),
        ("x" * 201, "the limit is 200 characters. Could you shorten it? Nothing has changed."),
    ],
    ids=["empty", "blank", "too long"],
)
def test_an_empty_or_over_long_message_gets_a_kind_answer_and_changes_nothing(
    plant: Plant, text: str, said: str
):
    plant.start()
    ref = plant.upto("where")
    answers = plant.answered(ref)
    plant.say(text)

    assert said in plant.said()
    assert plant.answered(ref) == answers


@pytest.mark.scenario("A6")
@pytest.mark.parametrize("said", ["2", "b", "equipment, utility or room", "equipmnt", "[button]"])
def test_a_number_a_letter_the_label_a_slip_and_the_button_all_choose_the_same(plant: Plant, said: str):
    plant.start()
    ref = plant.upto("kind")
    if said == "[button]":
        plant.press("Equipment, utility or room")
    else:
        plant.say(said)

    assert plant.answered(ref)[-1] == ("kind", ("equipment",))


@pytest.mark.scenario("A7")
def test_not_the_first_one_never_selects_the_first(plant: Plant):
    plant.start()
    ref = plant.upto("kind")
    plant.say("not the first one")

    assert plant.answered(ref)[-1][0] != "kind"
    assert "Which of these is closest?" in plant.said()


@pytest.mark.scenario("A8")
def test_none_excludes_the_others_and_none_plus_one_is_refused_with_words(plant: Plant):
    plant.start()
    ref = plant.upto("involved")

    plant.say("none of these, records only")
    assert '"None of these" and another answer do not go together.' in plant.said()
    plant.say("none of these")
    assert plant.answered(ref)[-1] == ("involved", ("none",))


@pytest.mark.scenario("A9")
@pytest.mark.parametrize(
    "typed",
    [
        "today 06:00",
        "3 June 2026 06:00",
        "2026-06-03 06:00",
        "03/06/2026 6:00",
        "3.6.2026, 6.00",
        "6 am today",
    ],
)
def test_a_time_typed_in_the_ways_of_the_site_is_one_time(plant: Plant, typed: str):
    plant.start()
    ref = plant.upto("noticed_at")
    plant.say(typed)
    if "more than one way" in plant.said():
        plant.press("3 June 2026, 06:00 (IST)")

    assert plant.answered(ref)[-1] == ("noticed_at", ("2026-06-03T06:00+01:00",))


@pytest.mark.scenario("A10")
def test_the_order_of_two_times_is_checked_whichever_is_corrected_later(plant: Plant):
    plant.start()
    plant.upto("happened_at")
    plant.say("today 06:30")
    assert "It seems to have been noticed before it happened." in plant.said()

    plant.say("today 05:30", "change first noticed", "today 05:00")
    assert "And when did it happen, as far as you know?" in plant.said()
    plant.say("today 05:30")
    assert "It seems to have been noticed before it happened." in plant.said()


@pytest.mark.scenario("A11")
def test_markup_in_an_answer_is_text_in_the_chat_in_the_word_file_and_in_markdown(plant: Plant):
    story = "\n".join(HOSTILE)
    ref = plant.drafted(what_happened=story)
    html = MarkdownIt().enable("table").render(plant.markdown(ref))
    read = unescape(re.sub("<[^>]+>", "", html))
    word = plant.word(ref)
    plant.say("change")

    assert facts(plant.replies())["What happened"] == story
    assert [each for each in HOSTILE if each not in word] == []
    assert [each for each in HOSTILE if each not in read] == []
    assert set(re.findall(r"</?([a-z]+\d?)", html)) <= {"h1", "h2", "p", "strong", "ul", "li", "br"}


def test_the_answers_can_be_copied_field_by_field_in_the_order_of_the_sites_own_form(plant: Plant):
    plant.drafted()
    plant.say("copy field by field")
    shown = [fact for reply in plant.replies() for fact in reply.facts]

    assert [fact.label for fact in shown[:7]] == [
        "What happened",
        "Where",
        "First noticed",
        "When it happened",
        "Batches or lots",
        "Done so far",
        "Official record",
    ]
    assert shown[0].value == ANSWERS["what_happened"]
    assert all(fact.is_copy for fact in shown)


def test_in_a_hurry_the_rest_is_left_for_later_and_the_draft_says_so(plant: Plant):
    plant.start()
    ref = plant.upto("kind")
    plant.press("The rest later")
    plant.hear("skip", "yes", "later")

    assert "What happened: Left for later" in plant.markdown(ref)
    plant.press("Go on with the rest")
    assert "Which of these is closest?" in plant.said()
    plant.upto("end")
    assert "Left for later" not in plant.markdown(ref, 2)
