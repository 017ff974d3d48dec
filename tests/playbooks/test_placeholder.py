from __future__ import annotations

from playbooks.placeholder import fill, placeholders


def test_every_name_in_braces_is_found():
    assert placeholders("Call {site.on_call_qa} about {run.ref}.") == ["site.on_call_qa", "run.ref"]


def test_a_name_nobody_supplies_stays_visible():
    assert fill("Call {site.phone}, then {site.fax}.", {"site.phone": "112"}) == "Call 112, then {site.fax}."


def test_words_that_are_filled_in_are_not_filled_again():
    assert fill("{a}", {"a": "{b}", "b": "never"}) == "{b}"
