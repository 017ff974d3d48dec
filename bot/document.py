"""Turns a draft into a document a person can take away: a Word file, or Markdown that also reads as plain text.

Every character of an answer arrives as it was typed. What a document cannot hold (control characters) is
shown as U+FFFD, so that it is seen to have been there.

A Word template is a site's own file, so it is trusted with nothing. It shows placeholders, repeats a part
with `for` and leaves one out with `if`; anything else in its tags is refused before it is compiled. The
sandbox underneath is the second lock, not the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from html import escape
from io import BytesIO
from textwrap import indent
from types import MappingProxyType
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import CoachError
from bot.picture import size_of
from playbooks.draft import Draft, Line

MEDIA_TYPES: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown; charset=utf-8",
}

Shape = str | list["Shape"] | dict[str, "Shape"]

# What a template may show. Inside `for x in …`, x has the shape of one entry; the texts say what stands there.
PLACEHOLDERS: dict[str, Shape] = {
    "title": "what the draft is about",
    "run": "the run's reference",
    "number": "1 for the first draft of the run",
    "made_at": "date, time, zone and distance from UTC",
    "made_by": "as the person is named to the coach",
    "site": "the site's name",
    "watermark": "the banner: this is not the quality record",
    "script": "the playbook's id",
    "version": "the playbook's version",
    "script_hash": "SHA-256 of the playbook",
    "short_hash": "its first 12 characters",
    "status_note": "that the site has not approved the playbook, or empty",
    "zone": "the time zone of every time shown",
    "fingerprint": "SHA-256 of everything the draft states",
    "groups": [
        {
            "title": "the section's title",
            "lines": [
                {
                    "step": "the step's id",
                    "label": "the question's short name",
                    "value": "the answer in words",
                    "question": "the question as it was put",
                    "said_at": "date and time",
                    "said_by": "who answered",
                }
            ],
        }
    ],
    "open_points": [{"step": "the step's id", "label": "its short name", "note": "what is open, a sentence"}],
    "values": [{"label": "what was worked out from answers", "value": "the number, and what it counts"}],
    "figures": [
        {
            "title": "the picture's title",
            "image": "the picture itself, or empty where it could not be drawn",
            "lines": ["something that it shows, in words"],
        }
    ],
    "changes": ["why an answer was changed after a draft, a sentence"],
    "told": ["who was told, and who took a part of the run over, a sentence"],
    "released": ["which stop was released by whom and when, a sentence"],
    "clocks": ["a time limit, a sentence"],
    "attachments": ["a file that was sent along: its name and SHA-256"],
}
# A template without these would make a draft that looks complete and is not.
NEEDED = frozenset(
    {
        "watermark",
        "run",
        "groups.lines.label",
        "groups.lines.value",
        "open_points.note",
        "values.label",
        "values.value",
        "figures.title",
        "figures.lines",
        "changes",
        "told",
        "released",
        "clocks",
        "attachments",
    }
)

_SENTENCES = ("changes", "told", "released", "clocks", "attachments")
_MAX_TEMPLATE_BYTES = 2_000_000
_MAX_UNPACKED_BYTES = 20_000_000
_MAX_PARTS = 200
_MAX_PAGES = 300_000  # characters of XML: docxtpl's patterns are slow on what is long and strange
_MAX_BRACES = 400
_DOTS_PER_MM = 2 * 96 / 25.4  # a picture is drawn twice as fine as a screen is
_WIDEST_MM, _HIGHEST_MM, _EMU_PER_MM = 170, 210, 36_000
_MAX_PROPERTY = 255  # what OOXML allows
_LONG_AGO = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the earliest a zip can say: the same draft is the same bytes whenever it is made

_HAS_TAGS = re.compile(r"word/(?:document|header|footer|footnotes)[^/]*\.xml|docProps/")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class DocumentRefused(CoachError):
    """A template we will not make a draft with: what is wrong with it, and what would do."""

    def __init__(self, problem: str, remedy: str) -> None:
        """Keep the two parts apart, for whoever wants to show them differently."""
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        """Read as one line."""
        return f"the draft template cannot be used: {self.problem}; {self.remedy}"


# --- Word -----------------------------------------------------------------------------------------------------------


def as_docx(draft: Draft, template: bytes, pictures: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    """`draft` laid out by a Word template; the same draft and template always give the same bytes.

    `pictures` are the PNG of its figures, by step; one that is not there is left out, its words are not.

    Raises DocumentRefused, naming what is wrong, for a template that is no Word document, asks for what no
    draft has, tries to do more than show a draft, or leaves out part of it.
    """
    _check_package(template)
    tags = _Tags()
    context = _context(draft)
    document = DocxTemplate(BytesIO(template))
    for shown, figure in zip(context["figures"], draft.figures, strict=True):
        if (png := pictures.get(figure.step)) is not None:
            shown["image"] = _Image(document, png, _seen(figure.title), _seen(figure.text))
    try:
        document.init_docx()
        _check_links(document)
        document.render(context, jinja_env=tags, autoescape=True)
        shown = "\n".join(_paragraphs(document))
    except DocumentRefused:
        raise
    except TemplateSyntaxError as problem:
        raise DocumentRefused(
            f"a placeholder in it cannot be read ({problem.message})",
            "write {{ run }}, {% for … %} or {% if … %}",
        ) from problem
    except (
        Exception
    ) as problem:  # python-docx, docxtpl and lxml raise whatever they stumble over in a broken file
        raise DocumentRefused(
            f"it cannot be filled in ({type(problem).__name__}: {problem})",
            "save it again from Word as .docx",
        ) from problem
    if missing := sorted(NEEDED - tags.used):
        raise DocumentRefused(
            f"it does not show {', '.join(missing)}", "start again from the template that came with it"
        )
    for name, text in _must_show(context):
        if text not in shown:
            raise DocumentRefused(
                f"it hides {name}", "put the placeholder in text of its own, as {{ … }} without r or p"
            )
    _name(document, draft)
    made = BytesIO()
    document.save(made)
    return _without_clock(made)


def _check_package(template: bytes) -> None:
    """Refuse what is no Word document, or would swell, or could pull in something of its own."""
    if len(template) > _MAX_TEMPLATE_BYTES:
        raise DocumentRefused(f"it is larger than {_MAX_TEMPLATE_BYTES:,} bytes", "make its pictures smaller")
    no_docx = DocumentRefused("it is not a Word document", "save it from Word as .docx")
    try:
        with ZipFile(BytesIO(template)) as package:
            parts = package.infolist()
            if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED_BYTES:
                raise DocumentRefused(
                    "it unpacks to far more than a page of text", "start from an empty document"
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    text = package.read(part).decode("utf-8")
                    if "\x00" in text or "<!DOCTYPE" in text:
                        raise DocumentRefused(
                            f"{part.filename} declares entities of its own", "save it again from Word"
                        )
                    if _HAS_TAGS.match(part.filename) and (
                        len(text) > _MAX_PAGES or text.count("{") > _MAX_BRACES
                    ):
                        raise DocumentRefused(
                            f"{part.filename} is far longer than a draft needs",
                            "remove text and placeholders",
                        )
            package.getinfo("word/document.xml")
    except (
        BadZipFile,
        KeyError,
        UnicodeDecodeError,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
    ) as problem:
        raise no_docx from problem


_CARRIES_CODE = frozenset(
    {"vbaProject", "oleObject", "package", "control", "attachedTemplate", "aFChunk", "subDocument", "frame"}
)


def _check_links(document: Any) -> None:
    for link in document.docx.part.package.iter_rels():
        kind = link.reltype.rsplit("/", 1)[-1]
        if kind in _CARRIES_CODE or (link.is_external and kind != "hyperlink"):
            raise DocumentRefused(
                f"it holds or fetches something beside text ({kind})", "remove it and save as .docx"
            )


class _Tags(ImmutableSandboxedEnvironment):
    """Reads a template's tags, and compiles them only when they do no more than show a draft.

    Loops run over a draft's own lists and an inner loop only over a list of the outer one's entry, so that what
    comes out is never more than the template once for each line. `used` collects every placeholder shown.
    """

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.used: set[str] = set()

    def from_string(
        self,
        source: str | nodes.Template,
        globals: Any = None,
        template_class: type[Template] | None = None,
    ) -> Template:
        if not isinstance(source, str):
            raise TypeError(source)  # only what has been read here is compiled
        if found := _FIELD.search("".join(map("".join, _INSTRUCTION.findall(source)))):
            raise DocumentRefused(
                f"it has a field that fetches or runs something ({found[0]})", "remove that field"
            )
        try:
            tree = self.parse(source)
            self._check(tree.body, PLACEHOLDERS, {})
        except RecursionError as problem:
            raise DocumentRefused(
                "its placeholders are nested without end", "write them plainly"
            ) from problem
        return super().from_string(tree, globals, template_class)

    def _check(self, body: list[nodes.Node], shapes: Mapping[str, Shape], paths: Mapping[str, str]) -> None:
        for node in body:
            match node:
                case nodes.Output():
                    for shown in node.nodes:
                        if not isinstance(shown, nodes.TemplateData):
                            self._check_shown(shown, shapes, paths)
                case nodes.If():
                    self._check_asked(node.test, shapes, paths)
                    self._check([*node.body, *node.elif_, *node.else_], shapes, paths)
                case nodes.For(target=nodes.Name(name=name), test=None, recursive=False):
                    if paths and not isinstance(node.iter, nodes.Getattr):
                        raise DocumentRefused(
                            f"a loop inside a loop goes over {_written(node.iter)!r} again",
                            "let it go over a list of the outer one's entry, such as group.lines",
                        )
                    path, shape = _find(node.iter, shapes, paths)
                    if not isinstance(shape, list):
                        raise DocumentRefused(
                            f"it repeats over {path!r}, which is one thing", "repeat over a list"
                        )
                    self._check(node.body, {**shapes, name: shape[0], "loop": _LOOP}, {**paths, name: path})
                    self._check(node.else_, shapes, paths)
                case _:
                    raise _refused(node)

    def _check_shown(self, node: nodes.Node, shapes: Mapping[str, Shape], paths: Mapping[str, str]) -> None:
        while isinstance(node, nodes.Filter) and node.name in {"e", "escape"} and node.node:
            node = node.node  # docxtpl's manual asks authors for |e; it changes nothing here
        path, shape = _find(node, shapes, paths)
        if not isinstance(shape, str):
            remedy = (
                f"write {{% for x in {path} %}} and show x"
                if isinstance(shape, list)
                else "name one of its parts"
            )
            raise DocumentRefused(f"{path!r} is not a text", remedy)
        self.used.add(path)

    def _check_asked(self, node: nodes.Node, shapes: Mapping[str, Shape], paths: Mapping[str, str]) -> None:
        match node:
            case nodes.Not():
                self._check_asked(node.node, shapes, paths)
            case nodes.And() | nodes.Or():
                self._check_asked(node.left, shapes, paths)
                self._check_asked(node.right, shapes, paths)
            case _:
                _find(node, shapes, paths)


_INSTRUCTION = re.compile(r"<\w+:instrText[^>]*>([^<]*)|\w+:instr=\"([^\"]*)\"")
_FIELD = re.compile(r"DDE\w*|INCLUDE\w*|IMPORT|DATABASE|MACROBUTTON|QUOTE|\bLINK\b", re.IGNORECASE)
_LOOP: dict[str, Shape] = {"first": "", "last": "", "index": "", "length": ""}


def _find(node: nodes.Node, shapes: Mapping[str, Shape], paths: Mapping[str, str]) -> tuple[str, Shape]:
    """The placeholder's full name from the draft down, and what it holds."""
    match node:
        case nodes.Name(name=name):
            known, full = shapes, paths.get(name, name)
        case nodes.Getattr(attr=name):
            path, shape = _find(node.node, shapes, paths)
            known, full = shape if isinstance(shape, dict) else {}, f"{path}.{name}"
        case _:
            raise _refused(node)
    if name not in known:
        near = get_close_matches(name, known, n=1)
        remedy = (
            f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(sorted(known)) or 'nothing'}"
        )
        raise DocumentRefused(f"it has the placeholder {full!r}, which no draft has", remedy)
    return full, known[name]


def _refused(node: nodes.Node) -> DocumentRefused:
    return DocumentRefused(
        f"it does more than show a draft ({type(node).__name__.lower()})",
        "use only {{ placeholder }}, {% for x in list %} and {% if placeholder %}",
    )


def _written(node: nodes.Node) -> str:
    return node.name if isinstance(node, nodes.Name) else type(node).__name__.lower()


class _Words(str):
    """Text that stands in the document exactly as it is.

    docxtpl rewrites `{_{` after rendering; as a character reference the underscore is out of its reach.
    """

    __slots__ = ()

    def __html__(self) -> str:
        return escape(self).replace("_", "&#95;")


def _context(draft: Draft) -> dict[str, Any]:
    """Exactly what PLACEHOLDERS promises."""
    texts = {
        "title": draft.title,
        "run": draft.run,
        "number": str(draft.number),
        "made_at": _made_at(draft),
        "made_by": draft.made_by,
        "site": draft.site,
        "watermark": draft.watermark,
        "script": draft.script,
        "version": draft.version,
        "script_hash": draft.script_hash,
        "short_hash": draft.script_hash[:12],
        "status_note": draft.status_note,
        "zone": draft.zone,
        "fingerprint": draft.fingerprint,
    }
    return {
        **_words(texts),
        "groups": [
            {
                **_words({"title": group.title}),
                "lines": [_words(_line(line, draft.zone)) for line in group.lines],
            }
            for group in draft.groups
        ],
        "open_points": [
            _words({"step": p.step, "label": p.label, "note": p.note}) for p in draft.open_points
        ],
        "values": [_words({"label": label, "value": value}) for label, value in draft.values],
        "figures": [
            {
                **_words({"title": figure.title, "image": ""}),
                "lines": [_Words(_seen(line)) for line in figure.text.split("\n")],
            }
            for figure in draft.figures
        ],
        **{name: [_Words(_seen(sentence)) for sentence in getattr(draft, name)] for name in _SENTENCES},
    }


def _line(line: Line, zone: str) -> dict[str, str]:
    return {
        "step": line.step,
        "label": line.label,
        "value": line.value,
        "question": line.question,
        "said_at": _local(line.said_at, zone),
        "said_by": line.said_by,
    }


def _words(texts: Mapping[str, str]) -> dict[str, _Words]:
    return {name: _Words(_seen(text)) for name, text in texts.items()}


def _must_show(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "the watermark", context["watermark"]
    yield "the run's reference", context["run"]
    for group in context["groups"]:
        for line in group["lines"]:
            yield f"the question {line['label']!r}", line["label"]
            yield f"the answer to {line['label']!r}", line["value"]
    for point in context["open_points"]:
        yield f"the open point {point['note']!r}", point["note"]
    for value in context["values"]:
        yield f"the value {value['label']!r}", value["label"]
        yield f"the number of {value['label']!r}", value["value"]
    for figure in context["figures"]:
        yield f"the picture {figure['title']!r}", figure["title"]
        yield from ((f"what the picture shows, {line!r}", line) for line in figure["lines"])
    for name in _SENTENCES:
        for sentence in context[name]:
            yield f"that {sentence!r}", sentence


class _Image(InlineImage):  # type: ignore[misc]  # docxtpl has no types
    """A picture as wide as it was drawn for, and no larger than a page; what it shows is its alternative text."""

    def __init__(self, document: DocxTemplate, png: bytes, title: str, text: str) -> None:
        width, height = (side / _DOTS_PER_MM for side in size_of(png))
        scale = min(1.0, _WIDEST_MM / width, _HIGHEST_MM / height)
        super().__init__(
            document, BytesIO(png), *(round(side * scale * _EMU_PER_MM) for side in (width, height))
        )
        self._title, self._text = title, text

    def _insert_image(self) -> str:
        drawing: str = super()._insert_image()
        name = f'title="{_attribute(self._title)}" descr="{_attribute(self._text)}"'
        return drawing.replace("<wp:docPr ", f"<wp:docPr {name} ", 1)


def _attribute(text: str) -> str:
    """`text` inside the quotes of an attribute, out of docxtpl's reach."""
    return (
        escape(text)
        .replace("_", "&#95;")
        .replace("\n", "&#10;")
        .replace("{", "&#123;")
        .replace("}", "&#125;")
    )


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _paragraphs(document: Any) -> Iterator[str]:
    """The text of every paragraph a reader sees: pages, then what stands above and below them."""
    parts = [document.docx.element.body]
    parts += [
        link.target_part.element for link in document.docx.part.rels.values() if _is_margin(link.reltype)
    ]
    for part in parts:
        for paragraph in part.iter(f"{_W}p"):
            yield "".join(
                _BREAKS.get(mark.tag, mark.text or "")
                for mark in paragraph.iter(f"{_W}t", *_BREAKS)
                if mark.getparent().tag == f"{_W}r"
            )


_BREAKS = {f"{_W}br": "\n", f"{_W}tab": "\t"}


def _is_margin(reltype: str) -> bool:
    return reltype.endswith(("/header", "/footer"))


def _name(document: Any, draft: Draft) -> None:
    properties = document.docx.core_properties
    properties.title = _seen(f"{draft.title}: draft {draft.number}, {draft.run}")[:_MAX_PROPERTY]
    properties.subject = _seen(draft.watermark)[:_MAX_PROPERTY]
    properties.author = properties.last_modified_by = _seen(draft.made_by)[:_MAX_PROPERTY]
    properties.created = properties.modified = draft.made_at.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    properties.revision = draft.number


def _without_clock(document: BytesIO) -> bytes:
    made = BytesIO()
    with ZipFile(document) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, _LONG_AGO), old.read(name), ZIP_DEFLATED)
    return made.getvalue()


# --- Markdown -------------------------------------------------------------------------------------------------------


def as_markdown(draft: Draft) -> str:
    """`draft` as CommonMark that also reads well unrendered: marks are escaped only where they would act."""
    lines = [
        f"# {_heading(draft.title)}: draft {draft.number}",
        "",
        f"**{_phrase(draft.watermark)}**",
        "",
        f"Run {_phrase(draft.run)} at {_phrase(draft.site)}. Made by {_phrase(draft.made_by)} on {_made_at(draft)}.",
    ]
    if draft.status_note:
        lines += ["", f"**{_phrase(draft.status_note)}**"]
    lines += _sentences("Open points", [point.note for point in draft.open_points], "None.")
    lines += _sentences("Time limits", draft.clocks, "None.")
    for group in draft.groups:
        facts = [
            f"**{_phrase(line.label)}:** {_literal(line.value, is_first=False)}".rstrip()
            for line in group.lines
        ]
        lines += ["", f"## {_heading(group.title)}", "", *_items(facts)]
    if draft.values:
        facts = [f"**{_phrase(label)}:** {_literal(value, is_first=False)}" for label, value in draft.values]
        lines += ["", "## Worked out from the answers", "", *_items(facts)]
    for figure in draft.figures:
        shown = [_literal(line) for line in figure.text.split("\n")]
        lines += ["", f"## Picture: {_heading(figure.title)}", "", *_items(shown)]
    lines += _sentences("Changed since an earlier draft", draft.changes, "Nothing.")
    lines += _sentences("Who was told, and who took part", draft.told, "Nobody was told through the coach.")
    lines += _sentences("Stops that were released", draft.released, "None.")
    lines += _sentences("Attachments", draft.attachments, "None.")
    lines += ["", "## How this draft was made", "", *_items(list(_provenance(draft)))]
    return "\n".join([*lines, ""])


def _sentences(title: str, sentences: Sequence[str], nothing: str) -> list[str]:
    return ["", f"## {title}", "", *(_items([_literal(sentence) for sentence in sentences]) or [nothing])]


def _provenance(draft: Draft) -> Iterator[str]:
    answers = [line for group in draft.groups for line in group.lines]
    yield "The coach asked and wrote down; every answer above is a person's own."
    if answers:
        first, last = min(line.said_at for line in answers), max(line.said_at for line in answers)
        yield f"Answered between {_local(first, draft.zone)} and {_local(last, draft.zone)} ({_phrase(draft.zone)})"
    yield f"Playbook: {_phrase(draft.script)}, version {_phrase(draft.version)}, SHA-256 {_phrase(draft.script_hash)}"
    yield f"Approval: {_phrase(draft.status_note) or 'approved at this site'}"
    yield f"Fingerprint of what this draft states: {draft.fingerprint}"


def _items(texts: list[str]) -> list[str]:
    return [f"- {indent(text, '  ')[2:]}" for text in texts]


_ACTS_ANYWHERE = re.compile(
    r"""
      (?<![^\W_])_ | _(?![^\W_])          # inside a word an underscore is only an underscore: T_07
    | (?<!\ )\* | \*(?!\ )                 # so is a star that stands alone: 3 * 4
    | (?<=[\w~])~ | ~(?![^\W_])           # ~5 is a number, ~~5~~ is struck out
    | [`|\[\]]
    | <(?=[a-z/!?])                       # pH < 7 is no tag
    | &(?=\#?\w+;)                        # an entity
    | \\(?=[!-/:-@\[-`{-~]|$)             # a backslash acts only before punctuation: C:\data
    | (?<=\w):(?=//) | (?<=\bwww)\.       # would become a link
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ACTS_FIRST = re.compile(
    r"^(?:(\d{1,9})(?=[.)]))?(>|\#(?=[\#\s]|$)|-(?!\w)|\+(?=\s|$)|=(?==*$)|:(?=-)|[.)](?=\s|$))"
)


def _literal(text: str, *, is_first: bool = True) -> str:
    """`text` so that a renderer shows each of its characters, line for line; `is_first` where it begins a line."""
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", _seen(text).strip("\n"))
    lines = [[_literal_line(line) for line in paragraph.split("\n")] for paragraph in paragraphs]
    if not is_first:
        lines[0][0] = _inline(paragraphs[0].split("\n")[0].rstrip(" \t"))
    return "\n\n".join("  \n".join(paragraph) for paragraph in lines)


def _literal_line(line: str) -> str:
    body = line.strip(" \t")
    margin = line[: len(line) - len(line.lstrip(" \t"))].replace("\t", " " * 4)
    first = _ACTS_FIRST.sub(r"\1\\\2", _inline(body))
    return margin.replace(" ", "\xa0") + first  # a renderer drops plain spaces at the margin


def _inline(line: str) -> str:
    return _ACTS_ANYWHERE.sub(r"\\\g<0>", line)


def _phrase(text: str) -> str:
    """One line of ours with a text in it, which does not begin the line."""
    return _literal(" ".join(_seen(text).split()), is_first=False)


def _heading(text: str) -> str:
    return _phrase(text).replace("#", "\\#")


# --- both -----------------------------------------------------------------------------------------------------------


def _seen(text: str) -> str:
    """`text` with one kind of line end, and U+FFFD for whatever no document may hold."""
    return _UNSEEN.sub("\ufffd", _LINE_END.sub("\n", text))


def _made_at(draft: Draft) -> str:
    offset = draft.made_at.astimezone(ZoneInfo(draft.zone)).isoformat()[-6:]
    return f"{_local(draft.made_at, draft.zone)} ({draft.zone}, UTC{offset})"


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
