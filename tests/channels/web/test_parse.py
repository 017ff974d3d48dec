"""What a page sends, as a message: nothing is guessed, nothing unreadable gets through."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.parse import LONGEST_TEXT, Form, Unreadable, about_token, form, message
from bot.message import About, Address, Identity, Press, legible

ABOUT = About("coach-7k2m", "where", 12)


def sent(**fields: str | list[str]) -> Form:
    return form(urlencode({"event_id": "event-0001", **fields}, doseq=True).encode())


def test_typed_words_become_a_message_of_the_person_who_is_signed_in():
    heard = message(sent(text=" a chipped tablet ", about=about_token(ABOUT)), "ana")

    assert heard.text == "a chipped tablet"
    assert heard.about == ABOUT
    assert (heard.address, heard.sender) == (Address("web", "ana"), Identity("web", "ana"))


def test_two_people_may_use_the_same_event_id():
    assert message(sent(text="a"), "ana").event_id != message(sent(text="a"), "ben").event_id


def test_a_press_brings_its_own_question_whatever_stood_beside_it():
    press = Press("answer", ("yes",), ABOUT)

    heard = message(sent(press=press.token(), about="coach-zzzz|other|1", text="not this"), "ana")

    assert (heard.press, heard.about, heard.text) == (press, ABOUT, "")


def test_ticks_become_one_answer_with_every_value():
    heard = message(sent(multi="1", about=about_token(ABOUT), value=["hold", "told"]), "ana")

    assert heard.press == Press("answer", ("hold", "told"), ABOUT)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"text": "   "}, 400, id="nothing but spaces"),
        pytest.param({}, 400, id="no field at all"),
        pytest.param({"text": "x" * (LONGEST_TEXT + 1)}, 413, id="too long by one"),
        pytest.param({"text": "x" * 100_000}, 413, id="100 kB"),
        pytest.param({"text": "a", "event_id": "short"}, 400, id="an event id that is too short"),
        pytest.param({"text": "a", "event_id": "../../etc/passwd"}, 400, id="an event id that is a path"),
        pytest.param({"text": "a", "event_id": "x" * 65}, 400, id="an event id that is too long"),
        pytest.param({"press": ""}, 400, id="an empty button"),
        pytest.param({"press": "answer"}, 400, id="a button without its question"),
        pytest.param({"press": "|||"}, 400, id="a button that does nothing"),
        pytest.param({"press": "answer|coach-7k2m|where|soon|yes"}, 400, id="a turn that is no number"),
        pytest.param({"press": "answer|coach-7k2m|where|-1|yes"}, 400, id="a turn below nought"),
        pytest.param({"press": "answer|coach\x00|where|1|yes"}, 400, id="a button with NUL"),
        pytest.param({"press": "answer|||" + "x" * 1_000}, 400, id="a button that is too long"),
        pytest.param({"multi": "1", "value": "hold"}, 400, id="ticks about nothing"),
        pytest.param({"multi": "1", "about": "coach-7k2m|done|1"}, 400, id="nothing ticked"),
        pytest.param({"multi": "1", "about": "coach-7k2m|done|1", "value": "a|b"}, 400, id="two in one tick"),
        pytest.param({"multi": "1", "about": "coach-7k2m|done|1", "value": "\x00"}, 400, id="NUL ticked"),
        pytest.param({"multi": "1", "about": "coach\x00|done|1", "value": "a"}, 400, id="NUL asked about"),
    ],
)
def test_what_makes_no_message_is_refused_in_a_sentence(fields: dict[str, str], status: int):
    with pytest.raises(Unreadable) as refused:
        message(sent(**fields), "ana")

    assert refused.value.status == status
    assert str(refused.value).endswith(".")


def test_more_fields_than_a_page_has_are_refused():
    with pytest.raises(Unreadable) as refused:
        sent(value=[str(number) for number in range(251)])

    assert refused.value.status == 413


@pytest.mark.parametrize(
    "about", ["coach-7k2m|where", "coach\x00|where|1", "|where|1", "coach-7k2m|where|soon", "x" * 2_000]
)
def test_a_question_nobody_asked_is_left_out_and_the_words_are_kept(about: str):
    heard = message(sent(text="Room 12", about=about), "ana")

    assert (heard.text, heard.about) == ("Room 12", None)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(b"text=a%00b", "a�b", id="NUL"),
        pytest.param(b"text=a%1b%5B31mb", "a�[31mb", id="an escape sequence"),
        pytest.param(b"text=a%ED%A0%80b", "a���b", id="half a character"),
        pytest.param(b"text=\xff\xfe", "��", id="bytes that are no text"),
        pytest.param(b"text=a%0D%0Ab%0Dc", "a\nb\nc", id="three kinds of line end"),
        pytest.param(b"text=25%C2%A0%C2%B0C", "25\N{NO-BREAK SPACE}°C", id="a no-break space stays"),
        pytest.param("text=שלום".encode(), "שלום", id="from right to left"),
    ],
)
def test_what_cannot_be_written_down_is_shown_and_everything_else_stays(body: bytes, text: str):
    assert message(form(b"event_id=event-0001&" + body), "ana").text == text


@given(st.text(st.characters()))
def test_legible_text_can_be_stored_anywhere_and_is_legible_again(text: str):
    clean = legible(text)

    assert "\x00" not in clean
    assert clean.encode().decode() == clean
    assert legible(clean) == clean


@given(st.binary(max_size=300))
def test_no_body_whatever_does_more_than_be_refused(body: bytes):
    with suppress(Unreadable):
        heard = message(form(body), "ana")
        assert heard.text or heard.press
