"""For those who write the answers: what people asked and got no answer to, and what is done about it.

Nothing in the content changes by itself: a decision writes into the folder it is given, for review, or says what to add.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.app import App
from bot.commands.opened import opened
from bot.content.approval_file import replace_file
from bot.content.article_draft import NewArticle, draft_of, quoted, with_phrasing
from bot.content.article_file import MOST_PHRASINGS
from bot.content.library import Library
from bot.errors import CoachError
from bot.settings import os_user
from bot.store import audit, questions
from bot.store.questions import KeptQuestion, Settling
from knowledge.answer import PLAYBOOK
from knowledge.question import Cluster, Question, clusters
from playbooks.loader import nearest

FEWEST = 5  # of fewer, no role and no site is shown: it would lead to somebody
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_KINDS = {"unanswered": "not answered", "none_of_these": "none of these", "disputed": "disputed"}

commands = typer.Typer(help="What people asked and got no answer to: list it, and decide about it.")

Id = Annotated[str, typer.Argument(help="The id of a cluster, as the list shows it, or of a question in it.")]
Into = Annotated[
    Path, typer.Option(help="The folder of your articles; the file is written there, for review.")
]
Topic = Annotated[str, typer.Option(help="The topic, which is its folder, such as deviations.")]
NewId = Annotated[str, typer.Option("--id", help="The id of the new article, such as drum-cleaning.")]


class QuestionRefused(CoachError):
    """What cannot be decided so; the message says why, and what would do."""


@commands.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List what no answer settled: like questions together, the newest first, and nobody's name."""
    if context.invoked_subcommand:
        return
    with opened() as app:
        queue = _queue(app)
        told = [_told(app.library, queue, cluster) for cluster in queue.clusters]
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(_as_lines(told)))


@commands.command()
def accept(
    id: Id,
    article: Annotated[str, typer.Option(help="The id of the article that answers it.")],
    into: Annotated[
        Path | None, typer.Option(help="The folder of your articles; without it, the line to add is shown.")
    ] = None,
) -> None:
    """Make a question a phrasing of an article that answers it."""
    with opened() as app:
        queue = _queue(app)
        cluster, chosen = queue.find(id)
        known = app.library.knowledge.articles
        if article not in known:
            raise QuestionRefused(f"there is no article {article!r}; {nearest(article, known)}")
        phrasing = _words_of(cluster, chosen)
        change = None
        if into is not None:
            path = _file_of(into, article)
            change = Change(path, with_phrasing(path.read_text(encoding="utf-8"), phrasing, str(path)))
        _decide(app, cluster, "accept", article, change=change)
    if change:
        typer.echo(f"{change.path} has the phrasing now: {phrasing}")
    else:
        typer.echo(f"Add this to the phrasings of {article}:\n  - {quoted(phrasing)}")


@commands.command()
def write(id: Id, new_id: NewId, topic: Topic, into: Into) -> None:
    """Begin the file of a new article, for somebody to write. It is a draft, and nobody is answered with it yet."""
    with opened() as app:
        _begin(app, id, "write", NewArticle("article", new_id, topic, ()), into)


@commands.command()
def stub(
    id: Id,
    new_id: NewId,
    topic: Topic,
    ask_whom: Annotated[str, typer.Option(help="The role to ask, such as qa_on_call.")],
    into: Into,
) -> None:
    """Begin the file of a topic that is known and not covered: it names whom to ask."""
    with opened() as app:
        _begin(app, id, "stub", NewArticle("stub", new_id, topic, (), ask_whom), into)


@commands.command()
def dismiss(
    id: Id, reason: Annotated[str, typer.Option(help="Why there will be no answer; it goes into the audit.")]
) -> None:
    """Decide that there will be no answer. Whoever waits for one is told so, without the reason."""
    if not reason.strip():
        raise QuestionRefused("write why, with --reason")
    with opened() as app:
        cluster, _ = _queue(app).find(id)
        count = _decide(app, cluster, "dismiss", reason=" ".join(reason.split()))
    typer.echo(f"{count} dismissed.")


@dataclass(frozen=True, slots=True)
class Queue:
    """What nobody has decided about yet."""

    clusters: Sequence[Cluster]
    kept: dict[str, KeptQuestion]

    def find(self, id: str) -> tuple[Cluster, Question]:
        """The cluster, and the question of it, with this id. Raises QuestionRefused."""
        for cluster in self.clusters:
            for question in cluster.questions:
                if question.id == id:
                    return cluster, question
        raise QuestionRefused(
            f"no question {id!r} waits for a decision; qms-coach questions lists those that do"
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A file, and what is to stand in it."""

    path: Path
    content: str


def _queue(app: App) -> Queue:
    with app.database.reading() as conn:
        kept = questions.undecided(conn)
    searcher = app.library.knowledge.searcher
    found = []
    for each in kept:
        search = searcher.search(each.text)
        near = search.hits[0].entry if search.hits else ""
        day = each.day.date().isoformat()
        found.append(Question(each.id, each.kind, day, each.text, each.entry, search.words, near))
    return Queue(clusters(found), {each.id: each for each in kept})


def _begin(app: App, id: str, decision: Literal["write", "stub"], new: NewArticle, into: Path) -> None:
    cluster, chosen = _queue(app).find(id)
    _words_of(cluster, chosen)
    for option, name in (("--id", new.id), ("--topic", new.topic)):
        if not _NAME.fullmatch(name):
            raise QuestionRefused(f"{option} is {name!r}; write it in small letters, digits and -")
    path = into / new.topic / f"{new.id}.md"
    if new.id in app.library.knowledge.articles or list(into.rglob(path.name)):
        raise QuestionRefused(
            f"there is an article {new.id} already; take another id, or accept it as a phrasing"
        )
    if not into.is_dir():
        raise QuestionRefused(f"there is no folder {into}; name that of your articles")
    first = [chosen.text] if chosen.text else []
    texts = tuple(dict.fromkeys([*first, *cluster.texts]))[:MOST_PHRASINGS]
    draft = draft_of(
        NewArticle(new.kind, new.id, new.topic, texts, new.ask_whom), app.clock().date().isoformat()
    )
    path.parent.mkdir(exist_ok=True)
    _decide(app, cluster, decision, new.id, change=Change(path, draft))
    typer.echo(f"{path} is begun: a draft. `qms-coach check` names what it lacks.")


def _decide(
    app: App,
    cluster: Cluster,
    decision: Settling,
    entry: str = "",
    *,
    reason: str = "",
    change: Change | None = None,
) -> int:
    """Decide about every question of a cluster, in the audit too, and write the file: all of it or nothing; how many.

    1. Decide, which makes whoever else decides about it wait.
    2. Put the changed file in its place.
    3. Commit; where that fails, put the file back.
    """
    entry_of_audit = audit.Entry(
        f"cli:{os_user()}",
        f"question settled: {decision}",
        f"question:{cluster.id}",
        before=f"{len(cluster.questions)} like questions",
        after=f"article:{entry}" if entry else "",
        reason=reason,
    )
    with _put_back_unless_kept(change), app.database.writing() as conn:
        count = questions.settle(conn, [question.id for question in cluster.questions], decision, entry)
        if not count:
            raise QuestionRefused("somebody else has just decided about it")
        audit.append(conn, audit.CONFIG, [entry_of_audit])
        if change:
            replace_file(change.path, change.content.encode())
    return count


@contextmanager
def _put_back_unless_kept(change: Change | None) -> Iterator[None]:
    """Where what happens in here fails, the file stands as it stood before."""
    before = change.path.read_bytes() if change and change.path.exists() else None
    try:
        yield
    except BaseException:
        if change and before is None:
            change.path.unlink(missing_ok=True)
        elif change and before is not None:
            replace_file(change.path, before)
        raise


def _words_of(cluster: Cluster, chosen: Question) -> str:
    """The words of the question that was named, or else of the first that has any."""
    text = chosen.text or next(iter(cluster.texts), "")
    if not text:
        raise QuestionRefused(
            f"{chosen.id} is a dispute of {chosen.entry}, and nobody's words are kept with it; "
            "look at that article, and dismiss it with what you did as the reason"
        )
    return text


def _file_of(into: Path, article: str) -> Path:
    found = sorted(into.rglob(f"{article}.md"))
    if len(found) != 1:
        raise QuestionRefused(f"{into} has {len(found)} files {article}.md; name the folder that has one")
    return found[0]


# How it is shown


def _told(library: Library, queue: Queue, cluster: Cluster) -> dict[str, object]:
    """One cluster: what was asked and how often, of which kinds, and the entry it is about or comes nearest to."""
    rows = [queue.kept[question.id] for question in cluster.questions]
    is_group = len(rows) >= FEWEST
    return {
        "id": cluster.id,
        "count": len(rows),
        "newest": cluster.newest,
        "kinds": cluster.kinds,
        "entry": cluster.entry or None,
        "title": _title_of(library, cluster.entry),
        "questions": list(cluster.texts),
        "roles": dict(sorted(Counter(row.role for row in rows).items())) if is_group else None,
        "sites": dict(sorted(Counter(row.site for row in rows).items())) if is_group else None,
    }


def _title_of(library: Library, entry: str) -> str:
    if article := library.knowledge.articles.get(entry):
        return article.question
    book = library.playbooks.get(entry.removeprefix(PLAYBOOK))
    return book.script.title if book else ""


def _as_lines(told: Sequence[dict[str, object]]) -> Iterator[str]:
    if not told:
        yield "Nothing waits for a decision."
    for each in told:
        kinds = each["kinds"]
        counted = (
            ", ".join(f"{n} {_KINDS[kind]}" for kind, n in kinds.items()) if isinstance(kinds, dict) else ""
        )
        yield f"{each['id']}  asked {each['count']}, the last on {each['newest']}: {counted}"
        if each["entry"]:
            yield f"  nearest: {each['entry']} ({each['title']})"
        texts = each["questions"]
        yield from (f"  - {text}" for text in texts) if isinstance(texts, list) else ()
