"""An article's file: front matter and Markdown, the article it holds, and what is wrong with it.

Between two lines of `---` stands the front matter, in YAML; then the short answer, then headings that are known: *More*,
*Why*, *Example*, *In the US*, *In the EU*, *In the UK*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Literal

from pydantic import Field

from bot.content.force_check import force_problems
from bot.content.site_file import Day, Raw
from bot.strict_yaml import Document, YamlRefused, read
from knowledge.article import REGIONS, Article, Part, Scope
from playbooks.errors import Problem
from playbooks.loader import nearest
from playbooks.reading import grade

MOST_WORDS = 80  # in the short answer
FEWEST_PHRASINGS: Mapping[str, int] = {"article": 8, "stub": 5, "chitchat": 3}
MOST_PHRASINGS = 15
MAX_GRADE = 9.0
_ROLE = re.compile(r"[a-z][a-z0-9_]*")  # as in a site's `rosters`
_FRONT = re.compile(rb"\A---\n(?P<front>.*?\n)---\n(?P<body>.*)\Z", re.DOTALL)
_HEADING = re.compile(r"^## +(?P<title>.+?) *$", re.MULTILINE)
_PARTS: Mapping[str, Part] = {"More": "more", "Why": "why", "Example": "example"}
_REGIONS = {f"In the {region}": region for region in REGIONS}


class RawScope(Raw):
    """For whom it is."""

    roles: list[str] = Field(default_factory=list)
    regions: list[Literal["US", "EU", "UK"]] = Field(default_factory=list)
    product_types: list[str] = Field(default_factory=list)
    sites: list[str] = Field(default_factory=list)


class RawControl(Raw):
    """What makes it a controlled document."""

    status: Literal["draft", "in_review", "released_by_maker", "retired"]
    owner: str
    change_ref: str
    effective_from: Day
    review_by: Day
    what_changed: str


class RawArticle(Raw):
    """The front matter; see `knowledge.article.Article`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    kind: Literal["article", "stub", "chitchat"]
    topic: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    question: str
    phrasings: list[str]
    contrast: list[str] = Field(default_factory=list)
    requires_any: list[str] = Field(default_factory=list)
    negatives: list[str] = Field(default_factory=list)
    scope: RawScope = RawScope()
    cite: list[str] = Field(default_factory=list)
    sop_decides: bool = False
    escalate: str = ""
    refuse: bool = False
    ask_whom: str = ""
    playbook: str = ""
    quiz_topic: str = ""
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    control: RawControl


def split(content: bytes, file: str, read: Callable[[bytes, str], Document] = read) -> tuple[Document, str]:
    """The front matter and the text below it. Raises YamlRefused where there is no front matter, or none to read."""
    match = _FRONT.match(content)
    if match is None:
        remedy = "begin the file with a line of ---, the front matter, and another line of ---"
        raise YamlRefused(file, 1, "no front matter", remedy)
    document = read(b"\n" + match["front"], file)  # the line of --- counts, so that every line has its number
    return document, match["body"].decode("utf-8")


def article_of(raw: RawArticle, body: str) -> tuple[Article, list[Problem]]:
    """The article that the file holds, and headings that are not known."""
    first, *rest = _HEADING.split(body)
    sections = dict(zip(rest[::2], (_plain(text) for text in rest[1::2]), strict=True))
    known = (*_PARTS, *_REGIONS)
    problems = [
        Problem((), f"unknown heading {title!r}", nearest(title, known))
        for title in sections
        if title not in known
    ]
    article = Article(
        raw.id,
        raw.kind,
        raw.topic,
        raw.question,
        tuple(raw.phrasings),
        _plain(first),
        tuple(raw.cite),
        {_PARTS[title]: text for title, text in sections.items() if title in _PARTS},
        {_REGIONS[title]: text for title, text in sections.items() if title in _REGIONS},
        tuple(raw.contrast),
        tuple(raw.requires_any),
        tuple(raw.negatives),
        Scope(
            frozenset(raw.scope.roles),
            frozenset(raw.scope.regions),
            frozenset(raw.scope.product_types),
            frozenset(raw.scope.sites),
        ),
        raw.sop_decides,
        raw.escalate,
        raw.refuse,
        raw.ask_whom,
        raw.playbook,
        raw.quiz_topic,
        raw.version,
        raw.control.status,
        raw.control.effective_from,
        raw.control.review_by,
    )
    return article, problems


def _plain(text: str) -> str:
    """The paragraphs of a Markdown text, each on one line; list items keep theirs."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(
        "\n".join(line.strip() for line in paragraph.splitlines())
        if paragraph.lstrip().startswith("- ")
        else " ".join(paragraph.split())
        for paragraph in paragraphs
    )


def article_problems(
    article: Article,
    ids: Collection[str],
    sources: Mapping[str, str],
    playbooks: Collection[str],
    today: str | None = None,
) -> Iterator[Problem]:
    """What is wrong with one article. `sources` gives the force of each source, by its id.

    With `today`, what only its author need hear as well: how it reads, words stronger than its sources, and a
    review that is overdue.
    """
    yield from _references(article, ids, sources, playbooks)
    words = len(article.answer.split())
    if not words:
        yield Problem((), "no answer", "write it below the front matter")
    if words > MOST_WORDS:
        yield Problem(
            (), f"the answer has {words} words", f"keep to {MOST_WORDS}, and put the rest under '## More'"
        )
    count = len(article.phrasings)
    fewest = FEWEST_PHRASINGS[article.kind]
    if not fewest <= count <= MOST_PHRASINGS:
        remedy = f"write {fewest} to {MOST_PHRASINGS}"
        yield Problem(("phrasings",), f"{count} phrasings", remedy)
    if article.kind == "article" and not article.cite:
        yield Problem((), "no source", "cite the facts it rests on")
    if article.kind == "stub" and not article.ask_whom:
        yield Problem((), "a stub that names nobody to ask", "add 'ask_whom'")
    if not today:
        return
    cited = {sources[each] for each in article.cite if each in sources}
    for name, text in (("answer", article.answer), *article.parts.items(), *article.by_region.items()):
        yield from force_problems(name, text, cited)
        asked = grade(text)
        if asked is not None and asked > MAX_GRADE:
            found = f"the {name} reads like grade {asked:.1f}, and {MAX_GRADE:g} is the most"
            yield Problem((), found, "use shorter words and sentences", is_warning=True)
    if article.review_by < today:
        found = f"its review was due on {article.review_by}"
        yield Problem(("control", "review_by"), found, "review it", is_warning=True)


def _references(
    article: Article, ids: Collection[str], sources: Mapping[str, str], playbooks: Collection[str]
) -> Iterator[Problem]:
    for number, cited in enumerate(article.cite):
        if cited not in sources:
            yield Problem(("cite", number), f"unknown source {cited!r}", nearest(cited, sources))
    for number, other in enumerate(article.contrast):
        if other not in ids:
            yield Problem(("contrast", number), f"unknown article {other!r}", nearest(other, ids))
    for key, role in (("escalate", article.escalate), ("ask_whom", article.ask_whom)):
        if role and not _ROLE.fullmatch(role):
            remedy = "write it as in a site's 'rosters', such as qa_on_call"
            yield Problem((key,), f"{role!r} is no role", remedy)
    if article.playbook and article.playbook not in playbooks:
        yield Problem(
            ("playbook",), f"unknown playbook {article.playbook!r}", nearest(article.playbook, playbooks)
        )
