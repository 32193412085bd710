"""A query's text cut into tokens. Every character is looked at once; nothing is guessed."""

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from search.query_language.errors import QuerySyntaxError
from search.query_language.tree import Field, Span

LONGEST_TEXT: Final = 2_000
WIDEST_DISTANCE: Final = 50
MOST_EDITS: Final = 2
NICE: Final = "nice"

_FIELDS: Final = {field.value: field for field in Field}
QUOTES: Final = frozenset('"“”„‟«»＂″')
_SEPARATORS: Final = frozenset(",;\u037e")
_OPERATORS: Final = {"AND": "AND", "OR": "OR", "NOT": "NOT", "&&": "AND"}
_PREFIX: Final = re.compile(r"([A-Za-z]{2,}):(?!//)")
_WORD: Final = re.compile(r"\A\S+")
_DISTANCE: Final = re.compile(r"~(\d*)")
_FUZZY: Final = re.compile(r"(.*[^\W_])~(\d*)", re.DOTALL)
_FUZZY_WORD: Final = re.compile(r"[^\W_]{3,}")
_PATTERN: Final = re.compile(r"[^\W_][\w.'*?]*")
_INNER_MARK: Final = re.compile(r"[^\W_]\?+[^\W_]")
_FEWEST_LETTERS: Final = 2
_SHORT_WORD: Final = 5
_CONTROLS: Final = frozenset({"Cc", "Cs"})
_DIGITS_THAT_MATTER: Final = 3
_FIRST_EMOJI: Final = 0x1F000
_ALIKE: Final = 0.75
_OF_THE_WEB: Final = frozenset({"site", "inurl", "intitle", "filetype"})


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    PHRASE = auto()
    WILDCARD = auto()
    FUZZY = auto()
    FIELD = auto()
    NICE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its text (of a field the name), a phrase's distance or a fuzzy word's edits, and its place."""

    kind: Kind
    text: str
    at: Span
    number: int | None = None


def tokens(text: str) -> list[Token]:
    """Cut a text into tokens; the last one is `END`.

    Raises QuerySyntaxError for a text that is too long, a quote that is not closed, a prefix that is no field's,
    and wildcards, distances and edits that are out of bounds.
    """
    if len(text) > LONGEST_TEXT:
        raise QuerySyntaxError(
            "TEXT_TOO_LONG",
            f"Search texts have at most {LONGEST_TEXT:,} characters.",
            Span(LONGEST_TEXT, len(text) - LONGEST_TEXT),
        )
    return [*_Lexer(text).all(), Token(Kind.END, "", Span(len(text), 0))]


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._after_prefix = False

    def all(self) -> Iterator[Token]:
        while self._position < len(self._text):
            token = self._next()
            if token is not None:
                self._after_prefix = token.kind in {Kind.FIELD, Kind.NICE}
                yield token

    def _next(self) -> Token | None:  # noqa: PLR0911 - a case for each kind of character
        start = self._position
        character = self._text[start]
        if _is_space(character):
            self._position += 1
            return None
        if character in QUOTES:
            return self._phrase()
        if character in "()":
            return self._take(Kind.OPEN if character == "(" else Kind.CLOSE, start + 1)
        if character in _SEPARATORS:
            return self._take(Kind.COMMA, start + 1)
        if character == "|":
            return self._take(Kind.OR, self._past("|"))
        if character == "-" and self._begins():
            end = self._past("-")
            if end < len(self._text) and not _is_space(self._text[end]):
                return self._take(Kind.NOT, end)
            self._position = end
            return None
        prefix = _PREFIX.match(self._text, start)
        if prefix and (token := self._prefix(prefix)):
            return token
        return self._word()

    def _take(self, kind: Kind, end: int, text: str | None = None, number: int | None = None) -> Token:
        start, self._position = self._position, end
        return Token(kind, self._text[start:end] if text is None else text, Span(start, end - start), number)

    def _past(self, character: str) -> int:
        end = self._position
        while end < len(self._text) and self._text[end] == character:
            end += 1
        return end

    def _begins(self) -> bool:
        """Say whether a minus here stands before a term, not within or behind one."""
        before = self._text[self._position - 1] if self._position else " "
        return self._after_prefix or _is_space(before) or before in "(,;|"

    def _phrase(self) -> Token:
        start = self._position
        end = start + 1
        while end < len(self._text) and self._text[end] not in QUOTES:
            end += 1
        if end == len(self._text):
            raise QuerySyntaxError(
                "UNCLOSED_QUOTE",
                "This quote is not closed.",
                Span(start, end - start),
                self._text.rstrip() + '"',
            )
        content = self._text[start + 1 : end]
        distance = _DISTANCE.match(self._text, end + 1)
        if distance is None:
            return self._take(Kind.PHRASE, end + 1, content)
        number = _number(distance[1])
        if not distance[1] or number > WIDEST_DISTANCE:
            raise QuerySyntaxError(
                "BAD_DISTANCE",
                f"After quotes, `~` takes how many other words may stand among them: 0 to {WIDEST_DISTANCE}, "
                "such as ~5.",
                Span(end + 1, distance.end() - end - 1),
                f"{self._text[: end + 1]}~5{self._text[distance.end() :]}",
            )
        return self._take(Kind.PHRASE, distance.end(), content, number)

    def _prefix(self, prefix: re.Match[str]) -> Token | None:
        name = prefix[1].lower()
        if name == NICE:
            return self._take(Kind.NICE, prefix.end(), name)
        if name in _FIELDS:
            return self._take(Kind.FIELD, prefix.end(), name)
        value = self._text[prefix.end() : prefix.end() + 1]
        if not (value.isalnum() or value in QUOTES or value == "(") or not value:
            return None
        raise QuerySyntaxError(
            "UNKNOWN_FIELD",
            f"There is no field {prefix[0]} Fields are {' '.join(f'{each}:' for each in _FIELDS)} "
            "A text with a colon is found in quotes; site: and the like belong to web search engines.",
            Span(prefix.start(), len(prefix[0])),
            self._mended(prefix, name),
        )

    def _mended(self, prefix: re.Match[str], name: str) -> str | None:
        before, behind = self._text[: prefix.start()], self._text[prefix.end() :]
        if name in _OF_THE_WEB:
            kept = _WORD.sub("", behind, count=1)
            return f"{before.rstrip()} {kept.lstrip()}".strip() or None
        near = difflib.get_close_matches(name, [*_FIELDS, NICE], n=1, cutoff=_ALIKE)
        return f"{before}{near[0]}:{behind}" if near else None

    def _word(self) -> Token | None:
        start = end = self._position
        while end < len(self._text) and not self._ends_word(end):
            end += 1
        word = self._text[start:end]
        if word in _OPERATORS:
            return self._take(Kind[_OPERATORS[word]], end)
        if not has_letters(word):
            self._position = end
            return None
        at = Span(start, end - start)
        if (fuzzy := _FUZZY.fullmatch(word)) is not None:
            return self._take(Kind.FUZZY, end, fuzzy[1], _edits(fuzzy[1], fuzzy[2], at))
        if "*" in word or _INNER_MARK.search(word):
            return self._take(Kind.WILDCARD, end, _checked_pattern(word, at))
        return self._take(Kind.WORD, end)

    def _ends_word(self, position: int) -> bool:
        character = self._text[position]
        if character in _SEPARATORS:
            around = self._text[position - 1 : position] + self._text[position + 1 : position + 2]
            return not (len(around) == 2 and around.isdecimal())  # noqa: PLR2004 - both sides, as in 1,000
        return character in "()|" or character in QUOTES or _is_space(character)


def has_letters(text: str) -> bool:
    """Say whether a text has anything that can be looked up: a letter, a digit, or an emoji."""
    return any(
        character.isalnum() or (ord(character) >= _FIRST_EMOJI and unicodedata.category(character) == "So")
        for character in text
    )


def _is_space(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in _CONTROLS


def _number(digits: str) -> int:
    """Read digits of any length as far as it matters here."""
    return int(digits or "0") if len(digits) < _DIGITS_THAT_MATTER else WIDEST_DISTANCE + 1


def _edits(word: str, digits: str, at: Span) -> int:
    edits = _number(digits) if digits else (1 if len(word) <= _SHORT_WORD else MOST_EDITS)
    if not _FUZZY_WORD.fullmatch(word) or not 1 <= edits <= MOST_EDITS:
        raise QuerySyntaxError(
            "BAD_FUZZY",
            "`~` after a word finds other spellings: one word of at least three letters or digits, "
            f"with 1 or {MOST_EDITS} letters that may differ, such as word~ or word~1.",
            at,
        )
    return edits


def _checked_pattern(word: str, at: Span) -> str:
    pattern = word.rstrip(".:!'")
    if pattern[0] in "*?":
        raise QuerySyntaxError(
            "LEADING_WILDCARD",
            "A wildcard can't stand in front: at least two letters come before it, as in develop*.",
            at,
        )
    letters = re.split(r"[*?]", pattern, maxsplit=1)[0]
    if not _PATTERN.fullmatch(pattern) or len(letters) < _FEWEST_LETTERS:
        raise QuerySyntaxError(
            "BAD_WILDCARD",
            "A wildcard stands in one word of letters and digits, after at least two of them, as in develop*.",
            at,
        )
    return pattern
