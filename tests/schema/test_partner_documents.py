"""What is computed of partners' documents."""

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, get_named_type, is_composite_type

from api.registered import ANONYMOUS
from graph.errors import InvalidInput
from graph.partners import NewDocument
from graph.rights import Permission
from schema.documents import MOST_DOCUMENTS
from schema.operations import Operations
from schema.partners.documents import LONGEST_DOCUMENT, read_document
from schema.partners.personal import PEOPLE, THINGS, is_personal
from schema.root import build_schema

SCHEMA: GraphQLSchema = build_schema()._schema


def read(text: str) -> NewDocument:
    return read_document(SCHEMA, text, field="documents.0")


def test_a_document_of_jobs_asks_for_jobs_and_reaches_nobody() -> None:
    document = read("query Open($n: Int!) { jobs(first: $n) { nodes { id title } } }")
    assert (document.operation_name, document.operation_kind) == ("Open", "query")
    assert document.permissions == [Permission.JOBS_READ]
    assert document.personal_data == []
    assert document.rows == 100
    assert document.depth == 3


def test_fields_inside_ask_and_reach() -> None:
    document = read(
        "query People { jobs(first: 5) { nodes { recruiter { name } applications(first: 2) "
        "{ nodes { status candidate { ...Who } } } } } } fragment Who on Candidate { id emails }"
    )
    assert set(document.permissions) == {
        Permission.JOBS_READ,
        Permission.CANDIDATES_READ,
        Permission.APPLICATIONS_READ,
        Permission.CONTACTS_READ,
    }
    assert set(document.personal_data) == {"Application.candidate", "Candidate.emails", "Colleague.name"}


def test_what_node_finds_counts() -> None:
    document = read(
        "query Any($id: ID!) { node(id: $id) { id ... on Touch { subject } ... on Job { title } } }"
    )
    assert set(document.permissions) == {Permission.OUTREACH_READ, Permission.JOBS_READ}
    assert document.personal_data == ["Touch.subject"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{ __typename }",
        "query A { jobs(first: 1) { totalCount } } query B { __typename }",
        "query A { nothing }",
        "query A {",
        "fragment F on Job { id }",
        "query A { jobs(first: 100) { nodes { applications(first: 100) { nodes { job { applications(first: 100) { totalCount } } } } } } }",
        "query A { __typename }" + " " * LONGEST_DOCUMENT,
    ],
)
def test_what_cannot_be_registered(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert refused.value.field == "documents.0"


def objects() -> dict[str, GraphQLObjectType | GraphQLInterfaceType]:
    """Return all types with fields, but for the roots and those of introspection."""
    roots = {"Query", "Mutation", "Subscription"}
    return {
        name: type_
        for name, type_ in SCHEMA.type_map.items()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        and name not in roots
        and not name.startswith("__")
    }


def test_every_type_and_field_that_is_named_is_there() -> None:
    for name, fields in [*PEOPLE.items(), *THINGS.items()]:
        assert fields <= set(objects()[name].fields), name
    assert not set(PEOPLE) & set(THINGS)


def test_every_value_is_classified() -> None:
    """Whoever adds a field to a thing, or a type, says here whether it tells something of people."""
    unknown = [
        f"{name}.{field}"
        for name, type_ in objects().items()
        if name not in PEOPLE
        for field, declared in type_.fields.items()
        if is_personal(name, field, leads_on=is_composite_type(get_named_type(declared.type)))
    ]
    assert unknown == [], "name them in schema/partners/personal.py"


def test_a_new_field_is_personal_until_it_is_classified() -> None:
    assert is_personal("Candidate", "shoeSize", leads_on=False)
    assert is_personal("Candidate", "shoe", leads_on=True)
    assert is_personal("Shoe", "size", leads_on=False)
    assert not is_personal("Candidate", "__typename", leads_on=False)


async def test_a_flood_displaces_no_registered_document() -> None:
    operations = Operations(build_schema())
    text = "query Open($n: Int!) { jobs(first: $n) { totalCount } }"
    operations.register([text])
    prepared = await operations.prepare(text, ANONYMOUS)
    for number in range(MOST_DOCUMENTS + 1):
        await operations.prepare(f"query Flood{number} {{ __typename }}", ANONYMOUS)
    assert await operations.prepare(text, ANONYMOUS) is prepared
    operations.close()
