"""The people, the coach and the places of a made-up Teams tenant; every stand-in uses the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TENANT_ID = "7f3c9a52-0d1e-4b8a-9c55-0c0ffee00001"
APP_ID = "11111111-2222-3333-4444-555555555555"
BOT_ID = f"28:{APP_ID}"
BOT_NAME = "QMS Coach"
PERSONAL_CHAT_ID = "a:personal-priya"
GROUP_CHAT_ID, GROUP_CHAT_NAME = "19:group@thread.v2", "QC Lab shift"
TEAM_ID, TEAM_NAME = "19:team@thread.tacv2", "Site Quality"
TEAM_GROUP_ID = "7f3c9a52-0d1e-4b8a-9c55-0c0ffee00031"
CHANNEL_ID, CHANNEL_NAME = "19:dev@thread.tacv2", "Deviations"


@dataclass(frozen=True, slots=True)
class TeamsPerson:
    """Somebody who has an account in the tenant."""

    key: str
    name: str
    aad_object_id: str

    @property
    def id(self) -> str:
        return f"29:{self.key}"

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@example.com"

    def as_member(self) -> dict[str, Any]:
        """This person in an answer of `GET /v3/conversations/{id}/members`."""
        given_name, _, surname = self.name.partition(" ")
        return {
            "id": self.id,
            "aadObjectId": self.aad_object_id,
            "name": self.name,
            "givenName": given_name,
            "surname": surname,
            "email": self.email,
            "userPrincipalName": self.email,
            "tenantId": TENANT_ID,
            "userRole": "user",
        }


PRIYA = TeamsPerson("priya", "Priya Nair", "7f3c9a52-0d1e-4b8a-9c55-0c0ffee00020")
TOMAS = TeamsPerson("tomas", "Tomas Berg", "7f3c9a52-0d1e-4b8a-9c55-0c0ffee00021")
LENA = TeamsPerson("lena", "Lena Fischer", "7f3c9a52-0d1e-4b8a-9c55-0c0ffee00022")
AMARA = TeamsPerson("amara", "Amara Okafor", "7f3c9a52-0d1e-4b8a-9c55-0c0ffee00023")
JONAS = TeamsPerson("jonas", "Jonas Keller", "7f3c9a52-0d1e-4b8a-9c55-0c0ffee00024")
MEI = TeamsPerson("mei", "Mei Tan", "7f3c9a52-0d1e-4b8a-9c55-0c0ffee00025")
EVERYBODY = (PRIYA, TOMAS, LENA, AMARA, JONAS, MEI)
