# SPDX-License-Identifier: Apache-2.0
"""What stands before every request: who may ask, how much, and what a browser is told.

The server is for one machine. A page of another site must not be able to use it through the
browser (names that resolve to this machine, forms, scripts), so the host, the origin and the type
of a request are looked at. Beyond this machine a token is needed.
"""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 131_072
"""Bytes of a request."""

COOKIE = "trimer-token"
LOOPBACK = ("127.0.0.1", "localhost", "::1")

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """An ASGI middleware.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    hosts : iterable of str
        Names that the server answers to; any if empty, which needs a token.
    token : str
        Without it nothing is answered; empty on loopback.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = LOOPBACK, token: str = "") -> None:
        self.app, self.hosts, self.token = app, frozenset(hosts), token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with a sentence."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        refused = self._refused(scope, headers)
        if refused:
            await _say(send, *refused)
            return
        seen = 0

        async def limited() -> Message:
            # a request that does not say its length may still be too long
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > LARGEST else message

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self._more(scope)]}
            await send(message)

        await self.app(scope, limited, told)

    def _refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        if self.hosts and host not in self.hosts:
            return 421, "This server answers under its own name alone. Open the address it printed."
        if scope["method"] not in {"GET", "HEAD"}:
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                return 403, "Another site asked this server for something; it does not answer."
            if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
                return 403, "Another site asked this server for something; it does not answer."
            try:
                length = int(headers.get("content-length", "0"))
            except ValueError:
                return 400, "The length of the request is no number."
            if length > LARGEST:
                return 413, f"The request is too long: at most {LARGEST:,} bytes are read."
        if self.token and not self._knows(scope, headers):
            return 401, "A token is needed here: open the address that the server printed."
        return None

    def _knows(self, scope: Scope, headers: dict[str, str]) -> bool:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        given = [*query.get("token", [])]
        if headers.get("authorization", "").startswith("Bearer "):
            given.append(headers["authorization"].removeprefix("Bearer "))
        try:
            cookie = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            cookie = SimpleCookie()
        if COOKIE in cookie:
            given.append(cookie[COOKIE].value)
        return any(hmac.compare_digest(each.encode(), self.token.encode()) for each in given)

    def _more(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        more = [(key.encode(), value.encode()) for key, value in HEADERS.items()]
        if self.token and b"token=" in scope.get("query_string", b""):
            cookie = f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/"
            more.append((b"set-cookie", cookie.encode()))
        return more


async def _say(send: Send, status: int, sentence: str) -> None:
    import json

    body = json.dumps({"problems": [{"path": "", "sentence": sentence}]}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
