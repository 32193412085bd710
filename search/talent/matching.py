"""What a job wants, or what some profiles have in common, as a talent search.

In: a job called Data Engineer, with Python and SQL, in Lyon. Out: `("Python" OR "SQL" OR data OR engineer) AND
nice:title:(data engineer) AND nice:location:"Lyon"`, and the direction of all that the job's texts say. One of the
alternatives must be there; who has more of them comes first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any as Anything
from typing import Final

from elasticsearch import AsyncElasticsearch

from search.embedding import Embedder, Vector, between
from search.errors import InvalidQuery, search_errors
from search.indices import CandidateIndex
from search.query_language.lexer import QUOTES, has_letters
from search.query_language.parser import count_terms
from search.query_language.tree import All, Any, Field, Nice, Node, Phrase, Run, Within, printed
from search.talent.clauses import Clause
from search.talent.conditions import MOST_VALUES, Check, Unless
from search.talent.request import TalentRequest
from search.text import STOPWORDS, normalised

MOST_PROFILES: Final = 20
"""Most profiles that others are to resemble, and most that they are not to."""
# Together less than a text may have: 100 terms, 2,000 characters.
_MOST_SKILL_TERMS: Final = 40
_MOST_SKILL_CHARACTERS: Final = 900
_LONGEST_NAME: Final = 80
_MOST_PLACE_TERMS: Final = 10
_MOST_TITLES: Final = 2
_MOST_TITLE_WORDS: Final = 6
_LONGEST_WORD: Final = 30
_MOST_SKILLS: Final = 20
_PUSH: Final = 0.5
"""How far the direction is moved away from that of profiles that are not wanted."""
_QUOTE: Final = re.compile(f"[{re.escape(''.join(QUOTES))}]")
_WORD: Final = re.compile(r"[^\W_]+(?:\+\+|#)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for: job titles, skills, the most important first, and a place."""

    titles: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class ProfileDocument:
    """What the index holds of one candidate that others can resemble."""

    title: str | None
    skills: tuple[str, ...]
    meaning: Vector | None


def query_of(wanted: Wanted) -> str:
    """Return the text of the search, within the bounds of a text; empty where nothing is wanted that can be looked for."""
    titles = list(dict.fromkeys(words for title in wanted.titles[:_MOST_TITLES] if (words := _words(title))))
    alternatives: list[Node] = [Phrase(skill) for skill in _bounded(dict.fromkeys(map(_name, wanted.skills)))]
    alternatives += [Run(((word,),)) for word in dict.fromkeys(word for words in titles for word in words)]
    parts = _any(alternatives)
    parts += [Nice(Within(Field.TITLE, Run((words,)))) for words in titles]
    place = _name(wanted.place or "")
    if parts and place and count_terms(place) <= _MOST_PLACE_TERMS:
        parts.append(Nice(Within(Field.LOCATION, Phrase(place))))
    if not parts:
        return ""
    return printed(All(tuple(parts)) if len(parts) > 1 else parts[0])


def job_request(wanted: Wanted, description: str, model: Embedder) -> TalentRequest:
    """Return the search for candidates for a job; its description says what it is about and demands nothing."""
    meaning = model.embed(", ".join((*wanted.titles, *wanted.skills, description)))
    return TalentRequest(text=query_of(wanted), meaning=meaning)


def similar_request(
    ideal: Sequence[ProfileDocument], unwanted: Sequence[ProfileDocument], ids: Sequence[str]
) -> TalentRequest:
    """Return the search for candidates who resemble the ideal ones and not the unwanted; `ids`, all of them, are left out.

    Skills of more of the ideal profiles come first; those of unwanted profiles that no ideal one has are not looked for.

    Raises InvalidQuery where the ideal profiles say nothing that can be compared.
    """
    counted = Counter(skill for profile in ideal for skill in profile.skills)
    common = sorted(counted, key=lambda skill: (-counted[skill], skill))[:_MOST_SKILLS]
    titles = Counter(profile.title for profile in ideal if profile.title)
    first = sorted(titles, key=lambda title: (-titles[title], title))
    text = query_of(Wanted(titles=tuple(first), skills=tuple(common)))
    meaning = between(_vectors(ideal), _vectors(unwanted), push=_PUSH)
    if not text and meaning is None:
        raise InvalidQuery(
            "NOTHING_RANKS", "candidates", "These profiles say nothing that others could be compared with."
        )
    return TalentRequest(
        text=text, meaning=meaning, where=(Unless(Check("id", "in", list(ids)[:MOST_VALUES])),)
    )


async def profile_documents(
    client: AsyncElasticsearch, index: CandidateIndex, ids: Sequence[str], rights: Sequence[Clause]
) -> dict[str, ProfileDocument]:
    """Return what the index holds of those of the candidates who pass the rights.

    Raises the errors of `search.errors`.
    """
    with search_errors("read profiles"):
        answer = await client.search(
            index=index.alias,
            query={"bool": {"filter": [{"terms": {"id": list(ids)}}, *rights]}},
            size=len(ids),
            source={"includes": ["headline", "titles", "skills", "meaning"]},
        )
    return {hit["_id"]: _profile(hit["_source"]) for hit in answer["hits"]["hits"]}


def _profile(source: Anything) -> ProfileDocument:
    title = next(iter(source.get("titles", ())), None) or source.get("headline")
    meaning = source.get("meaning")
    return ProfileDocument(
        title, tuple(source.get("skills", ())), None if meaning is None else bytes.fromhex(meaning)
    )


def _vectors(profiles: Sequence[ProfileDocument]) -> list[Vector]:
    return [profile.meaning for profile in profiles if profile.meaning is not None]


def _bounded(skills: Iterable[str]) -> Iterator[str]:
    """Yield the first skills that a text has room for."""
    terms = characters = 0
    for skill in skills:
        terms += count_terms(skill)
        characters += len(skill) + len('"" OR ')
        if terms > _MOST_SKILL_TERMS or characters > _MOST_SKILL_CHARACTERS:
            return
        if skill:
            yield skill


def _name(given: str) -> str:
    """Return a name as it stands in quotes; empty for one that has no letters or is too long to be one."""
    name = " ".join(_QUOTE.sub(" ", normalised(given)).split())
    return name if has_letters(name) and len(name) <= _LONGEST_NAME else ""


def _any(alternatives: Sequence[Node]) -> list[Node]:
    if len(alternatives) > 1:
        return [Any(tuple(alternatives))]
    return list(alternatives)


def _words(title: str) -> tuple[str, ...]:
    return tuple(_meant(title))[:_MOST_TITLE_WORDS]


def _meant(title: str) -> Iterator[str]:
    for word in _WORD.findall(normalised(title).lower()):
        known = word not in STOPWORDS and count_terms(word) == 1
        if known and 1 < len(word) <= _LONGEST_WORD:
            yield word
