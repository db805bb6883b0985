"""Makes a screenshot small: a palette of few colours, in a PNG of its own.

The browser unpacks its own picture; the colours are chosen by median cut (Heckbert 1982).
"""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from playwright.async_api import Page

COLOURS = 96
_UNPACK = """async (data) => {
  const picture = await createImageBitmap(await (await fetch(data)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  const bytes = context.getImageData(0, 0, picture.width, picture.height).data;
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [picture.width, picture.height, btoa(text)];
}"""
_Colours = npt.NDArray[np.int64]


async def small(page: Page, png: bytes) -> bytes:
    """The same picture in at most COLOURS colours. `page`: an empty one, to unpack it in."""
    data = "data:image/png;base64," + base64.b64encode(png).decode()
    width, height, text = await page.evaluate(_UNPACK, data)
    pixels = np.frombuffer(base64.b64decode(text), dtype=np.uint8).reshape(-1, 4)[:, :3]
    packed = (pixels.astype(np.int64) << np.array([16, 8, 0])).sum(axis=1)
    known, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colours = (known[:, None] >> np.array([16, 8, 0])) & 255
    palette, nearest = _palette(colours, counts)
    return _png(width, height, palette, nearest[places])


@dataclass(eq=False)
class _Box:
    """Colours that are drawn as one; `spread` is what is lost by that."""

    members: _Colours
    spread: float
    channel: int


def _palette(colours: _Colours, counts: _Colours) -> tuple[_Colours, _Colours]:
    """Few colours for many, and which of them stands for each."""
    boxes = [_box(np.arange(len(colours)), colours, counts)]
    while len(boxes) < min(COLOURS, len(colours)):
        widest = max(boxes, key=lambda box: box.spread)
        if widest.spread == 0:
            break
        boxes.remove(widest)
        order = widest.members[np.argsort(colours[widest.members, widest.channel], kind="stable")]
        weight = np.cumsum(counts[order])
        cut = int(np.searchsorted(weight, weight[-1] / 2)) + 1
        cut = min(max(cut, 1), len(order) - 1)
        boxes += [_box(part, colours, counts) for part in (order[:cut], order[cut:])]
    nearest = np.zeros(len(colours), dtype=np.int64)
    palette = np.zeros((len(boxes), 3), dtype=np.int64)
    for number, box in enumerate(boxes):
        nearest[box.members] = number
        middle = np.average(colours[box.members], axis=0, weights=counts[box.members])
        palette[number] = np.rint(middle)
    return palette, nearest


def _box(members: _Colours, colours: _Colours, counts: _Colours) -> _Box:
    mine, weight = colours[members], counts[members]
    middle = np.average(mine, axis=0, weights=weight)
    # Weighted by the root of how often: a small accent must not drown in the ground.
    lost = (((mine - middle) ** 2) * np.sqrt(weight)[:, None]).sum(axis=0)
    channel = int(np.argmax(lost))
    return _Box(members, float(lost[channel]) if len(members) > 1 else 0.0, channel)


def _png(width: int, height: int, palette: _Colours, pixels: _Colours) -> bytes:
    rows = np.zeros((height, width + 1), dtype=np.uint8)
    rows[:, 1:] = pixels.reshape(height, width)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", head),
        (b"PLTE", palette.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
