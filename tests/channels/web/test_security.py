"""Who may make the chat do something: cookies, forged forms, and how much at once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.security import CONTENT_POLICY, VISIT, Guard, Pace

GUARD = Guard("a key", behind_proxy=False)
PROXIED = Guard("a key", behind_proxy=True)
COOKIE = "a cookie"


def request(headers: Mapping[str, str], host: str = "localhost:8000") -> web.Request:
    return make_mocked_request("POST", "/chat/say", headers={"Host": host, **headers})


def test_a_guard_without_a_key_says_which_variable_to_set():
    with pytest.raises(ValueError, match="QMS_COACH_SECRET_KEY"):
        Guard("", behind_proxy=False)


# --- The line ---


@pytest.mark.parametrize(
    ("host", "is_safe"),
    [
        ("localhost:8000", True),
        ("LOCALHOST", True),
        ("127.0.0.1:8000", True),
        ("127.9.9.9", True),
        ("[::1]:8000", True),
        ("[::1]", True),
        ("coach.example.com", False),
        pytest.param("localhost.evil.example", False, id="a name that begins like ours"),
        pytest.param("127.0.0.1.evil.example", False, id="an address that is a name"),
        pytest.param("10.0.0.5:8000", False, id="another machine of the plant"),
        pytest.param("", False, id="no host"),
    ],
)
def test_plain_http_is_served_to_this_machine_alone(host: str, is_safe: bool):
    assert GUARD.is_safe_line(request({}, host)) is is_safe


@pytest.mark.parametrize(
    ("forwarded", "is_https"),
    [
        ("https", True),
        ("HTTPS", True),
        ("http", False),
        pytest.param("https, http", False, id="what the browser claims comes first, our proxy's word last"),
        pytest.param("http, https", True, id="the last proxy is ours"),
    ],
)
def test_a_trusted_proxy_says_whether_the_browser_speaks_https(forwarded: str, is_https: bool):
    assert PROXIED.is_https(request({"X-Forwarded-Proto": forwarded})) is is_https


def test_without_a_proxy_nobody_is_believed_about_https_or_addresses():
    claimed = request({"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"})

    assert not GUARD.is_https(claimed)
    assert GUARD.client(claimed) != "203.0.113.9"


def test_behind_a_proxy_requests_are_counted_by_the_address_it_saw_not_by_the_one_claimed():
    assert PROXIED.client(request({"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})) == "203.0.113.9"


# --- Cookies ---


def test_a_cookie_over_https_belongs_to_this_host_and_to_no_script():
    response = web.Response()

    PROXIED.give(request({"X-Forwarded-Proto": "https"}), response, "secret")

    (cookie,) = response.cookies.values()
    assert cookie.key == "__Host-coach"
    assert cookie.OutputString() == "__Host-coach=secret; HttpOnly; Path=/; SameSite=Lax; Secure"


def test_a_cookie_lasts_until_the_browser_closes():
    response = web.Response()

    GUARD.give(request({}), response, "secret", VISIT)

    assert response.cookies[VISIT].OutputString() == "coach-visit=secret; HttpOnly; Path=/; SameSite=Lax"


def test_over_https_a_cookie_without_the_prefix_is_not_ours():
    smuggled = request({"X-Forwarded-Proto": "https", "Cookie": "coach=planted"})

    assert PROXIED.cookie(smuggled) == ""


def test_a_cookie_is_taken_back_under_the_name_it_was_given():
    response = web.Response()

    PROXIED.take_back(request({"X-Forwarded-Proto": "https"}), response)

    (cookie,) = response.cookies.values()
    assert cookie.key == "__Host-coach"
    assert "Max-Age=0" in cookie.OutputString()
    assert "Secure" in cookie.OutputString()


# --- Forms ---


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        pytest.param({}, True, id="an old browser says nothing about itself"),
        pytest.param({"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}, True, id="ours"),
        pytest.param({"Origin": "http://evil.example"}, False, id="another site"),
        pytest.param({"Origin": "null"}, False, id="a sandboxed frame or a local file"),
        pytest.param({"Origin": "https://localhost:8000"}, False, id="another scheme"),
        pytest.param({"Origin": "http://localhost:9000"}, False, id="another port"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, False, id="another site, as the browser says"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, False, id="a neighbour under the same domain"),
        pytest.param({"Sec-Fetch-Site": "none"}, False, id="a bookmark posts nothing"),
    ],
)
def test_a_form_counts_only_when_it_came_from_our_page(headers: Mapping[str, str], is_own: bool):
    assert GUARD.is_own_form(request(headers), COOKIE, GUARD.form_token(COOKIE)) is is_own


@pytest.mark.parametrize(
    ("cookie", "token"),
    [
        pytest.param(COOKIE, "", id="no token"),
        pytest.param(COOKIE, GUARD.form_token("another cookie"), id="another browser's token"),
        pytest.param(COOKIE, Guard("other", behind_proxy=False).form_token(COOKIE), id="another key"),
        pytest.param("", GUARD.form_token(""), id="no cookie"),
        pytest.param(COOKIE, "\udcff", id="a token that is no text"),
    ],
)
def test_a_form_without_this_browsers_token_counts_for_nothing(cookie: str, token: str):
    assert not GUARD.is_own_form(request({}), cookie, token)


@given(st.text(st.characters()), st.text(st.characters()))
def test_only_the_token_made_for_a_cookie_is_accepted_with_it(one: str, other: str):
    is_same = one.encode("utf-8", "replace") == other.encode("utf-8", "replace")

    assert GUARD.is_own_form(request({}), one, GUARD.form_token(other)) is (is_same and bool(one))


# --- Headers ---


def test_the_page_may_load_and_run_nothing_that_is_not_ours():
    policy = dict(part.split(" ", 1) for part in CONTENT_POLICY.split("; "))

    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert "unsafe" not in CONTENT_POLICY


def test_a_browser_that_came_by_https_is_told_to_keep_to_it():
    secure = request({"X-Forwarded-Proto": "https"})

    assert "Strict-Transport-Security" in PROXIED.headers(secure)
    assert "Strict-Transport-Security" not in PROXIED.headers(request({}))


# --- Pace ---


def test_somebody_quick_waits_exactly_until_the_oldest_is_forgotten():
    pace = Pace(most=2, seconds=10)

    assert [pace.wait("ana", now) for now in (0, 4)] == [0, 0]
    assert pace.wait("ana", 5) == 5
    assert pace.wait("ana", 10) == 0


def test_being_refused_does_not_make_the_wait_longer():
    pace = Pace(most=1, seconds=10)
    pace.wait("ana", 0)

    assert [pace.wait("ana", now) for now in range(1, 10)] == list(range(9, 0, -1))
    assert pace.wait("ana", 10) == 0


def test_one_person_does_not_slow_another():
    pace = Pace(most=1, seconds=10)
    pace.wait("ana", 0)

    assert pace.wait("ben", 0) == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 5)), max_size=60))
def test_nobody_ever_does_more_than_the_pace_allows(steps: list[tuple[str, float]]):
    pace, now = Pace(most=3, seconds=10), 0.0
    done: list[tuple[str, float]] = []
    for who, later in steps:
        now += later
        if pace.wait(who, now) == 0:
            done.append((who, now))

    for who, at in done:
        assert sum(other == who and at <= then < at + 10 for other, then in done) <= 3


def test_a_crowd_of_strangers_fills_no_memory():
    pace = Pace(most=1, seconds=1_000, remembered=100)

    for number in range(1_000):
        pace.wait(f"stranger-{number}", 0)

    assert pace.wait("stranger-999", 1) > 0
    assert pace.wait("stranger-0", 1) == 0
