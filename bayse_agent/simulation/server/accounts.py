"""Who may call: users, their API keys and their sessions. Everything is derived, never random."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from hashlib import blake2b

from bayse_agent.simulation.server.problem import Problem, not_found, unauthorized

_NAME_LIMIT = 100


@dataclass(slots=True, kw_only=True, eq=False)
class ApiKey:
    """A key pair. Rotating replaces the secret; the old one stops working at once."""

    id: str
    name: str
    public: str
    secret: str
    user: User
    created_ms: int


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """Someone with an account at the exchange; `id` is the exchange's id of it."""

    id: str
    tag: str
    email: str
    password: str
    keys: dict[str, ApiKey] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    token: str
    device: str
    user: User


class Accounts:
    """The register of users, keys and sessions."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._counter = 0
        self._users: dict[str, User] = {}
        self._by_public: dict[str, ApiKey] = {}
        self._sessions: dict[str, Session] = {}

    def add_user(self, user_id: str) -> User:
        """Register a user with a tag, an e-mail and a password of its own."""
        number = len(self._users) + 1
        user = User(
            id=user_id,
            tag=f"trader{number}",
            email=f"trader{number}@example.com",
            password=self._secret("password", 16),
        )
        self._users[user_id] = user
        return user

    def users(self) -> tuple[User, ...]:
        return tuple(self._users.values())

    def user(self, user_id: str) -> User | None:
        return self._users.get(user_id)

    def user_by_tag(self, tag: str) -> User | None:
        wanted = tag.casefold()
        return next((u for u in self._users.values() if u.tag.casefold() == wanted), None)

    def add_key(self, user: User, name: str, now_ms: int) -> ApiKey:
        """Make a key pair. Raises Problem when the name is empty, long or taken."""
        if not 1 <= len(name) <= _NAME_LIMIT:
            raise Problem(400, "bad_request", f"name must be 1-{_NAME_LIMIT} characters")
        if any(key.name == name for key in user.keys.values()):
            raise Problem(409, "conflict", "An API key with this name already exists")
        key = ApiKey(
            id=self._uuid("key"),
            name=name,
            public="pk_live_" + self._secret("public", 32),
            secret="sk_live_" + self._secret("secret", 48),
            user=user,
            created_ms=now_ms,
        )
        user.keys[key.id] = key
        self._by_public[key.public] = key
        return key

    def key_of(self, user: User, key_id: str) -> ApiKey:
        """Raises Problem 404 for a key that is not one of the user's."""
        key = user.keys.get(key_id)
        if key is None:
            raise not_found("API key")
        return key

    def revoke(self, key: ApiKey) -> None:
        del key.user.keys[key.id]
        del self._by_public[key.public]

    def rotate(self, key: ApiKey) -> None:
        key.secret = "sk_live_" + self._secret("secret", 48)

    def known_key(self, public: str | None) -> ApiKey | None:
        return self._by_public.get(public or "")

    def by_public_key(self, public: str | None) -> ApiKey:
        """Raises Problem 401 for a key that is missing, unknown or revoked."""
        key = self.known_key(public)
        if key is None:
            raise unauthorized("A valid X-Public-Key header is required")
        return key

    def sign_in(self, email: str, password: str) -> Session:
        """Raises Problem 401 when either is wrong."""
        wanted = email.casefold()
        user = next((u for u in self._users.values() if u.email == wanted), None)
        if user is None or user.password != password:
            raise unauthorized("Invalid email or password")
        token = self._secret("token", 48)
        session = Session(token=token, device=self._uuid("device"), user=user)
        self._sessions[token] = session
        return session

    def session(self, token: str | None, device: str | None) -> Session:
        """Raises Problem 401 unless both belong together."""
        session = self._sessions.get(token or "")
        if session is None or session.device != device:
            raise unauthorized("A valid x-auth-token and x-device-id are required")
        return session

    def _digest(self, purpose: str, size: int) -> bytes:
        self._counter += 1
        text = f"{self._seed}|{purpose}|{self._counter}".encode()
        return blake2b(text, digest_size=size, person=b"bayse-sim-keys").digest()

    def _secret(self, purpose: str, length: int) -> str:
        text = base64.urlsafe_b64encode(self._digest(purpose, 48)).decode("ascii")
        return text.replace("-", "a").replace("_", "b")[:length]

    def _uuid(self, purpose: str) -> str:
        digits = self._digest(purpose, 16).hex()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"
