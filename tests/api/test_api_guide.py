"""`docs/api.md` says what is so: each block runs as it stands, and prints what stands under it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.side_by_side import node
from engines.places import CHECKOUT
from tests.api.conftest import System

GUIDE = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")
PACKAGES = Path(__file__).with_name("guide")
RUNNABLE = ("sh", "python", "js")


class Block(NamedTuple):
    """A block with what stands under it: a form, and a text in that form."""

    language: str
    code: str
    form: str
    printed: str


def _blocks() -> Iterator[Block]:
    found = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    for (language, code), (form, printed) in pairwise(found):
        if language in RUNNABLE:
            yield Block(language, code, form, printed)


BLOCKS = list(_blocks())


def _contains(whole: Any, part: Any) -> bool:
    """Say whether the answer has what is shown, and perhaps more fields."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            _contains(whole.get(key), value) for key, value in part.items()
        )
    return bool(whole == part)


@pytest.fixture(scope="module")
def javascript() -> Path:
    """Where the JavaScript finds what it imports."""
    return node.script(PACKAGES / "package.json", packages=PACKAGES).parent


def test_every_block_is_run_and_says_what_it_prints() -> None:
    assert len(BLOCKS) == sum(GUIDE.count(f"\n```{language}\n") for language in RUNNABLE)
    assert {block.language for block in BLOCKS} == set(RUNNABLE)
    assert {block.form for block in BLOCKS} == {"json", "text"}


def test_all_blocks_print_what_is_shown(system: System, javascript: Path, tmp_path: Path) -> None:
    """In one go and in their order: later ones use what earlier ones made."""
    commands = {
        "sh": ["bash", "-eu"],
        "python": [sys.executable],
        "js": [str(node.NODE)],
    }
    environment = os.environ | {"KITH_URL": system.url, "KITH_TOKEN": system.tokens["admin"]}
    for number, block in enumerate(BLOCKS):
        folder = javascript if block.language == "js" else tmp_path
        file = folder / f"block-{number}.{'mjs' if block.language == 'js' else block.language}"
        file.write_text(block.code, encoding="utf-8")
        done = subprocess.run(
            [*commands[block.language], str(file)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"{block.code}\n{done.stdout}\n{done.stderr}"
        if block.form == "json":
            assert _contains(json.loads(done.stdout), json.loads(block.printed)), done.stdout
        else:
            assert done.stdout == block.printed, block.code


def test_the_pages_that_it_names_are_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", GUIDE):
        assert (CHECKOUT / "docs" / target).exists(), target
