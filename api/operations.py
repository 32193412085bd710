"""Runs the documents of `docs/operations/` against the API, as any client would."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
from graphql import OperationDefinitionNode, OperationType, parse
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from api.media_types import JSON
from api.transport import PROTOCOL

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "operations"
ANSWER_SECONDS = 60.0


class OperationError(Exception):
    """An operation cannot be run as asked; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A document with its variables and, by path, the files to send."""

    name: str
    document: str
    variables: dict[str, Any]
    files: dict[str, Path]
    is_subscription: bool


def names() -> list[str]:
    """Return the names of all operations."""
    return sorted(file.stem for file in FOLDER.glob("*.graphql"))


def operation_names() -> frozenset[str]:
    """Return how the documents name their operations, such as `TalentSearch`."""
    return frozenset(
        node.name.value
        for name in names()
        for node in parse((FOLDER / f"{name}.graphql").read_text(encoding="utf-8")).definitions
        if isinstance(node, OperationDefinitionNode) and node.name
    )


def read_operation(name: str, given: list[str]) -> Operation:
    """Read an operation and set variables in it.

    `given` holds `path=value`: dots lead into objects, a value is JSON or else text, `@file` sends a file.

    Raises:
        OperationError: there is no such operation or file, or a variable is no `path=value`.
    """
    if name not in names():
        raise OperationError(f"there is no operation {name}: they are {', '.join(names())}")
    document = (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
    variables = json.loads((FOLDER / f"{name}.variables.json").read_text(encoding="utf-8"))
    files: dict[str, Path] = {}
    for assignment in given:
        path, equals, value = assignment.partition("=")
        if not equals or not path:
            raise OperationError(f"{assignment} is no variable: write path=value, such as text=python")
        if value.startswith("@"):
            file = Path(value[1:])
            if not file.is_file():
                raise OperationError(f"{file} is no file; check the path")
            files[f"variables.{path}"] = file
            _set(variables, path, None)
        else:
            _set(variables, path, _value(value))
    operation = next(
        node for node in parse(document).definitions if isinstance(node, OperationDefinitionNode)
    )
    return Operation(name, document, variables, files, operation.operation is OperationType.SUBSCRIPTION)


async def execute(url: str, token: str, operation: Operation) -> dict[str, Any]:
    """Run a query or mutation and return the whole answer.

    Raises:
        OperationError: the API does not answer, or not with JSON.
    """
    content = {"query": operation.document, "variables": operation.variables}
    headers = {"Authorization": f"Bearer {token}", "Accept": JSON, "GraphQL-Preflight": "1"}
    try:
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, headers=headers, trust_env=False) as client:
            if operation.files:
                places = {str(i): [place] for i, place in enumerate(operation.files)}
                parts = {
                    str(i): (file.name, file.read_bytes()) for i, file in enumerate(operation.files.values())
                }
                form = {"operations": json.dumps(content), "map": json.dumps(places)}
                response = await client.post(url, data=form, files=parts)
            else:
                response = await client.post(url, json=content)
        answer = orjson.loads(response.content)
    except (httpx.HTTPError, orjson.JSONDecodeError) as error:
        raise OperationError(
            f"{url} does not answer ({type(error).__name__}); is it up? `kith status`"
        ) from None
    if not isinstance(answer, dict):
        raise OperationError(f"{url} does not answer with a JSON object; is it Kith?")
    return answer


async def follow(url: str, token: str, operation: Operation) -> AsyncGenerator[dict[str, Any], None]:
    """Run a subscription and yield each answer; closing the generator ends it.

    Raises:
        OperationError: the API refuses the connection or the operation.
    """
    address = url.replace("http", "ws", 1)
    async with connect(address, subprotocols=[Subprotocol(PROTOCOL)], proxy=None) as socket:
        await socket.send(
            json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
        )
        payload = {"query": operation.document, "variables": operation.variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        async for frame in socket:
            message = orjson.loads(frame)
            match message["type"]:
                case "next":
                    yield message["payload"]
                case "error":
                    raise OperationError("; ".join(error["message"] for error in message["payload"]))
                case "complete":
                    return
                case "ping":
                    await socket.send('{"type":"pong"}')


def _set(variables: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        inner = variables.setdefault(parent, {})
        if not isinstance(inner, dict):
            raise OperationError(f"{path}: {parent} is no object in the variables")
        variables = inner
    variables[last] = value


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
