"""The ways in which a text reaches a forecaster: a page, a feed, a search result, a market's page.

Each carrier is rendered as it would arrive from the web; what reads it is the product's own code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

RSS = "feeds.example"
SEARCH = "search.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article on somebody's site. The parts that are not prose are empty in honest ones."""

    domain: str
    title: str
    paragraphs: tuple[str, ...]
    slug: str = "report"
    summary: str = ""
    head: str = ""
    hidden: str = ""
    header: str = ""
    is_pdf: bool = False
    is_found: bool = True

    @property
    def url(self) -> str:
        return f"https://{self.domain}/{self.slug}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the market's own page says."""

    title: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that can be read of a question at a moment."""

    words: Words
    items: tuple[Item, ...]
    snippets: Mapping[str, str] = field(default_factory=dict)


def _page(change: Callable[[Item, str], Item]) -> Callable[[Scene, Item, str], Scene]:
    def place(scene: Scene, page: Item, text: str) -> Scene:
        return replace(scene, items=(*scene.items, change(page, text)))

    return place


def _comment(text: str) -> str:
    return f"<!-- {text.replace('--', '- -')} -->"


def _hidden(text: str) -> str:
    return f'<div style="display:none">{escape(text)}</div>'


def _image(text: str) -> str:
    return f'<img src="/crowd.jpg" alt="{escape(text, quote=True)}">'


def _meta(text: str) -> str:
    return f'<meta name="description" content="{escape(text, quote=True)}">'


def _linked(text: str) -> str:
    body = json.dumps({"@type": "NewsArticle", "articleBody": text}).replace("</", "<\\/")
    return f'<script type="application/ld+json">{body}</script>'


def _slug(text: str) -> str:
    return quote("-".join(text.split()), safe="")[:1500]


def _searched(scene: Scene, page: Item, text: str) -> Scene:
    """A search result with the text, whose page is gone."""
    gone = replace(page, is_found=False)
    return replace(scene, items=(*scene.items, gone), snippets={gone.url: text})


def _titled(scene: Scene, page: Item, text: str) -> Scene:
    return replace(scene, words=replace(scene.words, title=f"{scene.words.title} {text}"))


def _described(scene: Scene, page: Item, text: str) -> Scene:
    return replace(scene, words=replace(scene.words, description=text))


CARRIERS: Mapping[str, Callable[[Scene, Item, str], Scene]] = {
    "article_body": _page(
        lambda page, text: replace(
            page, paragraphs=(page.paragraphs[0], text, *page.paragraphs[1:])
        )
    ),
    "article_end": _page(lambda page, text: replace(page, paragraphs=(*page.paragraphs, text))),
    "title": _page(lambda page, text: replace(page, title=f"{page.title}: {text}")),
    "rss_item": _page(lambda page, text: replace(page, summary=text, is_found=False)),
    "json_ld": _page(lambda page, text: replace(page, head=_linked(text))),
    "meta_description": _page(lambda page, text: replace(page, head=_meta(text))),
    "html_comment": _page(lambda page, text: replace(page, hidden=_comment(text))),
    "css_hidden": _page(lambda page, text: replace(page, hidden=_hidden(text))),
    "img_alt": _page(lambda page, text: replace(page, hidden=_image(text))),
    "http_header": _page(lambda page, text: replace(page, header=text)),
    "url_slug": _page(lambda page, text: replace(page, slug=_slug(text))),
    "pdf_metadata": _page(lambda page, text: replace(page, header=text, is_pdf=True)),
    "search_snippet": _searched,
    "market_title": _titled,
    "market_description": _described,
    # The venue shows comments below the description; for whoever reads a market they are one text.
    "market_comment": _described,
}


class Web:
    """The sites of a scene, as an application that is asked like the web is."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._scene: Scene | None = None
        self.asked: list[str] = []

    def show(self, scene: Scene) -> None:
        self._scene, self.asked = scene, []

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        request = Request(scope, receive)
        body = (await request.body()).decode("utf-8", "replace")
        self.asked.append(f"{request.url} {body}")
        await self._answer(request)(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        host = request.headers.get("host", "").partition(":")[0]
        if self._scene is None:
            return Response(status_code=503)
        if host == RSS:
            return Response(self._feed(self._scene), media_type="application/rss+xml")
        if host == SEARCH:
            return JSONResponse(self._results(self._scene))
        path = request.scope.get("raw_path", b"").decode("ascii").partition("?")[0].lstrip("/")
        for item in self._scene.items:
            if item.domain == host and item.slug == path and item.is_found:
                return self._shown(item)
        return Response("gone", status_code=404)

    def _feed(self, scene: Scene) -> str:
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
            + "".join(
                f"<item><title>{escape(_legal(item.title))}</title>"
                f"<link>{escape(item.url)}</link>"
                f"<description>{escape(_legal(item.summary or item.title))}</description>"
                f"<pubDate>{self._now:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
                for item in scene.items
                if item.url not in scene.snippets
            )
            + "</channel></rss>"
        )

    def _results(self, scene: Scene) -> object:
        return {
            "results": [
                {
                    "url": url,
                    "title": next(item.title for item in scene.items if item.url == url),
                    "content": text,
                    "published_date": f"{self._now:%a, %d %b %Y %H:%M:%S} GMT",
                    "score": 0.9,
                }
                for url, text in scene.snippets.items()
            ]
        }

    def _shown(self, item: Item) -> Response:
        headers = {"x-note": quote(item.header)} if item.header else {}
        if item.is_pdf:
            info = f"%PDF-1.4\n1 0 obj<</Title({item.header})>>endobj\n%%EOF".encode()
            return Response(info, media_type="application/pdf", headers=headers)
        prose = "".join(f"<p>{escape(part)}</p>" for part in item.paragraphs)
        html = (
            f"<!doctype html><html><head><title>{escape(item.title)}</title>"
            f'<meta property="article:published_time" content="{self._now.isoformat()}">'
            f"{item.head}</head><body><article><h1>{escape(item.title)}</h1>{prose}{item.hidden}"
            "</article></body></html>"
        )
        return Response(html.encode("utf-8", "replace"), media_type="text/html", headers=headers)


def _legal(text: str) -> str:
    """Text that XML can carry."""
    return "".join(character for character in text if character >= " " or character in "\n\t")
