"""The shipped playbooks with all that belongs to them, as the tests look at them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from bot.content.scenario_file import RawScenario, run_scenario
from bot.content.site_file import RawSite, site_of
from bot.site import Site
from bot.strict_yaml import read, read_all
from playbooks.check import Context
from playbooks.coaching.catalogue import CHECKS
from playbooks.errors import Problem
from playbooks.loader import load
from playbooks.obligation import Obligation, read_obligations
from playbooks.scenario import Played
from playbooks.script import Script
from tests.playbooks.scripts import Tree

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "playbooks" / "library"
IDS = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.stem.endswith(".test")))
TODAY = date(2026, 6, 3)
FIRST_SITE = "northfield"


@cache
def trees() -> Mapping[str, Tree]:
    """The playbook files as plain data."""
    return {name: _plain(FOLDER / f"{name}.yaml") for name in IDS}  # type: ignore[misc]  # a playbook is a mapping


@cache
def scripts() -> Mapping[str, Script]:
    return {name: load(tree, trees()) for name, tree in trees().items()}


@cache
def obligations() -> tuple[Obligation, ...]:
    return read_obligations(_plain(ROOT / "playbooks" / "obligations.yaml"))


@cache
def sites() -> Mapping[str, Site]:
    files = (ROOT / "bot" / "example_site" / "sites").glob("*/settings.yaml")
    return {
        path.parent.name: site_of(RawSite.model_validate(_plain(path)), is_fictional=True) for path in files
    }


@cache
def context() -> Context:
    """All that is known around the shipped playbooks at the first example site."""
    site = sites()[FIRST_SITE]
    return Context(
        settings=site.values,
        roles=site.rosters,
        product_types=("human_medicine", "nda_anda", "biologic"),
        playbooks=scripts(),
        sources={cited for script in scripts().values() for cited in _cited(script)},
        coaching=CHECKS.keys(),
        templates={path.stem for path in (ROOT / "playbooks" / "templates").iterdir()},
        terms={"incident": "deviation"},
        today=TODAY,
    )


@cache
def scenarios(name: str) -> tuple[RawScenario, ...]:
    """The scenarios beside a playbook; none where there is no such file."""
    path = FOLDER / f"{name}.test.yaml"
    documents = read_all(path.read_bytes(), path.name) if path.exists() else ()
    return tuple(RawScenario.model_validate(document.data) for document in documents)


def tried(script: Script, scenario: RawScenario) -> tuple[Played, list[Problem]]:
    """How a scenario went, and what it promised and was not kept."""
    return run_scenario(script, scenario, sites().get(scenario.given.site, sites()[FIRST_SITE]))


def _plain(path: Path) -> object:
    return read(path.read_bytes(), path.name).data


def _cited(script: Script) -> set[str]:
    clocks = {cited for clock in script.clocks.values() for cited in clock.cite}
    return clocks | {cited for step in script.steps for cited in step.cite}
