"""`schema`, `search` and `workers` are also names on the package index: ours must be the ones that are imported."""

import importlib
from pathlib import Path

import pytest

from engines.places import CHECKOUT


@pytest.mark.parametrize("name", ["api", "bench", "engines", "graph", "schema", "search", "workers"])
def test_our_package_is_imported(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == CHECKOUT / name


@pytest.mark.parametrize("file", ["pyproject.toml", "requirements.lock"])
def test_no_download_address_is_committed(file: str) -> None:
    text = (CHECKOUT / file).read_text(encoding="utf-8")
    assert "://" not in text
