"""A site's approvals of content: the shape of the file, and how one more is written into it."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

from pydantic import Field, RootModel, ValidationError

from bot.content.finding import ContentRefused, Finding
from bot.content.library import Approval
from bot.content.site_file import Day, Raw
from bot.strict_yaml import YamlRefused, read

APPROVALS = "approvals.yaml"


class RawApproval(Raw):
    """One approval, as it stands in the file."""

    playbook: str
    version: str
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    name: str
    role: str
    change_ref: str
    approved_on: Day


class RawApprovals(RootModel[list[RawApproval]]):
    """The file of a site's approvals, in the order they were given."""


def with_approval(text: bytes, approval: Approval, file: str) -> bytes:
    """`text` with `approval` below what stands there, which stays as it is. Raises ContentRefused."""
    words = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in asdict(approval).items()]
    entry = "- " + "\n  ".join(words) + "\n"
    gap = b"" if not text.strip() or text.endswith(b"\n") else b"\n"
    longer = text + gap + entry.encode()
    known = _read(text, file) if text.strip() else []
    if _read(longer, file) != [*known, RawApproval(**asdict(approval))]:
        found = "an approval cannot be added below what stands here"
        raise ContentRefused([Finding(file, 1, found, "write it as a list, '- ' before each approval")])
    return longer


def replace_file(path: Path, content: bytes) -> None:
    """Give the file this content in one step: a reader or a crash meets the old one or the new one, never a half.

    Raises ContentRefused.
    """
    goal = path.resolve()
    new = goal.with_name(f".{goal.name}.new")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if goal.exists():
            shutil.copymode(goal, new)
        new.replace(goal)
    except OSError as error:
        found = f"this cannot be written: {error.strerror}"
        raise ContentRefused(
            [Finding(str(path), 0, found, "run the command where the folder is yours")]
        ) from error


def _read(text: bytes, file: str) -> list[RawApproval]:
    try:
        return RawApprovals.model_validate(read(text, file).data).root
    except YamlRefused as refused:
        finding = Finding(file, refused.line, refused.problem, refused.remedy)
        raise ContentRefused([finding]) from refused
    except ValidationError:
        return []
