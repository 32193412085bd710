"""Bulk writes into the candidate index, ordered by external versions."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from elasticsearch import AsyncElasticsearch

from search.errors import index_missing, search_errors
from search.indices import CandidateIndex

_CHUNK_WRITES: Final = 2_000
_CHUNK_BYTES: Final = 8 * 1024 * 1024
_IN_FLIGHT: Final = 2
_TIMEOUT_SECONDS: Final = 60
_HEADERS: Final = {"content-type": "application/x-ndjson", "accept": "application/json"}
_ANSWER_FIELDS: Final = "items.*.status,items.*.error.type"
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERRORS: Final = 500
_REFUSED: Final = 400
_INDEX_MISSING: Final = "index_not_found_exception"

Source = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WriteFailure:
    """One candidate that was not written, Elasticsearch's name of the reason, and whether it may pass."""

    id: str
    reason: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """How many writes took effect, for how many the index held that version or a newer one, and the failures."""

    written: int
    superseded: int
    failures: tuple[WriteFailure, ...]


@dataclass(frozen=True, slots=True)
class _Chunk:
    ids: tuple[str, ...]
    body: bytes


async def write(
    client: AsyncElasticsearch,
    index: CandidateIndex,
    documents: Iterable[tuple[str, int, Source | None]],
    *,
    refresh: bool = False,
) -> WriteOutcome:
    """Write (id, version, source) triples; a source of None deletes.

    A version is the number of the event that caused the write: an older or equal one never replaces what is
    there, so any order and any repetition end alike. Requests hold at most 2,000 documents and about 8 MB; two
    are in flight. With `refresh` all is visible to searches on return, otherwise after `make_searchable`, or within about
    a second where searches go on.

    Elasticsearch forgets the version of a deleted candidate after an hour (`gc_deletes`). So the caller reads
    the graph when it writes, never an old message: a person who is gone there is written as None.

    Failures of single candidates are returned. Raises the errors of `search.errors` where a request fails as a
    whole; then other requests may have gone through, and the same call can be repeated.
    """
    chunks = _chunks(documents)
    try:
        async with asyncio.TaskGroup() as group:
            senders = [group.create_task(_send_all(client, index, chunks)) for _ in range(_IN_FLIGHT)]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    outcomes = [outcome for sender in senders for outcome in sender.result()]
    if refresh:
        await make_searchable(client, index)
    return WriteOutcome(
        written=sum(outcome.written for outcome in outcomes),
        superseded=sum(outcome.superseded for outcome in outcomes),
        failures=tuple(failure for outcome in outcomes for failure in outcome.failures),
    )


async def make_searchable(client: AsyncElasticsearch, index: CandidateIndex) -> None:
    """Let searches see all that was written until now.

    Raises the errors of `search.errors`.
    """
    with search_errors("refresh the candidate index"):
        await client.options(request_timeout=_TIMEOUT_SECONDS).indices.refresh(index=index.writes)


def _chunks(documents: Iterable[tuple[str, int, Source | None]]) -> Iterator[_Chunk]:
    ids: list[str] = []
    lines: list[bytes] = []
    size = 0
    for candidate_id, version, source in documents:
        action = "delete" if source is None else "index"
        line = orjson.dumps(
            {action: {"_id": candidate_id, "version": version, "version_type": "external"}},
            option=orjson.OPT_APPEND_NEWLINE,
        )
        if source is not None:
            line += orjson.dumps(source, option=orjson.OPT_APPEND_NEWLINE)
        if ids and (len(ids) == _CHUNK_WRITES or size + len(line) > _CHUNK_BYTES):
            yield _Chunk(tuple(ids), b"".join(lines))
            ids, lines, size = [], [], 0
        ids.append(candidate_id)
        lines.append(line)
        size += len(line)
    if ids:
        yield _Chunk(tuple(ids), b"".join(lines))


async def _send_all(
    client: AsyncElasticsearch, index: CandidateIndex, chunks: Iterator[_Chunk]
) -> list[WriteOutcome]:
    """Send the chunks that no other sender has taken from the shared iterator."""
    patient = client.options(request_timeout=_TIMEOUT_SECONDS)
    outcomes = []
    for chunk in chunks:
        with search_errors("write candidates"):
            answer = await patient.perform_request(
                "POST",
                f"/{index.writes}/_bulk",
                params={"require_alias": "true", "filter_path": _ANSWER_FIELDS},
                headers=_HEADERS,
                body=chunk.body,
            )
        outcomes.append(_outcome(chunk, answer.body["items"]))
    return outcomes


def _outcome(chunk: _Chunk, items: list[dict[str, dict[str, Any]]]) -> WriteOutcome:
    written = superseded = 0
    failures = []
    for candidate_id, item in zip(chunk.ids, items, strict=True):
        ((_, result),) = item.items()
        status = result["status"]
        reason = result.get("error", {}).get("type")
        if reason == _INDEX_MISSING:
            raise index_missing()
        if status == _CONFLICT:
            superseded += 1
        elif status < _REFUSED or (status == _NOT_FOUND and reason is None):
            written += 1
        else:
            retryable = status == _TOO_MANY_REQUESTS or status >= _SERVER_ERRORS
            failures.append(WriteFailure(candidate_id, reason or "unknown", retryable))
    return WriteOutcome(written, superseded, tuple(failures))
