"""Who is told of what, over HTTP: by scheme and kind, and a message to try it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from bayse_agent.api.app import create_app
from bayse_agent.domain.access import Scope
from bayse_agent.domain.notice import Kind, Level, Loudness, Notice, levels_of
from tests.api.stage import Stage, fast_passwords


@dataclass
class _Ways:
    schemes: tuple[str, ...] = ("tgram", "mailto")
    takes: frozenset[int] = frozenset({0})
    sent: list[Notice] = field(default_factory=list)

    async def reach(self, notice: Notice, *, skip: Collection[int] = ()) -> frozenset[int]:
        self.sent.append(notice)
        return self.takes - frozenset(skip)


def _telling(stage: Stage, ways: _Ways, *kinds: str) -> Stage:
    loudness = Loudness(levels=levels_of(kinds), least=Level.WARNING)
    parts = replace(stage.parts, notifier=ways, loudness=loudness)
    return replace(stage, parts=parts, app=create_app(parts, passwords=fast_passwords()))


async def _ask(stage: Stage, method: str, path: str, scope: Scope) -> tuple[int, Any]:
    async with stage.client() as client:
        answer = await client.request(method, path, headers=await stage.bearer(scope))
    return answer.status_code, answer.json()


async def test_notifications_when_asked_then_kinds_and_schemes_are_told(stage: Stage) -> None:
    told = _telling(stage, _Ways(), "fill=alarm", "limits=off")
    status, found = await _ask(told, "GET", "/notifications", Scope.READ)
    assert status == 200
    assert found["is_on"] is True
    assert found["addresses"] == [
        {"number": 1, "scheme": "tgram"},
        {"number": 2, "scheme": "mailto"},
    ]
    kinds = {one["kind"]: (one["level"], one["is_told"]) for one in found["kinds"]}
    assert list(kinds) == [kind.value for kind in Kind]
    assert kinds["fill"] == ("alarm", True)
    assert kinds["limits"] == ("off", False)
    assert kinds["order"] == ("info", False)


async def test_test_when_asked_for_then_sent_and_told_who_took_it(stage: Stage) -> None:
    ways = _Ways()
    status, found = await _ask(_telling(stage, ways), "POST", "/notifications/test", Scope.OPERATE)
    assert (status, found["all_reached"]) == (200, False)
    assert [one["reached"] for one in found["addresses"]] == [True, False]
    assert ways.sent[0].title == "[demo] a test"


async def test_test_when_nobody_takes_it_or_is_there_then_it_is_said(stage: Stage) -> None:
    deaf = _telling(stage, _Ways(takes=frozenset()))
    status, found = await _ask(deaf, "POST", "/notifications/test", Scope.OPERATE)
    assert (status, found["code"]) == (502, "nobody_reached")
    status, found = await _ask(stage, "POST", "/notifications/test", Scope.OPERATE)
    assert (status, found["code"]) == (503, "no_address")
    status, found = await _ask(stage, "GET", "/notifications", Scope.READ)
    assert (found["is_on"], found["addresses"]) == (False, [])


async def test_test_when_asked_for_by_who_may_only_read_then_refused(stage: Stage) -> None:
    ways = _Ways()
    status, _ = await _ask(_telling(stage, ways), "POST", "/notifications/test", Scope.READ)
    assert status == 403
    assert ways.sent == []
