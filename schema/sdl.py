"""Writes the schema as SDL beside this file: what outsiders read, and what a change is reviewed by."""

from pathlib import Path

from schema.root import build_schema

FILE = Path(__file__).with_name("schema.graphql")


def text() -> str:
    """Return the schema as SDL."""
    return f"{build_schema().as_str()}\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
