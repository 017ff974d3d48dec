"""The peer of a turn in Teams: a stock botbuilder bot that sends back what it hears, its token check on.

`python -m benchmarks.support.botbuilder_echo PORT APP_ID METADATA`. Its own token is a fixed one, so no turn of it asks
Microsoft for another, as a real one would.
"""

from __future__ import annotations

import sys
from typing import Any

from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botframework.connector.auth import ChannelValidation, ServiceClientCredentialsFactory
from msrest.authentication import BasicTokenAuthentication


class FixedToken(ServiceClientCredentialsFactory):  # type: ignore[misc]  # botbuilder has no types
    def __init__(self, app_id: str) -> None:
        self._app_id = app_id

    async def is_valid_app_id(self, app_id: str) -> bool:
        return app_id == self._app_id

    async def is_authentication_disabled(self) -> bool:
        return False

    async def create_credentials(self, *_: object, **__: object) -> Any:
        return BasicTokenAuthentication({"access_token": "token"})


class Echo(ActivityHandler):  # type: ignore[misc]  # botbuilder has no types
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(turn_context.activity.text)


class Config:
    APP_TYPE = "SingleTenant"

    def __init__(self, app_id: str) -> None:
        self.APP_ID, self.APP_PASSWORD, self.APP_TENANTID = app_id, "secret", "tenant"


async def ready(_: web.Request) -> web.Response:
    return web.Response(text="ready")


if __name__ == "__main__":
    port, app_id, metadata = sys.argv[1:]
    ChannelValidation.open_id_metadata_endpoint = metadata
    authentication = ConfigurationBotFrameworkAuthentication(
        Config(app_id), credentials_factory=FixedToken(app_id)
    )
    adapter, bot = CloudAdapter(authentication), Echo()

    async def hear(request: web.Request) -> web.StreamResponse:
        return await adapter.process(request, bot) or web.Response(status=201)

    application = web.Application()
    application.add_routes([web.get("/readyz", ready), web.post("/api/messages", hear)])
    web.run_app(application, host="127.0.0.1", port=int(port), access_log=None, print=None)
