"""docs/limits.md says what the code does."""

import re
from importlib import import_module

import pytest

from api.admission import AdmissionSettings
from api.settings import ApiSettings
from engines.places import CHECKOUT
from graph.tokens import AccessRole
from schema.budgets import Allowance

PAGE = (CHECKOUT / "docs" / "limits.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| ([\d,]+)[^|]*\| `([\w.]+)` \|$", PAGE, flags=re.MULTILINE)
SETTINGS = (ApiSettings(), AdmissionSettings())


def _in_code(name: str) -> float:
    if name.startswith("KITH_API_"):
        field = name.removeprefix("KITH_API_").lower()
        return float(next(getattr(each, field) for each in SETTINGS if hasattr(each, field)))
    module, _, constant = name.rpartition(".")
    return float(getattr(import_module(module), constant))


def test_every_row_that_names_code_is_read() -> None:
    assert len(ROWS) == len(re.findall(r"\| `[\w.]+` \|$", PAGE, flags=re.MULTILINE))
    assert len(ROWS) > 30


@pytest.mark.parametrize(("what", "number", "name"), ROWS, ids=[row[2] for row in ROWS])
def test_a_number_is_that_of_the_code(what: str, number: str, name: str) -> None:
    assert float(number.replace(",", "")) == _in_code(name), what


def test_partners_have_what_the_page_says() -> None:
    assert ApiSettings().cost_by_role == {AccessRole.PARTNER: Allowance(capacity=10_000, restore_rate=500)}
    assert "Partners have 10,000 points, of which 500 come back each second" in PAGE


def test_every_setting_of_the_admission_is_on_the_page() -> None:
    for field in AdmissionSettings.model_fields:
        assert f"`KITH_API_{field.upper()}`" in PAGE
