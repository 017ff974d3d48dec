"""The one reader of the environment: every variable, what it accepts, and what is missing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import CoachError


class SettingsRefused(CoachError):
    """A variable has a value that cannot be used; the message names the variable and what it accepts."""


class Settings(BaseSettings):
    """What the environment says. Names are those of the variables (see `docs/running-it.md`)."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str = Field("sqlite:///var/coach.db", validation_alias="DATABASE_URL")
    port: int = Field(8000, ge=0, le=65535, validation_alias="PORT")
    host: str = Field("127.0.0.1", validation_alias="QMS_COACH_HOST")
    site_folder: Path | None = Field(None, validation_alias="QMS_COACH_SITE")
    secret_key: SecretStr | None = Field(None, min_length=32, validation_alias="QMS_COACH_SECRET_KEY")
    behind_proxy: bool = Field(default=False, validation_alias="QMS_COACH_BEHIND_PROXY")
    anchor_file: Path = Field(Path("var/anchors.jsonl"), validation_alias="QMS_COACH_ANCHOR_FILE")
    metrics_token: SecretStr | None = Field(None, validation_alias="QMS_COACH_METRICS_TOKEN")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", validation_alias="QMS_COACH_LOG_LEVEL")
    pretend_now: str | None = Field(None, validation_alias="QMS_COACH_NOW")
    dyno: str | None = Field(None, validation_alias=AliasChoices("DYNO"))

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


def os_user(environment: Mapping[str, str] = os.environ) -> str:
    """Who runs this command, as the operating system says; for the audit of what is done at a prompt."""
    return environment.get("USER") or environment.get("LOGNAME") or "unknown"
