"""How likely a text is a résumé."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.resumes.likelihood import Likelihood, Sign
from search.resumes.parse import parse_text, tidied
from tests.search.test_resume_parsing import COMPANY_FIRST, DATE_FIRST

ADVERT = """\
Data Analyst
We are looking for an analyst. Join us! You will write SQL and Python, and build reports in Power BI.
What we offer: a pleasant office. Apply now. We are an equal opportunity employer.
"""
INVOICE = "Invoice 4711\nAmount due: 120.00\nSubtotal 100.00, VAT 20.00\nIBAN DE00 0000\n"


def likelihood(text: str) -> Likelihood:
    return parse_text(tidied(text)).likelihood


@pytest.mark.parametrize("text", [COMPANY_FIRST, DATE_FIRST])
def test_resumes_are_likely(text: str) -> None:
    assert likelihood(text).probability > 0.5


@pytest.mark.parametrize(("text", "sign"), [(ADVERT, Sign.ADVERT), (INVOICE, Sign.BUSINESS)])
def test_other_documents_are_not_and_say_why(text: str, sign: Sign) -> None:
    found = likelihood(text)
    assert found.probability < 0.5
    assert sign in found.signs


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_probability(text: str) -> None:
    assert 0 <= likelihood(text).probability <= 1
