"""Reads one page of a list."""

from __future__ import annotations

from typing import TypeVar

from bayse_agent.adapters.bayse.wire.reader import Reader
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import Page

T = TypeVar("T")


def page_of(answer: Reader, items: tuple[T, ...]) -> Page[T]:
    """The items with where they stand in the whole. Raises VenueMalformed without pagination.

    A list that does not say whether there is more of it proves nothing about what is absent.
    """
    pagination = answer.within("pagination", "pagination")
    number = pagination.count("page")
    last = pagination.count("lastPage")
    total = pagination.count("totalCount")
    pagination.done("size")
    answer.done()
    if number < 1:
        raise VenueMalformed("pages are counted from 1")
    return Page(items=items, number=number, last=last, total=total)


def page_or_nothing(answer: Reader, items: tuple[T, ...]) -> Page[T]:
    """The same where the venue writes null in place of an empty page (rewards, rebates)."""
    if answer.raw("pagination") is not None:
        return page_of(answer, items)
    if items:
        raise VenueMalformed("a page that does not say which")
    answer.done()
    return Page(items=(), number=1, last=1, total=0)
