"""Messages to people, against a webhook of this computer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from bayse_agent.adapters.notify import AppriseNotifier, addresses_of
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.notice import Level, Notice

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""Of what apprise imports."""

_NOTICE = Notice(level=Level.ALARM, title="HALTED", text="books and venue differ")


@pytest.fixture
def hook() -> Iterator[tuple[str, list[Any]]]:
    """A webhook that takes everything: its address, and what came."""
    taken: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            taken.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/hook", taken
    server.shutdown()
    thread.join()
    server.server_close()


async def test_notice_when_sent_then_the_hook_has_its_title_text_and_level(
    hook: tuple[str, list[Any]],
) -> None:
    address, taken = hook
    assert await AppriseNotifier([address]).send(_NOTICE)
    assert (taken[0]["title"], taken[0]["message"]) == (_NOTICE.title, _NOTICE.text)
    assert taken[0]["type"] == "failure"


async def test_notice_when_nobody_is_there_then_it_was_not_sent() -> None:
    assert not await AppriseNotifier(["json://127.0.0.1:9/hook"]).send(_NOTICE)


@pytest.mark.parametrize(
    "address",
    [
        "tgram://123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/12345",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "mailto://user:secret@example.com",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23general",
    ],
)
def test_address_when_of_a_kind_that_people_use_then_taken(address: str) -> None:
    assert AppriseNotifier([address])


def test_address_when_it_cannot_be_used_then_told_by_number_and_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="address 2") as caught:
        AppriseNotifier(["json://localhost/x", "nothing://secret"])
    assert "secret" not in str(caught.value)


def test_addresses_when_separated_by_commas_then_recipients_stay_together() -> None:
    text = "mailto://u:p@example.com?to=a@example.com,b@example.com, json://localhost/x"
    assert addresses_of(text) == (
        "mailto://u:p@example.com?to=a@example.com,b@example.com",
        "json://localhost/x",
    )


async def test_notice_when_one_address_is_deaf_then_the_other_is_named_and_not_asked_again(
    hook: tuple[str, list[Any]],
) -> None:
    address, taken = hook
    notifier = AppriseNotifier(["json://127.0.0.1:9/hook", address])
    assert notifier.schemes == ("json", "json")
    assert await notifier.reach(_NOTICE) == {1}
    assert not await notifier.send(_NOTICE)
    assert await notifier.reach(_NOTICE, skip={1}) == frozenset()
    assert len(taken) == 2


async def test_notice_when_its_words_look_like_markup_then_they_are_only_words(
    hook: tuple[str, list[Any]],
) -> None:
    address, taken = hook
    title = "Will <b>A</b> win? [click](http://evil.example) &amp;"
    notice = Notice(level=Level.INFO, title=title, text=f"{title}\n*bold*")
    assert await AppriseNotifier([f"{address}?format=html"]).send(notice)
    assert "<b>" not in taken[0]["message"]
    assert "&lt;b&gt;A" in taken[0]["message"]
