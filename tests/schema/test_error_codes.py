"""Every code that can go out is written down, and none that cannot."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from graphql import parse, validate

from graph.errors import Code
from schema.errors import TOP_LEVEL
from tests.schema.conftest import SCHEMA

ROOT = Path(__file__).parents[2]
LAYERS = ("api", "graph", "schema", "search")
WRITTEN_DOWN = {ROOT / "graph" / "errors.py", ROOT / "schema" / "errors.py"}
TELLING = {
    "KithError",
    "InvalidQuery",
    "QuerySyntaxError",
    "Rejected",
    "_Refused",
    "_error",
    "_refusal",
    "failure",
    "refusal",
    "super().__init__",
}
"""What is called with a code that a client of GraphQL sees."""
OURS_ALONE = {"INVALID_SETTINGS", "MIGRATION_LOCKED", "MISSING_VALUE"}
"""These never leave the command line and the workers."""
CODE = re.compile(r"[A-Z]{2,}(_[A-Z]+)*")


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """Yield what is written in the layers, but for the data of the demo."""
    for layer in LAYERS:
        for file in set((ROOT / layer).rglob("*.py")) - set((ROOT / "api" / "demo").rglob("*.py")):
            yield file, ast.parse(file.read_text(encoding="utf-8"))


def refused() -> set[str]:
    """Return the codes of `userErrors` that are named outside the list of them."""
    return {
        each.attr
        for file, tree in trees()
        if file not in WRITTEN_DOWN
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "Code"
    }


def told() -> set[str]:
    """Return the codes of top-level errors: first texts in calls and in returned tuples, and values of `code`."""
    found: set[str] = set()
    for _, tree in trees():
        for each in ast.walk(tree):
            if isinstance(each, ast.Call) and _name(each.func) in TELLING:
                found |= set(_codes(each.args[:2]))
            if isinstance(each, ast.Return) and isinstance(each.value, ast.Tuple):
                found |= set(_codes(each.value.elts[:1]))
            if isinstance(each, ast.Dict):
                pairs = zip(each.keys, each.values, strict=True)
                found |= set(
                    _codes([v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "code"])
                )
    return found


def _name(called: ast.expr) -> str:
    match called:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
            return f"super().{name}"
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _codes(values: list[ast.expr]) -> Iterator[str]:
    for value in values:
        if isinstance(value, ast.IfExp):
            yield from _codes([value.body, value.orelse])
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and CODE.fullmatch(value.value):
            yield value.value


def test_every_refusal_has_a_code_that_is_written_down_and_every_code_a_refusal() -> None:
    assert refused() | {"NOT_FOUND"} == set(Code.__members__)


def test_every_code_outside_payloads_is_written_down() -> None:
    assert told() - OURS_ALONE == set(TOP_LEVEL)


def test_the_documents_for_outsiders_list_them() -> None:
    text = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
    for code, meaning in TOP_LEVEL.items():
        assert f"| `{code}` | {meaning} |" in text


def test_the_documents_for_outsiders_are_valid() -> None:
    text = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```graphql\n(.*?)```", text, re.DOTALL)
    assert len(blocks) > 1
    for block in blocks:
        assert validate(SCHEMA._schema, parse(block)) == []


def test_every_code_that_is_written_down_can_go_out() -> None:
    texts = "".join(
        file.read_text(encoding="utf-8") for layer in LAYERS for file in (ROOT / layer).rglob("*.py")
    )
    assert [code for code in TOP_LEVEL if texts.count(f'"{code}"') < 2] == []
