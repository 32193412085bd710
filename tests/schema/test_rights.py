"""The walk through the schema: every field with a guard, for the permissions of every role, against the table."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_non_null_type

from graph.client import Graph
from graph.tokens import AccessRole
from schema.loaders import Loaders
from schema.operations import Operations, Request
from schema.origins import Same, Stored
from schema.permissions import GRANTS, SIGHTS, Permission, Requires
from schema.resolving import one_type
from tests.schema import graphs
from tests.schema.conftest import SCHEMA, context_of
from tests.schema.test_declarations import DECLARED, ROOTS, Declared

TYPES: Any = SCHEMA._schema.type_map
SENSITIVE = {
    "emails", "phones", "links", "note", "relationship",
    "consent_granted", "consent_at", "consent_basis", "opted_out_at",
    "salary_minimum", "salary_maximum", "salary_currency",
}  # fmt: skip
"""What is written about people or pay and is not for all who see the person or the job."""
ACCESS = Path(__file__).parents[2] / "docs" / "access.md"


def guards(field: Any) -> list[Requires]:
    return [each for each in field.extensions if isinstance(each, Requires)]


def test_every_field_that_shows_something_sensitive_is_guarded() -> None:
    """A field of a type like `Consent` is guarded where every field that leads to the type is."""
    below_guards = {one_type(each.field) for each in DECLARED if isinstance(each.origin, Same)}
    below_guards -= {
        one_type(each.field) for each in DECLARED if isinstance(each.origin, Same) and not guards(each.field)
    }
    unguarded = [
        str(each)
        for each in DECLARED
        if isinstance(each.origin, Stored)
        and SENSITIVE & {word for source in each.origin.sources for word in re.findall(r"\w+", source.text)}
        and not guards(each.field)
        and each.cls not in below_guards
    ]
    assert unguarded == []


GUARDED = [each for each in DECLARED if each.type_name not in ROOTS and guards(each.field)]
UNREACHED = {"Referral", "Person", "ShortlistConnection"}
"""Types that no query leads to by lists alone: referrals are in payloads, `Person` is an interface."""


def routes(granted: frozenset[Permission]) -> dict[str, list[str]]:
    """Return for each type the fields that lead to it, for somebody with these permissions, by the shortest way."""
    found: dict[str, list[str]] = {"Query": []}
    pending = ["Query"]
    while pending:
        type_name = pending.pop(0)
        for name, field in TYPES[type_name].fields.items():
            target = get_named_type(field.type)
            needed = {each.permission for each in guards(field.extensions["strawberry-definition"])}
            arguments = {n for n, a in field.args.items() if is_non_null_type(a.type)}
            if target.name in found or not needed <= granted or not arguments <= {"first"}:
                continue
            if name in {
                "talentSearch",
                "matchCandidates",
                "matchJobs",
                "similarCandidates",
                "savedSearchResults",
            } or not isinstance(target, GraphQLObjectType):
                continue
            found[target.name] = [*found[type_name], f"{name}(first: 9)" if "first" in field.args else name]
            pending.append(target.name)
    return found


def asked(each: Declared) -> str:
    arguments = "(first: 1)" if "first" in each.graphql.args else ""
    below = "" if is_leaf_type(get_named_type(each.graphql.type)) else " { __typename }"
    return (
        f"f: {each.graphql.ast_node.name.value if each.graphql.ast_node else name_of(each)}{arguments}{below}"
    )


def name_of(each: Declared) -> str:
    fields: dict[str, Any] = TYPES[each.type_name].fields
    return next(name for name, field in fields.items() if field is each.graphql)


def places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[list[str | int], Any]]:
    """Yield every place of the field `f` with its value."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "f":
                yield [*path, key], value
            else:
                yield from places(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from places(value, (*path, i))


@pytest.fixture(scope="module")
async def drawn(graph: Graph) -> graphs.Drawing:
    drawing = graphs.sound(21)
    await drawing.write(graph)
    return drawing


@pytest.mark.parametrize("planned", [True, False], ids=["planned", "left to graphql-core"])
@pytest.mark.parametrize("role", AccessRole)
async def test_a_field_is_shown_or_masked_as_the_table_says(
    graph: Graph, drawn: graphs.Drawing, role: AccessRole, *, planned: bool
) -> None:
    """Each role's permissions, but with sight of everything, so that there is something to show or to mask."""
    operations = Operations(SCHEMA, planned=planned)
    base = context_of(graph, AccessRole.ADMIN)
    principal = replace(base.principal, scopes=GRANTS[role])
    ways = routes(GRANTS[role])
    for each in GUARDED:
        if each.type_name not in ways or each.type_name in UNREACHED:
            continue
        query = f"{{ {' { '.join([*ways[each.type_name], asked(each)])} {'}' * len(ways[each.type_name])} }}"
        context = replace(base, principal=principal, loaders=Loaders(graph, principal.viewer))
        answer = orjson.loads(await operations.answer(Request(query=query), context))
        assert "errors" not in answer, (query, answer["errors"])
        redactions = answer.get("extensions", {}).get("redactions", [])
        (guard,) = guards(each.field)
        if guard.permission in GRANTS[role]:
            assert redactions == [], query
            continue
        found = {orjson.dumps(path): value for path, value in places(answer["data"])}
        masked = {orjson.dumps(each["path"]) for each in redactions}
        assert {each["reason"] for each in redactions} <= {f"needs {guard.permission}"}
        assert all(found[path] is None for path in masked)
        assert masked == set(found) or (guard.unless is not None and masked < set(found)), query
    operations.close()


def test_administrators_reach_every_guarded_field() -> None:
    """So that the test above misses none."""
    ways = routes(GRANTS[AccessRole.ADMIN])
    assert {each.type_name for each in GUARDED} - set(ways) == UNREACHED & {e.type_name for e in GUARDED}


def test_the_documented_table_is_the_table() -> None:
    text = ACCESS.read_text(encoding="utf-8")
    for role in AccessRole:
        sights = SIGHTS[role]
        row = f"| `{role}` | `{sights.jobs}` | `{sights.candidates}` | {', '.join(sorted(GRANTS[role]))} |"
        assert row in text, row
