"""Forecasters of other people's: the documented one really runs, and what is none is refused."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from importlib import invalidate_caches
from pathlib import Path

import pytest

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.forecast import Forecast, NoForecast
from bayse_agent.plugins import load_forecaster
from bayse_agent.settings import Settings
from tests.builders import a_book, a_context
from tests.cli.program import run

_PAGE = Path(__file__).parents[1] / "docs" / "adding-a-forecaster.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where Python looks for modules."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def _documented(folder: Path) -> None:
    """Save the example as the page says: `halfway.py`."""
    [block] = re.findall(r"```python\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    (folder / "halfway.py").write_text(block)


async def test_example_when_asked_then_it_forecasts_as_the_page_says(folder: Path) -> None:
    _documented(folder)
    made = load_forecaster("halfway:Halfway")
    context = a_context(book1=a_book([("0.70", "10")], [("0.74", "10")]))
    found = await made.forecast(context)
    assert isinstance(found, Forecast)
    assert context.market_price == Decimal("0.72")
    assert (found.author, float(found.probability)) == ("halfway", pytest.approx(0.61))
    without = a_context(book1=a_book([]))
    assert isinstance(await made.forecast(without), NoForecast)


def test_example_when_the_demo_runs_with_it_then_its_forecasts_are_scored(folder: Path) -> None:
    _documented(folder)
    done = run("demo", "--forecaster", "halfway:Halfway", "--duration", "10m", "--json")
    assert done.code == 0
    told = json.loads(done.out)
    assert told["world"]["forecaster"] == "halfway:Halfway"
    assert told["forecasts"]["n"] > 0


def test_setting_when_it_names_forecasters_then_they_are_read_as_classes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AGENT_FORECASTERS", "halfway:Halfway, my.house:Mine")
    assert Settings.read().forecasters == ("halfway:Halfway", "my.house:Mine")
    monkeypatch.setenv("AGENT_FORECASTERS", "halfway.py")
    with pytest.raises(ConfigurationError, match=r"AGENT_FORECASTERS is .*it must be classes"):
        Settings.read()


@pytest.mark.parametrize(
    ("text", "name", "complaint"),
    [
        ("", "nowhere_at_all:Mine", "No module named"),
        ("class Mine: pass", "broken:Other", "has no attribute 'Other'"),
        ("class Mine(", "broken:Mine", "was never closed"),
        ("class Mine:\n    def __init__(self, x): pass", "broken:Mine", "without arguments"),
        ("class Mine:\n    name = 'mine'", "broken:Mine", "is no forecaster"),
        ("", "broken:", "no forecaster"),
    ],
)
def test_class_when_it_is_no_forecaster_then_refused_by_name(
    folder: Path, text: str, name: str, complaint: str
) -> None:
    (folder / "broken.py").write_text(text)
    sys.modules.pop("broken", None)
    invalidate_caches()
    with pytest.raises(ConfigurationError, match=complaint):
        load_forecaster(name)
