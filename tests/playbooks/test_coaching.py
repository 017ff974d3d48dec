"""The coaching checks: what each asks about, what it leaves alone, and how a question is put."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playbooks.coaching.catalogue import (
    CHECKS,
    SHIPPED_ON,
    Listener,
    Manner,
    checks_of,
    is_foreign,
    is_kept_against,
    look,
    ordered,
    question_of,
    quiet_checks,
)
from playbooks.coaching.finding import Held, Kind, Known, Tier
from playbooks.coaching.prose import MOST, Prose, stems

EVERY_ON = Manner(dict.fromkeys(CHECKS, True))
NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
GLOVE = "On 4 March 2026 at 02:10 the operator saw a hole in glove 3 of ISO-4, lot V9921."


def found(text: str, check: str, known: Known = Known()) -> str | None:  # noqa: B008 - frozen
    """What this check quotes of a text; None where it asks nothing."""
    asked = look(text, [check], known, EVERY_ON, Listener())
    return asked[0].quote if asked else None


# Each check: what it asks about, with the words it quotes, and what is near to that and fine

ASKED = [
    ("expected_vs_actual", "The oven stood at 71 °C at 09:40.", ""),
    ("measure_without_number", "The temperature in the chamber was too high.", "temperature"),
    ("measure_without_number", "The tablets came off the press underweight.", "underweight"),
    ("no_identifier", "The freezer stopped in the night.", ""),
    ("no_when", "The glove had a hole.", ""),
    ("how_found", "The filter was mounted the other way round.", ""),
    ("how_found", "It was discovered on 3 May that the bag was torn.", ""),
    ("relative_date", "Yesterday the belt stopped.", "Yesterday"),
    ("relative_date", "The belt stopped on Monday.", "on Monday"),
    ("vague_amount", "Several vials had no stopper.", "Several"),
    ("cause_in_description", "The line stopped due to poor maintenance.", "due to"),
    ("person_blame", "The operator forgot to close the valve.", "forgot"),
    ("solution_in_description", "All operators should be retrained.", "should be retrained"),
    ("minimising", "The room was at 7 Pa. No impact on product.", "No impact"),
    ("undefined_acronym", "The XQZ was not booked.", "XQZ"),
    ("named_person", "The drum was opened by Mr Okafor.", "Mr Okafor"),
    ("human_terminal", "The cause is human error.", "human error"),
    ("procedure_terminal", "The sampler did not follow the procedure.", "did not follow"),
    ("negative_descriptor", "Inadequate cleaning of the pan.", "Inadequate"),
    ("no_causal_link", "A worn guide rail and a shortage of staff.", ""),
    ("restates_problem", "The valve was open.", ""),
    ("hedged_cause", "Probably the gasket was not seated.", "Probably"),
    ("no_evidence", "The jaws had worn unevenly over the years.", ""),
    ("no_alternatives", "The worn lip seal let the oil out.", ""),
    ("no_history", "The lining was worn, which let the caps slip.", ""),
    ("duty_to_act", "The packer should have told the supervisor.", "should have told"),
    ("training_only", "Retrain the operators of line 3.", "Retrain"),
    ("weak_verb", "Ensure that the clearance is carried out.", "Ensure"),
    ("correction_not_ca", "The faulty part was repaired.", "was repaired"),
    ("sop_change_unsaid", "Update the cleaning SOP.", "Update the cleaning SOP"),
    ("two_in_one", "Replace the gasket and revise the part list.", "and revise"),
    ("action_not_linked", "Paint the corridor.", ""),
    ("no_measure", "We look whether it is better.", ""),
    ("no_window", "The rate stays under 0.2 %.", ""),
    ("completion_as_effect", "The training was completed by everybody.", "training was completed"),
    ("no_denominator", "No recurrence until December.", "No recurrence"),
    ("average_to_pass", "The mean of both complies.", "mean"),
    ("invalidated_without_cause", "The first result was declared invalid.", "invalid"),
    ("solution_thrown_away", "The vials were emptied in the evening.", "emptied"),
    ("retest_first", "The analyst repeated the test at once.", "repeated"),
    ("long_sentence", "It " + "was " * 41 + "long.", "It was was was was"),
]
FINE = [
    ("expected_vs_actual", "The oven stood at 71 °C; the record allows 55 to 65 °C."),
    ("measure_without_number", "The temperature reached 71 °C, too high."),
    ("measure_without_number", "The temperature probe was out of order."),
    ("no_identifier", "Freezer FZ-12 stopped in the night."),
    ("no_when", "The glove had a hole at 14:36."),
    ("how_found", "The reviewer saw that the filter was the other way round."),
    ("relative_date", "Yesterday, 3 March 2026, the belt stopped."),
    ("relative_date", "The entry reads 'see yesterday'."),
    ("vague_amount", "Several vials (12 of 4,800) had no stopper."),
    ("cause_in_description", "The calibration was due to be done in April."),
    ("cause_in_description", "Samples were moved because the fridge was in alarm."),
    ("person_blame", "The software ignored the second scan."),
    ("person_blame", "The display says 'operator error'."),
    ("solution_in_description", "According to the SOP the filter should be changed at 450 Pa."),
    ("minimising", "Whether there is an effect is open."),
    ("undefined_acronym", "The QA reviewer called."),
    ("undefined_acronym", "The system for queues (XQZ) stopped. XQZ came back."),
    ("named_person", "The drum was opened by the dispensing operator."),
    ("human_terminal", "Human error was ruled out."),
    ("human_terminal", "A slip by the operator: both rolls have the same colour."),
    ("procedure_terminal", "The procedure was not followed because the drain has no outlet."),
    ("negative_descriptor", "Lack of a non-return valve at port 3."),
    ("negative_descriptor", "An unclear label was considered and excluded."),
    ("no_causal_link", "The rail had worn, so blisters tilted."),
    ("restates_problem", "The valve was open because the handle moves."),
    ("hedged_cause", "It was probably the valve; we tested it and it stuck."),
    ("no_evidence", "The jaws had worn, as the work order shows."),
    ("no_alternatives", "A weighing error was ruled out by the printouts."),
    ("no_history", "No similar case since January 2025."),
    ("duty_to_act", "SOP-7 makes the packer report it, and the packer did not."),
    ("training_only", "Fit a scanner and train the shifts on it."),
    ("weak_verb", "Ensure it by adding line 14 to the checklist."),
    ("correction_not_ca", "The part was repaired, and all 14 others get the new type."),
    ("sop_change_unsaid", "Update SOP 7: the flask stands 20 minutes."),
    ("two_in_one", "Install and qualify the scanner."),
    ("action_not_linked", "Fit a monitor to the heater."),
    ("no_measure", "At least 29 of 30 samples."),
    ("no_window", "No reject in 15 lots."),
    ("no_window", "No reject until 3 March 2027."),
    ("completion_as_effect", "The training was completed; errors fell below 5."),
    ("no_denominator", "No recurrence in 25 lots."),
    ("average_to_pass", "Averaging is not allowed and was not done."),
    ("average_to_pass", "The mean was written down."),
    ("invalidated_without_cause", "The result is void: the flask was cracked."),
    ("solution_thrown_away", "The vials are kept in the fridge."),
    ("solution_thrown_away", "The room was cleaned up."),
    ("retest_first", "The retest was agreed with QA before."),
    ("long_sentence", "It was short."),
]
BESIDE = Known(
    description="The valve V-17 was found open.", root_cause="The heater of the fan was burnt out."
)


@pytest.mark.parametrize(
    ("check", "text", "quote"), ASKED, ids=[f"{name}: {text[:40]}" for name, text, _ in ASKED]
)
def test_a_check_asks_and_quotes(check, text, quote):
    assert found(text, check, BESIDE) == quote


@pytest.mark.parametrize(("check", "text"), FINE, ids=[f"{name}: {text[:40]}" for name, text in FINE])
def test_a_check_leaves_alone_what_is_fine(check, text):
    assert found(text, check, BESIDE) is None


def test_every_check_is_tried_both_ways():
    assert {name for name, *_ in ASKED} == {name for name, _ in FINE} == set(CHECKS)


def test_there_are_37_checks_and_the_long_sentence_comes_last_of_all():
    assert len(CHECKS) == 38
    assert ordered(CHECKS)[-1] == "long_sentence"


# How they are put


def test_what_could_still_be_lost_comes_first_then_facts_then_words():
    tiers = [CHECKS[name].tier for name in ordered(CHECKS)]

    assert tiers == sorted(tiers)
    assert ordered(["long_sentence", "minimising", "no_when", "no such check"]) == (
        "no_when",
        "minimising",
        "long_sentence",
    )
    assert ordered(checks_of(Kind.OOS))[0] == "solution_thrown_away"
    assert CHECKS["solution_thrown_away"].tier is Tier.EVIDENCE


def test_each_kind_of_text_has_its_own_checks():
    kinds = [set(checks_of(kind)) - {"long_sentence"} for kind in Kind]

    assert sum(map(len, kinds)) == len(CHECKS) - 1
    assert set().union(*kinds) == set(CHECKS) - {"long_sentence"}


@pytest.mark.scenario("I4")
@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_a_question_is_short_blames_nobody_and_asks(check):
    sentences = re.split(r"[.?!:]\s", check.question)

    assert max(len(sentence.split()) for sentence in sentences) <= 20
    assert not re.search(
        r"\b(wrong|bad|fail\w*|must|score|grade|error)\b",
        check.question.replace("was wrong", ""),
        re.IGNORECASE,
    )
    assert "?" in check.question or check.id == "solution_thrown_away"


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_a_question_never_asks_to_remove_a_fact_an_admission_or_a_name(check):
    assert not re.search(
        r"\b(remove|delete|leave out|take out|strike|drop|cross out|rewrite)\b", check.question
    )


@pytest.mark.scenario("I5")
def test_what_is_held_elsewhere_is_not_asked_for():
    text = "A vial broke."

    assert found(text, "no_when", Known(frozenset({Held.WHEN}))) is None
    assert found(text, "no_when", Known(frozenset({Held.HISTORY}))) == ""
    assert found(text, "how_found", Known(frozenset({Held.HOW_FOUND}))) is None


def test_without_a_text_to_compare_with_nothing_is_compared():
    assert found("The valve was open.", "restates_problem") is None
    assert found("Paint the corridor.", "action_not_linked") is None


def test_the_site_owns_its_short_forms():
    assert found("The XQZ was not booked.", "undefined_acronym", Known(glossary=("XQZ",))) is None


def test_12_13_and_29_are_asked_only_where_a_site_switches_them_on():
    assert not SHIPPED_ON & {"undefined_acronym", "named_person", "action_not_linked"}

    text = "The drum was opened by Mr Okafor."
    assert look(text, ["named_person"], Known(), Manner(), Listener()) == ()
    assert look(text, ["named_person"], Known(), Manner({"named_person": True}), Listener())


def test_on_as_shipped_is_what_the_published_table_says_and_nothing_else():
    page = (Path(__file__).parents[2] / "docs" / "coaching-checks.md").read_text(encoding="utf-8")
    table = page.partition("## The table")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in table.splitlines()
        if line.startswith("| `")
    ]
    on = {row[0].strip("`") for row in rows if row[-1] == "on"}

    assert {row[0].strip("`") for row in rows} == set(CHECKS)
    assert on == SHIPPED_ON


def test_a_sites_own_words_take_the_quote_too():
    assert question_of(
        "vague_amount", "several", Manner(reworded={"vague_amount": "How many: {quote}?"})
    ) == ("How many: several?")


def test_words_in_braces_in_a_persons_text_are_never_filled_in():
    assert question_of("vague_amount", "{quote}", Manner()) == "Can “{quote}” become a number or a range?"


# Other languages


@pytest.mark.parametrize(
    "text",
    [
        "Die Temperatur ist gestern zu hoch und die Pumpe wurde nicht geprüft.",
        "La température est trop haute dans la chambre et pas une note.",
        "昨日温度が高すぎました。",
        "Вчера температура была слишком высокой.",
    ],
)
def test_a_text_in_another_language_is_left_alone(text):
    assert is_foreign(text)
    assert look(text, CHECKS, Known(), EVERY_ON, Listener()) == ()


@pytest.mark.parametrize("text", [GLOVE, "temp low", "3.2 µm", "no die was on to"])
def test_english_is_known_when_it_is_seen(text):
    assert not is_foreign(text)


def test_whoever_speaks_a_language_without_lists_is_asked_nothing():
    assert look("Yesterday it broke.", CHECKS, Known(), EVERY_ON, Listener("fr")) == ()


# Quiet for a while


def kept(*days: int, check: str = "minimising") -> list[tuple[datetime, str]]:
    return [(NOON - timedelta(days=day), check) for day in days]


@pytest.mark.parametrize(
    ("days", "is_quiet"),
    [
        ((), False),
        ((1,), False),
        ((2, 1), True),
        ((29, 5), True),
        ((40, 29), True),
        ((45, 31), False),
        ((50, 1), False),
        ((50, 40, 1), False),
        ((50, 40, 5, 1), True),
    ],
)
def test_a_check_that_was_kept_against_twice_is_quiet_for_thirty_days(days, is_quiet):
    assert quiet_checks(kept(*days), NOON) == (frozenset({"minimising"}) if is_quiet else frozenset())


def test_each_check_is_counted_by_itself():
    assert quiet_checks(kept(2) + kept(1, check="no_when"), NOON) == frozenset()


def test_who_keeps_is_looked_up_only_when_there_is_something_to_ask():
    def never() -> frozenset[str]:
        raise AssertionError

    fine = "The display at 14:36 was fine"
    assert look(fine, ["no_when"], Known(), EVERY_ON, Listener(quiet=never)) == ()
    assert look("A vial broke.", ["no_when"], Known(), EVERY_ON, Listener(quiet=lambda: {"no_when"})) == ()


# Whatever somebody writes

ANYTHING = st.text(max_size=400) | st.lists(
    st.sampled_from(
        [text for _, text, _ in ASKED] + [text for _, text in FINE] + ["\n", "…", "“", "'", "ISO-4"]
    ),
    max_size=6,
).map(" ".join)


@given(ANYTHING)
@example("")
@example("'" * 200)
@example("a" * 3 * MOST)
@example("no " * 1000)
@example("1 to " * 800)
def test_no_text_is_too_much_and_every_quote_is_a_part_of_it(text):
    found = look(text, CHECKS, BESIDE, EVERY_ON, Listener())

    assert found == look(text, CHECKS, BESIDE, EVERY_ON, Listener()), "the same text, the same questions"
    assert all(finding.quote in text for finding in found)
    assert [finding.check for finding in found] == list(ordered(finding.check for finding in found))
    assert all(CHECKS[finding.check].find(Prose(text[:MOST]), BESIDE) is not None for finding in found)


def test_a_word_is_the_same_in_all_its_forms():
    assert stems("The valves were opened") == stems("valve opening")


@pytest.mark.parametrize(
    ("cases", "kept", "is_found"),
    [(30, 25, True), (30, 24, False), (29, 29, False), (1000, 800, False), (1000, 801, True)],
)
def test_a_check_is_looked_at_where_words_were_kept_in_more_than_80_percent_of_30_cases(
    cases, kept, is_found
):
    assert is_kept_against(cases, kept) is is_found
