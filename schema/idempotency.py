"""`idempotencyKey`: the same key and input give the same answer, and one change."""

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec, TypeVar

import orjson
import strawberry
from strawberry import UNSET, Some

from graph.client import Transaction
from graph.errors import Code, InvalidInput
from graph.idempotency import Answer, key_of, once
from graph.ids import now
from schema.context import Info

LONGEST_KEY = 200

P = ParamSpec("P")
T = TypeVar("T")


def idempotency_key() -> Any:
    """Declare the field of an input that makes its mutation safe to repeat."""
    return strawberry.field(
        default=None,
        description="A text of your choice, 1 to 200 characters, such as a UUID. The same key with the same input gives "
        "the same answer and makes one change, however often it comes; kept for 48 hours. A refusal keeps nothing.",
    )


async def write_once(
    info: Info,
    given: Any,
    answer: Callable[[T], Answer],
    work: Callable[Concatenate[Transaction, P], Awaitable[T]],
    files: Mapping[str, str] | None = None,
    /,
    *args: P.args,
    **arguments: P.kwargs,
) -> Answer:
    """Run `work` in a write transaction, once for the input's key where it has one; return what `answer` makes of it.

    `files` has for each file of the input the SHA-256 of its bytes.

    Raises:
        Conflict: the key came with another input.
        InvalidInput: the key is empty or too long.
    """
    graph, key = info.context.graph, given.idempotency_key
    if key is None:
        return answer(await graph.write(work, *args, **arguments))
    if not 1 <= len(key) <= LONGEST_KEY:
        message = f"a key has 1 to {LONGEST_KEY} characters"
        raise InvalidInput(Code.OUT_OF_RANGE, message, field="idempotencyKey")

    async def answered(tx: Transaction, /) -> Answer:
        return answer(await work(tx, *args, **arguments))

    kept = key_of(info.context.principal.actor, key, fingerprint(given, files or {}))
    return await graph.write(once, key=kept, work=answered, at=now())


def fingerprint(given: Any, files: Mapping[str, str]) -> str:
    """Return the same for inputs that say the same: the SHA-256 of their canonical JSON."""
    content = {"type": type(given).__name__, "input": _plain(given, files)}
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(value: Any, files: Mapping[str, str]) -> Any:
    definition = getattr(type(value), "__strawberry_definition__", None)
    if isinstance(value, Enum):
        return value.value
    if definition is not None:
        fields = {field.python_name: getattr(value, field.python_name) for field in definition.fields}
        fields.pop("idempotency_key", None)
        fields |= {name: digest for name, digest in files.items() if name in fields}
        return {name: _plain(each, files) for name, each in fields.items() if each not in (None, UNSET)}
    if isinstance(value, Some):
        return [_plain(value.value, files)]
    if isinstance(value, list):
        return [_plain(each, files) for each in value]
    return value
