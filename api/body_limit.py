from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyTooLarge(Exception):
    """More bytes came than are taken."""


class BodyLimit:
    """Counts the bytes of each request body and answers 413 as soon as there are too many."""

    def __init__(self, app: ASGIApp, *, json_bytes: int, upload_bytes: int) -> None:
        self._app = app
        self._json = json_bytes
        self._upload = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = self._upload if headers.get(b"content-type", b"").startswith(b"multipart/") else self._json
        declared = headers.get(b"content-length", b"0")
        seen, started = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise BodyTooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if declared.isdigit() and int(declared) > limit:
                raise BodyTooLarge
            await self._app(scope, counted, noted)
        except BodyTooLarge:
            if started:
                raise
            error = {
                "message": f"the body is longer than {limit} bytes; send less",
                "extensions": {"code": "BODY_TOO_LARGE"},
            }
            await JSONResponse({"errors": [error]}, status_code=413)(scope, receive, send)
