"""Questions at any time: an answer with where it comes from, "did you mean", or an honest "I do not know". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.conversation import beginning, course, menu
from bot.conversation.effect import as_answer, takes_any_words
from bot.conversation.follow_up import read_follow_up
from bot.conversation.refusing import call, told_no
from bot.conversation.scene import OpenRun, Scene, Turn, say
from bot.conversation.session import Asked, Unsettled
from bot.message import Press
from bot.reply import Choice, Citation, Reply, Tone
from knowledge.answer import PLAYBOOK, REFUSAL, Decision
from knowledge.article import Article, Part
from knowledge.clauses import Clause
from knowledge.glossary import Term
from knowledge.words import ends_asking, words_of
from playbooks.script import Script

WHO_KNOWS = ("supervisor_on_shift", "qa_on_call")  # where nobody else is named
_QUESTION = re.compile(
    r"(?:who|whom|whose|what|whats|which|when|where|why|how|is|are|am|was|were|do|does|did|can|could|may|must|shall|should|"
    r"will|would|has|have|tell me|explain)\b",
    re.IGNORECASE,
)
MOST_CLAUSES = 4  # of a region, named at once
_LABELS: dict[str, str] = {"more": "label_more", "why": "label_why_so", "example": "label_example_of"}


def is_question(text: str) -> bool:
    """Whether `text` has the form of a question."""
    return ends_asking(text) or _QUESTION.match(text.strip()) is not None


def asked_beside(scene: Scene, run: OpenRun, text: str) -> Turn | None:
    """The answer to a question that came between, then the question of the run again; None where `text` is none.

    Where any words would do as an answer, only a question that we are sure of counts, and it can be the answer after all.
    """
    takes_any = takes_any_words(run)
    if not is_question(text):
        return None
    decision = scene.knowledge.decide(text, scene.asker)
    if decision.outcome == "command":
        return None if takes_any else _another(scene, run, decision.entry.removeprefix(PLAYBOOK))
    if not decision.entry and (takes_any or decision.outcome == "unknown"):
        return None
    reply = _reply(scene, decision)
    choices = (*reply.choices, *as_answer(scene, run, text)) if takes_any else reply.choices
    turn = course.beside(scene, run, "asked", replace(reply, choices=choices))
    heard = Asked("" if takes_any else text, decision.entry)
    return replace(turn, session=replace(turn.session, topic=decision.entry, asked=heard))


def _another(scene: Scene, run: OpenRun, script_id: str) -> Turn | None:
    """Whether to put the run aside for the playbook that the person wishes for; None where that is its own, or none."""
    is_other = script_id != run.script.id and scene.on_shelf(script_id) is not None
    return beginning.start_beside(scene, script_id) if is_other else None


def answer_to(scene: Scene, text: str, *, is_sure: bool) -> tuple[Reply, str] | None:
    """What is said to a question, and the entry that answers it.

    None where it asks for a playbook or a command; where it must be one we are sure of (`is_sure`), for any other too.
    """
    decision = scene.knowledge.decide(text, scene.asker)
    if decision.outcome == "command" or (is_sure and not decision.entry):
        return None
    if decision.outcome == "unknown" and not decision.entry:
        return _not_known(scene, is_kept=False), ""
    return _reply(scene, decision), decision.entry


def asked(scene: Scene, text: str, nearest: Script | None = None) -> Turn | None:
    """The answer to a question without a run; None where nothing that is known comes near.

    Who tells what happened, and asks nothing, may want to write it down: beside what they may mean stands the `nearest`
    playbook.
    """
    decision = scene.knowledge.decide(text, scene.asker)
    if decision.outcome == "unknown" and not decision.entry:
        return None
    if decision.outcome == "command":
        script = scene.on_shelf(decision.entry.removeprefix(PLAYBOOK))
        return _no_topic(beginning.offer(scene, script, text)) if script else None
    reply = _reply(scene, decision)
    if nearest and decision.outcome == "suggest" and not (decision.term or is_question(text)):
        start = Choice(nearest.title, Press("start", (nearest.id,)))
        reply = replace(reply, choices=(start, *(each for each in reply.choices if each != start)))
    turn = say(scene, reply)
    heard = Asked(text, decision.entry)
    return replace(turn, session=replace(turn.session, topic=decision.entry, asked=heard, offer=None))


def _no_topic(turn: Turn) -> Turn:
    return replace(turn, session=replace(turn.session, topic=""))


def comes_first(scene: Scene, text: str, known: Turn) -> bool:
    """Whether what is known comes before a playbook that `text` asks for too: to a question, an answer or what a term means."""
    is_unclear = scene.knowledge.glossary.unclear(words_of(text)) is not None
    return is_question(text) and (is_unclear or bool(known.session.topic))


def answered_in_group(scene: Scene, text: str) -> Reply | None:
    """The answer to a question that was asked in front of others; None where we are not sure of one."""
    decision = scene.knowledge.decide(text, scene.asker)
    article = scene.knowledge.articles.get(decision.entry)
    if decision.term and decision.outcome == "answer":
        return meaning_of(scene, decision.term)
    return told(scene, article) if article else None


def followed_up(scene: Scene, text: str) -> Turn | None:
    """What belongs to the answer just given: "why", "source", "example", "and in the EU?"; None for other words.

    Inside a run, words that could be the answer to its question can still be that.
    """
    wanted, article = read_follow_up(text), _answered_last(scene)
    if wanted and wanted.is_other and (article or scene.asked):
        return none_of_these(scene)
    if wanted and wanted.regions and article is None:
        return _asked_of_nothing(scene, text)
    if article is None or wanted is None or (wanted.part and wanted.part not in article.parts):
        return None
    if wanted.part:
        reply = _of_part(scene, article, wanted.part)
    elif wanted.regions:
        reply = _of_regions(scene, article, wanted.regions)
    else:
        reply = _sources_of(scene, article)
    choices = as_answer(scene, scene.run, text) if scene.run else ()
    return _beside(scene, article, replace(reply, choices=(*reply.choices, *choices)))


def _asked_of_nothing(scene: Scene, text: str) -> Turn | None:
    """ "And in the EU?" with no answer before it: of what? None where it may be the answer in a playbook."""
    run = scene.run
    if run and run.is_open and takes_any_words(run) and not is_question(text):
        return None
    choices = as_answer(scene, run, text) if run else ()
    return between(scene, Reply(scene.wording("about_what"), choices=choices))


def _answered_last(scene: Scene) -> Article | None:
    """What was answered last; of a refusal, its reason is the why."""
    topic = scene.session.topic
    each = scene.knowledge.refusals.each
    refusal = next((one for one in each if topic == f"{REFUSAL}{one.id}"), None)
    if refusal is None:
        return scene.knowledge.articles.get(topic)
    title, instead = refusal.title, refusal.instead
    return Article(topic, "article", "", title, (), instead, refusal.cite, {"why": refusal.reason})


def pressed(scene: Scene, entry: str, part: str = "") -> Turn:
    """The answer, or the part of it, that a button asks for."""
    article = scene.knowledge.articles.get(entry)
    if article is None:
        return say(scene, menu.opening(scene, "no_such_button"))
    if part in article.by_region:
        return _beside(scene, article, _of_regions(scene, article, (part,)))
    found = next((name for name in article.parts if name == part), None)
    return _beside(scene, article, _of_part(scene, article, found) if found else told(scene, article))


def none_of_these(scene: Scene) -> Turn:
    """None of what was offered was meant: who knows, and what else we can do."""
    asked = scene.asked
    return _unknown(
        scene, Unsettled("none_of_these", asked.text, asked.entry) if asked and asked.text else None
    )


def unanswered(scene: Scene, text: str) -> Turn:
    """Nothing that is known comes near a question: who knows, and what else we can do."""
    return _unknown(scene, Unsettled("unanswered", text))


def _unknown(scene: Scene, unsettled: Unsettled | None) -> Turn:
    turn = between(scene, _not_known(scene, is_kept=unsettled is not None))
    session = replace(turn.session, topic="", unsettled=unsettled)
    return replace(turn, unsettled=unsettled, session=session)


def _beside(scene: Scene, article: Article, reply: Reply) -> Turn:
    turn = between(scene, reply)
    heard = Asked(scene.asked.text if scene.asked else "", article.id)
    return replace(turn, session=replace(turn.session, topic=article.id, asked=heard))


def between(scene: Scene, reply: Reply) -> Turn:
    """The reply; where a run is open, its question again."""
    run = scene.run
    return course.beside(scene, run, "asked", reply) if run and run.is_open else say(scene, reply)


# Replies


def _reply(scene: Scene, decision: Decision) -> Reply:
    if article := scene.knowledge.articles.get(decision.entry):
        return told(scene, article)
    if decision.term and decision.outcome == "answer":
        return meaning_of(scene, decision.term)
    if decision.refusal:
        return told_no(scene, decision.refusal)
    return did_you_mean(scene, decision)


def told(scene: Scene, article: Article) -> Reply:
    """An article: its short answer, what is different here, whose word is the last, whom to tell, and what more there is."""
    here = [text for region, text in article.by_region.items() if region in scene.site.regions]
    text = [article.answer, *here]
    if article.escalate:
        text.append(call(scene, (article.escalate, article.ask_whom)))
    elif article.ask_whom:
        text.append(call(scene, (article.ask_whom, *WHO_KNOWS), "ask_them"))
    if article.sop_decides:
        text.append(scene.wording("sop_decides"))
    return Reply(
        "\n\n".join(text),
        Tone.STOP if article.escalate else Tone.NOTICE,
        choices=tuple(_ways_on(scene, article)),
        citations=tuple(scene.sources[cited] for cited in article.cite if cited in scene.sources),
        is_answer=True,
    )


def meaning_of(scene: Scene, term: Term) -> Reply:
    """What a term stands for and means, what it must not be taken for, and that these are our own words."""
    key = "stands_for" if term.expansion else "means"
    text = [scene.wording(key, term=term.term, expansion=term.expansion, meaning=term.meaning)]
    if term.not_to_confuse_with:
        others = _either(scene, term.not_to_confuse_with)
        text.append(scene.wording("not_the_same", others=others))
    text.append(scene.wording("from_glossary"))
    not_meant = Choice(scene.wording("label_not_meant"), Press("none_of_these"), is_aside=True)
    return Reply("\n\n".join(text), Tone.NOTICE, choices=(not_meant,), is_answer=True)


def _ways_on(scene: Scene, article: Article) -> list[Choice]:
    """What more there is of an article; the playbook that does it together, where none is open."""
    is_free = scene.run is None or not scene.run.is_open
    script = scene.on_shelf(article.playbook) if article.playbook and is_free else None
    ways = (
        [
            Choice(
                scene.wording("label_do_together", title=script.title),
                Press("start", (script.id,)),
                is_main=True,
            )
        ]
        if script
        else []
    )
    ways += [
        Choice(scene.wording(_LABELS[part]), Press("know", (article.id, part)), is_aside=True)
        for part in article.parts
    ]
    ways += [
        Choice(
            scene.wording("label_in_region", region=region),
            Press("know", (article.id, region)),
            is_aside=True,
        )
        for region in article.by_region
        if region not in scene.site.regions
    ]
    return [
        *ways,
        Choice(scene.wording("label_not_meant"), Press("none_of_these"), is_aside=True),
        Choice(scene.wording("label_wrong"), Press("wrong", (article.id,)), is_aside=True),
    ]


def _sources_of(scene: Scene, article: Article) -> Reply:
    """Where an answer comes from: the clauses that speak for this site; where there is none, that."""
    cited = told(scene, article).citations
    return Reply(
        scene.wording("sources" if cited else "no_sources"), Tone.NOTICE, citations=cited, is_answer=True
    )


def _of_part(scene: Scene, article: Article, part: Part) -> Reply:
    return Reply(article.parts[part], Tone.NOTICE, citations=told(scene, article).citations, is_answer=True)


def _of_regions(scene: Scene, article: Article, regions: Sequence[str]) -> Reply:
    """What is different in these regions: the article's own words; else what they have on the same matter; else nothing."""
    texts: list[str] = []
    cited: list[Clause] = []
    for region in regions:
        there = scene.clauses.of_region(article.cite, region, scene.site.product_types)
        if text := article.by_region.get(region):
            there = tuple(clause for clause in there if clause.id in article.cite)
        is_ours = all(each.id in article.cite and each.regions & set(scene.site.regions) for each in there)
        key = ("same_text" if is_ours else "in_region") if there else "same_in_region"
        texts.append(text or scene.wording(key, region=region))
        cited += there[:MOST_CLAUSES]
    named = dict.fromkeys(Citation(each.name, each.about, each.url, each.force) for each in cited)
    return Reply("\n\n".join(texts), Tone.NOTICE, citations=tuple(named), is_answer=True)


def did_you_mean(scene: Scene, decision: Decision) -> Reply:
    """Up to three things to choose from, and a way to say that it is none of them."""
    choices = []
    for entry in decision.suggestions:
        if article := scene.knowledge.articles.get(entry):
            choices.append(Choice(article.question, Press("know", (article.id,))))
        elif script := scene.on_shelf(entry.removeprefix(PLAYBOOK)):
            choices.append(Choice(script.title, Press("start", (script.id,))))
    choices.append(Choice(scene.wording("label_none_of_these"), Press("none_of_these"), is_aside=True))
    key = "which_meaning" if decision.term else "did_you_mean"
    meanings = _either(scene, decision.term.could_be) if decision.term else ""
    term = decision.term.term if decision.term else ""
    return Reply(scene.wording(key, term=term, meanings=meanings), choices=tuple(choices))


def _either(scene: Scene, names: Iterable[str]) -> str:
    return f" {scene.wording('or_between')} ".join(names)


def _not_known(scene: Scene, *, is_kept: bool) -> Reply:
    """An honest "I do not know", and who may know; where the question is kept, an answer can be waited for."""
    text = [scene.wording("not_known"), call(scene, WHO_KNOWS, "ask_them")]
    choices = [Choice(scene.wording("label_talk_to"), Press("human"), is_aside=True)]
    if is_kept:
        text.append(scene.wording("shall_i_tell"))
        choices.insert(0, Choice(scene.wording("label_tell_me"), Press("tell_me")))
    return Reply("\n\n".join(text), choices=tuple(choices))
