"""The judged résumés as the product would index them: read in the sandbox, fitted to a profile, mapped to a document.

Reading takes minutes, so what it found is kept outside the repository, named by the file's bytes and the reader's code.
"""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from graph.indexing import IndexedCandidate, IndexedEducation, IndexedEmployment
from graph.profiles import Profile, experience_months, first_month
from search.embedding import embedder
from search.resumes.failures import UnreadableResume
from search.resumes.profile import ParsedResume
from search.resumes.sandbox import Sandbox, SandboxSettings
from workers.documents import document_of
from workers.intake import fitted

READER = Path(__file__).parents[2] / "search" / "resumes"
AT = "2026-11-01T00:00:00Z"
"""The moment at which experience is counted, so that figures do not change with the day."""


@dataclass(frozen=True, slots=True)
class Resume:
    """A résumé: its file's name as id, the folder as occupation, its whole text and the product's document."""

    id: str
    occupation: str
    text: str
    source: dict[str, Any]


async def read_corpus(folder: Path, cache: Path) -> list[Resume]:
    """Return the résumés of `folder/OCCUPATION/ID.pdf` that can be read, by id."""
    files = _files(folder, cache)
    async with Sandbox(SandboxSettings()) as sandbox:
        slots = asyncio.Semaphore(sandbox.concurrency)
        found = await asyncio.gather(*(_read(path, kept, sandbox, slots) for path, kept in files))
    return [
        Resume(path.stem, path.parent.name, parsed.text, document(path.stem, parsed))
        for (path, _), parsed in zip(files, found, strict=True)
        if parsed is not None
    ]


def _files(folder: Path, cache: Path) -> list[tuple[Path, Path]]:
    """Return the files to read, each with the place where what it says is kept."""
    cache.mkdir(parents=True, exist_ok=True)
    code = sorted(path for path in READER.glob("*.py") if path.stem != "store")
    reader = _digest(*(path.read_bytes() for path in code))
    paths = sorted(folder.glob("*/*.pdf"), key=lambda path: path.stem)
    return [(path, cache / f"{_digest(path.read_bytes())}-{reader}.json") for path in paths]


async def _read(path: Path, kept: Path, sandbox: Sandbox, slots: asyncio.Semaphore) -> ParsedResume | None:
    async with slots:
        if (content := await asyncio.to_thread(_kept, kept)) is None:
            try:
                content = orjson.dumps((await sandbox.read(path, path.name)).to_json())
            except UnreadableResume:
                content = b"null"
            await asyncio.to_thread(kept.write_bytes, content)
    value = orjson.loads(content)
    return None if value is None else ParsedResume.from_json(value)


def _kept(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def document(id_: str, parsed: ParsedResume) -> dict[str, Any]:
    """Return what the index would hold of a candidate of whom there is only this résumé."""
    found = document_of(_candidate(id_, fitted(parsed.profile.to_json())), parsed.text)
    return replace(found, meaning=embedder().embed(found.resume_text or "")).to_source()


def _candidate(id_: str, profile: Profile) -> IndexedCandidate:
    place = profile.location
    return IndexedCandidate(
        id=id_,
        updated_at=AT,
        name=profile.name,
        headline=profile.headline,
        summary=profile.summary,
        emails=profile.emails,
        phones=profile.phones,
        links=profile.links,
        city=place.city if place else None,
        region=place.region if place else None,
        country=place.country if place else None,
        employments=tuple(
            IndexedEmployment(
                company=each.company, title=each.title, start=each.start, end=each.end, current=each.current
            )
            for each in profile.employments
        ),
        educations=tuple(
            IndexedEducation(school=each.school, degree=each.degree, field=each.field)
            for each in profile.educations
        ),
        skills=profile.skills,
        skill_uses=(),
        languages=profile.languages,
        certificates=profile.certificates,
        tags=(),
        roles=(),
        applications=(),
        shortlisted_jobs=(),
        jobs=(),
        private=False,
        visible_to=(),
        experience_months=experience_months(profile.employments, this_month=first_month(AT[:7])),
        contactable=False,
        last_contact=None,
        text_document=None,
    )


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:24]
