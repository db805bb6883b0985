"""What a page says: its visible article as plain text, its title and its date."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from lxml.html import HtmlElement
from trafilatura import extract

from bayse_agent.adapters.news.dates import moment
from bayse_agent.adapters.news.fetching import Page
from bayse_agent.adapters.news.visible import Unreadable, keep_visible, parsed
from bayse_agent.domain.reading import LONGEST_TEXT, clean, clean_line

LONGEST_PAGE = 1_000_000
"""Letters of a page that are looked at."""
_THREADS = 2
_SHORTEST_ARTICLE = 200
_NAMES = (
    "utf-8 utf8 utf-16 us-ascii iso-8859-1 iso-8859-15 iso-8859-9 iso-8859-2 windows-1250 "
    "windows-1251 windows-1252 windows-1254 windows-1256 latin-1"
)
_CHARSETS = frozenset(_NAMES.split())
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.I)
_PUBLISHED = re.compile(r"\"datePublished\"\s*:\s*\"([^\"]{8,40})\"")
_DATE_NAMES = (
    "article:published_time",
    "datepublished",
    "og:published_time",
    "parsely-pub-date",
    "publishdate",
    "pubdate",
    "dc.date.issued",
    "sailthru.date",
)
_BLOCKS = ("p", "h1", "h2", "h3", "h4", "li", "blockquote", "td", "pre", "dd")
_PARTS = (*_BLOCKS, "h5", "h6", "dt", "br", "hr", "div", "tr", "section", "article", "table")
_ASIDE = frozenset({"nav", "header", "footer", "aside", "form", "figure"})
# The library walks trees that hostile pages have bent: what it stumbles over is not ours to mend.
_STUMBLES = (ValueError, TypeError, AttributeError, LookupError, RecursionError, AssertionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a page says. Empty texts say that nothing was found."""

    title: str
    text: str
    published_at: datetime | None


class Extractor:
    """Reads pages in threads of its own, two at a time."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pages")

    async def read(self, page: Page, now: datetime) -> Read:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, read_page, page, now)

    async def read_html(self, html: str) -> str:
        """The visible text of a piece of HTML, as feeds carry it."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, visible_text, html)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def read_page(page: Page, now: datetime) -> Read:
    """The article of a page."""
    body = _decoded(page)[:LONGEST_PAGE]
    if page.kind == "text/plain":
        return Read(title="", text=clean(body), published_at=None)
    try:
        tree = parsed(body)
    except Unreadable:
        return Read(title="", text="", published_at=None)
    published_at = _date(tree, body, now)
    keep_visible(tree)
    return Read(title=_title(tree), text=_article(tree), published_at=published_at)


def visible_text(html: str) -> str:
    """All that is visible of a piece of HTML, as plain text."""
    if "<" not in html and "&" not in html:
        return clean(html)
    try:
        tree = parsed(f"<div>{html[:LONGEST_PAGE]}</div>")
    except Unreadable:
        return ""
    keep_visible(tree)
    return clean(_all_text(tree))


def _article(tree: HtmlElement) -> str:
    """The article by its looks; all paragraphs when none can be told from the rest."""
    try:
        found = extract(
            deepcopy(tree),
            fast=True,
            include_comments=False,
            include_tables=True,
            include_images=False,
            include_links=False,
            with_metadata=False,
        )
    except _STUMBLES:
        found = None
    text = clean(found or "")
    if len(text) >= _SHORTEST_ARTICLE:
        return text
    return max(text, clean(_paragraphs(tree)), key=len)


def _paragraphs(tree: HtmlElement) -> str:
    lines: list[str] = []
    length = 0
    for element in tree.iter(*_BLOCKS):
        if length > 2 * LONGEST_TEXT:
            break
        if any(above.tag in _ASIDE for above in element.iterancestors()):
            continue
        if element.find(".//p") is None:
            lines.append(_text(element))
            length += len(lines[-1])
    return "\n".join(lines) if any(lines) else _all_text(tree)


def _all_text(tree: HtmlElement) -> str:
    """Every word, with a new line where a part begins or ends. It writes these into the tree."""
    body = tree.find("body")
    whole = tree if body is None else body
    for element in whole.iter(*_PARTS):
        element.text = f"\n{element.text or ''}"
        element.tail = f"\n{element.tail or ''}"
    return "".join(str(piece) for piece in whole.itertext())


def _text(element: HtmlElement) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())


def _title(tree: HtmlElement) -> str:
    for path in (".//h1", ".//title"):
        element = tree.find(path)
        if element is not None and (title := clean_line(_text(element))):
            return title
    return ""


def _date(tree: HtmlElement, body: str, now: datetime) -> datetime | None:
    """When a page says that it was published. It may lie, but never name a time to come.

    The first place that names a date decides: nothing is guessed from the text.
    """
    for told in _told_dates(tree, body):
        if told:
            return moment(told, now)
    return None


def _told_dates(tree: HtmlElement, body: str) -> Iterator[str | None]:
    """What a page may say of its date, the most telling place first."""
    for element in tree.iter("meta"):
        names = (element.get("property"), element.get("name"), element.get("itemprop"))
        if any(name is not None and name.lower() in _DATE_NAMES for name in names):
            yield element.get("content")
    linked = _PUBLISHED.search(body)
    yield None if linked is None else linked.group(1)
    for element in tree.iter("time"):
        yield element.get("datetime")


def _decoded(page: Page) -> str:
    sniffed = _META_CHARSET.search(page.body[:4096])
    named = page.charset or (sniffed.group(1).decode("ascii") if sniffed else "utf-8")
    charset = named.strip().lower()
    return page.body.decode(charset if charset in _CHARSETS else "utf-8", "replace")
