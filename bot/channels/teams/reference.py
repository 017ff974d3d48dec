"""What it takes to write to a conversation of Teams: where its service is, and who talks with whom there.

It is kept with the address, and every message renews it: Microsoft moves conversations between its services
<https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages>.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.message import Address

CHANNEL = "teams"


@dataclass(frozen=True, slots=True)
class Reference:
    """A conversation that can be written to. `bot` and `user` are the ids that Teams has for the two."""

    tenant: str
    conversation: str
    service_url: str
    bot: str
    user: str
    locale: str = ""

    def address(self, *, is_private: bool) -> Address:
        """This conversation as an address of ours."""
        more = {"serviceUrl": self.service_url, "bot": self.bot, "user": self.user, "locale": self.locale}
        return Address(
            CHANNEL,
            f"{self.tenant}/{self.conversation}",
            is_private,
            workspace=self.tenant,
            reference=json.dumps(more, separators=(",", ":")),
        )

    @classmethod
    def of(cls, address: Address) -> Reference | None:
        """The conversation behind an address of ours; None where the address does not say enough."""
        tenant, _, conversation = address.conversation.partition("/")
        try:
            more = json.loads(address.reference)
            service_url, bot, user = str(more["serviceUrl"]), str(more["bot"]), str(more["user"])
            locale = str(more.get("locale", ""))
        except (ValueError, LookupError, TypeError, AttributeError):
            return None
        if not (tenant and conversation and service_url):
            return None
        return cls(tenant, conversation, service_url, bot, user, locale)
