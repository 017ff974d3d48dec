"""What a person is told before anything else: what this is, how they are known, and who sees what they write."""

from __future__ import annotations

from bot.conversation.wording import Wording
from bot.message import Press
from bot.person import Person
from bot.reply import Choice, Reply, Tone
from bot.site import Site


def welcome(person: Person, site: Site, wording: Wording) -> Reply:
    """The first thing anybody hears. The role it names chooses wording only, never a right."""
    return Reply(
        wording("welcome", name=person.name, role=wording.role(person.role), site=site.name),
        Tone.NOTICE,
        choices=(Choice(wording("label_who_sees"), Press("who_sees"), is_aside=True),),
    )


def who_sees(wording: Wording) -> Reply:
    """Who can see what: in plain words, at any time."""
    return Reply(wording("who_sees"), Tone.NOTICE, is_answer=True)
