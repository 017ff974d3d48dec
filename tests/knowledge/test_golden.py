"""A change to content, words or weights shows what it does to questions of people, line by line, in review."""

from __future__ import annotations

from tests.knowledge.golden import FILE, RENEW, expected
from tests.knowledge.known import decided, told


def test_each_golden_question_is_decided_as_it_was_reviewed():
    now = {question: told(decided(question)) for question in expected()}
    changed = [
        f"  {question!r}\n    was {was}\n    now {now[question]}"
        for question, was in expected().items()
        if now[question] != was
    ]
    assert not changed, (
        f"{len(changed)} of {len(now)} decisions changed. If that is meant, run\n  {RENEW}\n"
        f"and look at the diff of {FILE.name}:\n" + "\n".join(changed)
    )


def test_there_are_enough_of_them_and_every_outcome_is_among_them():
    outcomes = [line.split()[0] for line in expected().values()]
    assert len(outcomes) >= 150
    assert set(outcomes) == {"answer", "suggest", "unknown", "refuse", "escalate", "command"}
