"""What is kept of a search comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.errors import InvalidQuery
from search.talent.conditions import Check, Condition, Entry, Every, Some, Unless, described
from search.talent.request import Order, SortBy, TalentRequest
from search.talent.saved import UNNAMED, content_of, request_of, unnamed

WORDS = st.text(alphabet="abcäß1", min_size=1, max_size=8)
CHECKS = st.builds(Check, st.just("skills"), st.just("eq"), WORDS) | st.builds(
    Check, st.sampled_from(["id", "shortlisted_jobs"]), st.just("in"), st.lists(WORDS, min_size=1, max_size=3)
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    CHECKS,
    lambda inner: (
        st.builds(Unless, inner)
        | st.builds(lambda parts: Every(tuple(parts)), st.lists(inner, max_size=3))
        | st.builds(lambda parts: Some(tuple(parts)), st.lists(inner, max_size=3))
        | st.builds(lambda parts: Entry("applications", tuple(parts)), st.lists(inner, max_size=2))
    ),
    max_leaves=6,
)
ORDERS = st.none() | st.builds(
    Order, st.sampled_from([SortBy.NAME, SortBy.EXPERIENCE]), descending=st.booleans()
)


@given(WORDS, st.lists(CONDITIONS, max_size=3), st.lists(CONDITIONS, max_size=3), ORDERS)
def test_a_search_comes_back_as_it_was(
    text: str, where: list[Condition], should: list[Condition], order: Order | None
) -> None:
    request = TalentRequest(text=text, where=tuple(where), should=tuple(should), order=order)
    assert request_of(content_of(request)) == request


@given(CONDITIONS)
def test_words_for_others_have_no_ids(condition: Condition) -> None:
    def ids(each: Condition) -> list[object]:
        match each:
            case Check(field=field, value=value):
                return [value] if field != "skills" else []
            case Unless(part=part):
                return ids(part)
            case Every(parts=parts) | Some(parts=parts) | Entry(parts=parts):
                return [one for part in parts for one in ids(part)]

    assert set(map(str, ids(unnamed(condition)))) <= {UNNAMED}
    assert described(unnamed(unnamed(condition))) == described(unnamed(condition))


def test_what_nobody_could_run_is_refused() -> None:
    with pytest.raises(InvalidQuery, match="parenthesis"):
        content_of(TalentRequest(text="(java"))


@pytest.mark.parametrize(
    "content", ["[]", "{}", "[2]", '[1, "", [], [], ["name"]]', '[1, "", [["no"]], [], null]']
)
def test_what_was_not_kept_so_is_not_read(content: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        request_of(content)
