"""The search document of a candidate: the graph's facts, and the text of the newest résumé out of the store."""

import logging
from typing import Any

from graph.indexing import IndexedCandidate
from search.contact_data import without_contact_data
from search.documents import (
    ApplicationEntry,
    CandidateDocument,
    EducationEntry,
    EmploymentEntry,
    SkillUseEntry,
    end_month,
    start_month,
)
from search.embedding import embedder
from search.meanings import Meanings
from search.resumes.places import coordinates_of
from search.resumes.store import MissingFileError, ResumeStore
from search.resumes.titles import seniority_of_titles

LOG = logging.getLogger(__name__)

MOST_RESUME_BYTES = 800_000
"""More than what a document takes, in whatever script."""
MONTHS_PER_YEAR = 12


def source_of(person: IndexedCandidate, store: ResumeStore) -> dict[str, Any]:
    """Return what the index has to hold of a candidate; without the résumé's text where the store lacks it."""
    document = document_of(person, _text(person, store))
    return Meanings(store, embedder()).added_to(document, person.text_document).to_source()


def _text(person: IndexedCandidate, store: ResumeStore) -> str | None:
    if person.text_document is None:
        return None
    try:
        return store.get(person.text_document)[:MOST_RESUME_BYTES].decode(errors="ignore")
    except MissingFileError:
        LOG.warning("the text of candidate %s is not in the store", person.id)
        return None


def document_of(person: IndexedCandidate, resume_text: str | None) -> CandidateDocument:
    """Return a candidate's document."""
    employments = [
        EmploymentEntry(
            company=employment.company,
            title=employment.title,
            start_month=start_month(employment.start),
            end_month=end_month(employment.end),
            current=employment.current,
        )
        for employment in person.employments
    ]
    return CandidateDocument(
        id=person.id,
        updated_at=person.updated_at,
        name=person.name,
        headline=person.headline,
        summary=person.summary,
        emails=person.emails,
        phones=person.phones,
        links=person.links,
        skills=person.skills,
        skill_uses=[
            SkillUseEntry(use.skill, use.months, last_month=end_month(use.last_used))
            for use in person.skill_uses
        ],
        seniority=seniority_of_titles(employment.title for employment in person.employments),
        city=person.city,
        region=person.region,
        country=person.country,
        coordinates=coordinates_of(person.city, person.region, person.country) if person.city else None,
        employments=employments,
        educations=[
            EducationEntry(school=education.school, degree=education.degree, field=education.field)
            for education in person.educations
        ],
        years_experience=round(person.experience_months / MONTHS_PER_YEAR, 2),
        languages=person.languages,
        certificates=person.certificates,
        tags=person.tags,
        roles=[str(role) for role in person.roles],
        applications=[
            ApplicationEntry(job_id=application.job_id, stage=application.category, status=application.status)
            for application in person.applications
        ],
        shortlisted_jobs=person.shortlisted_jobs,
        jobs=person.jobs,
        private=person.private,
        visible_to=person.visible_to,
        consent=person.contactable,
        last_contact=person.last_contact,
        resume_text=without_contact_data(resume_text, person.phones) if resume_text else None,
    )
