import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import KithError
from graph.tokens import AccessRole
from schema import budgets
from schema.budgets import Allowance, Budgets, Throttled
from schema.permissions import Principal


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _principal(id_: str = "a", role: AccessRole = AccessRole.ADMIN) -> Principal:
    return Principal(id=id_, role=role, label="test", expires_at=None)


def _budgets(clock: _Clock) -> Budgets:
    by_role = {AccessRole.PARTNER: Allowance(capacity=10, restore_rate=1)}
    return Budgets(Allowance(capacity=100, restore_rate=10), by_role, clock=clock)


def test_a_bucket_empties_and_fills_again() -> None:
    clock = _Clock()
    made, me = _budgets(clock), _principal()
    made.take(me, 80)
    assert made.settle(me, 80, 75) == {"requested": 80, "actual": 75, "remaining": 25, "restoreRate": 10}
    with pytest.raises(Throttled) as refused:
        made.take(me, 66)
    assert refused.value.retry_after == 5
    assert refused.value.cost["remaining"] == 25
    clock.now = 4.1
    made.take(me, 66)
    clock.now = 1_000
    assert made.settle(me, 0, 0)["remaining"] == 100


def test_principals_do_not_pay_for_each_other_and_roles_have_their_own_buckets() -> None:
    made = _budgets(_Clock())
    made.take(_principal("a"), 100)
    made.take(_principal("b"), 100)
    partner = _principal("c", AccessRole.PARTNER)
    made.take(partner, 10)
    with pytest.raises(Throttled):
        made.take(partner, 1)


def test_more_than_a_full_bucket_will_never_be_answered() -> None:
    with pytest.raises(KithError) as refused:
        _budgets(_Clock()).take(_principal(), 101)
    assert refused.value.code == "QUERY_TOO_COSTLY"


def test_a_new_document_is_paid_for_and_may_leave_a_debt() -> None:
    clock = _Clock()
    made, me = _budgets(clock), _principal()
    made.charge(me, 400)
    with pytest.raises(Throttled) as refused:
        made.charge(me, 2)
    assert refused.value.retry_after == 11
    assert refused.value.cost["remaining"] == 0
    clock.now = 11
    made.charge(me, 2)


@given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120), st.floats(0, 20)), max_size=40))
def test_nobody_gets_more_than_a_full_bucket_and_what_comes_back(steps: list[tuple[int, int, float]]) -> None:
    clock = _Clock()
    made, me = _budgets(clock), _principal()
    spent = 0
    for requested, answered, pause in steps:
        clock.now += pause
        try:
            made.take(me, requested)
        except KithError:
            continue
        actual = min(requested, answered)
        cost = made.settle(me, requested, actual)
        spent += actual
        assert 0 <= cost["remaining"] <= 100
        assert spent <= 100 + 10 * clock.now + 1e-6


def test_the_number_of_buckets_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MOST_BUCKETS", 3)
    made = _budgets(_Clock())
    for number in range(10):
        made.take(_principal(str(number)), 1)
    assert list(made._buckets) == ["7", "8", "9"]
