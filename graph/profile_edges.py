"""The edges of profiles: who worked where, studied where and can do what, each naming the record that says so."""

from collections.abc import Mapping
from typing import Any

from graph.client import Statement, Transaction
from graph.ids import derived_id
from graph.profiles import Projection, company_key, first_month, last_month, skill_key

WRITE_COMPANIES = Statement(
    "profile_edges.write_companies",
    "UNWIND $rows AS row MERGE (c:Company {id: row.id}) ON CREATE SET c.name = row.name, c.created_at = $at",
)
WRITE_SCHOOLS = Statement(
    "profile_edges.write_schools",
    "UNWIND $rows AS row MERGE (s:School {id: row.id}) ON CREATE SET s.name = row.name, s.created_at = $at",
)
WRITE_SKILLS = Statement(
    "profile_edges.write_skills",
    "UNWIND $rows AS row MERGE (s:Skill {id: row.id}) ON CREATE SET s.name = row.name, s.created_at = $at",
)

WRITE_EMPLOYMENTS = Statement(
    "profile_edges.write_employments",
    """
    UNWIND $rows AS row
    MATCH (p:Person {id: row.person}), (c:Company {id: row.place})
    CREATE (p)-[w:WORKED_AT]->(c)
    SET w = row.properties
    """,
)
WRITE_UNNAMED_EMPLOYMENTS = Statement(
    "profile_edges.write_unnamed_employments",
    """
    UNWIND $rows AS row
    MATCH (p:Person {id: row.person})
    CREATE (p)-[w:WORKED_AT]->(:UnnamedCompany)
    SET w = row.properties
    """,
)
"""A company that nobody names is a node for each employment, and no `:Company`: so it makes colleagues of nobody."""
WRITE_EDUCATIONS = Statement(
    "profile_edges.write_educations",
    """
    UNWIND $rows AS row
    MATCH (p:Person {id: row.person}), (s:School {id: row.place})
    CREATE (p)-[w:STUDIED_AT]->(s)
    SET w = row.properties
    """,
)
WRITE_HAS_SKILL = Statement(
    "profile_edges.write_has_skill",
    """
    UNWIND $rows AS row
    MATCH (p:Person {id: row.person}), (s:Skill {id: row.place})
    CREATE (p)-[w:HAS_SKILL]->(s)
    SET w = row.properties
    """,
)


async def write_edges(tx: Transaction, projections: Mapping[str, Projection], *, at: str) -> None:
    """Write the edges of people, by id, who have none; companies, schools and skills are made where they are missing."""
    people = sorted(projections.items())
    employments = [edge for one in people for edge in _employments(*one)]
    unnamed = [edge for edge in employments if edge["name"] is None]
    if unnamed:
        await WRITE_UNNAMED_EMPLOYMENTS.run(tx, rows=unnamed)
    for edges, write_places, write in (
        ([edge for edge in employments if edge["name"] is not None], WRITE_COMPANIES, WRITE_EMPLOYMENTS),
        ([edge for one in people for edge in _educations(*one)], WRITE_SCHOOLS, WRITE_EDUCATIONS),
        ([edge for one in people for edge in _skills(*one)], WRITE_SKILLS, WRITE_HAS_SKILL),
    ):
        if edges:
            names = {edge["place"]: edge["name"] for edge in reversed(edges)}
            places = [{"id": place, "name": name} for place, name in sorted(names.items())]
            await write_places.run(tx, rows=places, at=at)
            await write.run(tx, rows=edges)


def _employments(person: str, projection: Projection) -> list[dict[str, Any]]:
    edges = []
    sourced = zip(projection.profile.employments, projection.employment_sources, strict=True)
    for i, (job, source) in enumerate(sourced):
        span = job.months()
        properties = {
            "id": derived_id("employment", source, str(i)),
            "record": source,
            "position": i,
            "title": job.title,
            "team": job.team,
            "location": job.location,
            "summary": job.summary,
            "from": job.start,
            "to": job.end,
            "current": job.current,
            "first_month": span[0] if span else None,
            "last_month": span[1] if span else None,
        }
        place = derived_id("company", company_key(job.company)) if job.company else None
        edges.append({"person": person, "place": place, "name": job.company, "properties": properties})
    return edges


def _educations(person: str, projection: Projection) -> list[dict[str, Any]]:
    edges = []
    sourced = zip(projection.profile.educations, projection.education_sources, strict=True)
    for i, (study, source) in enumerate(sourced):
        properties = {
            "id": derived_id("education", source, str(i)),
            "record": source,
            "position": i,
            "degree": study.degree,
            "field": study.field,
            "from": study.start,
            "to": study.end,
            "first_month": first_month(study.start) if study.start else None,
            "last_month": last_month(study.end) if study.end else None,
        }
        place = derived_id("school", company_key(study.school))
        edges.append({"person": person, "place": place, "name": study.school, "properties": properties})
    return edges


def _skills(person: str, projection: Projection) -> list[dict[str, Any]]:
    return [
        {
            "person": person,
            "place": derived_id("skill", skill_key(name)),
            "name": name,
            "properties": {
                "record": source,
                "position": i,
                "months": use.months,
                "last_used": use.last_used,
            },
        }
        for i, (name, source, use) in enumerate(
            zip(projection.profile.skills, projection.skill_sources, projection.skill_uses, strict=True)
        )
    ]
