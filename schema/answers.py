"""Answers as bytes: data, errors in the order of their places, and what the extensions say of both."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from schema.permissions import Redaction


class Answer(NamedTuple):
    """What was answered: the data as JSON, the errors as they go out, and what the extensions say of both."""

    data: bytes
    errors: Sequence[dict[str, Any]]
    executed: bool = True
    extensions: Mapping[str, Any] = MappingProxyType({})

    def encoded(self, further: Mapping[str, Any] = MappingProxyType({})) -> bytes:
        """Return the whole as JSON, with further extensions."""
        extensions = {**self.extensions, **further}
        return encoded(orjson.Fragment(self.data), self.errors, extensions, executed=self.executed)


def encoded(
    data: Any,
    errors: Sequence[dict[str, Any]],
    extensions: Mapping[str, Any] | None = None,
    *,
    executed: bool = True,
) -> bytes:
    """Return an answer as JSON; errors stand in the order of their places, whoever found them first.

    The answer to what was not executed has no `data`.
    """
    content = {"data": data} if executed else {}
    if errors:
        content["errors"] = sorted(errors, key=lambda error: _order(error.get("path") or ()))
    if extensions:
        content["extensions"] = extensions
    return orjson.dumps(content)


def masked(data: Any, redactions: Sequence[Redaction]) -> dict[str, Any]:
    """Return what the extensions say of masked fields: in the order of their places, those that the answer has."""
    standing = [each for each in redactions if _stands(data, each.path)]
    return {"redactions": sorted(standing, key=lambda each: _order(each.path))} if standing else {}


def was_executed(answer: bytes) -> bool:
    """Say whether the answer is that of an operation that was executed, with errors or without."""
    return answer.startswith(b'{"data":')


def _order(path: Iterable[str | int]) -> list[tuple[bool, Any]]:
    return [(isinstance(part, str), part) for part in path]


def _stands(data: Any, path: Sequence[str | int]) -> bool:
    """Say whether the answer has the place: an error may have made something above it null."""
    for part in path[:-1]:
        if data is None:
            return False
        data = data[part]
    return data is not None
