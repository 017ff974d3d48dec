"""Whether the steps of a playbook stand in an order that ends well: sections, review, draft, end."""

from __future__ import annotations

from collections.abc import Iterator

from playbooks.errors import Problem
from playbooks.loader import nearest
from playbooks.script import Ask, Document, Finish, GoTo, Review, Script


def order_problems(script: Script) -> Iterator[Problem]:
    """What is wrong with the order of the steps."""
    yield from _sections(script)
    yield from _fast_lane(script)
    yield from _end(script)
    yield from _drafts(script)


def _sections(script: Script) -> Iterator[Problem]:
    order = [section.id for section in script.sections]
    furthest = 0
    for step in script.steps:
        place = order.index(step.section) if step.section in order else furthest
        if place < furthest:
            found = f"section {step.section!r} comes back after {order[furthest]!r}"
            remedy = "keep the steps of a section together, in the order of 'sections'"
            yield Problem(("steps", step.at, "section"), found, remedy)
        furthest = max(place, furthest)


def _fast_lane(script: Script) -> Iterator[Problem]:
    sections = [section.id for section in script.sections]
    if not script.fast_lane:
        return
    if script.fast_lane not in sections:
        remedy = nearest(script.fast_lane, sections)
        yield Problem(("fast_lane",), f"unknown section {script.fast_lane!r}", remedy)
    elif script.fast_lane == sections[-1]:
        found = "the fast lane is the last section: nothing can be left for later"
        yield Problem(("fast_lane",), found, "name an earlier section, or remove it")
    else:
        for step in script.steps:
            if isinstance(step.does, Document) and step.section != sections[-1]:
                found = "a person in a hurry gets this document before the last section"
                yield Problem(("steps", step.at), found, f"move it to section {sections[-1]!r}")


def _end(script: Script) -> Iterator[Problem]:
    last = script.steps[-1] if script.steps else None
    if last is None or not isinstance(last.does, Finish) or last.when is not None:
        at = last.at if last else 0
        yield Problem(("steps", at), "the last step is no unconditional 'finish'", "end with 'finish:'")
    for step in script.steps[:-1]:
        if isinstance(step.does, Finish | GoTo) and step.when is None:
            kind = "finish" if isinstance(step.does, Finish) else "go_to"
            found = f"nothing below this {kind!r} can be reached"
            yield Problem(
                ("steps", step.at), found, "move it to the end" if kind == "finish" else "add 'when:'"
            )


def _drafts(script: Script) -> Iterator[Problem]:
    is_reviewed = False
    unseen: list[str] = []
    for step in script.steps:
        match step.does:
            case Review():
                is_reviewed, unseen = True, []
            case Ask():
                unseen.append(step.id)
            case Document() if not is_reviewed:
                found = "a document without a review before it"
                yield Problem(("steps", step.at), found, "add 'review: all' above it")
            case Document():
                for name in unseen:
                    found = f"{name!r} is asked between the review and this document, and goes into it unseen"
                    yield Problem(("steps", script.by_id[name].at), found, "move it above the review")
            case _:
                pass
