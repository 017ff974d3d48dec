"""What content files said when they were read before, and whether all of it together was sound; kept for the next start."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import bot
import knowledge
import playbooks
from bot.content.kept_file import code_of, keep, read_kept
from bot.strict_yaml import Document, Value, read
from bot.strict_yaml import Path as Place

_DOCUMENTS, _SOUND = "content", "sound"


class ContentCache:
    """What was read before, in a folder. Without a folder, or where it holds nothing, everything is read anew."""

    def __init__(self, folder: Path | None) -> None:
        self._folder, self._key = folder, ""
        self._known: Mapping[str, Value] = {}
        self._read: dict[str, Value] = {}
        self._is_new = False
        if folder is None:
            return
        try:
            self._key = code_of(_code())
        except OSError:  # no files of code: then nothing can be compared
            self._folder = None
            return
        self._known = read_kept(folder, _DOCUMENTS, self._key) or {}

    def read(self, text: bytes, file: str) -> Document:
        """The one document in a file, as `strict_yaml.read` has it."""
        if self._folder is None:
            return read(text, file)
        name = hashlib.sha256(text).hexdigest()
        if name in self._known:
            document = Document(file, self._known[name], _LinesLater(text, file))
        else:
            document, self._is_new = read(text, file), True
        self._read[name] = document.data
        return document

    def keep(self) -> None:
        """Keep what was read."""
        if self._folder and self._is_new:
            keep(self._folder, _DOCUMENTS, self._key, self._read)

    def is_sound(self, content: str) -> bool:
        """Whether all content that this stands for was judged before, and nothing was wrong with it."""
        return bool(self._folder and content and read_kept(self._folder, _SOUND, self._key_of(content)))

    def keep_sound(self, content: str) -> None:
        """Keep that nothing was wrong with what this stands for."""
        if self._folder and content:
            keep(self._folder, _SOUND, self._key_of(content), True)

    def _key_of(self, content: str) -> str:
        return hashlib.sha256(f"{self._key} {content}".encode()).hexdigest()


@dataclass(frozen=True)
class _LinesLater(Mapping[Place, int]):
    """The lines of a document, found when somebody asks: only what is wrong with a file names them."""

    text: bytes
    file: str

    @cached_property
    def _lines(self) -> Mapping[Place, int]:
        return read(self.text, self.file).lines

    def __getitem__(self, place: Place) -> int:
        return self._lines[place]

    def __iter__(self) -> Iterator[Place]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def _code() -> Iterator[Path]:
    """Everything that reads content, or judges it."""
    for package in (playbooks, knowledge):
        yield from sorted(Path(package.__path__[0]).glob("**/*.py"))
    here = Path(bot.__path__[0])
    yield from sorted([*here.glob("*.py"), *(here / "content").glob("*.py")])
