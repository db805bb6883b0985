"""One model of one provider: pays before it asks, mends one answer, and pays for none twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256

import stamina

from bayse_agent.adapters.llm import failures, parsing
from bayse_agent.adapters.llm.books import Books
from bayse_agent.adapters.llm.channel import Asked, Channel, Reply
from bayse_agent.adapters.llm.options import ModelOptions, OutputStyle
from bayse_agent.adapters.llm.prices import Prices
from bayse_agent.domain.question import A, Answer, NoAnswer, Question, Silence
from bayse_agent.ports.mind import KeptAnswer

REPAIRS = 1
"""How often a model may mend an answer of the wrong form."""
_IN_WORDS = "\nAnswer with one JSON object and nothing else. It must fit this schema:\n"
_MEND = "\n\nAn earlier answer could not be used: {fault}. Answer anew, in the form asked for."


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A reply and what it cost. A cost that nobody knows counts as the most that it can be."""

    reply: Reply
    cost: Decimal


class EndpointModel:
    """One endpoint as a language model: the archive first, then calls with one repair."""

    def __init__(self, channel: Channel, options: ModelOptions, books: Books) -> None:
        self.name = channel.endpoint.name
        self._channel = channel
        self._options = options
        self._books = books
        self._prices = Prices(channel.endpoint, unknown=options.unknown_price)

    async def ask(self, question: Question[A]) -> Answer[A] | NoAnswer:
        asked, prompt = self._asked(question), self._prompt(question)
        prompt_id = hash_of(prompt)
        known = await self._known(prompt_id, question)
        if known is not None:
            return known
        receipts: list[Paid] = []
        fault = mend = ""
        for _ in range(1 + REPAIRS):
            try:
                paid = await self._patiently(replace(asked, user=asked.user + mend), question)
                receipts.append(paid)
                value = paid.reply.answer(question.answer)
            except parsing.Malformed as error:
                fault = str(error)
                mend = _MEND.format(fault=fault)
            except failures.Garbled as failure:
                # Told in a provider's words, which have no business in a prompt.
                fault, mend = failure.detail, _MEND.format(fault="it could not be read")
            except failures.CallFailed as failure:
                return NoAnswer(why=failure.why, detail=f"{self.name}: {failure.detail}")
            else:
                kept = await self._keep(prompt_id, prompt, paid.reply.text)
                return self._answer(value, kept, receipts)
        return NoAnswer(why=Silence.MALFORMED, detail=f"{self.name}: {fault}")

    def _answer(self, value: A, kept: KeptAnswer, receipts: Sequence[Paid]) -> Answer[A]:
        return Answer(
            value=value,
            model=self.name,
            prompt_id=kept.prompt_id,
            answer_id=kept.answer_id,
            cost=sum((paid.cost for paid in receipts), Decimal(0)),
            tokens_in=sum(paid.reply.tokens_in or 0 for paid in receipts),
            tokens_out=sum(paid.reply.tokens_out or 0 for paid in receipts),
        )

    async def _patiently(self, asked: Asked, question: Question[A]) -> Paid:
        """One reply, asked for again only where that may help, and a few times only."""
        options = self._options

        def pause(error: Exception) -> bool | float:
            if not isinstance(error, failures.TRY_AGAIN):
                return False
            if error.retry_after_s is None:
                return True
            return min(error.retry_after_s, options.retry_after_max_s)

        async def attempt() -> Paid:
            # Without arguments: what is retried is written to the log with those that it has.
            return await self._once(asked, question)

        caller = stamina.AsyncRetryingCaller(
            attempts=options.attempts_max,
            timeout=None,
            wait_initial=options.backoff_first_s,
            wait_max=options.backoff_max_s,
            wait_jitter=options.backoff_first_s,
        )
        return await caller(pause, attempt)

    async def _once(self, asked: Asked, question: Question[A]) -> Paid:
        """One call, with the most that it can cost put aside before it."""
        clock, spending = self._books.clock, self._books.spending
        most = self._prices.most(
            text_bytes=asked.size_bytes,
            most_answer_tokens=asked.most_answer_tokens,
            at=clock.now(),
        )
        reservation = await spending.reserve(
            most,
            caps=self._options.caps,
            model=self.name,
            purpose=question.purpose,
            market_id=question.market_id,
            at=clock.now(),
        )
        if reservation is None:
            raise failures.OverBudget(f"this call can cost {most:f} USD: a cap would be passed")
        try:
            reply = await self._channel.send(asked)
        except failures.CallFailed as failure:
            if failure.is_free:
                await spending.settle(
                    reservation, cost=Decimal(0), tokens_in=0, tokens_out=0, at=clock.now()
                )
            # Otherwise it stays put aside: nobody knows what was charged.
            raise
        cost = most
        if reply.tokens_in is not None and reply.tokens_out is not None:
            cost = self._prices.cost(
                tokens_in=reply.tokens_in, tokens_out=reply.tokens_out, at=clock.now()
            )
        await spending.settle(
            reservation,
            cost=cost,
            tokens_in=reply.tokens_in or 0,
            tokens_out=reply.tokens_out or 0,
            at=clock.now(),
        )
        return Paid(reply=reply, cost=cost)

    def _asked(self, question: Question[A]) -> Asked:
        system = question.instructions
        if self._channel.endpoint.output is OutputStyle.PROMPTED:
            system += _IN_WORDS + json.dumps(parsing.schema_of(question.answer))
        return Asked(
            system=system,
            user=question.material,
            kind=question.answer,
            most_answer_tokens=question.most_answer_tokens,
        )

    def _prompt(self, question: Question[A]) -> str:
        """All that an answer depends on, as one text that is always the same for the same."""
        return json.dumps(
            {
                "provider": self._channel.endpoint.provider.value,
                "address": self._channel.endpoint.base_url,
                "model": self._channel.endpoint.model,
                "output": self._channel.endpoint.output.value,
                "temperature": self._options.temperature,
                "most_answer_tokens": question.most_answer_tokens,
                "sample": question.sample,
                "system": question.instructions,
                "user": question.material,
                "schema": parsing.schema_of(question.answer),
            },
            ensure_ascii=False,
            sort_keys=True,
        )

    async def _known(self, prompt_id: str, question: Question[A]) -> Answer[A] | None:
        """The answer that was paid for already."""
        kept = await self._books.archive.kept(prompt_id)
        if kept is None:
            return None
        try:
            value = parsing.parsed(kept.answer, question.answer)
        except parsing.Malformed:
            return None
        return Answer(
            value=value,
            model=kept.model,
            prompt_id=prompt_id,
            answer_id=kept.answer_id,
            cost=Decimal(0),
            tokens_in=0,
            tokens_out=0,
            was_kept=True,
        )

    async def _keep(self, prompt_id: str, prompt: str, answer: str) -> KeptAnswer:
        kept = KeptAnswer(
            prompt_id=prompt_id,
            answer_id=hash_of(answer),
            model=self.name,
            prompt=prompt,
            answer=answer,
            at=self._books.clock.now(),
        )
        await self._books.archive.keep(kept)
        return kept


def hash_of(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()
