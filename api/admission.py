"""How much goes on at once: requests of one credential, all requests, sockets, and sockets whose client has not said who it is."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.turns import Turns

PATH = "/graphql"
_ACKNOWLEDGED = '"connection_ack"'
_LONGEST_ACKNOWLEDGEMENT = 200
INIT_TIMEOUT = 4408
RETRY_SECONDS = 1


class AdmissionSettings(BaseSettings):
    """How much one process lets in at once; read from `KITH_API_*`."""

    model_config = SettingsConfigDict(env_prefix="KITH_API_")

    running_per_credential: int = Field(
        default=32, gt=0, description="requests of one token that are answered at once; more wait"
    )
    waiting_per_credential: int = Field(
        default=256, ge=0, description="requests of one token that may wait; more are refused with 429"
    )
    requests: int = Field(
        default=1_000, gt=0, description="requests of everybody at once; more are refused with 503"
    )
    sockets: int = Field(
        default=2_000, gt=0, description="WebSockets and event streams at once; more are refused with 503"
    )
    sockets_before_init: int = Field(
        default=100, gt=0, description="WebSockets without a token yet; the oldest is closed for the next"
    )
    body_seconds: float = Field(
        default=30.0, gt=0, description="longest time that a request's body may take to come, in seconds"
    )


class _Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> JSONResponse:
        extensions = {"code": self.code, "retryAfter": RETRY_SECONDS}
        return JSONResponse(
            {"errors": [{"message": self.message, "extensions": extensions}]},
            status_code=self.status,
            headers={"Retry-After": str(RETRY_SECONDS)},
        )


_TOO_MANY = "too many requests of yours wait already; send fewer at once"
_FULL = "the server has as much to do as it can; try again soon"


def _busy() -> _Refused:
    return _Refused(503, "UNAVAILABLE", _FULL)


@dataclass(slots=True, eq=False)
class _Socket:
    send: Send
    is_closed: bool = field(default=False)

    async def close(self) -> None:
        self.is_closed = True
        with contextlib.suppress(Exception):  # it may have ended by itself meanwhile
            await self.send({"type": "websocket.close", "code": INIT_TIMEOUT, "reason": "make room"})


class Admission:
    """Lets requests and sockets in, one after the other where there are too many.

    A credential's requests wait for each other, not for those of others. Who only holds sockets open without ever saying who it is
    loses them to those who come after.
    """

    def __init__(self, app: ASGIApp, *, settings: AdmissionSettings) -> None:
        self._app = app
        self._settings = settings
        self._requests = 0
        self._sockets = 0
        self._turns = Turns(settings.running_per_credential)
        """Those of one `Authorization`; what it says is not looked at."""
        self._nameless: OrderedDict[_Socket, None] = OrderedDict()
        """Sockets before their `connection_init`, the oldest first."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        try:
            if scope["type"] == "websocket":
                await self._socket(scope, receive, send)
            elif _streams(scope):
                with self._place():
                    await self._app(scope, receive, send)
            else:
                async with self._turn(scope):
                    await self._app(scope, self._timed(receive), send)
        except _Refused as refused:
            await refused.response()(scope, receive, send)

    @asynccontextmanager
    async def _turn(self, scope: Scope) -> AsyncIterator[None]:
        settings = self._settings
        if self._requests >= settings.requests:
            raise _busy()
        key = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        if self._turns.length(key) >= settings.running_per_credential + settings.waiting_per_credential:
            raise _Refused(429, "THROTTLED", _TOO_MANY)
        self._requests += 1
        try:
            async with self._turns.of(key):
                yield
        finally:
            self._requests -= 1

    def _timed(self, receive: Receive) -> Receive:
        """Return the same, for as long as a body may take to come; what comes after the body has no limit."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._settings.body_seconds
        is_whole = False

        async def timed() -> Message:
            nonlocal is_whole
            if is_whole:
                return await receive()
            timer = asyncio.timeout_at(until)
            try:
                async with timer:
                    message = await receive()
            except TimeoutError:
                if not timer.expired():
                    raise
                raise _Refused(
                    408, "REQUEST_TIMEOUT", "the body did not come in time; send it faster"
                ) from None
            is_whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        return timed

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._sockets >= self._settings.sockets:
            raise _busy()
        self._sockets += 1
        try:
            yield
        finally:
            self._sockets -= 1

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place():
            socket = _Socket(send)
            self._nameless[socket] = None
            if len(self._nameless) > self._settings.sockets_before_init:
                oldest, _ = self._nameless.popitem(last=False)
                await oldest.close()

            async def watched(message: Message) -> None:
                if socket.is_closed:
                    return
                if socket in self._nameless and _acknowledges(message):
                    del self._nameless[socket]
                await send(message)

            try:
                await self._app(scope, receive, watched)
            finally:
                self._nameless.pop(socket, None)


def _streams(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/event-stream" in value for name, value in scope["headers"])


def _acknowledges(message: Message) -> bool:
    text = message.get("text") or ""
    return len(text) < _LONGEST_ACKNOWLEDGEMENT and _ACKNOWLEDGED in text
