"""Imports files and folders: résumés become intakes that workers read, rows of JSONL and CSV become records."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from api.rows import ROW, digest_of, record_of
from graph.client import Graph
from graph.ids import new_id, now
from graph.intakes import IntakeFailure, NewIntake, receive, refuse
from graph.records import NewRecord, save_records
from search.resumes.store import MAX_BYTES, ResumeStore

ACTOR = "import:files"
ROW_SUFFIXES = frozenset({".jsonl", ".csv"})
ROWS_PER_TRANSACTION = 250
FILES_PER_TRANSACTION = 50
LONGEST_ROW = 1024 * 1024
_CHUNK = 1024 * 1024
_LISTS = ("emails", "phones", "links", "skills", "languages", "certificates", "tags", "roles")
_SINGLES = ("name", "headline", "summary")
_PLACES = ("city", "region", "country")
_EMPLOYMENT = ("company", "title", "start", "end", "current", "team")
_SINGULAR = {"email": "emails", "phone": "phones", "link": "links"}


@dataclass(slots=True)
class Outcome:
    """What an import did: how many inputs came to which end, and the intakes that workers still read."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    intakes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _BadRow:
    """A row that is none; `reason` names the field."""

    content: bytes
    place: str
    reason: str


def inputs(paths: Iterable[Path]) -> list[Path]:
    """Return the files that the paths name, folders searched in full; hidden files are left out.

    Raises:
        FileNotFoundError: a path is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            files = (file for file in sorted(path.rglob("*")) if file.is_file())
            found.extend(f for f in files if not any(p.startswith(".") for p in f.relative_to(path).parts))
        elif path.is_file():
            found.append(path)
        else:
            raise FileNotFoundError(f"{path} is not there; check the path")
    return found


async def import_files(
    graph: Graph, store: ResumeStore, files: Sequence[Path], *, advance: Callable[[int], None]
) -> Outcome:
    """Import files; what came before is recognised by its content and repeats nothing."""
    outcome = Outcome()
    batch: list[Path] = []
    for file in files:
        if file.suffix.lower() in ROW_SUFFIXES:
            await _import_rows(graph, file, outcome)
            advance(1)
            continue
        batch.append(file)
        if len(batch) == FILES_PER_TRANSACTION:
            await _import_resumes(graph, store, batch, outcome)
            advance(len(batch))
            batch = []
    if batch:
        await _import_resumes(graph, store, batch, outcome)
        advance(len(batch))
    return outcome


async def _import_resumes(graph: Graph, store: ResumeStore, files: Sequence[Path], outcome: Outcome) -> None:
    at = now()
    taken: list[NewIntake] = []
    refused: list[tuple[NewIntake, IntakeFailure, str]] = []
    for file in files:
        size = file.stat().st_size
        if size > MAX_BYTES:
            reason = f"the file has {size} bytes; at most {MAX_BYTES} are taken"
            refused.append((_intake(_digest(file), file.name, size), IntakeFailure.TOO_LARGE, reason))
            continue
        content = file.read_bytes()
        taken.append(_intake(store.put(content), file.name, len(content)))
    if taken:
        for received in await graph.write(receive, intakes=taken, actor=ACTOR, at=at):
            outcome.counts["repeated" if received.repeated else "received"] += 1
            outcome.intakes.append(received.intake_id)
    await _refuse(graph, refused, outcome)


async def _import_rows(graph: Graph, file: Path, outcome: Outcome) -> None:
    records: list[NewRecord] = []
    bad: list[_BadRow] = []
    for row in _rows(file):
        if isinstance(row, _BadRow):
            bad.append(row)
        else:
            records.append(row)
        if len(records) + len(bad) == ROWS_PER_TRANSACTION:
            await _keep(graph, records, bad, outcome)
            records, bad = [], []
    await _keep(graph, records, bad, outcome)


async def _keep(graph: Graph, records: Sequence[NewRecord], bad: Sequence[_BadRow], outcome: Outcome) -> None:
    if records:
        for saved in await graph.write(save_records, records=list(records), actor=ACTOR, at=now()):
            outcome.counts["repeated" if saved.repeated else "created" if saved.created else "added"] += 1
    refused = [
        (_intake(digest_of(row.content), row.place, len(row.content)), IntakeFailure.INVALID_ROW, row.reason)
        for row in bad
    ]
    await _refuse(graph, refused, outcome)


async def _refuse(
    graph: Graph, refused: Sequence[tuple[NewIntake, IntakeFailure, str]], outcome: Outcome
) -> None:
    if not refused:
        return
    await graph.write(refuse, intakes=list(refused), actor=ACTOR, at=now())
    for intake, _, reason in refused:
        outcome.counts["refused"] += 1
        outcome.refusals.append((intake.file_name, reason))


def _intake(sha256: str, name: str, size: int) -> NewIntake:
    return NewIntake(sha256=sha256, file_name=name, size=size, source="kith import", event_id=new_id())


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _rows(file: Path) -> Iterator[NewRecord | _BadRow]:
    read = _csv_rows if file.suffix.lower() == ".csv" else _json_rows
    received_at = now()
    for number, content, row in read(file):
        place = f"{file.name}:{number}"
        if row is None:
            yield _BadRow(content, place, "the row is no JSON object; check the line")
            continue
        try:
            valid = ROW.validate_python(row)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            yield _BadRow(content, place, f"{where}: {first['msg']}")
            continue
        yield record_of(valid, digest=digest_of(content), origin=file.name, received_at=received_at)


def _json_rows(file: Path) -> Iterator[tuple[int, bytes, dict[str, Any] | None]]:
    with file.open("rb") as lines:
        number = 0
        while line := lines.readline(LONGEST_ROW):
            number += 1
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError:
                row = None
            yield number, line, row if isinstance(row, dict) else None


def _csv_rows(file: Path) -> Iterator[tuple[int, bytes, dict[str, Any] | None]]:
    text = file.read_bytes().decode("utf-8-sig", errors="replace")
    for number, cells in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        content = orjson.dumps({str(key): value for key, value in cells.items()})
        yield number, content, _row_of(cells)


def _row_of(cells: dict[str | Any, str | Any]) -> dict[str, Any]:
    """Read a CSV row: one employment, lists separated by semicolons; columns that we do not know are left out."""
    given = {
        key.strip().lower(): value.strip()
        for key, value in cells.items()
        if isinstance(key, str) and isinstance(value, str) and value.strip()
    }
    row: dict[str, Any] = {key: given[key] for key in _SINGLES if key in given}
    for key, value in given.items():
        plural = _SINGULAR.get(key, key)
        if plural in _LISTS:
            row[plural] = [*row.get(plural, []), *(part.strip() for part in value.split(";") if part.strip())]
    if place := {key: given[key] for key in _PLACES if key in given}:
        row["location"] = place
    if "company" in given:
        employment: dict[str, Any] = {key: given[key] for key in _EMPLOYMENT if key in given}
        employment["current"] = given.get("current", "").lower() in {"1", "true", "yes", "y"}
        row["employments"] = [employment]
    if "external_id" in given:
        row["external_ids"] = [{"system": given.get("system", "csv"), "value": given["external_id"]}]
    return row
