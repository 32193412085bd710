"""`kith import`: files and rows in, candidates out, and each failure with its reason."""

import json
import os
import signal
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from api.demo.files import ResumeKind, render
from api.demo.people import person
from api.demo.rows import PersonRow
from graph.client import Statement
from tests.api.conftest import KITH, System, kith
from tests.waiting import eventually

ROWS = 10_000

STOPPED = Statement(
    "tests.stopped", "MATCH (p:Person) WHERE p.name STARTS WITH 'Stopped ' RETURN count(p) AS total"
)


def _candidates(numbers: range) -> list[PersonRow]:
    return [row for row in map(person, numbers) if not row["roles"]]


async def _search(system: System, text: str) -> Any:
    await system.settled()
    document = "query($text: String!) { talentSearch(text: $text, first: 5) { totalCount nodes { name emails records { kind origin } } } }"
    return (await system.data(document, {"text": text}))["talentSearch"]


async def test_every_kind_of_file_becomes_a_searchable_candidate(system: System, tmp_path: Path) -> None:
    rows = _candidates(range(1_000, 1_012))[: len(ResumeKind)]
    for row, kind in zip(rows, ResumeKind, strict=True):
        (tmp_path / f"{kind}-{row['name']}").write_bytes(render(row, kind))
    taken = kith("import", str(tmp_path))
    assert taken.returncode == 0, taken.stderr
    assert f"read: {len(rows)}, failed: 0" in taken.stdout, taken.stdout
    for row in rows:
        found = await _search(system, f'"{row["name"]}"')
        assert row["emails"][0] in {email for node in found["nodes"] for email in node["emails"]}, row["name"]
    again = kith("import", str(tmp_path))
    assert f"repeated: {len(rows)}" in again.stdout, again.stdout


def _bomb() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * 60 * 1024 * 1024)
    return packed.getvalue()


async def test_broken_files_fail_visibly_and_lose_nothing(system: System, tmp_path: Path) -> None:
    (row,) = _candidates(range(1_050, 1_060))[:1]
    whole = render(row, ResumeKind.ONE_COLUMN_PDF)
    files = {
        "empty.pdf": b"",
        "cut.pdf": whole[:300],
        "picture.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        "bomb.docx": _bomb(),
        "wrong.docx": b"PK\x03\x04 nothing",
        "good.pdf": whole,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "huge.pdf").write_bytes(b"%PDF-1.7\n" + b"x" * (10 * 1024 * 1024))
    taken = kith("import", str(tmp_path))
    assert taken.returncode == 0, taken.stderr
    assert "Traceback" not in taken.stdout + taken.stderr
    data = await system.data(
        "{ intakes(first: 100, where: { status: { eq: FAILED } }) { nodes { id fileName failure reason attempts } } }"
    )
    failed = {intake["fileName"]: intake for intake in data["intakes"]["nodes"]}
    for name in [*files, "huge.pdf"]:
        if name != "good.pdf":
            assert failed[name]["failure"], name
            assert failed[name]["reason"], name
    assert (await _search(system, f'"{row["name"]}"'))["totalCount"] >= 1
    retried = await system.data(
        "mutation($id: ID!) { retryIntake(input: { intakeId: $id }) { intake { status } userErrors { code } } }",
        {"id": failed["cut.pdf"]["id"]},
    )
    assert retried["retryIntake"]["userErrors"] == []

    async def failed_again() -> bool:
        data = await system.data(
            "query($id: ID!) { node(id: $id) { ... on Intake { status } } }", {"id": failed["cut.pdf"]["id"]}
        )
        return bool(data["node"]["status"] == "FAILED")

    await eventually(failed_again)


async def test_rows_of_json_lines(system: System, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    rows = _candidates(range(1_100, 1_160))
    lines = [json.dumps({key: value for key, value in row.items() if key != "id"}) for row in rows]
    lines.insert(3, "{ no json")
    lines.insert(7, json.dumps({"name": "No Such", "zip": "12345"}))
    lines.insert(9, json.dumps({"name": "Bad Mail", "emails": ["nothing"]}))
    file.write_text("\n".join(lines), encoding="utf-8")
    taken = kith("import", str(file))
    assert taken.returncode == 0, taken.stderr
    assert f"created: {len(rows)}" in taken.stdout, taken.stdout
    assert "refused: 3" in taken.stdout
    assert "people.jsonl:4" in taken.stdout
    assert "zip" in taken.stdout
    found = await _search(system, f'"{rows[0]["name"]}"')
    assert {"kind": "IMPORT", "origin": "people.jsonl"} in found["nodes"][0]["records"]
    again = kith("import", str(file))
    assert f"repeated: {len(rows)}" in again.stdout


async def test_rows_of_csv(system: System, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "Name,Email,Skills,Company,Title,Start,Current,City,Country,Shoe size\n"
        "Carla Komma,carla.komma@example.com,Payroll; Excel,Northwind,Accountant,2018-02,yes,Bonn,DE,39\n"
        "Bad Country,bad.country@example.com,,,,,,,Germany,40\n",
        encoding="utf-8",
    )
    taken = kith("import", str(file))
    assert "created: 1" in taken.stdout, taken.stdout + taken.stderr
    assert "people.csv:3" in taken.stdout
    found = await _search(system, '"Carla Komma"')
    assert found["totalCount"] == 1


async def test_an_import_that_is_stopped_continues_without_repetition(system: System, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for number in range(ROWS):
            row = {"name": f"Stopped {number}", "emails": [f"stopped{number}@example.com"]}
            lines.write(json.dumps(row) + "\n")

    async def count() -> int:
        rows = await system.graph.execute(STOPPED)
        return int(rows[0]["total"])

    process = subprocess.Popen(  # noqa: ASYNC220 - it has to run beside the questions to the graph
        [str(KITH), "import", str(file)],
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_mind_ctrl_c,  # noqa: PLW1509 - nothing else runs between fork and exec
    )
    await eventually(count)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) != 0
    assert 0 < await count() < ROWS, "the import was over before it could be stopped"
    assert kith("import", str(file)).returncode == 0
    assert await count() == ROWS


def _mind_ctrl_c() -> None:
    """Undo what a shell does for commands in the background: they and their children ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_path_that_is_not_there(started: None) -> None:
    answer = kith("import", "/nowhere/at/all")
    assert answer.returncode == 1
    assert "is not there" in answer.stderr


@pytest.mark.realdata
async def test_real_resumes(system: System) -> None:
    folder = (
        Path(os.environ.get("KITH_REALDATA", Path(__file__).parents[3] / "shared" / "data"))
        / "resumes"
        / "docx"
    )
    if not folder.is_dir():
        pytest.skip("no real résumés on this machine")
    files = [file for file in folder.rglob("*") if file.is_file()]
    taken = kith("import", str(folder))
    assert taken.returncode == 0
    assert "read: " in taken.stdout
    read, failed = (int(part) for part in taken.stdout.split("read: ")[1].split("\n")[0].split(", failed: "))
    assert read + failed == len(files)
    assert failed == 0
