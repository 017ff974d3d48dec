"""The one reader of the environment: every variable, what it accepts, and what is missing."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import CoachError


class SettingsRefused(CoachError):
    """A variable has a value that cannot be used; the message names the variable and what it accepts."""


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
    site_folder: Path | None = Field(
        default=None, validation_alias="QMS_COACH_SITE", description="the folder of your sites and playbooks"
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        validation_alias="QMS_COACH_SECRET_KEY",
        description="at least 32 characters that nobody can guess",
    )
    behind_proxy: bool = Field(
        default=False, validation_alias="QMS_COACH_BEHIND_PROXY", description="true or false"
    )
    anchor_file: Path = Field(
        default=Path("var/anchors.jsonl"),
        validation_alias="QMS_COACH_ANCHOR_FILE",
        description="the file outside the database that the audit's anchors are written to",
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
    dyno: str | None = Field(default=None, validation_alias="DYNO", description="set by Heroku itself")

    def on_port(self, port: int | None) -> Settings:
        """These settings, on another port when one is given."""
        return self if port is None else self.model_copy(update={"port": port})

    def for_demo(self, folder: Path, port: int | None) -> Settings:
        """These settings, with everything a demonstration writes in `folder`, and nothing of a real site."""
        return self.on_port(port).for_preview(folder).model_copy(update={"site_folder": None})

    def for_preview(self, folder: Path) -> Settings:
        """These settings, with everything that is written in `folder`, and the content of the site."""
        own = {"database_url": f"sqlite:///{folder / 'coach.db'}", "anchor_file": folder / "anchors.jsonl"}
        return self.model_copy(update={**own, "dyno": None})

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
