"""What a fuzzer sends: documents of the schema, documents that are nearly so, and whatever else fits into an HTTP request."""

import gzip
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from graphql import GraphQLSchema
from graphql.language import ast
from hypothesis import strategies as st
from hypothesis_graphql import from_schema

from api import operations
from schema import sdl
from schema.node import Kind, global_id
from tests.api.conftest import ROLES

SDL = sdl.text()
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One HTTP request to the endpoint."""

    role: str | None
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)

    def to(self, client: httpx.Client, tokens: Mapping[str, str]) -> "Answered":
        """Send it; of a stream of events only the first is read, since it may have no end."""
        authorization = {"Authorization": f"Bearer {tokens[self.role]}"} if self.role else {}
        with client.stream(
            self.method,
            "/graphql",
            params=self.query or None,
            content=self.content,
            headers={**self.headers, **authorization},
        ) as response:
            kind = response.headers.get("content-type", "")
            if not kind.startswith("text/event-stream"):
                return Answered(response.status_code, kind, response.read())
            first = itertools.takewhile(bool, response.iter_lines())
            data = [line.removeprefix("data: ").encode() for line in first if line.startswith("data: ")]
            return Answered(response.status_code, kind, b"".join(data))


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back; of a stream of events the data of the first, which has none where a subscription begins."""

    status: int
    content_type: str
    body: bytes


JSON = {"Content-Type": "application/json"}

texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            "\x00",
            "%",
            "' OR 1=1",
            "{{candidate.name}}",
            "${x}",
            "é" * LONGEST_TEXT,
            "1" * 400,
            "(" * 3_000,
        ]
    ),
    st.sampled_from(list(Kind)).map(lambda kind: global_id(kind, "x")),
)
numbers = st.one_of(
    st.integers(-3, 200),
    st.sampled_from([2**31, -(2**31) - 1, 2**53, 2**63 - 1, 10**18]),
    st.floats(allow_nan=False, allow_infinity=False),
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
moments = st.one_of(
    st.datetimes(timezones=st.timezones() | st.none()).map(lambda moment: moment.isoformat()),
    st.sampled_from(
        ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-01-01", "2026-W01-1T00:00Z", ""]
    ),
)


def _string(text: str) -> ast.StringValueNode:
    return ast.StringValueNode(value=text)


SCALARS: dict[str, Any] = {
    "DateTime": moments.map(_string),
    "PartialDate": st.sampled_from(["2019", "2019-03", "1900-12-31", "2019-13", "0000", ""]).map(_string),
    "Sequence": st.one_of(st.integers(-1, 2**70)).map(lambda number: ast.IntValueNode(value=str(number))),
    "CountryCode": st.sampled_from(["DE", "de", "XX", "", "DEU"]).map(_string),
    "CurrencyCode": st.sampled_from(["EUR", "eur", "XXX", "", "EURO"]).map(_string),
    "Upload": st.sampled_from(["x", ""]).map(_string),
}
"""How values of the schema's own scalars are written in a document."""


def roots(schema: GraphQLSchema) -> list[tuple[str, str]]:
    """Return the root fields, each with its type."""
    types = (schema.query_type, schema.mutation_type)
    return [(type_.name, name) for type_ in types if type_ is not None for name in type_.fields]


def _one_root(root: tuple[str, str]) -> st.SearchStrategy[str]:
    return from_schema(SDL, fields=[root[1]], custom_scalars=SCALARS)


def valid_documents(schema: GraphQLSchema) -> st.SearchStrategy[str]:
    """Return documents of the schema with one root field."""
    return st.sampled_from(roots(schema)).flatmap(_one_root)


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[str]) -> str:
    """Return a document of which a piece is missing, doubled, or something else."""
    text = draw(whole)
    begin = draw(st.integers(0, len(text)))
    end = draw(st.integers(begin, min(len(text), begin + 40)))
    piece = draw(
        st.sampled_from(["", text[begin:end] * 2, "{", "}", "...", '"', "$x", "@skip(if: true)"]) | texts
    )
    return text[:begin] + piece + text[end:]


@st.composite
def documented(draw: st.DrawFn) -> dict[str, Any]:
    """Return one of the documented operations, with some of its variables changed."""
    operation = operations.read_operation(draw(st.sampled_from(operations.names())), [])
    variables = json.loads(json.dumps(operation.variables))
    for _ in range(draw(st.integers(1, 3))):
        _change(draw, variables)
    return {"query": operation.document, "variables": variables}


def _change(draw: st.DrawFn, within: Any) -> None:
    """Change one value somewhere in an object or a list, or add one."""
    while isinstance(within, dict | list) and within:
        key = draw(st.sampled_from(sorted(within) if isinstance(within, dict) else range(len(within))))
        inner = within[key]
        if isinstance(inner, dict | list) and inner and draw(st.booleans()):
            within = inner
            continue
        within[key] = draw(values | moments)
        return


accepts = st.sampled_from(
    [
        "",
        "*/*",
        "application/json",
        "application/graphql-response+json",
        "application/json;q=0, */*",
        "text/plain",
        "text/event-stream",
        "multipart/mixed",
        ";;,;q=x",
    ]
)
content_types = st.sampled_from(
    [
        "application/json",
        "application/json; charset=utf-16",
        "APPLICATION/JSON",
        "application/graphql",
        "application/graphql-response+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x",
        "multipart/mixed; boundary=x",
        "text/plain",
        "",
        "x",
        ";",
    ]
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Accept": accepts,
        "Content-Type": content_types,
        "Content-Encoding": st.sampled_from(["gzip", "br", "identity", "x"]),
        "Kith-Bookmark": st.sampled_from(
            ["FB:", "x", ",", "FB:kcwQ" + "a" * 40, "FB:kcwQtBDj0rNIRWSbvNcGN5vqHQGQ", "FB:aaaaaaaaaaaa,FB:b"]
        ),
        "X-Request-Id": st.text("abc-", max_size=80),
        "Idempotency-Key": st.sampled_from(["x", "y" * 5_000]),
        "Origin": st.sampled_from(["null", "http://example.org"]),
        "GraphQL-Preflight": st.sampled_from(["1", "1", "1", ""]),
        "traceparent": st.sampled_from(["00-x", "00-" + "a" * 32 + "-" + "b" * 16 + "-01"]),
    },
)
bodies = st.one_of(
    st.binary(max_size=200),
    values.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {},
        optional={
            "query": values
            | st.sampled_from(["{ __typename }", "query A { a: __typename } query B { b: __typename }"]),
            "variables": values,
            "operationName": values,
            "extensions": values,
            "id": values,
        },
    ).map(lambda body: json.dumps(body).encode()),
    st.sampled_from(
        [
            b"[" * 100_000,
            b'{"query":' * 20_000,
            b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 900 + b"1" + b"}" * 901,
            gzip.compress(b'{"query": "{ __typename }"}'),
            b'{"query": "{ __typename }", "variables": {"x": ' + b"9" * 5_000 + b"}}",
            b'{"query": "\\ud800"}',
            b'[{"query": "{ __typename }"}, {"query": "{ __typename }"}]',
            b"query=%7B__typename%7D",
            b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--\r\n',
        ]
    ),
)
maps = st.one_of(
    values,
    st.dictionaries(
        st.sampled_from(["0", "1", "x", ""]),
        st.lists(
            st.sampled_from(
                [
                    "variables.file",
                    "variables",
                    "",
                    "query",
                    "variables.file.0",
                    "variables.x.y",
                    "0.variables.file",
                ]
            )
            | st.none(),
            max_size=3,
        ),
        max_size=3,
    ),
)
uploads = st.sampled_from(
    [
        {"query": "mutation($file: Upload!) { importResume(input: { file: $file }) { userErrors { code } } }"}
        | {"variables": {"file": None}},
        {"query": "{ __typename }", "variables": {"file": None}},
        {"query": "{ __typename }"},
        [{"query": "{ __typename }"}],
        {},
        None,
    ]
)


@st.composite
def multiparts(draw: st.DrawFn) -> tuple[bytes, str]:
    """Return a multipart body of the upload convention, or nearly so, and its content type."""
    parts: list[tuple[str, str | None, bytes]] = [
        ("operations", None, draw((uploads | values).map(json.dumps) | texts).encode()),
        ("map", None, draw(maps.map(json.dumps) | texts).encode()),
    ]
    if draw(st.booleans()):
        parts.reverse()
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(["0", "1", "x", "operations", 'a"b']))
        file = draw(st.sampled_from([None, "a.pdf", "../../x", "é.docx", ""]))
        parts.append(
            (name, file, draw(st.binary(max_size=300) | st.just(b"%PDF-1.7") | st.just(b"PK\x03\x04")))
        )
    parts = draw(st.lists(st.sampled_from(parts), max_size=5)) if draw(st.integers(0, 3)) == 0 else parts
    lines = []
    for name, file, content in parts:
        disposition = f'form-data; name="{name}"' + (f'; filename="{file}"' if file is not None else "")
        lines.append(b"--x\r\nContent-Disposition: " + disposition.encode() + b"\r\n\r\n" + content + b"\r\n")
    end = draw(st.sampled_from([b"--x--\r\n", b"", b"--x"]))
    return b"".join(lines) + end, "multipart/form-data; boundary=x"


roles = st.sampled_from([*ROLES])


def _body(**content: Any) -> bytes:
    return json.dumps(content).encode()


def requests(schema: GraphQLSchema) -> st.SearchStrategy[Sent]:
    """Return everything that is sent, each kind about as often as it finds something."""
    valid = valid_documents(schema)
    documents = st.builds(
        lambda role, query: Sent(role=role, content=_body(query=query), headers=JSON), roles, valid
    )
    broken = st.builds(
        lambda role, query: Sent(role=role, content=_body(query=query), headers=JSON),
        roles,
        damaged(valid) | damaged(st.sampled_from(operations.names()).map(_text)) | texts,
    )
    changed = st.builds(
        lambda role, body: Sent(role=role, content=_body(**body), headers=JSON), roles, documented()
    )
    odd = st.builds(
        lambda role, content, given: Sent(role=role, content=content, headers=JSON | given),
        roles | st.none(),
        bodies,
        headers,
    )
    forms = st.builds(
        lambda role, form, given: Sent(
            role=role, content=form[0], headers={**given, "Content-Type": form[1]}
        ),
        roles,
        multiparts(),
        headers,
    )
    others = st.builds(
        lambda role, method, query, given: Sent(role=role, method=method, query=query, headers=given),
        roles | st.none(),
        st.sampled_from(["GET", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]),
        st.dictionaries(
            st.sampled_from(["query", "variables", "operationName", "extensions", "x"]),
            texts | st.sampled_from(["{__typename}", "{}", "mutation{x}", "["]),
            max_size=3,
        ),
        headers,
    )
    return st.one_of(documents, documents, changed, changed, broken, odd, forms, others)


def _text(name: str) -> str:
    return operations.read_operation(name, []).document
