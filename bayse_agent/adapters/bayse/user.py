"""What a person does at the venue before trading: health, login, keys, looking users up."""

from __future__ import annotations

from urllib.parse import quote

from pydantic import SecretStr

from bayse_agent.adapters.bayse.client import Access, BayseClient, Request
from bayse_agent.adapters.bayse.records import ApiKey, NewApiKey, User
from bayse_agent.adapters.bayse.secrets import Session
from bayse_agent.adapters.bayse.wire import user as wire
from bayse_agent.adapters.bayse.wire.writing import encode

_KEYS = "/v1/user/me/api-keys"


class BayseUser:
    """The venue's routes for people. Each write is sent once: a repeated rotation would make the
    secret of the first one worthless.
    """

    def __init__(self, client: BayseClient) -> None:
        self._client = client

    async def is_healthy(self) -> bool:
        return wire.is_healthy(await self._client.read("/health"), self._client.drift)

    async def version(self) -> str:
        return wire.version(await self._client.read("/version"), self._client.drift)

    async def log_in(self, email: str, password: SecretStr) -> Session:
        """Open a session. The venue takes one try in two minutes."""
        body = encode({"email": email, "password": password.get_secret_value()})
        answer = await self._client.personal(
            Request(method="POST", path="/v1/user/login", body=body)
        )
        return wire.session(answer.json(), self._client.drift)

    async def create_key(self, session: Session, name: str) -> NewApiKey:
        """Make a key. Its secret is told now and never again."""
        body = encode({"name": name})
        request = Request(method="POST", path=_KEYS, body=body, session=session)
        return wire.new_api_key((await self._client.personal(request)).json(), self._client.drift)

    async def keys(self, session: Session) -> tuple[ApiKey, ...]:
        answer = await self._client.personal(Request(method="GET", path=_KEYS, session=session))
        return wire.api_keys(answer.json(), self._client.drift)

    async def revoke_key(self, session: Session, key_id: str) -> None:
        path = f"{_KEYS}/{quote(key_id, safe='')}"
        await self._client.personal(Request(method="DELETE", path=path, session=session))

    async def rotate_key(self, session: Session, key_id: str) -> NewApiKey:
        """Give a key a new secret. The old one stops working at once."""
        path = f"{_KEYS}/{quote(key_id, safe='')}/rotate"
        request = Request(method="POST", path=path, session=session)
        return wire.new_api_key((await self._client.personal(request)).json(), self._client.drift)

    async def find_by_tag(self, tag: str) -> User:
        return await self._find("tag", tag)

    async def find_by_id(self, user_id: str) -> User:
        return await self._find("userId", user_id)

    async def _find(self, name: str, value: str) -> User:
        answer = await self._client.read("/v1/user/lookup", [(name, value)], access=Access.READ)
        return wire.user(answer, self._client.drift)
