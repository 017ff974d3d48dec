"""What a person says of an answer: it helped, it did not, it is wrong; and what they hear of a question later. Pure.

What is disputed is kept, without names, for the people who write the answers; so is what was not answered (`asking`).
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import asking, menu
from bot.conversation.refusing import call
from bot.conversation.scene import Scene, Turn, say
from bot.conversation.session import Unsettled
from bot.message import Press
from bot.reply import Choice, Reply, Tone
from knowledge.article import Article

_WRONG = frozenset(
    {
        "this is wrong",
        "that is wrong",
        "that's wrong",
        "thats wrong",
        "it is wrong",
        "wrong answer",
        "this is not right",
        "that is not right",
        "that's not right",
        "this is not correct",
        "that is not correct",
        "that's not correct",
    }
)
_HELPFUL = frozenset(
    {
        "helpful",
        "very helpful",
        "that was helpful",
        "this was helpful",
        "that helped",
        "this helped",
        "it helped",
    }
)
_NOT_HELPFUL = frozenset(
    {
        "not helpful",
        "not very helpful",
        "that was not helpful",
        "this was not helpful",
        "that did not help",
        "that didn't help",
        "this did not help",
        "this didn't help",
        "it did not help",
        "it didn't help",
    }
)


def said(scene: Scene, words: str) -> Turn | None:
    """What these words say of the answer just given; None for other words, and where none was just given."""
    article = _just_told(scene)
    if article is None:
        return None
    if words in _WRONG:
        return wrong(scene, article.id)
    if words in _HELPFUL:
        return helped(scene, is_helpful=True)
    return helped(scene, is_helpful=False) if words in _NOT_HELPFUL else None


def wrong(scene: Scene, entry: str) -> Turn:
    """An answer is wrong: a person will look at it, and somebody is asked until then."""
    article = scene.knowledge.articles.get(entry)
    if article is None:
        return say(scene, menu.opening(scene, "no_such_button"))
    turn = asking.between(scene, _to_be_looked_at(scene, article, "will_be_looked_at"))
    return replace(turn, unsettled=_dispute(scene, article))


def helped(scene: Scene, *, is_helpful: bool) -> Turn:
    """Whether the answer helped. One that did not is looked at by a person, as a wrong one is."""
    article = _just_told(scene)
    if is_helpful or article is None:
        return replace(say(scene, Reply(scene.wording("thanks_for_saying"))), helped=is_helpful)
    turn = say(scene, _to_be_looked_at(scene, article, "did_not_help"))
    return replace(turn, helped=False, unsettled=_dispute(scene, article))


def wait_for_answer(scene: Scene) -> Turn:
    """The person wants to hear when there is an answer."""
    unsettled = scene.unsettled
    if unsettled is None:
        return say(scene, menu.opening(scene, "no_such_button"))
    return replace(asking.between(scene, Reply(scene.wording("will_tell"))), awaits=unsettled)


def _just_told(scene: Scene) -> Article | None:
    asked = scene.asked
    return scene.knowledge.articles.get(asked.entry) if asked else None


def _dispute(scene: Scene, article: Article) -> Unsettled:
    """The dispute of an article; with the question, where it was this that it answered."""
    asked = scene.asked
    text = asked.text if asked and asked.entry == article.id else ""
    return Unsettled("disputed", text, article.id)


# What became of it


def answered_at_last(scene: Scene, text: str, article: Article) -> Reply:
    """There is an answer to a question that its person waits for."""
    answer = Choice(article.question, Press("know", (article.id,)), is_main=True)
    return Reply(scene.wording("answered_at_last", question=text), Tone.NOTICE, choices=(answer,))


def never_answered(scene: Scene, text: str) -> Reply:
    """There will be no answer to a question that its person waits for; with no `text`, its time has passed."""
    said = scene.wording("never_answered" if text else "not_answered_in_time", question=text)
    return Reply(f"{said}\n\n{call(scene, asking.WHO_KNOWS, 'ask_them')}", Tone.NOTICE)


# Replies


def _to_be_looked_at(scene: Scene, article: Article, key: str) -> Reply:
    """Thanks, that a person looks at it, and whom to ask until then."""
    whom = (article.escalate or article.ask_whom or "supervisor_on_shift", "qa_on_call")
    return Reply(f"{scene.wording(key)}\n\n{call(scene, whom, 'ask_until_then')}")
