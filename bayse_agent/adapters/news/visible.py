"""Takes everything out of a page that nobody who looks at it would see.

What a style sheet elsewhere hides cannot be known here; one page can only do so much anyway.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from lxml.etree import ParserError, XMLSyntaxError
from lxml.html import HtmlElement, HTMLParser, document_fromstring

_UNSEEN = (
    "script style template noscript iframe object embed svg math canvas audio video source track "
    "meta link base input select option datalist textarea button map area dialog slot param "
    "noembed noframes plaintext xmp comment applet frameset frame"
)
_UNSEEN_TAGS = frozenset(_UNSEEN.split())
_KEPT_ATTRIBUTES = frozenset({"class", "id", "lang", "dir"})
_WHITE = frozenset(
    {"white", "#fff", "#ffffff", "#fffffe", "transparent", "rgb(255,255,255)", "rgba(0,0,0,0)"}
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.S)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)$")
_AMOUNT = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|%|vw|vh|cm|in|ch|ex)?")
_FAR = 99.0
_SMALLEST = {"px": 3.0, "pt": 3.0, "em": 0.3, "rem": 0.3, "%": 30.0}
_MOST_RULES = 3_000
_MOST_ELEMENTS = 15_000
_LONGEST_SHEET = 300_000
_LONGEST_SELECTORS = 500


class Unreadable(ValueError):
    """It is no page that can be read."""


def parsed(body: str) -> HtmlElement:
    """A page as a tree, without comments. Raises Unreadable."""
    # As bytes: a page whose text names an encoding is refused otherwise.
    raw = body.encode("utf-8", "replace")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, recover=True)
    try:
        tree = document_fromstring(raw, parser=parser)
    except (ParserError, XMLSyntaxError, ValueError) as error:
        raise Unreadable("there is no page in it") from error
    # What follows takes longer than in proportion: no page of news has so many parts.
    if any(number == _MOST_ELEMENTS for number, _ in enumerate(tree.iter())):
        raise Unreadable("it has too many parts")
    return tree


def keep_visible(tree: HtmlElement) -> None:
    """Take out of a tree what is not seen, and every attribute that holds words."""
    rules = _hiding_rules(tree)
    hidden = [element for element in tree.iter() if _is_hidden(element, rules)]
    for element in hidden:
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.iter():
        for name in element.attrib:
            if name not in _KEPT_ATTRIBUTES:
                del element.attrib[name]


def _is_hidden(element: HtmlElement, rules: Mapping[str, list[frozenset[str]]]) -> bool:
    tag = element.tag
    if not isinstance(tag, str) or tag in _UNSEEN_TAGS:
        return True
    if "hidden" in element.attrib or element.get("aria-hidden", "").lower() == "true":
        return True
    if tag == "font" and element.get("color", "").lower().replace(" ", "") in _WHITE:
        return True
    if element.get("style") and hides(element.get("style", "")):
        return True
    marks = {f".{name}" for name in element.get("class", "").split()} | {tag}
    if element.get("id"):
        marks.add(f"#{element.get('id')}")
    return any(needed <= marks for mark in marks for needed in rules.get(mark, ()))


def hides(style: str) -> bool:
    """Whether declarations of a style make a text that nobody sees."""
    declared = dict(_declarations(style))
    return (
        declared.get("display", "") == "none"
        or declared.get("visibility", "") in ("hidden", "collapse")
        or declared.get("content-visibility", "") == "hidden"
        or _is_faint(declared)
        or _is_tiny(declared)
        or _is_elsewhere(declared)
        or _is_clipped(declared)
    )


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    plain = _ESCAPE.sub(_unescaped, _COMMENT.sub("", style))
    for part in plain.lower().split(";"):
        name, _, value = part.partition(":")
        yield name.strip(), value.replace("!important", "").strip()


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if code is None:
        return str(match.group(2))
    number = int(code, 16)
    return chr(number) if 0 < number < 0x110000 else ""


def _is_faint(declared: Mapping[str, str]) -> bool:
    """Without colour, or in the colour of the paper."""
    opacity = _AMOUNT.match(declared.get("opacity", ""))
    if opacity is not None and float(opacity.group(1)) <= 0.1:
        return True
    colour = declared.get("color", "").replace(" ", "")
    paper = declared.get("background-color", declared.get("background", "")).replace(" ", "")
    return bool(colour) and (colour == paper or (colour in _WHITE and not paper))


def _is_tiny(declared: Mapping[str, str]) -> bool:
    font = declared.get("font", "").split("/")[0].split(" ")
    for size in (declared.get("font-size", ""), *font):
        amount = _AMOUNT.fullmatch(size)
        # A figure of a `font` without a unit is its weight, unless it is nothing.
        if amount is not None and float(amount.group(1)) <= _SMALLEST.get(amount.group(2), 0.0):
            return True
    scale = re.search(r"scale\w*\(\s*(-?\d*\.?\d+)", declared.get("transform", ""))
    return scale is not None and abs(float(scale.group(1))) < 0.1


def _is_elsewhere(declared: Mapping[str, str]) -> bool:
    """Moved out of the picture."""
    names = ["text-indent", "margin-left", "margin-top", "margin"]
    if declared.get("position", "") in ("absolute", "fixed", "relative"):
        names += ["left", "top", "right", "bottom", "inset"]
    values = [value for name in names for value in declared.get(name, "").split()]
    shift = re.search(r"translate\w*\(([^)]*)\)", declared.get("transform", ""))
    values += [] if shift is None else shift.group(1).replace(",", " ").split()
    amounts = [_AMOUNT.fullmatch(value) for value in values]
    return any(
        amount is not None and abs(float(amount.group(1))) >= _far(amount) for amount in amounts
    )


def _far(amount: re.Match[str]) -> float:
    # A margin of some hundred pixels to the inside is a wide page; to the outside it is gone.
    is_out = amount.group(1).startswith("-")
    in_letters = amount.group(2) in ("em", "rem", "ch", "ex", "cm", "in")
    return (_FAR / 3 if in_letters else _FAR) * (1 if is_out else 20)


def _is_clipped(declared: Mapping[str, str]) -> bool:
    if re.match(r"rect\(\s*[01]\w*[ ,]+[01]\w*[ ,]+[01]\w*[ ,]+[01]", declared.get("clip", "")):
        return True
    if re.match(r"(?:inset\((?:[5-9]\d|100)|circle\(0)", declared.get("clip-path", "")):
        return True
    if declared.get("overflow", "visible") == "visible":
        return False
    sizes = [declared.get(name, "") for name in ("height", "width", "max-height", "max-width")]
    return any(re.fullmatch(r"[01](?:\.0+)?(?:px|em|%)?", size) for size in sizes)


def _hiding_rules(tree: HtmlElement) -> Mapping[str, list[frozenset[str]]]:
    """What the page's own sheets hide: marks that an element must have, by one of them."""
    rules: dict[str, list[frozenset[str]]] = defaultdict(list)
    sheet = "\n".join(style.text or "" for style in tree.iter("style"))[:_LONGEST_SHEET]
    for selectors, style in _rules(_COMMENT.sub("", sheet)):
        if hides(style):
            for needed in _needed(selectors):
                rules[min(needed)].append(needed)
    return rules


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The rules of a sheet as (selectors, declarations), without those for print."""
    depth = 0
    is_print = False
    for part in sheet.split("}")[:_MOST_RULES]:
        *outer, selectors, style = ["", *part.split("{")][-8:] if "{" in part else ("", "")
        if not selectors and not style:
            # A closing brace more: the block around the rules ends.
            depth = max(0, depth - 1)
            is_print = is_print and depth > 0
            continue
        opened = [one for one in outer if one.strip()]
        depth += len(opened)
        is_print = is_print or any("print" in one for one in opened)
        if not is_print:
            yield selectors[-_LONGEST_SELECTORS:], style


def _needed(selectors: str) -> Iterator[frozenset[str]]:
    for selector in selectors.split(","):
        parts = re.split(r"[\s>+~]+", selector.strip())
        simple = _SIMPLE.fullmatch(parts[-1])
        if simple is None or not parts[-1]:
            continue
        marks = frozenset(re.findall(r"[.#][\w-]+", simple.group(2)))
        tag = simple.group(1)
        # `.box p` hides only some paragraphs, and which ones is not looked into.
        if marks or len(parts) == 1:
            yield marks | ({tag} if tag else set())
