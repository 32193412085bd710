"""The attacks of `defaults that fail`, each as HTTP requests or frames of a socket; every one differs from the one before."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = {"content-type": "application/json"}
MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """`body` makes the content of the n-th request; `frames` are sent over a socket after its `connection_init` instead."""

    name: str
    body: Callable[[int], bytes] = lambda _: b""
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    token: str | None = None
    """What is sent instead of the attacker's token."""
    frames: Callable[[int], list[str | bytes]] | None = None
    idle: bool = False
    """Sockets are opened, and nothing is sent."""
    is_refused: bool = True
    """Whether the answer is a refusal; the others are answered, as far as the attacker's bucket goes."""


def _query(text: Callable[[int], str], **variables: Any) -> Callable[[int], bytes]:
    return lambda number: json.dumps({"query": text(number), "variables": variables}).encode()


def _bomb(number: int) -> str:
    fragments = " ".join(f"fragment F{i} on JobConnection {{ ...F{i + 1} ...F{i + 1} }}" for i in range(30))
    return f"{{ a{number}: jobs(first: 1) {{ ...F0 }} }} {fragments} fragment F30 on JobConnection {{ totalCount }}"


def _aliases(number: int) -> str:
    return "{" + " ".join(f"a{number}_{i}: jobs(first: 1) {{ totalCount }}" for i in range(10_000)) + "}"


def _pages(number: int) -> str:
    return f"{{ a{number}: jobs(first: 60) {{ nodes {{ applications(first: 100) {{ nodes {{ candidate {{ applications(first: 2) {{ nodes {{ id }} }} }} }} }} }} }} }}"


def _deep(number: int) -> str:
    inner = "id"
    for _ in range(5):
        inner = f"job {{ applications(first: 1) {{ nodes {{ {inner} }} }} }}"
    return f"{{ a{number}: applications(first: 1) {{ nodes {{ {inner} }} }} }}"


def _unknown(number: int) -> str:
    fields = " ".join(f"jobz{number}_{i}" for i in range(295))
    return "{" + fields + "}"


def _unknown_inputs(number: int) -> str:
    fields = " ".join(f"skilz{number}_{i}: 1" for i in range(320))
    return f"{{ talentSearch(first: 1, where: {{ {fields} }}) {{ totalCount }} }}"


def _conflicts(number: int) -> str:
    fields = " ".join(f'x{i % 3}: job(by: {{ id: "{number}" }}) {{ a{i % 5}: title }}' for i in range(45))
    return "{" + fields + "}"


def _fragments(number: int) -> str:
    spreads = " ".join(f"...F{i}" for i in range(25))
    fields = f'job(by: {{ id: "{number}" }}) {{ title id }}'
    return f"{{ {spreads} }} " + " ".join(f"fragment F{i} on Query {{ {fields} }}" for i in range(25))


def _heavy(number: int) -> str:
    return f"{{ a{number}: jobs(first: 90) {{ nodes {{ title applications(first: 90) {{ nodes {{ id status candidate {{ name }} }} }} }} }} }}"


ATTACKS = (
    Attack(name="fragment bomb", body=_query(_bomb)),
    Attack(name="10,000 aliases", body=_query(_aliases)),
    Attack(name="60 × 100 pages", body=_query(_pages)),
    Attack(name="depth 22", body=_query(_deep)),
    Attack(
        name="a string of 900 KB",
        body=_query(lambda n: f'{{ job(by: {{ id: "{n}{"x" * 900_000}" }}) {{ id }} }}'),
    ),
    Attack(name="900 KB of comments", body=_query(lambda n: "#" * 900_000 + f"\n{{ a{n}: __typename }}")),
    Attack(name="295 unknown fields", body=_query(_unknown)),
    Attack(name="320 unknown input fields", body=_query(_unknown_inputs)),
    Attack(name="45 fields that may conflict", body=_query(_conflicts), is_refused=False),
    Attack(name="25 fragments that may conflict", body=_query(_fragments), is_refused=False),
    Attack(name="wrong documents", body=_query(lambda n: f"{{ wrong{n} }}")),
    Attack(name="[ 200,000 times", body=lambda _: b"[" * 200_000),
    Attack(name="bad UTF-8", body=lambda _: b"\xff\xfe" * 1_000),
    Attack(name="an integer of 5,000 digits", body=lambda _: b'{"query": ' + b"9" * 5_000 + b"}"),
    Attack(
        name="a batch of 1,000", body=lambda _: json.dumps([{"query": "{ __typename }"}] * 1_000).encode()
    ),
    Attack(name="a body of 20 MB", body=lambda _: b"x" * (20 * MIB)),
    Attack(
        name="multipart nulls",
        body=lambda _: (
            b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\nnull\r\n'
            b'--x\r\nContent-Disposition: form-data; name="map"\r\n\r\nnull\r\n--x--\r\n'
        ),
        headers={"content-type": "multipart/form-data; boundary=x", "graphql-preflight": "1"},
    ),
    Attack(
        name="bad cursors",
        body=_query(lambda n: f'{{ a{n}: jobs(first: 1, after: "%%%{n}") {{ totalCount }} }}'),
    ),
    Attack(
        name="200,000 wrong ids",
        body=_query(lambda _: "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[None] * 200_000),
    ),
    Attack(
        name="as many conditions as variables hold",
        body=_query(
            lambda n: (
                f"query($w: TalentFilter) {{ a{n}: talentSearch(first: 1, where: $w) {{ totalCount }} }}"
            ),
            w={"AND": [{"skills": {"eq": "x"}}] * 999},
        ),
    ),
    Attack(
        name="a MiB of empty lists",
        body=lambda _: b'{"query":"{ __typename }","variables":{"a":[' + b"[]," * 349_000 + b"0]}}",
    ),
    Attack(
        name="3,000 parentheses",
        body=_query(
            lambda _: "query($t: String!) { talentSearch(first: 1, text: $t) { totalCount } }", t="(" * 3_000
        ),
        is_refused=False,
    ),
    Attack(name="tokens that are none", token="kith_{}", body=_query(lambda _: "{ __typename }")),  # noqa: S106
    Attack(
        name="introspection",
        body=_query(lambda n: f"{{ a{n}: __schema {{ types {{ name fields {{ name }} }} }} }}"),
        is_refused=False,
    ),
    Attack(name="heavy queries", body=_query(_heavy), is_refused=False),
    Attack(
        name="new documents",
        body=_query(lambda n: f"{{ a{n}: jobs(first: 1) {{ totalCount }} }}"),
        is_refused=False,
    ),
    Attack(name="300 idle sockets", idle=True),
    Attack(name="frames that are no messages", frames=lambda _: ["[]", "1", '{"type": 5}', "[" * 50_000]),
    Attack(name="frames of 4 MB", frames=lambda _: ["x" * (4 * MIB)]),
)
"""What the stack does badly out of the box, and what was found beside."""
