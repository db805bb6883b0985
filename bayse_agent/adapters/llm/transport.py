"""Carries requests to providers: no reply is read beyond a bound, packed or not."""

from __future__ import annotations

import zlib

import httpx2

_GZIP = 47
"""What zlib wants to hear to recognise both gzip and deflate."""


class ReplyTooLong(httpx2.ReadError):
    """A provider sent more than an answer can be."""


class ReplyGarbled(httpx2.ReadError):
    """A provider sent what cannot be unpacked."""


class Redirected(httpx2.ReadError):
    """A provider points elsewhere: a key goes nowhere but to where it belongs."""


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Reads whole replies up to `body_max_bytes`, counted both as sent and unpacked."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, *, body_max_bytes: int) -> None:
        self._inner = inner
        self._most = body_max_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "gzip"
        response = await self._inner.handle_async_request(request)
        try:
            if 300 <= response.status_code < 400:
                raise Redirected(f"status {response.status_code}", request=request)
            body = await self._read(response, request)
        finally:
            await response.aclose()
        packing = response.headers.get("content-encoding", "identity").strip().casefold()
        content = body if packing in ("", "identity") else self._unpacked(body, packing, request)
        headers = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name.casefold() not in ("content-encoding", "content-length", "transfer-encoding")
        ]
        return httpx2.Response(response.status_code, headers=headers, content=content)

    async def _read(self, response: httpx2.Response, request: httpx2.Request) -> bytes:
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > self._most:
                raise ReplyTooLong(f"more than {self._most} bytes", request=request)
        return bytes(body)

    def _unpacked(self, body: bytes, packing: str, request: httpx2.Request) -> bytes:
        if packing not in ("gzip", "deflate"):
            raise ReplyGarbled(f"packed as {packing[:20]!r}", request=request)
        unpacker = zlib.decompressobj(_GZIP)
        try:
            content = unpacker.decompress(body, self._most + 1)
        except zlib.error as error:
            raise ReplyGarbled("it cannot be unpacked", request=request) from error
        if len(content) > self._most:
            raise ReplyTooLong(f"more than {self._most} bytes unpacked", request=request)
        return content

    async def aclose(self) -> None:
        await self._inner.aclose()
