"""The dashboard's files as the service gives them out."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from bayse_agent.api.pages import add_pages
from tests.api.stage import Stage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a build leaves behind, and beside it a file that is nobody's business."""
    made = tmp_path / "web"
    (made / "assets").mkdir(parents=True)
    (made / "index.html").write_text("<title>the page</title>")
    (made / "assets" / "index-1.js").write_text("1")
    (tmp_path / "secret").write_text("secret")
    return made


def _client(folder: Path | None) -> httpx2.AsyncClient:
    app = FastAPI()
    add_pages(app, folder)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost")


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/signals", "/app/markets/a%2Fb?event=1"])
async def test_screen_when_any_is_asked_for_then_it_is_the_one_page(
    folder: Path, path: str
) -> None:
    async with _client(folder) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert "the page" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


async def test_root_when_asked_for_then_it_leads_to_the_screens(folder: Path) -> None:
    async with _client(folder) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/app")


async def test_asset_when_asked_for_then_it_may_be_kept(folder: Path) -> None:
    async with _client(folder) as client:
        answer = await client.get("/assets/index-1.js")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["content-type"]
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "name", ["..%2Fsecret", "..%2F..%2Fsecret", "%2E%2E/secret", "missing.js", "a%00b"]
)
async def test_asset_when_it_is_not_one_then_nothing_is_given(folder: Path, name: str) -> None:
    async with _client(folder) as client:
        answer = await client.get(f"/assets/{name}")
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_screen_when_nothing_is_built_then_it_says_how_to_build_it() -> None:
    async with _client(None) as client:
        answer = await client.get("/app")
    assert answer.status_code == 503
    assert "./dev web" in answer.text


async def test_page_when_nobody_is_logged_in_then_it_comes_with_a_strict_policy(
    stage: Stage,
) -> None:
    answer = await stage.client().get("/app/signals")
    policy = answer.headers["content-security-policy"]
    assert answer.status_code in (200, 503)
    for held in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert held in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
