"""The API as its own description tells it: thousands of sound and unsound requests, as anybody.

Schemathesis makes them from the OpenAPI document and holds every answer to it: no error of ours, no
status, header or shape that is not told, nothing unsound taken, nothing open that should be shut.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.transport import Response
from schemathesis.generation.stateful.state_machine import APIStateMachine
from schemathesis.schemas import BaseSchema

from bayse_agent.api.app import document
from bayse_agent.api.parts import WebSettings
from bayse_agent.api.tokens import Bearer, access_token, new_id
from bayse_agent.domain.access import Scope, WebSession
from tests.api.apart import Apart, served_apart
from tests.api.stage import NAME, SECRET, Begun, HandClock

_IS_TORTURE = os.environ.get("HYPOTHESIS_PROFILE") == "torture"
_FUZZED, _COVERED, _CHAINS = (10_000, 10_000, 200) if _IS_TORTURE else (200, 70, 5)
_LONG = 10**9
_ANSWERS_WITHIN_S = 20.0
_TOLD_503 = {"no_answer", "no_source", "no_address"}
"""Nobody trades here, searches or sends: that these routes say so is what they should do."""
_CONFIG = {
    "checks": {
        "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
        # What a schema cannot say (a market that is there, a time with its zone) is a 422 or 400.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
    },
}


@dataclass
class Asking:
    """Asks a service as several people and scripts, and counts what it answers."""

    apart: Apart
    schema: BaseSchema
    session: requests.Session
    keys: dict[str, dict[str, str]]
    statuses: Counter[int] = field(default_factory=Counter)
    longest_s: float = 0.0

    @property
    def roles(self) -> list[str]:
        return [*sorted(self.keys), "person"]

    def ask(self, case: Case, role: str) -> Response:
        """Send a request and hold the answer to the document."""
        answer = case.call_and_validate(
            headers=self.headers(role), session=self.session, timeout=_ANSWERS_WITHIN_S
        )
        self.note(answer)
        return answer

    def headers(self, role: str) -> dict[str, str]:
        return self._person() if role == "person" else self.keys[role]

    def note(self, answer: Response) -> None:
        self.statuses[answer.status_code] += 1
        self.longest_s = max(self.longest_s, answer.elapsed)
        if answer.status_code == 503:
            assert answer.json()["code"] in _TOLD_503, answer.text

    def _person(self) -> dict[str, str]:
        """A login of its own for each request: a request may end it. The password is fresh."""
        parts = self.apart.stage.parts
        now, name = parts.timer.now(), new_id()

        async def log_in() -> dict[str, str]:
            session = WebSession(
                id=name,
                person=NAME,
                made_at=now,
                seen_at=now,
                ends_at=now + timedelta(hours=1),
                refresh_hash="",
                stepped_up_at=now,
                ended_at=None,
                ended_why="",
                origin="test",
            )
            await parts.access.add_session(session)
            bearer = Bearer(person=NAME, session_id=name)
            return {"Authorization": f"Bearer {access_token(parts.web, bearer, now)}"}

        return self.apart.do(log_in())


@pytest.fixture(scope="module")
def asking(begun: Begun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    web = WebSettings(
        secret=SECRET,
        requests_a_minute=_LONG,
        costly_a_minute=_LONG,
        webhook_keys=(b"a key for webhooks that is long enough",),
        metrics_token="a token for figures alone",
        answer_within_s=0.1,
    )
    folder = tmp_path_factory.mktemp("asked")
    with served_apart(begun, folder, timer=HandClock(), web=web) as apart:
        schema = schemathesis.openapi.from_dict(
            document("1"), config=schemathesis.Config.from_dict(_CONFIG)
        )
        schema.config.update(base_url=f"http://{apart.address}")
        keys = {str(scope): apart.do(apart.stage.bearer(scope)) for scope in Scope}
        with requests.Session() as session:
            made = Asking(apart, schema, session, {**keys, "nobody": {}})
            yield made
        told = f"{sum(made.statuses.values())} requests, longest {made.longest_s:.2f} s"
        sys.stderr.write(f"\n{told}: {dict(made.statuses)}\n")


def _tried(number: int) -> Any:
    return settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def test_routes_when_asked_for_anything_as_anybody_then_they_answer_as_they_tell(
    asking: Asking,
) -> None:
    operations = {one.ok().label: one.ok() for one in asking.schema.get_all_operations()}
    cases = {
        (label, mode): operation.as_strategy(generation_mode=mode)
        for label, operation in operations.items()
        for mode in GenerationMode
    }

    @seeded(7)
    @_tried(_FUZZED)
    @given(st.sampled_from(sorted(cases)), st.sampled_from(asking.roles), st.data())
    def ask(which: tuple[str, GenerationMode], role: str, data: st.DataObject) -> None:
        asking.ask(data.draw(cases[which]), role)

    ask()
    assert asking.statuses[200] > 0
    assert asking.statuses[401] > 0


def test_routes_when_each_kind_of_flaw_is_tried_then_they_answer_as_they_tell(
    asking: Asking,
) -> None:
    """Left-out and doubled parameters, other methods and content types, bounds and beyond."""
    random, number = Random(7), 0
    operations = [one.ok() for one in asking.schema.get_all_operations()]
    random.shuffle(operations)
    each = -(-_COVERED // len(operations))
    for operation in operations:
        cases = asking.schema.iter_coverage_cases(
            operation,
            generation_modes=list(GenerationMode),
            generation_config=asking.schema.config.generation_for(operation=operation),
        )
        for case in islice(cases, random.randrange(40) if each == 1 else 0, None):
            asking.ask(case, random.choice(asking.roles))
            number += 1
            if number >= _COVERED or (each == 1):
                break
    assert number >= min(_COVERED, len(operations)) * 0.5


def test_routes_when_answers_lead_to_the_next_request_then_they_answer_as_they_tell(
    asking: Asking,
) -> None:
    class Chain(asking.schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            return {
                "headers": asking.headers("person"),
                "session": asking.session,
                "timeout": _ANSWERS_WITHIN_S,
            }

        def after_call(self, response: Response, case: Case) -> None:
            asking.note(response)

    assert issubclass(Chain, APIStateMachine)
    before = sum(asking.statuses.values())
    Chain.run(settings=settings(_tried(_CHAINS), stateful_step_count=6))
    assert sum(asking.statuses.values()) - before >= _CHAINS
