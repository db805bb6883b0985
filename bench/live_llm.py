"""Asks real language models one question each, with the user's own keys, and prints what came.

    python bench/live_llm.py [--provider groq] [--env-file FILE] [--cap 0.05] [--json]

It reads the same variables as the agent: AI_PROVIDER, GROQ_API_KEY, GROQ_MODEL and so on. Each
provider that has a key is asked, or the one that is named. All of it together costs less than the
cap, in US dollars; nothing is stored.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.llm.opening import open_language_model
from bayse_agent.adapters.llm.options import (
    Endpoint,
    ModelOptions,
    ModelVariables,
    OutputStyle,
    Provider,
    endpoints_of,
)
from bayse_agent.adapters.store.purse import open_purse
from bayse_agent.domain.errors import BayseAgentError, ConfigurationError
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.question import Answer, BaseAnswer, NoAnswer, Purpose, Question
from bayse_agent.ports.mind import SpendingCaps

NO_KEYS = (
    "no language model is configured, so nobody was asked. Set a key, for example\n"
    "    export AI_PROVIDER=groq GROQ_API_KEY=...\n"
    "or the address of a model of your own:\n"
    "    export AI_PROVIDER=compatible AI_BASE_URL=http://127.0.0.1:11434/v1 AI_MODEL=qwen3"
)
QUESTION = Question(
    purpose=Purpose.BASE,
    market_id=MarketId("live-llm"),
    instructions="You are a careful forecaster. Give the base rate first, then the case against "
    "it, then the case for it, then both chances.",
    material="Question: Will a fair coin that is thrown ten times show heads at least six times?",
    answer=BaseAnswer,
)


def variables_of(environment: Mapping[str, str]) -> ModelVariables:
    """The variables that a user has set, over the defaults."""
    defaults = ModelVariables()
    found: dict[str, object] = {}
    for name, default in asdict(defaults).items():
        value = environment.get(name.upper(), "").strip()
        if not value:
            continue
        if isinstance(default, SecretStr):
            found[name] = SecretStr(value)
        elif isinstance(default, OutputStyle):
            found[name] = OutputStyle(value)
        elif isinstance(default, tuple):
            found[name] = tuple(part.strip() for part in value.split(",") if part.strip())
        else:
            found[name] = value
    return replace(defaults, **found)  # type: ignore[arg-type]


def environment_of(file: Path | None) -> dict[str, str]:
    """What the environment says, over what a file of NAME=value lines says."""
    lines = [] if file is None else file.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs} | dict(os.environ)


def chosen(variables: ModelVariables, name: str | None) -> tuple[Endpoint, ...]:
    """Every endpoint that can be asked, or the one of a provider. Scripts are left out."""
    if name is not None:
        return endpoints_of(replace(variables, ai_provider=name, ai_fallback=()))[:1]
    # Any provider comes first here: all of them are asked.
    every = endpoints_of(replace(variables, ai_provider="mock", ai_fallback=()))
    return tuple(each for each in every if each.provider is not Provider.MOCK)


async def ask(endpoint: Endpoint, cap: Decimal) -> dict[str, object]:
    """One question to one endpoint, and what came of it."""
    options = ModelOptions(endpoints=(endpoint,), caps=SpendingCaps(daily=cap, monthly=cap))
    clock = SystemClock()
    async with await open_purse("sqlite:///:memory:") as purse:
        model = open_language_model(
            options, spending=purse.spending, archive=purse.archive, clock=clock
        )
        async with model:
            begun = time.perf_counter()
            made = await model.ask(QUESTION)
            latency_s = time.perf_counter() - begun
        spent = (await purse.spending.spent(clock.now())).day
    return {
        "provider": endpoint.provider.value,
        "model": endpoint.model,
        "latency_s": round(latency_s, 2),
        "cost_usd": f"{spent:f}",
        **_told(made),
    }


def _told(made: Answer[BaseAnswer] | NoAnswer) -> dict[str, object]:
    if isinstance(made, NoAnswer):
        return {"answer": None, "why": made.why.value, "detail": made.detail}
    counted = {"tokens_in": made.tokens_in, "tokens_out": made.tokens_out}
    return {"answer": asdict(made.value), **counted}


def show(row: Mapping[str, object]) -> None:
    print(f"{row['provider']} {row['model']}: {row['latency_s']} s, {row['cost_usd']} USD")
    answer = row["answer"]
    if not isinstance(answer, dict):
        print(f"    no answer ({row['why']}): {row['detail']}")
        return
    for name, value in answer.items():
        print(f"    {name}: {value}")


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--provider", help="ask this one alone")
    parser.add_argument("--env-file", type=Path, help="a file of NAME=value lines to read too")
    parser.add_argument("--cap", type=Decimal, default=Decimal("0.05"), help="US dollars in all")
    parser.add_argument("--json", action="store_true", help="print the answers as JSON")
    arguments = parser.parse_args()
    endpoints = chosen(variables_of(environment_of(arguments.env_file)), arguments.provider)
    if not endpoints:
        raise ConfigurationError(NO_KEYS)
    rows = [await ask(each, arguments.cap / len(endpoints)) for each in endpoints]
    if arguments.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            show(row)
    return 0 if all(row["answer"] is not None for row in rows) else 1


if __name__ == "__main__":
    try:
        raise SystemExit(asyncio.run(main()))
    except (BayseAgentError, OSError, ValueError) as error:
        print(f"live-llm: {error}", file=sys.stderr)
        raise SystemExit(2) from error
