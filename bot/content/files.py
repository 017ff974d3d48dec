"""Reading content files one by one, and keeping what is found wrong with each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.content.content_cache import ContentCache
from bot.content.finding import Finding
from bot.strict_yaml import Document, YamlRefused, read_all
from playbooks.errors import Problem
from playbooks.loader import as_problem

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Files:
    """Reads files; what is wrong with them is collected, not raised, so that one run shows it all.

    `hashes` are those of all that was read, by file; `cache` is what they said before.
    """

    findings: list[Finding] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    cache: ContentCache = field(default_factory=lambda: ContentCache(None))

    def documents(self, path: Path, at_most: int | None = None) -> tuple[Document, ...]:
        """The YAML documents in a file; none where it cannot be read."""
        if (content := self.content(path)) is not None:
            try:
                return (
                    (self.cache.read(content, str(path)),) if at_most == 1 else read_all(content, str(path))
                )
            except YamlRefused as refused:
                self.found(path, refused.problem, refused.remedy, line=refused.line)
        return ()

    def content(self, path: Path) -> bytes | None:
        """What stands in a file; None where it cannot be opened."""
        try:
            content = path.read_bytes()
        except OSError as error:
            self.found(path, f"this cannot be read: {error.strerror}", "put the file there, or open it to us")
            return None
        self.hashes[str(path)] = hashlib.sha256(content).hexdigest()
        return content

    def shaped(self, model: type[M], raw: object, document: Document) -> M | None:
        """What was read, in the shape it should have; None where it has another."""
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.problems(document, [_as_problem(details, model) for details in error.errors()])
            return None

    def found(self, path: Path, found: str, remedy: str, *, line: int = 1, is_warning: bool = False) -> None:
        """Note one thing about a file."""
        self.findings.append(Finding(str(path), line, found, remedy, is_warning))

    def problems(self, document: Document, problems: Iterable[Problem]) -> None:
        """Note problems of a document, each at its line, in the order of lines."""
        found = [
            Finding(
                document.file, document.line(problem.path), problem.found, problem.remedy, problem.is_warning
            )
            for problem in problems
        ]
        self.findings += sorted(found, key=lambda finding: finding.line)


def _as_problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    if details["type"] == "refused":
        return Problem(details["loc"], details["ctx"]["found"], details["ctx"]["remedy"])
    return as_problem(details, lambda path: _known_keys(model, path), "docs/running-it.md")


def _known_keys(model: type[BaseModel], path: tuple[str | int, ...]) -> Iterable[str]:
    """The keys allowed where the unknown one at `path` stands: follow the path through the models."""
    for part in path[:-1]:
        inner = model.model_fields.get(str(part), model.model_fields.get("root"))
        model = next(_models_in(inner.annotation), model) if inner else model
    return model.model_fields


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
