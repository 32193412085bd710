"""The four reads: as documents for this project and for `@neo4j/graphql`, and answers in one comparable form.

The comparable form is that of the hand-written Cypher: plain maps with the graph's own ids.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.reads import data
from schema.node import Kind, global_id

_CANDIDATE = "id name headline emails createdAt"
_EMPLOYMENTS = "employments { title from to current company { id name } }"
_APPLICATION = "id status appliedAt source"
_JOB = "id title department openings status createdAt"
_PERSON = "id name headline summary createdAt version"
_LISTED = "id name headline summary emails languages tags createdAt updatedAt version"

_PEER_EMPLOYMENTS = """
employmentsConnection(sort: [{ edge: { lastMonth: DESC } }, { edge: { firstMonth: DESC } }]) {
  edges { properties { title from to current } node { id name } }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A read; `variable` is what its random values are called, `values` those values, `kind` what ids they are."""

    name: str
    document: str
    peer_document: str | None
    variable: str | None = None
    values: Sequence[str] = ()
    kind: Kind | None = None


SHAPES = {
    shape.name: shape
    for shape in (
        Shape(
            name="lookup",
            document=f"query($id: ID!) {{ node(id: $id) {{ ... on Candidate {{ {_PERSON} }} }} }}",
            peer_document=f"query($id: ID!) {{ candidates(where: {{ id: {{ eq: $id }} }}) {{ {_PERSON} }} }}",
            variable="id",
            values=[data.person_id(number) for number in range(data.PEOPLE)],
            kind=Kind.PERSON,
        ),
        Shape(
            name="flat",
            document=f"{{ candidates(first: 100) {{ nodes {{ {_LISTED} }} }} }}",
            peer_document=f"""
            {{ candidates(limit: 100, sort: [{{ createdAt: DESC }}, {{ id: DESC }}]) {{ {_LISTED} }} }}
            """,
        ),
        Shape(
            name="nested",
            document=f"""
            query($id: ID!) {{ job(by: {{ id: $id }}) {{ {_JOB} applications(first: 50) {{
              nodes {{ {_APPLICATION} candidate {{ {_CANDIDATE} {_EMPLOYMENTS} }} }}
            }} }} }}
            """,
            peer_document=f"""
            query($id: ID!) {{ jobs(where: {{ id: {{ eq: $id }} }}) {{ {_JOB}
              applications(limit: 50, sort: [{{ appliedAt: DESC }}, {{ id: DESC }}]) {{
                {_APPLICATION} candidate {{ {_CANDIDATE} {_PEER_EMPLOYMENTS} }}
              }}
            }} }}
            """,
            variable="id",
            values=[data.job_id(number) for number in range(data.JOBS)],
            kind=Kind.JOB,
        ),
        Shape(
            name="search",
            document=f"""
            query($text: String!) {{ talentSearch(first: 50, text: $text) {{
              totalCount edges {{ score node {{ {_CANDIDATE} {_EMPLOYMENTS} }} }}
            }} }}
            """,
            peer_document=None,
            variable="text",
            values=data.SKILLS,
        ),
    )
}


def project_bodies(shape: Shape) -> list[bytes]:
    """Return the requests to this project's API."""
    kind = shape.kind
    return _bodies(shape, shape.document, lambda value: global_id(kind, value) if kind else value)


def raw_bodies(shape: Shape) -> list[bytes]:
    """Return the requests to the raw driver's application."""
    return _bodies(shape, shape.document, lambda value: value)


def peer_bodies(shape: Shape) -> list[bytes]:
    """Return the requests to `@neo4j/graphql`."""
    return _bodies(shape, shape.peer_document or "", lambda value: value)


def _bodies(shape: Shape, document: str, written: Callable[[str], str]) -> list[bytes]:
    query = " ".join(document.split())
    variables = [{shape.variable: written(value)} for value in shape.values] if shape.variable else [{}]
    return [json.dumps({"query": query, "variables": one}).encode() for one in variables]


def of_project(answer: Any) -> Any:
    """Return what this project answered in the comparable form."""
    match answer:
        case {"nodes": nodes, **others} if not others:
            return of_project(nodes)
        case dict():
            return {key: _local(value) if key == "id" else of_project(value) for key, value in answer.items()}
        case list():
            return [of_project(value) for value in answer]
    return answer


def _local(id_: str) -> str:
    return base64.urlsafe_b64decode(id_).decode().partition(":")[2]


def of_peer(answer: Any) -> Any:
    """Return what `@neo4j/graphql` answered in the comparable form; its to-one relations are lists of one."""
    match answer:
        case {"properties": properties, "node": company}:
            return {**properties, "company": company}
        case dict():
            return dict(_peer_field(key, value) for key, value in answer.items())
        case list():
            return [of_peer(value) for value in answer]
    return answer


def _peer_field(key: str, value: Any) -> tuple[str, Any]:
    if key == "employmentsConnection":
        return "employments", of_peer(value["edges"])
    return key, of_peer(value[0] if key == "candidate" else value)


def root(shape: Shape, answer: Any) -> Any:
    """Return the value of the one root field; `@neo4j/graphql` looks things up in lists."""
    (value,) = answer["data"].values()
    return value[0] if shape.kind and isinstance(value, list) else value


def leaves(answer: Any) -> int:
    """Count the values that are no maps and no lists."""
    match answer:
        case dict():
            return sum(map(leaves, answer.values()))
        case list():
            return sum(map(leaves, answer))
    return 1
