import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
)
from graphql import build_schema as build_graphql_schema

from graph.rights import GRANTS, Permission
from schema import reference, sdl
from schema.permissions import Requires
from schema.root import build_schema

LAST_DAY = re.compile(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]): use \S")


def _schema() -> GraphQLSchema:
    return build_graphql_schema(sdl.text())


def test_the_committed_sdl_is_the_schema() -> None:
    written = sdl.FILE.read_text(encoding="utf-8")
    now = sdl.text()
    changed = "\n".join(str(change) for change in sdl.changes(written, now)) if written != now else ""
    assert written == now, f"review the change, then run `python -m schema.sdl`:\n{changed}"


def test_what_is_deprecated_names_its_last_day_and_what_to_use() -> None:
    assert [place for place, reason in _deprecated(_schema()) if not LAST_DAY.match(reason)] == []


def test_the_form_of_a_deprecation_is_looked_at() -> None:
    schema = build_graphql_schema(
        """
        type Query {
          a: Int @deprecated
          b(c: Int @deprecated(reason: "2027-01-31: use d", )): E @deprecated(reason: "use e")
          f(g: G): Int
        }
        enum E { H @deprecated(reason: "2027-1-31: use i") J }
        input G { k: Int @deprecated(reason: "2027-13-01: use l") }
        """
    )
    wrong = [place for place, reason in _deprecated(schema) if not LAST_DAY.match(reason)]
    assert wrong == ["Query.a", "Query.b", "E.H", "G.k"]


def _deprecated(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    for name, kind in schema.type_map.items():
        if is_introspection_type(kind):
            continue
        members: Any = getattr(kind, "fields", None) or getattr(kind, "values", {})
        for member, definition in members.items():
            parts = {f"{name}.{member}": definition}
            parts |= {f"{name}.{member}({arg})": a for arg, a in getattr(definition, "args", {}).items()}
            for place, part in parts.items():
                if part.deprecation_reason is not None:
                    yield place, part.deprecation_reason


def test_everything_is_described() -> None:
    missing = []
    for name, kind in _schema().type_map.items():
        if is_introspection_type(kind) or name in {"Int", "Float", "String", "Boolean", "ID", "Upload"}:
            continue
        if not kind.description:
            missing.append(name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, definition in kind.fields.items():
                if not definition.description:
                    missing.append(f"{name}.{field}")
                missing.extend(
                    f"{name}.{field}({argument})"
                    for argument, given in definition.args.items()
                    if not given.description
                )
        if isinstance(kind, GraphQLEnumType):
            missing.extend(f"{name}.{v}" for v, value in kind.values.items() if not value.description)
        if isinstance(kind, GraphQLInputObjectType):
            missing.extend(f"{name}.{f}" for f, given in kind.fields.items() if not given.description)
    assert missing == []


def test_every_operation_names_its_permission() -> None:
    schema = build_schema()
    unguarded: list[str] = []
    for root in ("Query", "Mutation", "Subscription"):
        definition = schema.get_type_by_name(root)
        assert definition is not None
        fields = definition.fields  # type: ignore[union-attr]  # root types are object types
        unguarded += [
            f"{root}.{field.name}"
            for field in fields
            if not any(isinstance(extension, Requires) for extension in field.extensions)
        ]
    assert unguarded == ["Query.node", "Query.nodes", "Query.viewer"], (
        "these ask the permission of what they find, or tell nothing but who is asking"
    )


def test_every_permission_is_granted_to_somebody_and_not_to_all() -> None:
    for permission in Permission:
        holders = [role for role, granted in GRANTS.items() if permission in granted]
        assert holders, permission
        if permission is not Permission.JOBS_READ:
            assert len(holders) < len(GRANTS), permission


ONE_WAY = {
    "talentSearch",
    "savedSearchResults",
    "matchCandidates",
    "matchJobs",
    "similarCandidates",
    "events",
}
"""Lists that are read from their beginning alone; decision 24 says why."""


def test_pages_are_bounded() -> None:
    """Every connection takes `first` and `after`, those of the graph also `last` and `before`; nothing comes without a page."""
    schema = _schema()
    for name, kind in schema.type_map.items():
        if not isinstance(kind, GraphQLObjectType):
            continue
        for field, definition in kind.fields.items():
            if str(definition.type).rstrip("!").endswith("Connection"):
                arguments = {"first", "after"} | (set() if field in ONE_WAY else {"last", "before"})
                assert arguments <= set(definition.args), f"{name}.{field}"
                assert isinstance(definition.args["first"].type, GraphQLNonNull) is (field in ONE_WAY)


IN_ONE_ORDER = {"Query.events", "Term.narrower", "SavedSearch.matches"}
"""A log has one order; what is narrower comes by name, news the latest first."""
OF_A_SEARCH = {"Query.talentSearch", "Query.savedSearchResults"}
RANKED = {"Query.matchCandidates", "Query.matchJobs", "Query.similarCandidates"}


def test_lists_are_filtered_and_sorted_alike() -> None:
    lacking = {
        f"{name}.{field}"
        for name, kind in _schema().type_map.items()
        if isinstance(kind, GraphQLObjectType)
        for field, definition in kind.fields.items()
        if str(definition.type).rstrip("!").endswith("Connection")
        and not {"where", "sortBy"} <= set(definition.args)
    }
    assert lacking - IN_ONE_ORDER - OF_A_SEARCH - RANKED == set()


def test_enums_are_enums_of_the_domain() -> None:
    """What has a closed set of values, and permissions, never goes out as text."""
    schema = _schema()
    for name in (
        "StageCategory",
        "ApplicationStatus",
        "IntakeStatus",
        "EventType",
        "TouchStatus",
        "TouchRefusal",
    ):
        assert isinstance(schema.type_map[name], GraphQLEnumType)
    for kind in schema.type_map.values():
        for field, definition in getattr(kind, "fields", {}).items():
            if field in {"permissions", "scopes"} or field.endswith(("Kind", "Status")):
                assert isinstance(get_named_type(definition.type), GraphQLEnumType), f"{kind}.{field}"


def test_the_committed_reference_is_of_the_schema() -> None:
    assert reference.FILE.read_text(encoding="utf-8") == reference.text(), "run `python -m schema.reference`"


def test_every_link_of_the_reference_leads_somewhere() -> None:
    written = reference.text()
    headings = {
        re.sub(r"[^a-z0-9_-]", "", title.lower())
        for title in re.findall(r"^#+ (\S+)$", written, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", written)) <= headings
