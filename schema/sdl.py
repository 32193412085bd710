"""The schema as SDL: what outsiders read, and what a change is reviewed by.

python -m schema.sdl                  writes `schema/schema.graphql`
python -m schema.sdl --against main   says what has changed since a revision, or a file; fails where clients break
python -m schema.sdl --review         fails where clients break since the main branch, unless `docs/breaking-changes.md` says so
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from graphql import BreakingChange, DangerousChange, SafeChange, find_schema_changes
from graphql import build_schema as build_graphql_schema

from schema.root import build_schema

FILE = Path(__file__).with_name("schema.graphql")
REVIEWED = FILE.parents[1] / "docs" / "breaking-changes.md"
MAIN_BRANCHES = ("origin/main", "main")


class Effect(StrEnum):
    """What a change does to clients that were written before it."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


_EFFECTS: dict[type, Effect] = {
    BreakingChange: Effect.BREAKING,
    DangerousChange: Effect.DANGEROUS,
    SafeChange: Effect.SAFE,
}


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """A difference between two schemas; `kind` and `text` are graphql-core's words for it."""

    effect: Effect
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.effect}: {self.kind}: {self.text}"


def text() -> str:
    """Return the schema as SDL."""
    return f"{build_schema().as_str()}\n"


def changes(before: str, after: str) -> list[SchemaChange]:
    """Compare two schemas, given as SDL; what breaks clients comes first."""
    old, new = build_graphql_schema(before), build_graphql_schema(after)
    found = [
        SchemaChange(_EFFECTS[type(change)], change.type.name, change.description)
        for change in find_schema_changes(old, new)
    ]
    return sorted(found, key=lambda change: list(Effect).index(change.effect))


def committed(revision: str) -> str:
    """Return the SDL of a file, or of the file beside this one in a git revision.

    Raises:
        SystemExit: there is neither.
    """
    if (file := Path(revision)).is_file():
        return file.read_text(encoding="utf-8")
    shown = None if revision.startswith("-") else _git(FILE.parent, "show", f"{revision}:./{FILE.name}")
    if shown is None:
        sys.exit(f"{revision} is no file and no git revision with {FILE.name}")
    return shown


def base(folder: Path) -> str | None:
    """Return the commit that clients know: where this branch left the main one, or on that the commit before.

    None where git cannot tell, as in a clone of one commit, or without git.
    """
    head = _git(folder, "rev-parse", "HEAD")
    for branch in MAIN_BRANCHES:
        if (left := _git(folder, "merge-base", "HEAD", branch)) not in (None, head):
            return left and left.strip()
    before = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD^")
    return before and before.strip()


def unreviewed(before: str, after: str, reviewed: str) -> list[SchemaChange]:
    """Return the breaking changes that a review does not name, each in a line of its own."""
    named = {line.removeprefix("- ").strip() for line in reviewed.splitlines()}
    return [
        change
        for change in changes(before, after)
        if change.effect is Effect.BREAKING and str(change) not in named
    ]


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        said = subprocess.run(  # noqa: S603 - no shell; git refuses what is no revision
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return None if said.returncode else said.stdout


def _review() -> int:
    revision = base(FILE.parent)
    before = revision and _git(FILE.parent, "show", f"{revision}:./{FILE.name}")
    if not before:
        print("git knows no earlier schema to compare with")  # noqa: T201 - this is a command
        return 0
    found = unreviewed(before, text(), REVIEWED.read_text(encoding="utf-8"))
    for change in found:
        print(change)  # noqa: T201 - this is a command
    if found:
        print(f"clients of {revision} break: mend it, or review it and add these lines to {REVIEWED.name}")  # noqa: T201 - this is a command
    return int(bool(found))


def main() -> int:
    """Write the SDL, or say what has changed; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m schema.sdl", description="The schema as SDL.")
    parser.add_argument("--against", metavar="FILE_OR_REVISION", help="say what has changed since")
    parser.add_argument("--review", action="store_true", help="fail where clients break unreviewed")
    given = parser.parse_args()
    if given.review:
        return _review()
    revision = given.against
    if revision is None:
        FILE.write_text(text(), encoding="utf-8")
        return 0
    found = changes(committed(revision), text())
    print(*found, sep="\n")  # noqa: T201 - this is a command
    return int(any(change.effect is Effect.BREAKING for change in found))


if __name__ == "__main__":
    sys.exit(main())
