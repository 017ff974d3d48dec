"""The one reader of the environment: every variable, what it accepts, and what is missing."""

from __future__ import annotations

import getpass
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import CoachError


class SettingsRefused(CoachError):
    """A variable has a value that cannot be used; the message names the variable and what it accepts."""


class Settings(BaseSettings):
    """What the environment says. Names are those of the variables (see `docs/running-it.md`)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str = Field(default="sqlite:///var/coach.db", validation_alias="DATABASE_URL")
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="PORT")
    host: str = Field(default="", validation_alias="QMS_COACH_HOST")
    site_folder: Path | None = Field(default=None, validation_alias="QMS_COACH_SITE")
    secret_key: SecretStr | None = Field(default=None, min_length=32, validation_alias="QMS_COACH_SECRET_KEY")
    behind_proxy: bool = Field(default=False, validation_alias="QMS_COACH_BEHIND_PROXY")
    anchor_file: Path = Field(default=Path("var/anchors.jsonl"), validation_alias="QMS_COACH_ANCHOR_FILE")
    metrics_token: SecretStr | None = Field(default=None, validation_alias="QMS_COACH_METRICS_TOKEN")
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", validation_alias="QMS_COACH_LOG_LEVEL"
    )
    pretend_now: str | None = Field(default=None, validation_alias="QMS_COACH_NOW")
    dyno: str | None = Field(default=None, validation_alias=AliasChoices("DYNO"))

    def on_port(self, port: int | None) -> Settings:
        """These settings, on another port when one is given."""
        return self if port is None else self.model_copy(update={"port": port})

    def for_demo(self, folder: Path, port: int | None) -> Settings:
        """These settings, with everything a demonstration writes in `folder`, and nothing of a real site."""
        own = {"database_url": f"sqlite:///{folder / 'coach.db'}", "anchor_file": folder / "anchors.jsonl"}
        return self.on_port(port).model_copy(update={**own, "site_folder": None, "dyno": None})

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
        lines = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        raise SettingsRefused("; ".join(lines)) from error


def os_user() -> str:
    """Who runs this command, as the operating system says; for the audit of what is done at a prompt."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
