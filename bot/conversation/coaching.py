"""The words in which a coaching check's questions are put: the person's own words first, then what is asked of them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.wording import Wording
from bot.reply import Reply, Tone
from bot.site import Site
from playbooks.coaching.catalogue import question_of
from playbooks.coaching.finding import Finding

_SHOWN = 12  # words of a text, as its reminder
_CALLED = ("lab_supervisor", "supervisor_on_shift", "qa_on_call")


def coaching_text(wording: Wording, text: str, findings: Sequence[Finding], *, is_kept: bool = True) -> str:
    """The questions about `text`, quoting it; `is_kept`: it stands already, whatever is said to them."""
    lead = wording("coach_kept" if is_kept else "coach_read", words=_beginning(text))
    count = wording("coach_question" if len(findings) == 1 else "coach_questions")
    listed = "\n".join(f"- {finding.question}" for finding in findings)
    return f"{lead}\n\n{count}\n\n{listed}"


def keep_everything(wording: Wording, site: Site) -> str:
    """What comes before a question where something that could be looked at again may be lost."""
    rosters = ((role, site.rosters.get(role)) for role in _CALLED)
    numbers = [f"{wording.role(role)} {roster.phone}" for role, roster in rosters if roster and roster.phone]
    return wording("coach_keep_everything", whom=", ".join(numbers) or wording("supervisor_and_qa"))


def for_review(wording: Wording, site: Site, check: str, *, kept: int, cases: int) -> Reply:
    """What QA is told of a check that people keep their words against: its question and figures, and nobody's name."""
    question = question_of(check, "…", site.coaching)
    words = wording(
        "check_for_review", site=site.name, question=question, kept=kept, cases=cases, check=check
    )
    return Reply(words, Tone.NOTICE)


def _beginning(text: str) -> str:
    words = text.split()
    return " ".join(words) if len(words) <= _SHOWN else " ".join(words[:_SHOWN]) + " …"
