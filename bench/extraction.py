"""Measure reading and parsing of résumés: `python -m bench.extraction DATA [--json FILE]`.

DATA holds `resumes/**` (files to read) and `annotated/` (labelled text). Reading counts successes and failure
codes per kind through the sandbox. Parsing compares values with the labels: two values agree if their words
are the same or at least half of all their words are shared; "skills, usual names" first gives both sides the name that the list of
skills has for them ("MS Word" and "Microsoft Word" share one word of three). The rules may be tuned on one half of the
labelled résumés (`--half tune`); figures are reported on the other, split by a seeded shuffle.

Another bench calls `measure(data)`, which prints nothing and returns what `--json` writes: `labelled` (per field precision,
recall, F1, wanted and given), `half`, `count`, `parse ms` (parsing of one text), `read` (per file kind the files read, the
failures by code, `success` as a share of its files, p50 and p95 in ms).
"""

import argparse
import asyncio
import html
import json
import random
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from search.resumes.failures import UnreadableResume
from search.resumes.parse import parse_text, preload, tidied
from search.resumes.profile import Profile
from search.resumes.sandbox import Sandbox, SandboxSettings
from search.skills.matcher import canonical_skill

_SEED = 20261123
_AGREE = 0.5
_SKILL_WORDS = 4
_DURATION = re.compile(r"\d\+? (?:year|month)|\byears?$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19[4-9]\d|20[0-4]\d)")
_ESCAPED_BYTES = re.compile(r"(?:\\x[0-9a-f]{2})+")
_FIELDS = {
    "name": ("Name",),
    "email": ("Email Address",),
    "title": ("Designation",),
    "company": ("Companies worked at",),
    "employment years": ("Years of Experience",),
    "degree": ("Degree",),
    "school": ("College Name",),
    "education years": ("Graduation Year",),
    "skills": ("Tech Tools", "Job Specific Skills", "Skills"),
    "skills, usual names": ("Tech Tools", "Job Specific Skills", "Skills"),
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A résumé's text and the values that people marked in it."""

    name: str
    text: str
    labels: dict[str, list[str]]


def labelled_resumes(folder: Path) -> Iterator[Labelled]:
    """Yield the labelled résumés of both sets."""
    for path in sorted((folder / "dotin_train").glob("*.xml")):
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(recover=True, resolve_entities=False))
        labels: dict[str, list[str]] = defaultdict(list)
        for node in root.iter("label"):
            labels[str(node.get("type"))].append(_unescaped("".join(map(str, node.itertext()))))
        yield Labelled(path.name, _unescaped("".join(map(str, root.itertext()))).strip().strip('"'), labels)
    for number, row in enumerate((folder / "dataturks.jsonl").read_text(encoding="utf-8").splitlines()):
        value = json.loads(row)
        marks: dict[str, list[str]] = defaultdict(list)
        for mark in value["annotation"] or []:
            for label in mark["label"]:
                marks[label].extend(point["text"] for point in mark["points"])
        yield Labelled(f"dataturks-{number}", value["content"], marks)


def _unescaped(text: str) -> str:
    def decode(match: re.Match[str]) -> str:
        return bytes.fromhex(match[0].replace("\\x", "")).decode("utf-8", errors="replace")

    return _ESCAPED_BYTES.sub(decode, html.unescape(text)).replace("\\n", "\n")


def expected(labelled: Labelled, field: str) -> list[str]:
    """Return the distinct values that people marked for a field."""
    values = [value for label in _FIELDS[field] for value in labelled.labels.get(label, [])]
    if field == "email":
        return _distinct(value for value in values if "@" in value)
    if field.endswith("years"):
        return _distinct(year for value in values for year in _YEAR.findall(value))
    if field == "skills":
        parts = [part for value in values for part in re.split(r"[,;:\n•()]", value)]
        return _distinct(
            part for part in parts if len(_words(part)) <= _SKILL_WORDS and not _DURATION.search(part)
        )
    if field == "skills, usual names":
        return _distinct(canonical_skill(value) or value for value in expected(labelled, "skills"))
    return _distinct(values)[:1] if field == "name" else _distinct(values)


def found(profile: Profile, field: str) -> list[str]:
    """Return the distinct values that the parser gives for a field."""
    jobs, studies = profile.employments, profile.educations
    values: dict[str, list[str | None]] = {
        "name": [profile.name],
        "email": list(profile.emails),
        "title": [profile.headline, *(job.title for job in jobs)],
        "company": [job.company for job in jobs],
        "employment years": [(date or "")[:4] for job in jobs for date in (job.start, job.end)],
        "degree": [" ".join(filter(None, (study.degree, study.field))) for study in studies],
        "school": [study.school for study in studies],
        "education years": [(study.end or "")[:4] for study in studies],
        "skills": list(profile.skills),
        "skills, usual names": [canonical_skill(skill) or skill for skill in profile.skills],
    }
    return _distinct(value for value in values[field] if value)


def _distinct(values: Any) -> list[str]:
    seen = {" ".join(_words(value)): value for value in reversed(list(values))}
    return [value for key, value in seen.items() if key]


def _words(value: str) -> list[str]:
    return re.findall(r"[^\W_]+[+#]*", value.lower().replace(".", ""))


def agree(one: str, other: str) -> bool:
    """Say whether two values have at least half of their words in common."""
    left, right = set(_words(one)), set(_words(other))
    return len(left & right) / max(1, len(left | right)) >= _AGREE


def score(resumes: list[Labelled]) -> dict[str, dict[str, float]]:
    """Return precision, recall, F1 and counts per field."""
    counts: dict[str, Counter[str]] = {field: Counter() for field in _FIELDS}
    for labelled in resumes:
        profile = parse_text(tidied(labelled.text)).profile
        for field, count in counts.items():
            wanted, given = expected(labelled, field), found(profile, field)
            if not wanted:
                continue
            count["wanted"] += len(wanted)
            count["given"] += len(given)
            count["recalled"] += sum(any(agree(value, other) for other in given) for value in wanted)
            count["correct"] += sum(any(agree(value, other) for other in wanted) for value in given)
    return {field: _measures(count) for field, count in counts.items()}


def _measures(count: Counter[str]) -> dict[str, float]:
    precision = count["correct"] / max(1, count["given"])
    recall = count["recalled"] / max(1, count["wanted"])
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "wanted": count["wanted"],
        "given": count["given"],
    }


async def read_all(paths: list[Path]) -> dict[str, dict[str, Any]]:
    """Read every file through the sandbox; return outcomes, found fields and times per kind."""
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    seconds: dict[str, list[float]] = defaultdict(list)
    started = time.perf_counter()
    async with Sandbox(SandboxSettings()) as sandbox:
        slots = asyncio.Semaphore(sandbox.concurrency)

        async def read(path: Path) -> None:
            kind = path.suffix.lstrip(".").upper()
            async with slots:
                begun = time.perf_counter()
                try:
                    parsed = await sandbox.read(path, path.name)
                except UnreadableResume as failure:
                    outcomes[kind][f"failed {failure.code}"] += 1
                else:
                    outcomes[kind]["read"] += 1
                    for field in ("name", "emails", "employments", "educations", "skills"):
                        outcomes[kind][f"with {field}"] += bool(getattr(parsed.profile, field))
                seconds[kind].append(time.perf_counter() - begun)

        await asyncio.gather(*(read(path) for path in paths))
    report: dict[str, dict[str, Any]] = {
        kind: {
            **count,
            "success": round(count["read"] / len(seconds[kind]), 4),
            "p50 ms": round(1000 * statistics.median(seconds[kind]), 1),
            "p95 ms": round(1000 * sorted(seconds[kind])[int(0.95 * (len(seconds[kind]) - 1))], 1),
        }
        for kind, count in outcomes.items()
    }
    report["ALL"] = {"files": len(paths), "seconds": round(time.perf_counter() - started, 1)}
    return report


def measure(data: Path, *, half: str = "report", files: bool = True) -> dict[str, Any]:
    """Return the figures of one half of the labelled résumés and, with `files`, of reading every file."""
    preload()
    resumes = list(labelled_resumes(data / "annotated"))
    random.Random(_SEED).shuffle(resumes)
    middle = len(resumes) // 2
    chosen = resumes[:middle] if half == "tune" else resumes[middle:]
    begun = time.perf_counter()
    figures: dict[str, Any] = {"labelled": score(chosen), "half": half, "count": len(chosen)}
    figures["parse ms"] = round(1000 * (time.perf_counter() - begun) / len(chosen), 1)
    if files:
        paths = sorted(path for path in (data / "resumes").rglob("*") if path.is_file())
        figures["read"] = asyncio.run(read_all(paths))
    return figures


def main() -> None:
    """Print both tables and write them as JSON where asked."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.extraction", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument(
        "--half", choices=("report", "tune"), default="report", help="which half of the labelled"
    )
    parser.add_argument("--labelled-only", action="store_true", help="leave out the reading of files")
    options = parser.parse_args()
    figures = measure(options.data, half=options.half, files=not options.labelled_only)
    print(
        f"{figures['count']} labelled résumés ({options.half} half), {figures['parse ms']} ms each to parse"
    )
    print(f"{'field':18}{'precision':>10}{'recall':>10}{'F1':>8}{'wanted':>8}{'given':>8}")
    for field, row in figures["labelled"].items():
        print(
            f"{field:18}{row['precision']:10.3f}{row['recall']:10.3f}{row['f1']:8.3f}"
            f"{row['wanted']:8.0f}{row['given']:8.0f}"
        )
    for kind, counts in figures.get("read", {}).items():
        print(f"{kind:6}", ", ".join(f"{name} {value}" for name, value in counts.items()))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
