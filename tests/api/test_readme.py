"""The README says what is so: its GraphQL gives the answers shown, its commands exist."""

import json
import re
import shlex

import pytest

from api import operations
from engines.places import CHECKOUT
from tests.api.conftest import System, kith

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
GRAPHQL = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
ANSWERS = [json.loads(answer) for answer in re.findall(r"```json\n(.*?)```", README, re.DOTALL)]
COMMANDS = [
    line.strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


async def test_the_query_and_the_mutation_answer_as_shown(system: System) -> None:
    assert len(GRAPHQL) == len(ANSWERS) == 3
    for document, answer in zip(GRAPHQL[:2], ANSWERS[:2], strict=True):
        given = await system.post(document)
        assert {key: given[key] for key in given if key != "extensions"} == answer


async def test_the_subscription_answers_as_shown(system: System) -> None:
    operation = operations.Operation("readme", GRAPHQL[2], {}, {}, is_subscription=True)
    async for answer in operations.follow(f"{system.url}/graphql", system.tokens["admin"], operation):
        assert answer == ANSWERS[2]
        break


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_there(started: None, command: str) -> None:
    program, *arguments = shlex.split(command)
    if program == "make":
        makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{arguments[0]}:", makefile, re.MULTILINE)
        return
    assert program == ".venv/bin/kith"
    words = [word for word in arguments if not word.startswith("-") and "/" not in word]
    depth = 2 if words[0] in {"engines", "token", "user"} else 1
    assert kith(*words[:depth], "--help").returncode == 0
    if words[0] == "run":
        given = [arguments[i + 1] for i, word in enumerate(arguments) if word == "-v"]
        assert kith("run", words[1], *(part for v in given for part in ("-v", v))).returncode == 0


def test_the_files_that_it_names_are_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (CHECKOUT / target).exists(), target
