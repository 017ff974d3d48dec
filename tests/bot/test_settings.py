"""What the environment may say, and what the coach answers when it cannot use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsRefused, os_user, read_settings

KEY = "k" * 32
# Every variable: its field, a value, and what it is read as.
VARIABLES = {
    "DATABASE_URL": ("database_url", "postgresql://coach@db/coach", "postgresql://coach@db/coach"),
    "PORT": ("port", "8001", 8001),
    "QMS_COACH_HOST": ("host", "0.0.0.0", "0.0.0.0"),  # noqa: S104  only read here, never listened on
    "QMS_COACH_SITE": ("site_folder", "/srv/site", Path("/srv/site")),
    "QMS_COACH_SECRET_KEY": ("secret_key", KEY, KEY),
    "QMS_COACH_BEHIND_PROXY": ("behind_proxy", "true", True),
    "QMS_COACH_ANCHOR_FILE": ("anchor_file", "/srv/anchors.jsonl", Path("/srv/anchors.jsonl")),
    "QMS_COACH_METRICS_TOKEN": ("metrics_token", "scrape", "scrape"),
    "QMS_COACH_LOG_LEVEL": ("log_level", "DEBUG", "DEBUG"),
    "QMS_COACH_NOW": ("pretend_now", "2026-06-03T09:00", "2026-06-03T09:00"),
    "DYNO": ("dyno", "web.1", "web.1"),
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def value_of(settings: Settings, field: str) -> object:
    value = getattr(settings, field)
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


def test_this_list_of_variables_is_complete():
    assert {field.validation_alias for field in Settings.model_fields.values()} == set(VARIABLES)
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable_is_read(monkeypatch, variable):
    field, typed, read = VARIABLES[variable]
    monkeypatch.setenv(variable, typed)
    assert value_of(read_settings(), field) == read


@pytest.mark.parametrize("variable", VARIABLES)
def test_an_empty_variable_is_as_good_as_none(monkeypatch, variable):
    unset = read_settings()
    monkeypatch.setenv(variable, "")
    assert read_settings() == unset


def test_without_any_variable_everything_is_in_one_folder_and_on_this_machine():
    settings = read_settings()
    assert settings.database_url == "sqlite:///var/coach.db"
    assert settings.is_sqlite
    assert (settings.listens_on, settings.port) == ("127.0.0.1", 8000)
    assert settings.anchor_file == Path("var/anchors.jsonl")
    unset = (settings.site_folder, settings.secret_key, settings.metrics_token, settings.pretend_now)
    assert unset == (None, None, None, None)
    assert not settings.behind_proxy
    assert not settings.loses_its_disk


@pytest.mark.parametrize(
    ("variable", "typed", "refusal"),
    [
        ("PORT", "http", "PORT is 'http'; write a whole number from 0 to 65535"),
        ("PORT", "65536", "PORT is '65536'; write a whole number from 0 to 65535"),
        ("PORT", "-1", "PORT is '-1'; write a whole number from 0 to 65535"),
        ("QMS_COACH_BEHIND_PROXY", "perhaps", "QMS_COACH_BEHIND_PROXY is 'perhaps'; write true or false"),
        ("QMS_COACH_LOG_LEVEL", "loud", "QMS_COACH_LOG_LEVEL is 'loud'; write DEBUG, INFO, WARNING or ERROR"),
        (
            "QMS_COACH_SECRET_KEY",
            "hunter2",
            "QMS_COACH_SECRET_KEY is too short; write at least 32 characters that nobody can guess",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_can(monkeypatch, variable, typed, refusal):
    monkeypatch.setenv(variable, typed)
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    assert str(refused.value) == refusal


def test_everything_that_cannot_be_used_is_said_at_once(monkeypatch):
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("QMS_COACH_LOG_LEVEL", "y")
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    assert [line.split()[0] for line in str(refused.value).splitlines()] == ["PORT", "QMS_COACH_LOG_LEVEL"]


def test_a_secret_is_in_no_repr_and_in_no_refusal(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://coach:hunter2@db/coach")
    monkeypatch.setenv("QMS_COACH_SECRET_KEY", "hunter2" * 5)
    monkeypatch.setenv("QMS_COACH_METRICS_TOKEN", "hunter2")
    settings = read_settings()
    assert "hunter2" not in f"{settings!r} {settings} {settings.for_demo(Path('x'), 1)!r}"

    monkeypatch.setenv("QMS_COACH_SECRET_KEY", "hunter2")
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    told = refused.value
    assert "hunter2" not in f"{told!r} {told} {told.__cause__!r}"
    assert told.__suppress_context__


def test_on_heroku_everybody_is_let_in_by_the_router_and_the_disk_is_lost(monkeypatch):
    monkeypatch.setenv("DYNO", "web.1")
    settings = read_settings()
    assert settings.listens_on == "0.0.0.0"  # noqa: S104  only compared
    assert settings.loses_its_disk
    monkeypatch.setenv("QMS_COACH_HOST", "10.0.0.5")
    assert read_settings().listens_on == "10.0.0.5"


def test_another_port_is_taken_only_where_one_is_given():
    settings = read_settings()
    assert settings.on_port(None) == settings
    assert settings.on_port(0).port == 0


def test_a_demonstration_touches_nothing_of_a_real_site(monkeypatch, tmp_path):
    for variable, (_, typed, _) in VARIABLES.items():
        monkeypatch.setenv(variable, typed)
    demo = read_settings().for_demo(tmp_path, 9000)
    assert demo.database_url == f"sqlite:///{tmp_path / 'coach.db'}"
    assert demo.anchor_file == tmp_path / "anchors.jsonl"
    assert (demo.site_folder, demo.loses_its_disk, demo.port) == (None, False, 9000)


def test_a_preview_writes_nothing_into_a_real_sites_database_and_shows_its_content(monkeypatch, tmp_path):
    for variable, (_, typed, _) in VARIABLES.items():
        monkeypatch.setenv(variable, typed)
    preview = read_settings().for_preview(tmp_path)
    assert preview.database_url == f"sqlite:///{tmp_path / 'coach.db'}"
    assert preview.anchor_file == tmp_path / "anchors.jsonl"
    assert (preview.site_folder, preview.loses_its_disk) == (Path("/srv/site"), False)


def test_somebody_runs_this_command():
    assert os_user()
