"""Asking the coach one question, or a file of them, at a command line: no database is opened, and nothing is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot import wall_clock
from bot.content.library import Library
from bot.content.reader import load_library
from bot.errors import CoachError
from bot.settings import read_settings
from bot.site import Site
from knowledge.answer import PLAYBOOK, Decision
from knowledge.article import Article, Asker


def ask(
    question: Annotated[str, typer.Argument(help="What you want to know, in your own words.")] = "",
    site: Annotated[str, typer.Option(help="The site's id; else the first one set up.")] = "",
    role: Annotated[str, typer.Option(help="Your role, such as operator or analyst.")] = "operator",
    batch: Annotated[
        Path | None, typer.Option("--batch", help="A file with a question a line; - reads what is piped in.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Also what the answer rests on.")] = False,
) -> None:
    """Ask a question. Says so where there is no answer; opens no database and keeps nothing."""
    if bool(question.strip()) == (batch is not None):
        raise CoachError('ask one question, "…", or name a file of them with --batch')
    settings = read_settings()
    library = load_library(settings.site_folder, settings.cache_folder)
    asked_at = library.site(site)
    clock = wall_clock.pretend(settings.pretend_now) if settings.pretend_now else wall_clock.now
    today = clock().astimezone(asked_at.place.zone).date().isoformat()
    regions, product_types = frozenset(asked_at.regions), frozenset(asked_at.product_types)
    teller = Teller(library, asked_at, Asker(role, asked_at.id, regions, product_types, today))
    if batch:
        for line in _lines(batch):
            typer.echo(json.dumps(teller.tell(line, explain=explain), ensure_ascii=False))
        return
    told = teller.tell(question, explain=explain)
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else _plain(told))


@dataclass(frozen=True, slots=True)
class Teller:
    """Decides on questions and tells what came of it."""

    library: Library
    site: Site
    asker: Asker

    def tell(self, question: str, *, explain: bool) -> dict[str, object]:
        """What is done with a question: the keys are those that DESIGN names."""
        known = self.library.knowledge
        decision = known.decide(question, self.asker)
        article = known.articles.get(decision.entry)
        told: dict[str, object] = {
            "kind": decision.outcome,
            "sop_decides": bool(article and article.sop_decides),
            "article": article.id if article else None,
            "title": self._title(decision, article),
            "text": self._text(decision, article),
            "citations": self._citations(decision, article),
            "confidence": round(decision.sureness, 3),
            "suggestions": [
                {"article": entry, "title": self._title_of(entry)} for entry in decision.suggestions
            ],
            "ask_whom": self._whom(decision, article),
            "say": question,
        }
        return {**told, "explain": known.record(question, decision)} if explain else told

    def _title(self, decision: Decision, article: Article | None) -> str:
        if article:
            return article.question
        if decision.refusal:
            return decision.refusal.title
        if decision.term and decision.outcome == "answer":
            return decision.term.term
        return self._title_of(decision.entry) if decision.entry else ""

    def _title_of(self, entry: str) -> str:
        if article := self.library.knowledge.articles.get(entry):
            return article.question
        return self.library.script(entry.removeprefix(PLAYBOOK)).title

    def _text(self, decision: Decision, article: Article | None) -> str:
        if decision.refusal:
            return f"{decision.refusal.reason}\n\n{decision.refusal.instead}"
        if article:
            here = [text for region, text in article.by_region.items() if region in self.asker.regions]
            return "\n\n".join([article.answer, *here])
        match decision.outcome:
            case "answer" if term := decision.term:
                stands_for = (
                    f"{term.term} stands for: {term.expansion}." if term.expansion else f"{term.term}:"
                )
                return f"{stands_for} {term.meaning}\n\nThis is from our own glossary."
            case "suggest" if decision.term:
                return (
                    f"{decision.term.term} can mean {' or '.join(decision.term.could_be)}. Which one is it?"
                )
            case "suggest":
                return "I am not sure what you mean. Is it one of these?"
            case "command":
                return "There is a playbook for that."
            case _:
                return "I do not know that, and I will not guess."

    def _citations(self, decision: Decision, article: Article | None) -> list[Mapping[str, str]]:
        cited = decision.refusal.cite if decision.refusal else article.cite if article else ()
        sources = self.library.citations_for(self.site)
        return [
            {"clause": found.clause, "title": found.title, "url": found.url, "force": found.force}
            for found in (sources[name] for name in cited if name in sources)
        ]

    def _whom(self, decision: Decision, article: Article | None) -> str | None:
        if decision.refusal:
            return decision.refusal.whom[0]
        if article:
            return article.escalate or article.ask_whom or None
        return "supervisor_on_shift" if decision.outcome == "unknown" else None


def _lines(batch: Path) -> Iterator[str]:
    """The questions in a file, or piped in. Raises CoachError for a file that cannot be read."""
    if str(batch) == "-":
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    try:
        text = batch.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CoachError(f"{batch} cannot be read as text: {error}") from error
    yield from (line.strip() for line in text.splitlines() if line.strip())


def _plain(told: Mapping[str, object]) -> str:
    """What came of a question, to be read."""
    lines = [str(told["text"])]
    suggestions, citations = told["suggestions"], told["citations"]
    if isinstance(suggestions, list):
        lines += [f"- {each['title']}" for each in suggestions]
    if told["kind"] == "command":
        lines.append(f"- {told['title']}")
    if told["sop_decides"]:
        lines.append("\nYour own procedure decides. If it says something else, follow it and tell QA.")
    if told["ask_whom"]:
        lines.append(f"\nWhom to ask: {str(told['ask_whom']).replace('_', ' ')}")
    if isinstance(citations, list) and citations:
        lines.append("\nSources:")
        lines += [f"- {each['clause']} ({each['force']}): {each['title']}" for each in citations]
    if explained := told.get("explain"):
        lines.append("\n" + json.dumps(explained, ensure_ascii=False, indent=2))
    return "\n".join(lines)
