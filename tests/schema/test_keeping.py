from hypothesis import given
from hypothesis import strategies as st

from schema.keeping import Kept


def test_a_flood_does_not_drive_out_what_is_asked_for_again() -> None:
    kept: Kept[str, int] = Kept(most=20, most_weight=1_000)
    kept.put("hot", 1)
    assert kept.get("hot") == 1
    for number in range(10_000):
        kept.put(f"once {number}", number)
    assert kept.get("hot") == 1
    assert len(kept) <= 20


def test_a_flood_of_pairs_does_not_drive_out_what_is_used_meanwhile() -> None:
    kept: Kept[str, int] = Kept(most=20, most_weight=1_000)
    kept.put("hot", 1)
    for number in range(10_000):
        kept.put(f"twice {number}", number)
        kept.get(f"twice {number}")
        assert kept.get("hot") == 1


def test_heavy_values_are_not_kept() -> None:
    kept: Kept[str, int] = Kept(most=20, most_weight=100)
    kept.put("heavy", 1, 51)
    assert kept.get("heavy") is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40), st.booleans()), max_size=200))
def test_bounds_hold_and_values_are_those_put(steps: list[tuple[int, int, bool]]) -> None:
    kept: Kept[int, int] = Kept(most=10, most_weight=100)
    for key, weight, puts in steps:
        if puts:
            kept.put(key, key * 2, weight)
        else:
            assert kept.get(key) in {None, key * 2}
        assert len(kept) <= 10
        assert kept.weight <= 100
        assert kept.weight == sum(entry[1] for half in kept._halves for entry in half.values())
