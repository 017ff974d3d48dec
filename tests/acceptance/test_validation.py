"""The list of scenarios is whole: each has a test, no test shows one that is not there, and the page says so."""

from __future__ import annotations

import pytest

from tests.tools.validation import PAGE, ROOT, SCENARIOS, Shown, page, shown_in

SHOWN = shown_in(ROOT / "tests")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_has_a_test(scenario: str):
    assert [each for each in SHOWN if each.scenario == scenario], f"nothing shows: {SCENARIOS[scenario]}"


def test_no_test_shows_a_scenario_that_nobody_wrote_down():
    assert {each.scenario for each in SHOWN} - set(SCENARIOS) == set()


def test_the_page_is_what_the_tests_say():
    assert PAGE.read_text(encoding="utf-8") == page(SHOWN), "run: python -m tests.tools.validation"


def test_a_mark_is_found_on_the_test_and_on_one_of_its_cases(tmp_path):
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_some.py").write_text(
        '@pytest.mark.scenario("A1")\n'
        "def test_one():\n    ...\n\n\n"
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.scenario("A5"))])\n'
        "def test_two(x):\n    ...\n\n\n"
        "def helper():\n    ...\n",
        encoding="utf-8",
    )

    assert shown_in(folder) == [
        Shown("A1", "tests/test_some.py", "test_one"),
        Shown("A5", "tests/test_some.py", "test_two"),
    ]
