"""The verbs that look into the books, as a person calls them and as a script does."""

from __future__ import annotations

import asyncio
import csv
import json
from pathlib import Path

import pytest

from bayse_agent.adapters.store.reading.exporting import WHOLES
from bayse_agent.adapters.store.reading.opening import open_reader
from bayse_agent.api.explaining import Explanation
from bayse_agent.api.routes.books import MoneyOut
from bayse_agent.api.routes.control import ControlOut, LimitOut
from bayse_agent.cli.export import What
from bayse_agent.domain.money import Currency
from tests.builders import MARKET_ID
from tests.cli.filled import BOOKS, OPEN_ORDER, OTHER, SIGNAL, fill
from tests.cli.program import Done, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("books")
    asyncio.run(fill(made))
    return made


def _ok(folder: Path, *arguments: str) -> Done:
    done = run(*arguments, "--data", str(folder))
    assert (done.code, done.err) == (0, ""), done
    return done


def _json(folder: Path, *arguments: str) -> object:
    return json.loads(_ok(folder, *arguments, "--json").out)


def test_positions_when_something_is_held_then_it_is_shown_at_the_last_bid(folder: Path) -> None:
    assert "Up or down?" in _ok(folder, "positions").out
    (position,) = _json(folder, "positions")  # type: ignore[misc]
    assert (position["outcome"], position["shares"], position["bid"]) == ("Up", "9.8", "0.49")


def test_orders_when_only_live_ones_are_asked_for_then_the_resting_one(folder: Path) -> None:
    assert OPEN_ORDER in _ok(folder, "orders", "--live").out
    page = _json(folder, "orders", "--limit", "1")
    assert isinstance(page, dict)
    assert (page["items"][0]["status"], page["next"]) == ("OPEN", page["items"][0]["number"])
    rest = _json(folder, "orders", "--before", str(page["next"]))
    assert isinstance(rest, dict)
    assert [one["status"] for one in rest["items"]] == ["FILLED"]
    assert "No orders." in _ok(folder, "orders", "--status", "lost").out


def test_orders_when_the_status_is_none_then_bad_input_that_names_them(folder: Path) -> None:
    done = run("orders", "--status", "resting", "--data", str(folder))
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "FILLED" in done.err


def test_signals_when_one_waits_then_it_is_shown_with_its_id(folder: Path) -> None:
    assert SIGNAL in _ok(folder, "signals", "--status", "pending").out
    page = _json(folder, "signals")
    assert isinstance(page, dict)
    assert [(one["id"], one["status"]) for one in page["items"]] == [(SIGNAL, "PENDING")]


def test_explain_when_an_order_is_named_then_the_chain_and_the_services_shape(
    folder: Path,
) -> None:
    told = _ok(folder, "explain", "order-1").out
    for title in ("Market", "Look", "Forecast by test", "Limits", "Order", "Outcome"):
        assert f"\n{title}\n" in told
    found = _json(folder, "explain", "order-1")
    assert isinstance(found, dict)
    assert Explanation.model_validate(found).model_dump(mode="json") == found
    waiting = _json(folder, "explain", SIGNAL)
    assert isinstance(waiting, dict)
    assert waiting["signal"]["id"] == SIGNAL


def test_explain_when_nothing_has_that_name_then_bad_input(folder: Path) -> None:
    done = run("explain", "nothing", "--data", str(folder))
    assert (done.code, done.out) == (2, "")
    assert "nothing of the name 'nothing'" in done.err


def test_why_when_asked_of_everything_then_a_sentence_and_a_funnel(folder: Path) -> None:
    told = _ok(folder, "why").out
    assert told.startswith("1 of 3 looks in the last 24h ended in a bet; of the others 1 ")
    assert "33.3 %" in told
    found = _json(folder, "why")
    assert isinstance(found, dict)
    assert (found["looks"], len(found["reasons"]), len(found["decisions"])) == (3, 3, 3)


def test_why_when_a_market_is_named_then_how_its_last_look_ended(folder: Path) -> None:
    told = _ok(folder, "why", OTHER).out
    assert told.startswith("The last look at Up or down?")
    assert "no forecast" in told


@pytest.mark.parametrize(
    ("words", "said"), [("up or", "is several markets"), ("100%", "was ever followed")]
)
def test_why_when_the_market_is_not_clear_then_bad_input(
    folder: Path, words: str, said: str
) -> None:
    done = run("why", words, "--data", str(folder))
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert said in done.err


def test_limits_when_shown_then_each_with_its_use_and_the_services_names(folder: Path) -> None:
    told = _ok(folder, "limits").out
    assert "max_open_markets" in told
    assert "2 of 3 (67 %)" in told
    found = _json(folder, "limits")
    assert isinstance(found, dict)
    assert found["version"] == 1
    assert set(LimitOut.model_fields) <= set(found["limits"][0])
    assert "as they are" in _ok(folder, "limits", "history").out


def test_limits_set_when_it_cannot_be_a_limit_then_bad_input_and_nothing_is_asked(
    folder: Path,
) -> None:
    for wrong in ("max_open_markets=-1", "no_such=1", "max_open_markets"):
        done = run("limits", "set", wrong, "--reason", "more", "--data", str(folder))
        assert (done.code, len(done.err.splitlines())) == (2, 1), done
    page = _json(folder, "export", "commands", "--out", str(folder / "commands.json"))
    assert isinstance(page, dict)
    assert page["rows"] == 0


def test_status_when_asked_for_json_then_the_shapes_of_the_service(folder: Path) -> None:
    found = _json(folder, "status")
    assert isinstance(found, dict)
    assert set(ControlOut.model_fields) <= set(found["control"])
    assert set(found["money"]) == set(MoneyOut.model_fields)
    assert [one["order_id"] for one in found["orders"]] == [OPEN_ORDER]
    assert SIGNAL in _ok(folder, "status").out


async def _read(folder: Path, what: What) -> list[object]:
    reader = await open_reader(f"sqlite:///{folder / BOOKS}")
    try:
        parts = WHOLES[what.value].parts(reader, Currency.NGN, rows=1)
        return [row async for rows in parts for row in rows]
    finally:
        await reader.close()


@pytest.mark.parametrize("what", list(What))
def test_export_when_read_in_parts_then_every_row_once_in_both_formats(
    folder: Path, tmp_path: Path, what: What
) -> None:
    rows = asyncio.run(_read(folder, what))
    _ok(folder, "export", what.value, "--out", str(tmp_path / "a.csv"))
    _ok(folder, "export", what.value, "--out", str(tmp_path / "a.json"))
    with (tmp_path / "a.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    values = json.loads((tmp_path / "a.json").read_text())
    assert len(table) == len(values) == len(rows)
    assert all(set(line) == set(value) for line, value in zip(table, values, strict=True))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.csv", "a.json"]


def test_export_when_the_file_is_there_then_only_by_force(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("precious")
    done = run("export", "fills", "--out", str(file), "--data", str(folder))
    assert (done.code, file.read_text()) == (2, "precious")
    _ok(folder, "export", "fills", "--out", str(file), "--force")
    assert file.read_text().startswith("id,number,at,")


def test_export_when_it_fails_half_way_then_no_file_under_any_name(tmp_path: Path) -> None:
    done = run("export", "fills", "--out", str(tmp_path / "a.csv"), "--data", str(tmp_path))
    assert done.code == 2
    assert "there are no books" in done.err
    assert list(tmp_path.iterdir()) == []


def test_export_when_to_stdout_then_the_table_alone(folder: Path) -> None:
    lines = _ok(folder, "export", "decisions", "--out", "-").out.splitlines()
    assert lines[0].startswith("id,at,market_id")
    assert any(MARKET_ID in line for line in lines[1:])
