"""What models were asked and answered, for people who want to see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bayse_agent.adapters.store.mind_tables import answers
from bayse_agent.adapters.store.reading.reader import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """A prompt and the answer to it, exactly as they went over the wire."""

    prompt_id: str
    answer_id: str
    model: str
    prompt: str
    answer: str
    at: datetime


def answers_of(prompt_ids: tuple[str, ...]) -> Query[tuple[AnswerView, ...]]:
    """The kept answers to prompts, in the order of the prompts."""

    def read(connection: Connection) -> tuple[AnswerView, ...]:
        query = select(answers).where(answers.c.prompt_id.in_(prompt_ids))
        found = {row.prompt_id: AnswerView(**row._mapping) for row in connection.execute(query)}
        return tuple(found[name] for name in prompt_ids if name in found)

    return read
