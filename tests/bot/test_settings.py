"""What the environment may say, and what the coach answers when it cannot use it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsRefused, listed, os_user, read_settings

KEY = "k" * 32
LONG_KEY = "at least 32 characters that nobody can guess; when you change it, keep the old one behind a comma"
PAGE = "where people open the coach, such as https://coach.example.org"
# Every variable: its field, a value, and what it is read as.
VARIABLES = {
    "QMS_COACH_KEEP_QUESTIONS": ("keep_questions", "30", 30),
    "DATABASE_URL": ("database_url", "postgresql://coach@db/coach", "postgresql://coach@db/coach"),
    "PORT": ("port", "8001", 8001),
    "QMS_COACH_HOST": ("host", "0.0.0.0", "0.0.0.0"),  # noqa: S104  only read here, never listened on
    "QMS_COACH_SITE": ("site_folder", "/srv/site", Path("/srv/site")),
    "QMS_COACH_SECRET_KEY": ("secret_key", KEY, KEY),
    "QMS_COACH_BEHIND_PROXY": ("behind_proxy", "true", True),
    "QMS_COACH_ANCHOR_FILE": ("anchor_file", "/srv/anchors.jsonl", Path("/srv/anchors.jsonl")),
    "QMS_COACH_CACHE": ("cache_folder", "/srv/cache", Path("/srv/cache")),
    "QMS_COACH_METRICS_TOKEN": ("metrics_token", "scrape", "scrape"),
    "QMS_COACH_LOG_LEVEL": ("log_level", "DEBUG", "DEBUG"),
    "QMS_COACH_NOW": ("pretend_now", "2026-06-03T09:00", "2026-06-03T09:00"),
    "QMS_COACH_URL": ("public_url", "https://coach.example.org", "https://coach.example.org"),
    "SLACK_SIGNING_SECRET": ("slack_signing_secret", "s1gn", "s1gn"),
    "SLACK_BOT_TOKEN": ("slack_bot_token", "xoxb-1", "xoxb-1"),
    "SLACK_APP_TOKEN": ("slack_app_token", "xapp-1", "xapp-1"),
    "SLACK_CLIENT_ID": ("slack_client_id", "12.34", "12.34"),
    "SLACK_CLIENT_SECRET": ("slack_client_secret", "cl1ent", "cl1ent"),
    "SLACK_ALLOWED_WORKSPACES": ("slack_allowed_workspaces", "T1, T2", "T1, T2"),
    "SLACK_API_URL": ("slack_api_url", "http://127.0.0.1:9/api/", "http://127.0.0.1:9/api/"),
    "TEAMS_APP_ID": ("teams_app_id", "app-1", "app-1"),
    "TEAMS_APP_PASSWORD": ("teams_app_password", "pass", "pass"),
    "TEAMS_APP_TENANT_ID": ("teams_app_tenant_id", "tenant-1", "tenant-1"),
    "TEAMS_ALLOWED_TENANTS": ("teams_allowed_tenants", "tenant-1", "tenant-1"),
    "TEAMS_SERVICE_URLS": ("teams_service_urls", "smba.example.org", "smba.example.org"),
    "DYNO": ("dyno", "web.1", "web.1"),
}
SECRETS = [name for name, (field, _, _) in VARIABLES.items() if re.search("secret|token|password", field)]


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


def test_tokens_are_not_kept_with_nothing_to_encrypt_them(monkeypatch: pytest.MonkeyPatch):
    for name, value in {"SIGNING_SECRET": "s", "CLIENT_ID": "c", "CLIENT_SECRET": "s"}.items():
        monkeypatch.setenv(f"SLACK_{name}", value)
    with pytest.raises(SettingsRefused, match="set QMS_COACH_SECRET_KEY"):
        read_settings().must_be_whole()
    monkeypatch.setenv("QMS_COACH_SECRET_KEY", "a key of at least thirty-two characters")
    read_settings().must_be_whole()


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
        (
            "QMS_COACH_KEEP_QUESTIONS",
            "0",
            "QMS_COACH_KEEP_QUESTIONS is '0'; write for how many days a question is kept that no answer settled: from 1 to 730",
        ),
        ("PORT", "-1", "PORT is '-1'; write a whole number from 0 to 65535"),
        ("QMS_COACH_BEHIND_PROXY", "perhaps", "QMS_COACH_BEHIND_PROXY is 'perhaps'; write true or false"),
        ("QMS_COACH_LOG_LEVEL", "loud", "QMS_COACH_LOG_LEVEL is 'loud'; write DEBUG, INFO, WARNING or ERROR"),
        (
            "QMS_COACH_SECRET_KEY",
            "hunter2",
            f"QMS_COACH_SECRET_KEY is too short; write {LONG_KEY}",
        ),
        (
            "QMS_COACH_URL",
            "https://coach.example.org/chat",
            f"QMS_COACH_URL is 'https://coach.example.org/chat'; write {PAGE}",
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
    for variable in SECRETS:
        monkeypatch.setenv(variable, "hunter2" * 5)
    settings = read_settings()
    assert "hunter2" not in f"{settings!r} {settings} {settings.for_demo(Path('x'), 1)!r}"

    monkeypatch.setenv("QMS_COACH_SECRET_KEY", "hunter2")
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    told = refused.value
    assert "hunter2" not in f"{told!r} {told} {told.__cause__!r}"
    assert told.__suppress_context__


@pytest.mark.parametrize("keys", [f"{KEY},short", f"short,{KEY}", "a," * 20])
def test_no_key_is_short_however_many_there_are(monkeypatch, keys):
    monkeypatch.setenv("QMS_COACH_SECRET_KEY", keys)
    with pytest.raises(SettingsRefused, match="QMS_COACH_SECRET_KEY is too short") as refused:
        read_settings()
    assert keys not in str(refused.value)


def test_the_newest_key_comes_first_and_the_old_ones_are_kept_behind_it(monkeypatch):
    assert read_settings().secret_keys == ()
    monkeypatch.setenv("QMS_COACH_SECRET_KEY", KEY)
    assert read_settings().secret_keys == (KEY,)
    monkeypatch.setenv("QMS_COACH_SECRET_KEY", f"{'n' * 32}, {KEY}")
    assert read_settings().secret_keys == ("n" * 32, KEY)


@pytest.mark.parametrize(
    ("value", "parts"), [("", ()), (" , ", ()), ("T1", ("T1",)), (" T1 ,T2,, T3,", ("T1", "T2", "T3"))]
)
def test_a_list_is_what_stands_between_its_commas(value, parts):
    assert listed(value) == parts


# --- Chat platforms


def given(monkeypatch, *variables: str) -> Settings:
    """The settings with these variables."""
    for variable in variables:
        monkeypatch.setenv(variable, VARIABLES[variable][1])
    return read_settings()


HTTP = ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN")
SOCKET = ("SLACK_APP_TOKEN", "SLACK_BOT_TOKEN")
FOR_MANY = ("SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
TEAMS = ("TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_APP_TENANT_ID")


def test_without_their_variables_no_platform_is_on(monkeypatch):
    settings = given(monkeypatch, "SLACK_API_URL", "SLACK_ALLOWED_WORKSPACES", "QMS_COACH_URL")
    assert not settings.has_slack
    assert not settings.has_teams


@pytest.mark.parametrize("variables", [HTTP, SOCKET, FOR_MANY, {*HTTP, *SOCKET, *FOR_MANY}])
def test_slack_is_on_over_http_over_a_socket_or_installed_over_the_web(monkeypatch, variables):
    settings = given(monkeypatch, *variables)
    assert settings.has_slack
    assert not settings.has_teams


@pytest.mark.parametrize("variables", [TEAMS, {*TEAMS, "TEAMS_ALLOWED_TENANTS", "TEAMS_SERVICE_URLS"}])
def test_teams_is_on_with_an_app_its_password_and_its_tenant(monkeypatch, variables):
    settings = given(monkeypatch, *variables)
    assert settings.has_teams
    assert not settings.has_slack


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        (("SLACK_BOT_TOKEN",), "SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN for Socket Mode)"),
        (
            ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"),
            "SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN for Socket Mode)",
        ),
        (("SLACK_SIGNING_SECRET",), "SLACK_BOT_TOKEN (or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET)"),
        (("SLACK_APP_TOKEN",), "SLACK_BOT_TOKEN (or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET)"),
        ((*HTTP, "SLACK_CLIENT_ID"), "SLACK_CLIENT_SECRET"),
        ((*HTTP, "SLACK_CLIENT_SECRET"), "SLACK_CLIENT_ID"),
        (
            (*SOCKET, "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"),
            "SLACK_SIGNING_SECRET, which an app that is installed over the web needs",
        ),
    ],
)
def test_slack_set_up_by_half_says_what_is_missing(monkeypatch, variables, missing):
    settings = given(monkeypatch, *variables)
    with pytest.raises(SettingsRefused) as refused:
        _ = settings.has_slack
    assert str(refused.value) == (
        f"Slack is set up by half: set {missing} too, or take the other Slack variables out"
    )


@pytest.mark.parametrize("variables", [*[(name,) for name in TEAMS], TEAMS[:2], ("TEAMS_ALLOWED_TENANTS",)])
def test_teams_set_up_by_half_names_all_that_is_missing(monkeypatch, variables):
    """A bot without its app id would answer anybody."""
    settings = given(monkeypatch, *variables)
    with pytest.raises(SettingsRefused) as refused:
        _ = settings.has_teams
    missing = ", ".join(name for name in TEAMS if name not in variables)
    assert str(refused.value) == (
        f"Teams is set up by half: set {missing} too, or take the other Teams variables out"
    )


def test_what_is_shown_or_tried_out_writes_to_nobodys_workspace(monkeypatch, tmp_path):
    settings = given(monkeypatch, *HTTP, *SOCKET, *FOR_MANY, *TEAMS)
    for tried in (settings.for_demo(tmp_path, None), settings.for_preview(tmp_path)):
        assert not tried.has_slack
        assert not tried.has_teams


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
