"""What words stand for besides themselves."""

import asyncio
import threading
import time
import weakref
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query_language.tree import Field
from search.talent.expansion import NARROWER, SAME
from search.taxonomy import vocabulary as vocabularies
from search.taxonomy.entries import SKILL, TITLE
from search.taxonomy.live import LETTING_GO, LiveTaxonomy
from search.taxonomy.vocabulary import MOST_SPELLINGS, Vocabulary
from tests.search.terms import TermRow, vocabulary
from tests.waiting import eventually

LARGEST = 70_000
"""Terms of the biggest taxonomies."""
PAGE = 500
MOST_SECONDS = 0.020
"""For how long a change of the terms may keep the event loop from going on."""
KUBERNETES = TermRow("Kubernetes", ("k8s",), broader=("Containers",))
KNOWN = vocabulary(
    KUBERNETES,
    TermRow("Containers", broader=("Cloud",)),
    TermRow("Cloud"),
    TermRow("Helm", ("Tiller",), broader=("Kubernetes",), everyday=("helm",)),
    TermRow("Charts", broader=("Helm",)),
    TermRow("Deep charts", broader=("Charts",)),
    TermRow("Machine learning", ("ML",)),
    TermRow("Software engineer", ("Software developer", "Programmer"), kind=TITLE),
    TermRow("Lathe operator", ("Operator",), kind=TITLE),
    TermRow("Crane operator", ("Operator",), kind=TITLE),
    TermRow("Learning", ("Study",)),
)


def others(text: str, within: Field | None = None, known: Vocabulary = KNOWN) -> dict[str, float]:
    return {
        each.text: each.weight
        for stretch in known.stretches(text.split(), within)
        for each in stretch.spellings
    }


def test_a_spelling_stands_for_the_others_and_for_what_is_below() -> None:
    assert others("K8S") == {"Kubernetes": SAME, "Helm": NARROWER, "Tiller": NARROWER, "Charts": NARROWER}
    assert others("kubernetes")["k8s"] == SAME
    assert others("helm") == {"Tiller": SAME, "Charts": NARROWER, "Deep charts": NARROWER}


def test_what_is_below_does_not_stand_for_what_is_above() -> None:
    assert "Cloud" not in others("containers")
    assert others("charts") == {"Deep charts": NARROWER}


def test_words_side_by_side_spell_the_longest_term() -> None:
    (stretch,) = KNOWN.stretches(["senior", "machine", "learning", "person"], None)
    assert (stretch.start, stretch.length, [each.text for each in stretch.spellings]) == (1, 2, ["ML"])


def test_a_prefix_takes_its_own_kind() -> None:
    assert others("programmers", Field.TITLE) == {"Software engineer": SAME, "Software developer": SAME}
    assert others("programmers", Field.SKILL) == {}
    assert others("k8s", Field.TITLE) == {}
    assert others("k8s", Field.COMPANY) == others("k8s", Field.NAME) == {}


def test_a_spelling_of_two_terms_stands_for_nothing() -> None:
    assert others("operator") == {}
    assert "Operator" in others("lathe operator")


def test_everyday_words_are_marked() -> None:
    (stretch,) = KNOWN.stretches(["k8s"], None)
    assert {each.text for each in stretch.spellings if each.everyday} == {"Helm"}
    (short,) = KNOWN.stretches(["machine", "learning"], None)
    assert short.spellings[0].everyday


def test_circles_end_and_lists_are_bounded() -> None:
    one, other = TermRow("One", broader=("Other",)), TermRow("Other", broader=("One",))
    assert others("one", known=vocabulary(one, other)) == {"Other": NARROWER}
    many = [TermRow(f"Part {n:03}", broader=("Whole",)) for n in range(500)]
    found = others("whole", known=vocabulary(TermRow("Whole"), *many))
    assert list(found) == [f"Part {n:03}" for n in range(MOST_SPELLINGS)]


_WORDS = st.sampled_from(["a", "b", "c", "as", "A B", "a b c", "x"])
_ROWS = st.lists(
    st.builds(
        TermRow,
        _WORDS,
        st.lists(_WORDS, max_size=3).map(tuple),
        st.lists(_WORDS, max_size=2).map(tuple),
    ),
    unique_by=lambda row: row.name,
    max_size=6,
)


@given(_ROWS, st.lists(_WORDS, max_size=5), st.randoms())
def test_the_order_of_terms_decides_nothing(rows: list[TermRow], words: list[str], random: object) -> None:
    other = list(rows)
    random.shuffle(other)  # type: ignore[attr-defined]
    one, another = vocabulary(*rows), vocabulary(*other)
    assert one.version == another.version
    asked = " ".join(words).split()
    stretches = one.stretches(asked, None)
    assert stretches == another.stretches(asked, None)
    reached = 0
    for stretch in stretches:
        assert stretch.start >= reached
        reached = stretch.start + stretch.length
        assert reached <= len(asked)
        assert len(stretch.spellings) <= MOST_SPELLINGS


def test_the_version_names_the_content() -> None:
    base = vocabulary(KUBERNETES, TermRow("Containers")).version
    others_ = [
        vocabulary(KUBERNETES),
        vocabulary(TermRow("Kubernetes", ("k8s",)), TermRow("Containers")),
        vocabulary(TermRow("Kubernetes", ("kube",), ("Containers",)), TermRow("Containers")),
    ]
    assert len({base, *(each.version for each in others_)}) == 4
    assert base == vocabulary(TermRow("Containers"), KUBERNETES).version


class _Source:
    """Terms that a test changes."""

    def __init__(self) -> None:
        self.number = 1
        self.away = False
        self.reads = 0

    async def stamp(self) -> str:
        if self.away:
            raise ConnectionError
        return str(self.number)

    async def pages(self) -> AsyncIterator[Sequence[TermRow]]:
        self.reads += 1
        yield [TermRow(f"Term {self.number}")]


async def test_a_process_follows_the_terms() -> None:
    source = _Source()
    async with LiveTaxonomy.open(source) as live:
        first, same = await asyncio.gather(live.current(), live.current())
        assert first is same
        assert source.reads == 1
        source.away = True
        assert await live.current() is first
        source.away, source.number = False, 2

        async def changed() -> bool:
            return await live.current() is not first

        await eventually(changed)
        assert [term.name for term in (await live.current()).terms] == ["Term 2"]
        assert source.reads == 2


class _Long:
    """As many terms as the biggest taxonomies have, other ones each turn."""

    def __init__(self) -> None:
        self.turn = 0

    async def stamp(self) -> str:
        return str(self.turn)

    async def pages(self) -> AsyncIterator[Sequence[TermRow]]:
        for first in range(0, LARGEST, PAGE):
            await asyncio.sleep(0)
            yield [_term(number, self.turn) for number in range(first, first + PAGE)]


def _term(number: int, turn: int) -> TermRow:
    kind = TITLE if number % 2 else SKILL
    name = f"{turn} {'mn'[number % 3 == 0]} manager of {number}"
    synonyms = tuple(f"{name} called {other}" for other in range(3))
    broader = (f"{kind}:{turn} n manager of {number - number % 6}",)
    return TermRow(name, synonyms, broader, kind, everyday=synonyms[:1], related=broader)


@pytest.mark.usefixtures("memory_as_in_the_api")
async def test_terms_that_change_do_not_hold_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured as processor time of a thread between two places where others go on, so that a busy machine does not count.

    These are the turns of the event loop, and the pauses of those who build terms or let them go.
    """
    source = _Long()
    live = LiveTaxonomy(source)
    before = weakref.ref(await live.current())
    longest = 0.0
    run, pause = asyncio.Handle._run, vocabularies.pause
    since: dict[int, float] = {}

    def measured(handle: asyncio.Handle) -> None:
        nonlocal longest
        begin = time.thread_time()
        run(handle)
        longest = max(longest, time.thread_time() - begin)

    def noted() -> None:
        nonlocal longest
        thread = threading.get_ident()
        if thread in since:
            longest = max(longest, time.thread_time() - since[thread])
        pause()
        since[thread] = time.thread_time()

    source.turn = 1
    monkeypatch.setattr(asyncio.Handle, "_run", measured)
    monkeypatch.setattr(vocabularies, "pause", noted)
    await asyncio.create_task(live.refresh())
    assert before() is None, "nobody uses it any more"

    async def let_go() -> bool:
        return not any(thread.name == LETTING_GO for thread in threading.enumerate())

    await eventually(let_go)
    assert (await live.current()).terms[0].name.startswith("1 ")
    assert len(since) == 2
    assert longest < MOST_SECONDS
