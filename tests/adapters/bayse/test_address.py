"""Base addresses in the spellings that people write."""

from __future__ import annotations

import pytest

from bayse_agent.adapters.bayse.address import Address
from bayse_agent.domain.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://relay.bayse.markets", "https://relay.bayse.markets/v1/pm/events"),
        ("https://relay.bayse.markets/", "https://relay.bayse.markets/v1/pm/events"),
        ("https://relay.bayse.markets/v1", "https://relay.bayse.markets/v1/pm/events"),
        ("https://relay.bayse.markets/v1/", "https://relay.bayse.markets/v1/pm/events"),
        ("https://proxy.example/relay/v1", "https://proxy.example/relay/v1/pm/events"),
        ("https://proxy.example/relay/", "https://proxy.example/relay/v1/pm/events"),
        (" http://127.0.0.1:8000/v1 ", "http://127.0.0.1:8000/v1/pm/events"),
        ("http://exchange:8000", "http://exchange:8000/v1/pm/events"),
    ],
)
def test_address_when_spelt_in_a_usual_way_then_finds_the_path(text: str, expected: str) -> None:
    assert Address.parse(text).url("/v1/pm/events") == expected


@pytest.mark.parametrize(
    "text",
    [
        "relay.bayse.markets",
        "ftp://relay.bayse.markets",
        "https://",
        "https://host:port",
        "https://[::1",
        "https://user:word@relay.bayse.markets",
        "https://relay.bayse.markets?x=1",
        "http://relay.bayse.markets",
        "http://8.8.8.8",
    ],
)
def test_address_when_unusable_or_open_to_eavesdroppers_then_refuses(text: str) -> None:
    with pytest.raises(ConfigurationError):
        Address.parse(text)


def test_address_of_sockets_when_secure_then_joins_the_path() -> None:
    address = Address.of_sockets("wss://socket.bayse.markets/")

    assert address.url("/ws/v1/user") == "wss://socket.bayse.markets/ws/v1/user"


def test_address_of_sockets_when_given_a_web_address_then_refuses() -> None:
    with pytest.raises(ConfigurationError):
        Address.of_sockets("https://socket.bayse.markets")
