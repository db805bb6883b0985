"""Unpacks bodies as they arrive, never to more than is allowed."""

from __future__ import annotations

import zlib

_PLAIN = ("", "identity")
_PACKED = ("gzip", "x-gzip", "deflate")


class TooLarge(ValueError):
    """A body is larger than allowed."""


class Unpackable(ValueError):
    """A body is packed in a way that is not taken, or not at all as it says."""


class Inflater:
    """Takes a body in pieces. Raises TooLarge before more than `most` bytes are held."""

    def __init__(self, coding: str, *, most: int) -> None:
        """`coding` is the Content-Encoding: gzip, deflate or none. Raises Unpackable."""
        plain = coding.strip().lower()
        if plain not in (*_PLAIN, *_PACKED):
            raise Unpackable(f"packed as {plain[:20]!r}")
        # 32 more lets zlib find out itself whether it is gzip or zlib.
        self._unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if plain in _PACKED else None
        self._most = most
        self._body = bytearray()
        self._taken = 0

    def feed(self, piece: bytes) -> None:
        self._taken += len(piece)
        if self._taken > self._most:
            raise TooLarge(f"more than {self._most} bytes")
        left = self._most - len(self._body)
        if self._unpack is None:
            self._body += piece
            return
        try:
            self._body += self._unpack.decompress(piece, left + 1)
        except zlib.error as error:
            raise Unpackable("the packing is broken") from error
        if len(self._body) > self._most:
            raise TooLarge(f"more than {self._most} bytes when unpacked")

    @property
    def body(self) -> bytes:
        return bytes(self._body)
