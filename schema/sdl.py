"""The schema as SDL: what outsiders read, and what a change is reviewed by.

python -m schema.sdl                  writes `schema/schema.graphql`
python -m schema.sdl --against main   says what has changed since a revision, or a file; fails where clients break
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
    shown = subprocess.run(  # noqa: S603 - no shell; git refuses what is no revision
        ["git", "-C", str(FILE.parent), "show", f"{revision}:./{FILE.name}"],  # noqa: S607 - the user's git
        capture_output=True,
        text=True,
        check=False,
    )
    if revision.startswith("-") or shown.returncode:
        sys.exit(f"{revision} is no file and no git revision with {FILE.name}")
    return shown.stdout


def main() -> int:
    """Write the SDL, or say what has changed; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m schema.sdl", description="The schema as SDL.")
    parser.add_argument("--against", metavar="FILE_OR_REVISION", help="say what has changed since")
    revision = parser.parse_args().against
    if revision is None:
        FILE.write_text(text(), encoding="utf-8")
        return 0
    found = changes(committed(revision), text())
    print(*found, sep="\n")  # noqa: T201 - this is a command
    return int(any(change.effect is Effect.BREAKING for change in found))


if __name__ == "__main__":
    sys.exit(main())
