"""Reads our YAML files so that what an author typed is what the coach says, with a line for every value.

Only plain ``true``, ``false``, ``null``, nothing at all, and whole numbers without leading zeros are
special; ``00123``, ``12:30``, ``no`` and ``1.10`` stay text, and so does every key. A plain ``~`` is refused:
some read it as nothing, some as a sign. What would change or multiply a value unseen (aliases, tags,
merge keys, repeated keys) is refused with file, line and remedy.

The tree is built here from parser events on an explicit stack: PyYAML's own ``compose`` recurses, and
100,000 ``[`` bring the process down with it.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import yaml

from bot.errors import CoachError

Path = tuple[str | int, ...]
Value = str | int | bool | None | list["Value"] | dict[str, "Value"]

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 50_000

_Event = Any  # the stubs know neither an event's tag nor libyaml's marks
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without libyaml
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,15}")
_SPECIAL: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "": None}
_DIRECTIVE = ("a line that begins with % gives orders to YAML", "remove the line")
_QUOTE = "put the text in quotes"
_WRITE_OUT = "write values out where they belong, or put the text in quotes"
_LINE_END = re.compile(rb"\r\n?|\n")
# Control characters, invisible line ends (YAML breaks lines at U+0085, U+2028, U+2029; editors do not), a BOM
# in mid-file, lone surrogates and the two non-characters: nothing an author can see, or a document can hold.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class YamlRefused(CoachError):
    """A content file we will not guess about: where, what was found, and what would do."""

    def __init__(self, file: str, line: int, problem: str, remedy: str) -> None:
        super().__init__(file, line, problem, remedy)
        self.file, self.line, self.problem, self.remedy = file, line, problem, remedy

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: plain data, and the line of every value (for a mapping entry, of its key)."""

    file: str
    data: Value
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Return the line of the value at this path, or of the nearest thing around it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


def read(text: bytes, file: str) -> Document:
    """Read a file that holds exactly one document, or raise YamlRefused."""
    documents = _documents(text, file)
    only = next(documents)
    for another in documents:
        problem = "a second document begins here, and this file may hold one"
        raise YamlRefused(file, another.line(()), problem, "remove the '---', or make it a file of its own")
    return only


def read_all(text: bytes, file: str) -> tuple[Document, ...]:
    """Read one or more documents separated by ``---``, or raise YamlRefused."""
    return tuple(_documents(text, file))


def _documents(text: bytes, file: str) -> Iterator[Document]:
    source = _decoded(text, file)
    numbers = count(1)  # shared: the limit on values is for the whole file
    tree = _Tree(file, 1, numbers)
    for event in _events(source, file):
        mark = event.start_mark
        if isinstance(event, yaml.DocumentStartEvent):
            tree = _Tree(file, mark.line + 1, numbers)
            if source.startswith("%", mark.index):
                raise YamlRefused(file, tree.start, *_DIRECTIVE)
        elif isinstance(event, yaml.NodeEvent):
            tree.take(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            tree.unfinished.pop()
        elif isinstance(event, yaml.DocumentEndEvent):
            yield Document(file, tree.data, tree.lines)
    if not tree.lines:
        raise YamlRefused(file, 1, "this file holds nothing", "write its content, or remove the file")


def _decoded(text: bytes, file: str) -> str:
    if len(text) > MAX_BYTES:
        problem = f"this file has {len(text):,} bytes, and {MAX_BYTES:,} is the most we read"
        raise YamlRefused(file, 1, problem, "split it into several files")
    text = text.removeprefix(codecs.BOM_UTF8)
    try:
        source = text.decode()
    except UnicodeDecodeError as error:
        line, problem = _last_line(text[: error.start]), f"byte 0x{text[error.start]:02X} is not UTF-8 text"
        raise YamlRefused(file, line, problem, "save the file as UTF-8") from error
    if unseen := _UNSEEN.search(source):
        line = _last_line(source[: unseen.start()].encode())
        raise YamlRefused(
            file, line, f"an invisible character, U+{ord(unseen[0]):04X}", "type that text again"
        )
    return source


def _last_line(text: bytes) -> int:
    return len(_LINE_END.findall(text)) + 1


@dataclass(slots=True)
class _Unfinished:
    """A list or mapping whose end has not come yet; `key` waits for its value."""

    path: Path
    value: list[Value] | dict[str, Value]
    key: str | None = None


@dataclass(slots=True)
class _Tree:
    """The document read so far."""

    file: str
    start: int
    numbers: Iterator[int]
    data: Value = None
    lines: dict[Path, int] = field(default_factory=dict)
    unfinished: list[_Unfinished] = field(default_factory=list)

    def take(self, event: _Event) -> None:
        """Add what this event brings: a key, a single value, or the beginning of a list or mapping."""
        line = event.start_mark.line + 1
        self._refuse_shorthand(event, line)
        inner = self.unfinished[-1] if self.unfinished else None
        if inner and isinstance(inner.value, dict) and inner.key is None:
            inner.key = self._key(event, inner.path, line)
            return
        if next(self.numbers) > MAX_VALUES:
            raise YamlRefused(self.file, line, f"more than {MAX_VALUES:,} values", "split the file")
        if isinstance(event, yaml.ScalarEvent):
            self._place(self._single(event, line), line)
            return
        if len(self.unfinished) == MAX_DEPTH:
            problem = f"more than {MAX_DEPTH} lists and mappings inside each other"
            raise YamlRefused(self.file, line, problem, "flatten them, or put the text in quotes")
        value: list[Value] | dict[str, Value] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self.unfinished.append(_Unfinished(self._place(value, line), value))

    def _refuse_shorthand(self, event: _Event, line: int) -> None:
        name = _short(event.anchor or "")
        if isinstance(event, yaml.AliasEvent):
            raise YamlRefused(self.file, line, f"'*{name}' repeats a value from elsewhere", _WRITE_OUT)
        if name:
            raise YamlRefused(self.file, line, f"'&{name}' names a value to repeat it elsewhere", _WRITE_OUT)
        if event.tag is not None:
            problem = f"the tag '{_short(event.tag)}' would change what the value is"
            raise YamlRefused(self.file, line, problem, "remove it, or put the text in quotes")

    def _key(self, event: _Event, path: Path, line: int) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            problem = "a list or mapping stands where a name should"
            raise YamlRefused(self.file, line, problem, "write 'name: value'")
        key = self._text(event, line)
        if key == "" and not event.style:
            raise YamlRefused(self.file, line, "a ':' without a name before it", "write 'name: value'")
        if key == "<<" and not event.style:
            raise YamlRefused(
                self.file, line, "'<<' merges one mapping into another", "write the entries out"
            )
        place = (*path, key)
        if place in self.lines:
            problem = f"'{_short(key)}' stands here a second time, first on line {self.lines[place]}"
            raise YamlRefused(self.file, line, problem, "keep one of the two")
        self.lines[place] = line
        return key

    def _single(self, event: _Event, line: int) -> str | int | bool | None:
        text = self._text(event, line)
        if event.style:  # in quotes or a block: text, whatever it looks like
            return text
        if not text and not self.unfinished:
            remedy = "write its content, or remove the '---'"
            raise YamlRefused(self.file, self.start, "this document holds nothing", remedy)
        if text == "~":
            remedy = "write null or nothing, or '~' in quotes"
            raise YamlRefused(self.file, line, "a lone ~ may mean nothing or a sign", remedy)
        if text in _SPECIAL:
            return _SPECIAL[text]
        return int(text) if _INTEGER.fullmatch(text) else text

    def _text(self, event: _Event, line: int) -> str:
        text: str = event.value
        if unseen := _UNSEEN.search(text):
            problem = f"an escape here stands for an invisible character, U+{ord(unseen[0]):04X}"
            raise YamlRefused(self.file, line, problem, "remove it")
        return text

    def _place(self, value: Value, line: int) -> Path:
        path: Path = ()
        inner = self.unfinished[-1] if self.unfinished else None
        if inner is None:
            self.data = value
        elif isinstance(inner.value, list):
            path = (*inner.path, len(inner.value))
            inner.value.append(value)
        elif inner.key is not None:
            path = (*inner.path, inner.key)
            inner.value[inner.key] = value
            inner.key = None
        self.lines.setdefault(path, line)  # a mapping entry already has its key's line
        return path


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")[1:-1]


def _events(source: str, file: str) -> Iterator[_Event]:
    line = 1
    try:
        events: Iterator[_Event] = yaml.parse(source, Loader=_LOADER)
        for event in events:
            line = event.start_mark.line + 1
            yield event
    except yaml.MarkedYAMLError as error:
        raise _in_plain_words(error, source, file) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # PyYAML alone, at impossible escapes
        problem = f"from here on this cannot be read ({error})"
        raise YamlRefused(file, line, problem, "look for a \\ in double quotes") from error


def _in_plain_words(error: Any, source: str, file: str) -> YamlRefused:
    said = f"{error.context}: {error.problem}"
    index, line_start = error.problem_mark.index, error.problem_mark.index - error.problem_mark.column
    content_end = _last_line(source.rstrip().encode())
    line = min(error.problem_mark.line + 1, content_end)
    sign = f"'{source[index]}'" if index < len(source) else "the end of the file"
    if sign == "'\t'" and ("tab" in said or "cannot start" in said):
        return YamlRefused(file, line, "a tab stands where only spaces may", "use spaces")
    if source.startswith("%", line_start):
        return YamlRefused(file, line, *_DIRECTIVE)
    if source[line_start:index].strip(" -?:") and any(words in said for words in _OUT_OF_PLACE):
        problem = "more text follows a closing quotation mark or bracket"
        return YamlRefused(file, line, problem, "put all of the text in one pair of quotes")
    fault = next(fault for fault in _FAULTS if fault.words in said)
    problem = fault.problem.replace("SIGN", sign)
    if fault.is_told_where_it_began and error.context_mark.line + 1 < line:
        return YamlRefused(
            file, error.context_mark.line + 1, f"{problem} (noticed on line {line})", fault.remedy
        )
    return YamlRefused(file, line, problem, fault.remedy)


@dataclass(frozen=True, slots=True)
class _Fault:
    """Words that libyaml or PyYAML says, what they come down to, and what would do."""

    words: str
    problem: str
    remedy: str
    is_told_where_it_began: bool = False


_OUT_OF_PLACE = ("block mapping", "block collection", "document start>")
_FAULTS = (  # the first that matches; the last always does
    _Fault("unexpected end of stream", "a quotation mark opened here is never closed", "close it", True),
    _Fault("unexpected document", "a quotation mark here is open until the next '---'", "close it", True),
    _Fault(
        "expected ':'", "this is neither 'name: value' nor '- item'", "add ': ', or indent it as text", True
    ),
    _Fault(
        "',' or", "a [ or { opened here lacks its end or a comma", "add it; quote text with , [ ] { }", True
    ),
    _Fault(
        "quoted scalar", r"a \ in double quotes begins no known escape", r"write \\, or use single quotes"
    ),
    _Fault(
        "block scalar", "text follows the | or > that begins a block", "begin it a line below, or quote it"
    ),
    _Fault("scanning an a", "a value that begins with * or & repeats another in YAML", _QUOTE),
    _Fault(" a tag", "a value that begins with ! is a tag in YAML", _QUOTE),
    _Fault(
        "mapping values", "a ': ' stands where no name can end", "quote text with ': ', or mend the indent"
    ),
    _Fault("mapping keys", "a value that begins with '? ' is a name in YAML", _QUOTE),
    _Fault("entries are not", "a '- ' stands in mid-line", "begin the list a line below, or quote the text"),
    _Fault("document start>", "this follows the document's end", "mend the indent, or put '---' before it"),
    _Fault("block mapping", "this does not line up with the names above it", "mend the indent"),
    _Fault(
        "block collection", "this does not line up with the '- ' above it", "mend the indent, or add '- '"
    ),
    _Fault(
        "node content", "SIGN stands where a value should", "close every [ and {, and put the text in quotes"
    ),
    _Fault("cannot start", "a value cannot begin with SIGN", _QUOTE),
    _Fault("", "this cannot be read as YAML", _QUOTE),
)
