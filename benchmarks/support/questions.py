"""Questions of people, by which what the coach knows is judged: half of them for developing, half locked."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.strict_yaml import read

FOLDER = Path(__file__).parents[1] / "data" / "questions"
DEVELOPING, LOCKED = FOLDER / "dev.yaml", FOLDER / "locked.yaml"


class Question(BaseModel):
    """What somebody typed who wanted to know what this entry says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    entry: str
    ask: str


class Questions(BaseModel):
    """One half: questions with an answer, and messages without: far from our field, and near."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    known: list[Question]
    far: list[str]
    near: list[str]


def read_questions(path: Path) -> Questions:
    """The questions in a file."""
    return Questions.model_validate(read(path.read_bytes(), path.name).data)
