"""The one reader of the environment: every variable, what it accepts, and what is missing."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import CoachError

_LONG = 32  # characters of a key


class SettingsRefused(CoachError):
    """A variable has a value that cannot be used; the message names the variable and what it accepts."""


def own_cache() -> Path | None:
    """The folder of this account for what can be made again; None where it has no home."""
    try:
        return Path.home() / ".cache" / "qms-coach"
    except RuntimeError:
        return None


class Settings(BaseSettings):
    """What the environment says. Names are those of the variables (see `docs/running-it.md`)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str = Field(
        default="sqlite:///var/coach.db",
        validation_alias="DATABASE_URL",
        description="sqlite:///path/to/file or postgresql://user@host/name",
        repr=False,  # it may hold a password
    )
    port: int = Field(
        default=8000, ge=0, le=65535, validation_alias="PORT", description="a whole number from 0 to 65535"
    )
    host: str = Field(
        default="", validation_alias="QMS_COACH_HOST", description="the address to listen on, such as 0.0.0.0"
    )
    public_url: str = Field(
        default="",
        validation_alias="QMS_COACH_URL",
        pattern=r"^(https?://[^/\s]+)?$",
        description="where people open the coach, such as https://coach.example.org",
    )
    site_folder: Path | None = Field(
        default=None, validation_alias="QMS_COACH_SITE", description="the folder of your sites and playbooks"
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=_LONG,
        validation_alias="QMS_COACH_SECRET_KEY",
        description="at least 32 characters that nobody can guess; when you change it, keep the old one behind a comma",
    )
    behind_proxy: bool = Field(
        default=False, validation_alias="QMS_COACH_BEHIND_PROXY", description="true or false"
    )
    anchor_file: Path = Field(
        default=Path("var/anchors.jsonl"),
        validation_alias="QMS_COACH_ANCHOR_FILE",
        description="the file outside the database that the audit's anchors are written to",
    )
    cache_folder: Path | None = Field(
        default_factory=own_cache,
        validation_alias="QMS_COACH_CACHE",
        description="a folder for what can be made again, such as the index of all that can be asked",
    )
    keep_questions: int = Field(
        default=90,
        ge=1,
        le=730,
        validation_alias="QMS_COACH_KEEP_QUESTIONS",
        description="for how many days a question is kept that no answer settled: from 1 to 730",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        validation_alias="QMS_COACH_METRICS_TOKEN",
        description="what the monitoring system sends",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias="QMS_COACH_LOG_LEVEL", description="DEBUG, INFO, WARNING or ERROR"
    )
    pretend_now: str | None = Field(
        default=None, validation_alias="QMS_COACH_NOW", description="a time such as 2026-06-03T09:00"
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_SIGNING_SECRET",
        description="the signing secret of your Slack app, from its page Basic Information",
    )
    slack_bot_token: SecretStr | None = Field(
        default=None, validation_alias="SLACK_BOT_TOKEN", description="a token that begins with xoxb-"
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_APP_TOKEN",
        description="a token that begins with xapp-, for Socket Mode",
    )
    slack_client_id: str = Field(
        default="", validation_alias="SLACK_CLIENT_ID", description="the client ID of your Slack app"
    )
    slack_client_secret: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_CLIENT_SECRET",
        description="the client secret of your Slack app",
    )
    slack_allowed_workspaces: str = Field(
        default="",
        validation_alias="SLACK_ALLOWED_WORKSPACES",
        description="ids of workspaces or organisations such as T0123ABC, with commas between them",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        validation_alias="SLACK_API_URL",
        description="where Slack's Web API is; for tests",
    )
    teams_app_id: str = Field(
        default="", validation_alias="TEAMS_APP_ID", description="the app (client) id of your bot"
    )
    teams_app_password: SecretStr | None = Field(
        default=None, validation_alias="TEAMS_APP_PASSWORD", description="a client secret of your bot's app"
    )
    teams_app_tenant_id: str = Field(
        default="", validation_alias="TEAMS_APP_TENANT_ID", description="the id of the tenant your bot is in"
    )
    teams_allowed_tenants: str = Field(
        default="",
        validation_alias="TEAMS_ALLOWED_TENANTS",
        description="ids of tenants that may write to the coach, with commas between them",
    )
    teams_service_urls: str = Field(
        default="",
        validation_alias="TEAMS_SERVICE_URLS",
        description="further hosts of the Bot Framework, with commas between them",
    )
    dyno: str | None = Field(default=None, validation_alias="DYNO", description="set by Heroku itself")

    @field_validator("secret_key")
    @classmethod
    def _each_key_is_long(cls, value: SecretStr | None) -> SecretStr | None:
        """One long key does not make a short one behind or before it any harder to guess."""
        if value and any(len(key) < _LONG for key in listed(value.get_secret_value())):
            raise PydanticCustomError("too_short", "a key is too short")
        return value

    def on_port(self, port: int | None) -> Settings:
        """These settings, on another port when one is given."""
        return self if port is None else self.model_copy(update={"port": port})

    def for_demo(self, folder: Path, port: int | None) -> Settings:
        """These settings, with everything a demonstration writes in `folder`, and nothing of a real site."""
        return self.on_port(port).for_preview(folder).model_copy(update={"site_folder": None})

    def for_preview(self, folder: Path) -> Settings:
        """These settings, with everything that is written in `folder`, and the content of the site."""
        own = {"database_url": f"sqlite:///{folder / 'coach.db'}", "anchor_file": folder / "anchors.jsonl"}
        return self.model_copy(update={**own, **_WITHOUT_PLATFORMS, "dyno": None})

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The secret keys, the newest first; empty when none is set."""
        return listed(self.secret_key.get_secret_value()) if self.secret_key else ()

    @property
    def has_slack(self) -> bool:
        """Whether Slack is on: the app token of Socket Mode, or the signing secret of HTTP. Raises SettingsRefused."""
        given = {
            "SLACK_SIGNING_SECRET": self.slack_signing_secret,
            "SLACK_APP_TOKEN": self.slack_app_token,
            "SLACK_BOT_TOKEN": self.slack_bot_token,
            "SLACK_CLIENT_ID": self.slack_client_id,
            "SLACK_CLIENT_SECRET": self.slack_client_secret,
        }
        if not any(given.values()):
            return False
        if not (self.slack_signing_secret or self.slack_app_token):
            raise _half("Slack", "SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN for Socket Mode)")
        if bool(self.slack_client_id) != bool(self.slack_client_secret):
            raise _half("Slack", "SLACK_CLIENT_SECRET" if self.slack_client_id else "SLACK_CLIENT_ID")
        if not (self.slack_bot_token or self.slack_client_id):
            raise _half("Slack", "SLACK_BOT_TOKEN (or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET)")
        if self.slack_client_id and not self.slack_signing_secret:
            raise _half("Slack", "SLACK_SIGNING_SECRET, which an app that is installed over the web needs")
        return True

    @property
    def has_teams(self) -> bool:
        """Whether Teams is on. Raises SettingsRefused: a bot without its app id would answer anybody."""
        needed = {
            "TEAMS_APP_ID": self.teams_app_id,
            "TEAMS_APP_PASSWORD": self.teams_app_password,
            "TEAMS_APP_TENANT_ID": self.teams_app_tenant_id,
        }
        others = (self.teams_allowed_tenants, self.teams_service_urls)
        if not any(needed.values()) and not any(others):
            return False
        if missing := [name for name, value in needed.items() if not value]:
            raise _half("Teams", ", ".join(missing))
        return True

    def must_be_whole(self) -> None:
        """Raise SettingsRefused where a platform is set up by half, or would keep tokens with nothing to encrypt them."""
        has_slack, _has_teams = self.has_slack, self.has_teams  # each says itself what it lacks
        if has_slack and self.slack_client_id and not self.secret_keys:
            raise SettingsRefused("Slack's tokens are kept encrypted: set QMS_COACH_SECRET_KEY")

    @property
    def listens_on(self) -> str:
        """The address to listen on: this machine alone, except where a platform routes to us."""
        return self.host or ("0.0.0.0" if self.dyno else "127.0.0.1")  # noqa: S104 - Heroku's router asks for it

    @property
    def loses_its_disk(self) -> bool:
        """Whether the file system here is thrown away at every restart (Heroku sets DYNO)."""
        return self.dyno is not None

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one SQLite file."""
        return self.database_url.startswith("sqlite")


# What is shown or tried out must not write to the people of a real workspace.
_WITHOUT_PLATFORMS = {
    name: field.default
    for name, field in Settings.model_fields.items()
    if name.startswith(("slack_", "teams_"))
}


def listed(value: str) -> tuple[str, ...]:
    """What stands between the commas of a variable."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _half(what: str, missing: str) -> SettingsRefused:
    return SettingsRefused(
        f"{what} is set up by half: set {missing} too, or take the other {what} variables out"
    )


def read_settings() -> Settings:
    """The settings of this process. Raises SettingsRefused."""
    try:
        return Settings()
    except ValidationError as error:
        # Not chained: what pydantic says quotes the values, and one of them may be a secret.
        raise SettingsRefused("\n".join(map(_refusal, error.errors()))) from None


def _refusal(details: ErrorDetails) -> str:
    variable = str(details["loc"][0])
    field = next(field for field in Settings.model_fields.values() if field.validation_alias == variable)
    found = "is too short" if details["type"] == "too_short" else f"is {details['input']!r}"
    return f"{variable} {found}; write {field.description}"


def os_user() -> str:
    """Who runs this command, as the operating system says; for the audit of what is done at a prompt."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
