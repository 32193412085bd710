"""Reads received files in the sandbox and keeps what they say as records."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

import orjson
from pydantic import ValidationError

from graph import intakes
from graph.client import Graph
from graph.ids import new_id, now
from graph.intakes import Intake, IntakeFailure, ReadResume
from graph.profiles import PROFILE, Profile
from search.resumes.failures import UnreadableResume
from search.resumes.profile import ParsedResume
from search.resumes.sandbox import Sandbox, SandboxUnavailableError
from search.resumes.skills import skills_in
from search.resumes.spans import CONTACTS, value_of
from search.resumes.store import ResumeStore
from workers.broker import Queue, Task

LOG = logging.getLogger(__name__)

PARSE_INTAKE = Task("parse_intake", Queue.INTAKE, interruptible=True)

ACTOR = "worker:intake"
CLAIM_SECONDS = 60.0
"""Time for one reading, with the wait for the sandbox; after a killed one the next starts this much later."""
SETTLE_SECONDS = 15.0
"""Part of it that is kept for writing down the result."""
MOST_ATTEMPTS = 5

_ROUNDS = 6
_MOST = {
    "emails": 20,
    "phones": 20,
    "links": 50,
    "employments": 100,
    "educations": 50,
    "skills": 300,
    "languages": 50,
    "certificates": 100,
}
_LONGEST = {"summary": 20_000, "name": 200, "company": 200, "school": 200, "skills": 200}
_LONGEST_LINE = 400
_LONGEST_VALUE = 200
_MOST_VALUES = 1_000


class IntakeReader:
    """Takes intakes one by one: claims, reads, settles; each step can be repeated."""

    def __init__(self, graph: Graph, store: ResumeStore, sandbox: Sandbox, *, parallel: int) -> None:
        self._graph = graph
        self._store = store
        self._sandbox = sandbox
        self._slots = asyncio.Semaphore(parallel)

    async def parse(self, intake_id: str) -> None:
        """Read one intake, unless it is settled or somebody else reads it."""
        async with self._slots:
            intake = await self._graph.write(
                intakes.claim, intake_id=intake_id, milliseconds=int(CLAIM_SECONDS * 1000)
            )
            if intake is None:
                return
            try:
                await self._settle(intake)
            except BaseException as error:
                blameless = isinstance(error, asyncio.CancelledError | SandboxUnavailableError)
                await self._graph.write(
                    intakes.release, intake_id=intake.id, attempt=intake.attempts, blameless=blameless
                )
                raise

    async def _settle(self, intake: Intake) -> None:
        if intake.attempts > MOST_ATTEMPTS:
            reason = "Reading the file was cut off again and again. Look at it, then retry."
            await self._fail(intake, IntakeFailure.GAVE_UP, reason)
            return
        try:
            async with asyncio.timeout(CLAIM_SECONDS - SETTLE_SECONDS):
                parsed = await self._sandbox.read(self._store.path_of(intake.sha256), intake.file_name)
        except UnreadableResume as failure:
            await self._fail(intake, IntakeFailure(failure.code), failure.reason)
            return
        await self._complete(intake, parsed)

    async def _complete(self, intake: Intake, parsed: ParsedResume) -> None:
        text = await asyncio.to_thread(self._store.put, parsed.text.encode(errors="replace"))
        candidate = await self._graph.write(
            intakes.complete,
            intake=intake,
            read=ReadResume(
                kind=str(parsed.kind),
                profile=fitted(said(parsed)),
                text_document=text,
                values=told(parsed, contacts=False),
                contact_values=told(parsed, contacts=True),
                likelihood=parsed.likelihood,
                signs=parsed.signs,
                person_id=new_id(),
                record_event_id=new_id(),
            ),
            event_id=new_id(),
            actor=ACTOR,
            at=now(),
        )
        LOG.info("intake %s completed: candidate %s", intake.id, candidate)

    async def _fail(self, intake: Intake, code: IntakeFailure, reason: str) -> None:
        await self._graph.write(
            intakes.fail, intake=intake, code=code, reason=reason, event_id=new_id(), actor=ACTOR, at=now()
        )
        LOG.info("intake %s failed: %s", intake.id, code)


def said(parsed: ParsedResume) -> dict[str, Any]:
    """Return the parser's profile, each employment with the skills that its text names."""
    profile = parsed.profile.to_json()
    for job in profile["employments"]:
        job["skills"] = skills_in(job["title"], job["summary"])
    return profile


def told(parsed: ParsedResume, *, contacts: bool) -> str:
    """Return the values that have a span, contact data or all others, as JSON: what, its number, value, offsets."""
    rows = [
        (span.field, span.index, value[:_LONGEST_VALUE] if value else None, span.start, span.end)
        for span in parsed.spans
        if (span.field in CONTACTS) is contacts
        for value in (value_of(parsed.profile, span),)
    ]
    return orjson.dumps(rows[:_MOST_VALUES]).decode()


def fitted(profile: dict[str, Any]) -> Profile:
    """Return a parser's profile without what breaks the rules of a profile: too much is cut, what is wrong left out.

    A résumé that has one bad date must not be lost for it. An employment that names neither company nor title nor
    start says nothing and is left out, too.
    """
    value = {key: _cut(key, found) for key, found in profile.items()}
    for _ in range(_ROUNDS):
        try:
            read = PROFILE.validate_python(value)
        except ValidationError as error:
            wrong = [each for each in error.errors() if each["type"] != "missing"] or error.errors()
            for place in sorted({tuple(each["loc"]) for each in wrong}, key=_order, reverse=True):
                _leave_out(value, place)
        else:
            told = tuple(job for job in read.employments if job.company or job.title or job.start)
            return replace(read, employments=told)
    return Profile()


def _cut(key: str, value: Any) -> Any:
    if isinstance(value, str):
        return value[: _LONGEST.get(key, _LONGEST_LINE)]
    if isinstance(value, dict):
        return {name: _cut(name, found) for name, found in value.items()}
    if isinstance(value, list):
        return [_cut(key, found) for found in value[: _MOST.get(key)]]
    return value


def _order(place: tuple[int | str, ...]) -> tuple[str, ...]:
    return tuple(f"{part:09}" if isinstance(part, int) else part for part in place)


def _leave_out(value: Any, place: tuple[int | str, ...]) -> None:
    """Remove what stands at a place, or the item around it where a needed part is missing."""
    around = None
    for part in place[:-1]:
        around, value = (value, part), value[part]
    last = place[-1]
    if isinstance(value, dict) and last not in value:
        if around is not None:
            del around[0][around[1]]
        return
    del value[last]
