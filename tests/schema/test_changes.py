"""What a change of the schema does to clients is named."""

import subprocess
import sys
from pathlib import Path

import pytest

from schema import sdl
from schema.sdl import Effect, base, changes, unreviewed

BEFORE = """
type Query { candidate(id: ID!): Candidate status: Status }
type Candidate { years: Int name: String emails: [String!]! }
enum Status { OPEN CLOSED }
"""


def effects(after: str) -> list[tuple[Effect, str]]:
    return [(change.effect, change.kind) for change in changes(BEFORE, after)]


def test_the_same_schema_has_no_changes() -> None:
    assert effects(BEFORE) == []


@pytest.mark.parametrize(
    ("old", "new", "effect", "kind"),
    [
        ("name: String ", "", Effect.BREAKING, "FIELD_REMOVED"),
        ("name: String", "name: Int", Effect.BREAKING, "FIELD_CHANGED_KIND"),
        ("(id: ID!)", "(id: ID!, by: ID!)", Effect.BREAKING, "REQUIRED_ARG_ADDED"),
        ("OPEN CLOSED", "OPEN", Effect.BREAKING, "VALUE_REMOVED_FROM_ENUM"),
        ("OPEN CLOSED", "OPEN CLOSED HELD", Effect.DANGEROUS, "VALUE_ADDED_TO_ENUM"),
        ("(id: ID!)", "(id: ID!, by: ID)", Effect.DANGEROUS, "OPTIONAL_ARG_ADDED"),
        ("name: String", "name: String age: Int", Effect.SAFE, "FIELD_ADDED"),
    ],
)
def test_each_change_is_named(old: str, new: str, effect: Effect, kind: str) -> None:
    assert effects(BEFORE.replace(old, new)) == [(effect, kind)]


def test_what_breaks_comes_first() -> None:
    found = effects(BEFORE.replace("name: String", "age: Int").replace("OPEN CLOSED", "OPEN CLOSED HELD"))
    assert [effect for effect, _ in found] == [Effect.BREAKING, Effect.DANGEROUS, Effect.SAFE]


def test_the_command_fails_where_clients_break(tmp_path: Path) -> None:
    file = tmp_path / "before.graphql"
    file.write_text(sdl.FILE.read_text(encoding="utf-8"), encoding="utf-8")
    assert _against(str(file)).returncode == 0
    file.write_text(file.read_text(encoding="utf-8") + "\ntype Gone { id: ID! }\n", encoding="utf-8")
    broken = _against(str(file))
    assert broken.returncode == 1
    assert broken.stdout == "breaking: TYPE_REMOVED: Gone was removed.\n"
    nothing = _against("no-such-revision")
    assert nothing.returncode == 1
    assert "no git revision" in nothing.stderr


def test_what_breaks_clients_is_reviewed_by_name() -> None:
    after = BEFORE.replace("name: String ", "").replace("OPEN CLOSED", "OPEN")
    found = unreviewed(BEFORE, after, "")
    assert [change.kind for change in found] == ["FIELD_REMOVED", "VALUE_REMOVED_FROM_ENUM"]
    assert unreviewed(BEFORE, after, f"# Reviewed\n\n- {found[0]}\n") == found[1:]
    assert unreviewed(BEFORE, BEFORE.replace("name: String", "name: String age: Int"), "") == []


def test_a_branch_is_compared_with_where_it_left_the_main_one(tmp_path: Path) -> None:
    assert base(tmp_path) is None
    _git(tmp_path, "init", "--quiet", "--initial-branch=main")
    first = _commit(tmp_path)
    assert base(tmp_path) is None
    second = _commit(tmp_path)
    assert base(tmp_path) == first
    _git(tmp_path, "switch", "--quiet", "--create", "branch")
    assert base(tmp_path) == first
    for _ in range(2):
        _commit(tmp_path)
    assert base(tmp_path) == second


def test_a_clone_of_one_commit_has_nothing_to_compare_with(tmp_path: Path) -> None:
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    _git(origin, "init", "--quiet", "--initial-branch=main")
    for _ in range(2):
        _commit(origin)
    _git(tmp_path, "clone", "--quiet", "--depth=1", origin.as_uri(), str(clone))
    assert base(clone) is None


def _commit(folder: Path) -> str:
    _git(folder, "commit", "--quiet", "--allow-empty", "--message=more")
    return _git(folder, "rev-parse", "HEAD")


def _git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    said = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return said.stdout.strip()


def _against(revision: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "schema.sdl", "--against", revision],
        cwd=sdl.FILE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
