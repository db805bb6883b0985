"""Only the code of providers that are configured is loaded: each one is slow to import."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import sys
import httpx2
import bayse_agent.adapters.llm.opening
assert "pydantic_ai" not in sys.modules
from bayse_agent.adapters.llm.options import Endpoint, Provider
from bayse_agent.adapters.llm.providers import model_of
from pydantic import SecretStr
endpoint = Endpoint(provider=Provider(sys.argv[1]), model=sys.argv[2], key=SecretStr("k"))
model_of(endpoint, httpx2.AsyncClient(timeout=9))
names = ("openai", "anthropic", "google.genai", "groq")
sys.stdout.write(",".join(name for name in names if name in sys.modules))
"""


@pytest.mark.parametrize(
    ("provider", "model", "loaded"),
    [("groq", "openai/gpt-oss-120b", "openai")],
)
def test_model_of_when_one_provider_is_configured_then_no_other_is_loaded(
    provider: str, model: str, loaded: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, provider, model],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == (loaded, 0), done.stderr
