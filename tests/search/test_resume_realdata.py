"""A seeded sample of real résumés, where a folder of them exists: each gives a résumé or a typed failure."""

import asyncio
import os
import random
from pathlib import Path

import pytest

from search.resumes.failures import UnreadableResume
from search.resumes.profile import ParsedResume
from search.resumes.sandbox import Sandbox, SandboxSettings

FOLDER = Path(os.environ.get("KITH_REALDATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
SAMPLE = 60


@pytest.mark.realdata
@pytest.mark.skipif(
    not (FOLDER / "resumes").is_dir(), reason="no folder of real résumés: name one in KITH_REALDATA"
)
async def test_real_resumes_are_read_or_refused_with_a_reason() -> None:
    paths = sorted(path for path in (FOLDER / "resumes").rglob("*") if path.suffix in {".pdf", ".docx"})
    sample = random.Random(7).sample(paths, min(SAMPLE, len(paths)))
    async with Sandbox(SandboxSettings()) as sandbox:

        async def read(path: Path) -> ParsedResume | UnreadableResume:
            try:
                return await sandbox.read(path, path.name)
            except UnreadableResume as refusal:
                return refusal

        results = await asyncio.gather(*(read(path) for path in sample))
    parsed = [result for result in results if isinstance(result, ParsedResume)]
    assert len(parsed) >= 0.95 * len(sample)
    assert sum(bool(one.profile.employments) for one in parsed) >= 0.8 * len(parsed)
    assert sum(bool(one.profile.skills) for one in parsed) >= 0.95 * len(parsed)
    assert all(result.reason for result in results if isinstance(result, UnreadableResume))
