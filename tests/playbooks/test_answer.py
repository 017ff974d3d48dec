from __future__ import annotations

from datetime import datetime
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.answer import (
    MAX_IDENTIFIER,
    MAX_ITEMS,
    Trouble,
    Unclear,
    options_of,
    pick,
    picked_answer,
    read_answer,
    show_moment,
)
from playbooks.place import Place
from playbooks.run import Answer
from playbooks.script import Ask, Option
from tests.playbooks.scripts import DUBLIN, NOON, YES_OR_NO, ask

UNKNOWN = {"label": "Still finding out", "follow_up": "1 working day", "say": "Please come back to it."}
KIND = ask(
    "choice",
    options=[
        {"value": "process", "label": "A process step or limit"},
        {"value": "equipment", "label": "Equipment, utility or room"},
        {"value": "document", "label": "A document or record"},
    ],
)
TOUCHED = ask(
    "multi",
    options=[
        {"value": "batch", "label": "A batch in process"},
        {"value": "material", "label": "Raw material"},
        {"value": "record", "label": "Records"},
    ],
    none={"value": "none", "label": "None of these"},
    unknown=UNKNOWN,
)
HELD = ask("yes_no")
ODD_ONES = ["00123", "1E5", "12-05", "1.10", "no.", "Crème brûlée", "Партия 25Б", "🧪 flask №7", "  e\u0301"]


def read(of: Ask, text: str) -> Answer | Unclear:
    return read_answer(of, text, NOON, DUBLIN)


def trouble(found: Answer | Unclear) -> Trouble | None:
    return found.trouble if isinstance(found, Unclear) else None


# Options


@pytest.mark.scenario("A6")
@pytest.mark.parametrize(
    "text",
    [
        *(
            "equipment",
            "Equipment, utility or room",
            "EQUIPMENT UTILITY OR ROOM!",
            "utility",
            "the second one",
        ),
        *(
            "2",
            "2.",
            "b)",
            "B",
            "option 2",
            "option b",
            "number 2",
            "no. 2",
            "No 2",
            "second",
            "equipmnet",
            "equpment",
        ),
    ],
)
def test_label_value_number_letter_and_misspelling_pick_the_same_option(text):
    assert read(KIND, text) == Answer(("equipment",))


def test_last_is_the_last_option():
    assert read(KIND, "the last one") == Answer(("document",))


@pytest.mark.parametrize("text", ["or", "process or document", "x", "9", "0", "fourth", "zz", "!!!", "?"])
def test_what_matches_no_single_option_picks_none(text):
    assert isinstance(read(KIND, text), Unclear)


@pytest.mark.scenario("A7")
@pytest.mark.parametrize(
    "text",
    ["not the first one", "no equipment", "except process", "never a document", "isn't a record", "nob"],
)
def test_a_negation_never_picks_an_option(text):
    assert trouble(read(KIND, text)) is Trouble.NO_SUCH_OPTION


@pytest.mark.parametrize(
    ("label", "opposite"),
    [
        ("Released", "unreleased"),
        ("Complete", "incomplete"),
        ("Unlabelled", "labelled"),
        ("Normal", "abnormal"),
    ],
)
def test_a_word_with_the_opposite_meaning_is_no_misspelling(label, opposite):
    either = ask("choice", options=[_option(label), _option("Something else")])
    assert trouble(read(either, opposite)) is Trouble.NO_SUCH_OPTION


def test_another_number_is_no_misspelling():
    lines = ask("choice", options=[_option("Line 1"), _option("Packing")])
    assert trouble(read(lines, "line 2")) is Trouble.NO_SUCH_OPTION
    assert read(lines, "lime 1") == Answer(("line-1",))


@pytest.mark.scenario("A6")
def test_two_options_nearly_as_close_are_asked_back():
    found = read(ask("choice", options=[_option("Tablets"), _option("Tables"), _option("Vials")]), "tablest")
    assert isinstance(found, Unclear)
    assert found.trouble is Trouble.WHICH_OPTION
    assert [option.label for option in found.could_be] == ["Tablets", "Tables"]


def test_words_that_stand_in_two_labels_are_asked_back():
    found = read(ask("choice", options=[_option("Cold room 2"), _option("Cold room 7")]), "cold room")
    assert trouble(found) is Trouble.WHICH_OPTION


def test_signs_tell_options_apart_that_are_alike_without_them():
    limits = ask(
        "choice", options=[{"value": "below", "label": "< 2 °C"}, {"value": "above", "label": "> 2 °C"}]
    )
    assert read(limits, "> 2 °C") == Answer(("above",))
    assert trouble(read(limits, "2 °C")) is Trouble.WHICH_OPTION


@pytest.mark.parametrize("text", ["y", "Yep", "yes", "aye", "1", "a"])
def test_yes_is_said_in_many_ways(text):
    assert read(HELD, text) == Answer(("yes",))


@pytest.mark.parametrize("text", ["n", "Nope", "no", "nah", "2", "b"])
def test_no_is_said_in_many_ways(text):
    assert read(HELD, text) == Answer(("no",))


@pytest.mark.parametrize(
    "text", ["not sure", "I don\N{RIGHT SINGLE QUOTATION MARK}t know", "dunno", "?", "unknown"]
)
def test_not_knowing_picks_the_option_that_says_so(text):
    sure = ask("choice", options=[*YES_OR_NO, {"value": "unknown", "label": "Cannot tell"}])
    assert read(sure, text) == Answer(("unknown",))


def test_without_options_nothing_is_picked():
    assert pick("anything", ()) == Unclear(Trouble.NO_SUCH_OPTION)


# Several options


@pytest.mark.parametrize(
    "text", ["batch, records", "record & batch", "Batch and Records", "1;3", "records + a", "batch\nrecords"]
)
def test_several_options_are_kept_in_the_order_shown(text):
    assert read(TOUCHED, text) == Answer(("batch", "record"))


def test_one_of_several_may_be_picked_alone():
    assert read(TOUCHED, "raw material") == Answer(("material",))
    assert read(TOUCHED, "none of these") == Answer(("none",))


@pytest.mark.scenario("A8")
@pytest.mark.parametrize("values", [("none", "batch"), ("batch", "unknown"), ("unknown", "none")])
def test_none_and_not_knowing_stand_alone(values):
    found = picked_answer(TOUCHED, values)
    assert isinstance(found, Unclear)
    assert found.trouble is Trouble.NONE_AND_MORE
    assert {option.value for option in found.could_be} <= {"none", "unknown"}


def test_one_part_that_is_unclear_leaves_the_whole_unclear():
    assert trouble(read(TOUCHED, "batch, rhubarb")) is Trouble.NO_SUCH_OPTION
    assert trouble(read(TOUCHED, "batch, not records")) is Trouble.NO_SUCH_OPTION


# Pressed


@pytest.mark.parametrize(
    ("of", "values", "expected"),
    [
        (KIND, ("process",), Answer(("process",))),
        (KIND, ("process", "process"), Answer(("process",))),
        (KIND, (), Trouble.EMPTY),
        (KIND, ("rhubarb",), Trouble.NO_SUCH_OPTION),
        (KIND, ("unknown",), Trouble.NO_SUCH_OPTION),
        (KIND, ("process", "document"), Trouble.WHICH_OPTION),
        (TOUCHED, ("record", "batch", "record"), Answer(("batch", "record"))),
        (TOUCHED, ("unknown",), Answer(is_unknown=True)),
        (HELD, ("yes",), Answer(("yes",))),
        (ask("text"), ("pressed",), Trouble.NO_SUCH_OPTION),
        (ask("text", unknown=UNKNOWN), ("unknown",), Answer(is_unknown=True)),
    ],
)
def test_a_press_gives_exactly_its_options_or_nothing(of, values, expected):
    found = picked_answer(of, values)
    assert (found.trouble if isinstance(found, Unclear) else found) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("2025-06-03T06:10+01:00",), Answer(("2025-06-03T06:10+01:00",))),
        (("2025-06-03T06:10",), Trouble.NOT_A_DATE),  # no offset: nobody knows when that is
        (("0001-01-01T00:00+05:00",), Trouble.NOT_A_DATE),  # no clock reaches it
        (("9999-12-31T23:59-05:00",), Trouble.NOT_A_DATE),
        (("soon",), Trouble.NOT_A_DATE),
        ((), Trouble.NOT_A_DATE),
        (("2025-06-03T06:10+01:00", "2025-06-03T07:10+01:00"), Trouble.NOT_A_DATE),
    ],
)
def test_a_press_of_a_moment_is_one_moment_with_its_offset(values, expected):
    found = picked_answer(ask("datetime"), values)
    assert (found.trouble if isinstance(found, Unclear) else found) == expected


def test_i_dont_know_is_one_of_the_options_where_it_is_offered():
    assert [option.value for option in options_of(TOUCHED)] == [
        "batch",
        "material",
        "record",
        "none",
        "unknown",
    ]
    assert options_of(TOUCHED)[-1] == Option("unknown", "Still finding out", "Please come back to it.")
    assert options_of(ask("text", unknown=UNKNOWN)) == ()


# Words


@pytest.mark.scenario("A4")
@pytest.mark.parametrize("text", ODD_ONES)
@pytest.mark.parametrize("type_", ["text", "long_text", "identifier", "list"])
def test_what_is_typed_survives_unchanged(text, type_):
    assert read(ask(type_), f" {text}\n") == Answer((text.strip(),))


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_any_text_is_kept_as_typed_but_for_the_blanks_around_it(text):
    assert read(ask("text"), text) == Answer((text.strip(),))


@pytest.mark.scenario("A5")
@pytest.mark.parametrize(
    "type_", ["text", "long_text", "identifier", "list", "datetime", "yes_no", "choice", "multi"]
)
@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_typed_is_no_answer(type_, text):
    of = ask(type_, options=YES_OR_NO) if type_ in {"choice", "multi"} else ask(type_)
    assert read(of, text) == Unclear(Trouble.EMPTY)


@pytest.mark.scenario("A5")
@pytest.mark.parametrize(
    ("of", "limit"),
    [(ask("text", max=20), 20), (ask("long_text", max=20), 20), (ask("identifier"), MAX_IDENTIFIER)],
)
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(of, limit):
    assert read(of, "x" * limit) == Answer(("x" * limit,))
    assert read(of, "x" * (limit + 1)) == Unclear(Trouble.TOO_LONG, limit=limit)


@pytest.mark.parametrize("text", ["I don't know", "Not sure.", "unknown", "?", "STILL FINDING OUT"])
@pytest.mark.parametrize("of", [ask("text", unknown=UNKNOWN), TOUCHED, ask("datetime", unknown=UNKNOWN)])
def test_not_knowing_is_an_answer_where_it_is_offered(text, of):
    assert read(of, text) == Answer(is_unknown=True)


def test_not_knowing_is_plain_words_where_it_is_not_offered():
    assert read(ask("text"), "Not sure") == Answer(("Not sure",))


# Lists


def test_a_list_keeps_each_entry_once_in_the_order_typed():
    assert read(ask("list"), "25K041, 00123;25K041\n\n 1E5 ,") == Answer(("25K041", "00123", "1E5"))


def test_separators_alone_are_no_list():
    assert read(ask("list"), " ,;\n, ") == Unclear(Trouble.EMPTY)


@pytest.mark.parametrize("of", [ask("list"), TOUCHED])
def test_a_list_has_a_limit(of):
    many = ",".join(str(number) for number in range(MAX_ITEMS + 1))
    assert read(of, many) == Unclear(Trouble.TOO_MANY, limit=MAX_ITEMS)


@pytest.mark.parametrize(
    ("of", "limit"), [(ask("list", max=20), 20), (ask("list", of="identifier"), MAX_IDENTIFIER)]
)
def test_an_entry_of_a_list_has_a_limit(of, limit):
    assert read(of, f"1, {'2' * limit}") == Answer(("1", "2" * limit))
    assert read(of, f"1, {'2' * (limit + 1)}") == Unclear(Trouble.TOO_LONG, limit=limit)


@pytest.mark.parametrize(
    "text", ["00123 and 00124", "00123 AND 00124", "00123 & 00124", "00123, and 00124", "00123\n00124"]
)
def test_and_between_identifiers_separates_them(text):
    assert read(ask("list", of="identifier"), text) == Answer(("00123", "00124"))


def test_and_within_an_entry_in_words_belongs_to_it():
    assert read(ask("list"), "vials and caps; line 3") == Answer(("vials and caps", "line 3"))


@pytest.mark.parametrize("text", ["SAND-1", "A&B-7", "and 00123"])
def test_and_within_an_identifier_belongs_to_it(text):
    assert read(ask("list", of="identifier"), text) == Answer((text,))


# Moments


def test_a_typed_moment_is_kept_with_its_offset():
    assert read(ask("datetime"), "today 06:10") == Answer(("2025-06-03T06:10+01:00",))


@pytest.mark.scenario("A9")
def test_a_moment_that_can_be_read_two_ways_is_asked_back_with_both():
    found = read(ask("datetime"), "03/04/2025 06:00")
    assert isinstance(found, Unclear)
    assert found.trouble is Trouble.WHICH_DATE
    assert found.could_be == (
        Option("2025-04-03T06:00+01:00", "3 April 2025, 06:00 (IST)"),
        Option("2025-03-04T06:00+00:00", "4 March 2025, 06:00 (GMT)"),
    )
    assert picked_answer(ask("datetime"), (found.could_be[1].value,)) == Answer(("2025-03-04T06:00+00:00",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("soon", Trouble.NOT_A_DATE),
        ("3 June 2025", Trouble.NO_TIME),
        ("30 March 2025 01:30", Trouble.NO_SUCH_TIME),
    ],
)
def test_a_moment_that_cannot_be_read_says_why(text, expected):
    assert trouble(read(ask("datetime"), text)) is expected


def test_a_moment_is_shown_so_that_it_reads_one_way_only():
    assert (
        show_moment(datetime(2025, 6, 3, 6, 5, tzinfo=ZoneInfo("Europe/Paris")))
        == "3 June 2025, 06:05 (CEST)"
    )


# Days, times, numbers, names


@pytest.mark.scenario("A9")
@pytest.mark.parametrize(
    "text", ["2 June 2025", "2025-06-02", "June 2nd, 2025", "02/06/2025", "2.6.2025", "yesterday", "Monday"]
)
def test_a_day_is_read_from_many_spellings(text):
    found = read(ask("date"), text)
    if isinstance(found, Unclear):  # 02/06 may be February as well
        assert found.trouble is Trouble.WHICH_DATE
        found = picked_answer(ask("date"), (found.could_be[0].value,))
    assert found == Answer(("2025-06-02",))


def test_a_day_that_can_be_read_two_ways_is_asked_back_with_both():
    found = read(ask("date"), "03/04/2025")
    assert isinstance(found, Unclear)
    assert found.could_be == (Option("2025-04-03", "3 April 2025"), Option("2025-03-04", "4 March 2025"))


@pytest.mark.parametrize("text", ["soon", "2 June 2025 06:00", "31 June 2025", "25"])
def test_what_is_no_day_says_so(text):
    assert trouble(read(ask("date"), text)) is Trouble.NOT_A_DAY


@pytest.mark.parametrize("text", ["06:10", "6.10 am", "0610h", "at 6:10", "6h10"])
def test_a_time_of_day_is_read_from_many_spellings(text):
    assert read(ask("time"), text) == Answer(("06:10",))


@pytest.mark.parametrize("text", ["soon", "25:00", "06:10 yesterday", "13 pm"])
def test_what_is_no_time_says_so(text):
    assert trouble(read(ask("time"), text)) is Trouble.NOT_A_TIME


@pytest.mark.parametrize(
    ("type_", "values", "expected"),
    [
        ("date", ("2025-06-02",), Answer(("2025-06-02",))),
        ("date", ("2 June",), Trouble.NOT_A_DAY),
        ("date", (), Trouble.NOT_A_DAY),
        ("time", ("06:10",), Answer(("06:10",))),
        ("time", ("06:10", "07:10"), Trouble.NOT_A_TIME),
        ("time", ("early",), Trouble.NOT_A_TIME),
        ("number", ("1234",), Answer(("1234",))),
        ("number", (), Trouble.NOT_A_NUMBER),
        ("confirm", ("yes",), Answer(("yes",))),
    ],
)
def test_a_press_of_a_day_a_time_or_a_number_is_exactly_one(type_, values, expected):
    found = picked_answer(ask(type_), values)
    assert (found.trouble if isinstance(found, Unclear) else found) == expected


WARM = ask("number", unit="°C")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8.4", "8.4"),
        ("8,4", "8.4"),
        ("8,4 °C", "8.4"),
        ("8.4°c", "8.4"),
        ("\N{MINUS SIGN}20", "-20"),
        ("+5", "+5"),
        ("0,234", "0.234"),
        ("1.10", "1.10"),  # its last figure says how exact it was
        ("007", "007"),
    ],
)
def test_a_number_keeps_its_figures_with_a_comma_or_a_point(text, value):
    assert read(WARM, text) == Answer((value,))


@pytest.mark.parametrize("text", ["8.4 °F", "8.4 bar", "8.4 °C or so"])
def test_another_unit_is_asked_back_with_the_one_that_is_meant(text):
    assert read(WARM, text) == Unclear(Trouble.OTHER_UNIT, say="°C")


def test_a_unit_where_none_is_meant_is_no_number():
    assert read(ask("number"), "3 boxes") == Unclear(Trouble.NOT_A_NUMBER)


@pytest.mark.parametrize("text", ["hot", "about 8", "8.4.2", "1,234.5", "8 8", "1e5", "٣ quite"])
def test_what_is_no_number_says_so(text):
    assert trouble(read(WARM, text)) in {Trouble.NOT_A_NUMBER, Trouble.OTHER_UNIT}


def test_a_number_that_is_a_thousand_to_some_is_asked_back():
    found = read(WARM, "1,234")
    assert found == Unclear(Trouble.WHICH_NUMBER, (Option("1.234", "1.234 °C"), Option("1234", "1234 °C")))
    assert isinstance(found, Unclear)
    assert [picked_answer(WARM, (each.value,)) for each in found.could_be] == [
        Answer(("1.234",)),
        Answer(("1234",)),
    ]


def test_a_person_is_named_in_words_of_some_length():
    assert read(ask("person", max=20), "Shift lead, line 3") == Answer(("Shift lead, line 3",))
    assert trouble(read(ask("person", max=20), "x" * 21)) is Trouble.TOO_LONG


@pytest.mark.parametrize("text", ["yes", "Yes, done", "done", "yep", "1"])
def test_a_thing_to_do_is_confirmed_in_a_word(text):
    assert read(ask("confirm"), text) == Answer(("yes",))


@pytest.mark.parametrize("text", ["no", "not yet", "later"])
def test_a_thing_not_done_is_no_confirmation(text):
    assert trouble(read(ask("confirm"), text)) is Trouble.NO_SUCH_OPTION


@pytest.mark.parametrize(
    ("text", "fits"),
    [("DEV-25-0042", True), ("dev-25-0042", True), ("DEV-25-42", False), ("DEV-2X-0042", False), ("DEX-25-0042", False)],
)  # fmt: skip
def test_an_identifier_has_the_shape_its_site_gives(text, fits):
    of = ask("identifier", mask={"site": "deviation_number"})
    place = Place(DUBLIN.zone, values={"deviation_number": "DEV-##-####"})
    expected = Answer((text,)) if fits else Unclear(Trouble.OTHER_SHAPE, say="DEV-##-####")
    assert read_answer(of, text, NOON, place) == expected
    assert read_answer(of, text, NOON, DUBLIN) == Answer((text,))  # a site without one takes any


def test_a_mask_in_the_script_tells_letters_from_digits():
    of = ask("identifier", mask="@@#")
    assert read(of, "AB1") == Answer(("AB1",))
    assert trouble(read(of, "A11")) is Trouble.OTHER_SHAPE


# Hostile text


@pytest.mark.parametrize(
    "text", ["batch," * 20_000, "a and " * 20_000, "not " * 30_000, "\u202e" * 100_000, "1" * 100_000]
)
@pytest.mark.parametrize("type_", ["list", "multi", "choice", "yes_no", "datetime", "identifier"])
def test_hostile_text_is_read_in_bounded_time(text, type_):
    of = {"multi": TOUCHED, "choice": KIND}.get(type_) or ask(type_)
    began = perf_counter()
    assert isinstance(read(of, text), Unclear | Answer)
    assert perf_counter() - began < 2


def _option(label: str) -> dict[str, str]:
    return {"value": label.lower().replace(" ", "-"), "label": label}
