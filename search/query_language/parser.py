"""From tokens to a tree, by recursive descent whose depth is bounded.

query   = either
either  = both { OR both }
both    = part { [AND] part }
part    = NOT part | prefix part | "(" either ")" | run | phrase | wildcard | fuzzy
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from search.query_language.errors import QuerySyntaxError
from search.query_language.lexer import Kind, Token, has_letters, tokens
from search.query_language.tree import (
    All,
    Any,
    Field,
    Fuzzy,
    Nice,
    Node,
    Not,
    Phrase,
    Run,
    Span,
    Wildcard,
    Within,
)
from search.text import STOPWORDS, normalised

DEEPEST: Final = 20
MOST_TERMS: Final = 100
MOST_PATTERNS: Final = 20
"""Wildcards and fuzzy words: each is held against every word of the index."""
REMEMBERED: Final = 500
"""Texts whose trees are remembered: people turn pages, and change filters and not words."""
_FIRST_IDEOGRAPH: Final = 0x2E80
_HANGUL: Final = range(0xAC00, 0xD7A4)


@lru_cache(maxsize=REMEMBERED)
def parse(text: str) -> Node | None:
    """Return what a text means; None where it has nothing to look for.

    Raises QuerySyntaxError for a text that is no query, has more than 100 terms (a phrase counts with its words), more
    than 20 wildcards and fuzzy words, or more than 20 levels of parentheses.
    """
    parser = _Parser(text)
    tree = parser.query()
    if tree is not None:
        _check_nice(tree)
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._position = 0
        self._depth = 0
        self._terms = 0
        self._patterns = 0
        self._field: Field | None = None

    @property
    def _token(self) -> Token:
        return self._tokens[self._position]

    def _advance(self) -> Token:
        token = self._token
        self._position += 1
        return token

    def query(self) -> Node | None:
        node = self._either()
        if self._token.kind is Kind.CLOSE:
            raise self._error(
                "UNOPENED_PARENTHESIS",
                "This parenthesis closes none.",
                self._token.at,
                self._without(self._token.at),
            )
        return node

    def _either(self) -> Node | None:
        start = self._token.at.offset
        before: Token | None = None
        parts: list[Node] = []
        while True:
            operator = before or (self._token if self._token.kind is Kind.OR else None)
            begin = self._token.at.offset
            part = self._both()
            if part is None and (operator or self._token.kind is Kind.OR):
                raise self._missing(operator or self._token, begin)
            if part is not None:
                parts += part.parts if isinstance(part, Any) else [part]
            if self._token.kind is not Kind.OR:
                break
            before = self._advance()
        return _joined(Any, parts, self._since(start))

    def _both(self) -> Node | None:
        start = self._token.at.offset
        parts: list[Node] = []
        while True:
            if self._token.kind is Kind.AND:
                operator = self._advance()
                if not parts or not self._begins_part():
                    raise self._missing(operator, operator.at.offset)
            if self._token.kind is Kind.COMMA:
                self._advance()
                continue
            if not self._begins_part():
                return _joined(All, parts, self._since(start))
            part = self._part()
            if part is not None:
                parts += part.parts if isinstance(part, All) else [part]

    def _begins_part(self) -> bool:
        return self._token.kind not in {Kind.AND, Kind.OR, Kind.CLOSE, Kind.END, Kind.COMMA}

    def _part(self) -> Node | None:
        token = self._token
        match token.kind:
            case Kind.NOT | Kind.FIELD | Kind.NICE:
                return self._prefixed(self._advance())
            case Kind.OPEN:
                return self._group()
            case Kind.WORD:
                return self._run()
            case _:
                return self._term(self._advance())

    def _prefixed(self, token: Token) -> Node:
        if not self._begins_part():
            raise self._missing(token, token.at.offset)
        if token.kind is Kind.FIELD:
            return self._within(token)
        begin = self._token.at.offset
        with_depth = self._deeper(token)
        part = self._operand()
        self._depth = with_depth
        if part is None:
            raise self._missing(token, begin)
        at = self._since(token.at.offset)
        return Not(part, at) if token.kind is Kind.NOT else Nice(part, at)

    def _within(self, token: Token) -> Node:
        if self._field is not None:
            raise self._error(
                "FIELD_IN_FIELD", f"{token.text}: stands within {self._field}: already.", token.at
            )
        begin = self._token.at.offset
        self._field = Field(token.text)
        part = self._operand()
        self._field = None
        if part is None:
            raise self._missing(token, begin)
        return Within(Field(token.text), part, self._since(token.at.offset))

    def _operand(self) -> Node | None:
        """Read what a prefix or `NOT` belongs to: one term, not a whole run."""
        if self._token.kind is not Kind.WORD:
            return self._part()
        token = self._advance()
        self._count(token)
        word = _clean(token.text)
        return Run(((word,),), token.at) if _is_meant(word) else None

    def _group(self) -> Node | None:
        token = self._advance()
        outside = self._deeper(token)
        node = self._either()
        if self._token.kind is not Kind.CLOSE:
            raise self._error(
                "UNCLOSED_PARENTHESIS", "This parenthesis is not closed.", token.at, self._text.rstrip() + ")"
            )
        self._advance()
        self._depth = outside
        return node

    def _deeper(self, token: Token) -> int:
        outside = self._depth
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(
                "TOO_DEEP", f"Parentheses and NOT nest at most {DEEPEST} levels deep.", token.at
            )
        return outside

    def _run(self) -> Run | None:
        start = self._token.at.offset
        items: list[list[str]] = [[]]
        end = start
        while self._token.kind is Kind.WORD or (
            self._token.kind is Kind.COMMA and self._tokens[self._position + 1].kind is Kind.WORD
        ):
            token = self._advance()
            if token.kind is Kind.COMMA:
                items.append([])
                continue
            end = token.at.offset + token.at.length
            self._count(token)
            if _is_meant(word := _clean(token.text)):
                items[-1].append(word)
        kept = tuple(tuple(item) for item in items if item)
        return Run(kept, Span(start, end - start)) if kept else None

    def _term(self, token: Token) -> Node | None:
        self._count(token)
        if token.kind is not Kind.PHRASE:
            self._patterns += 1
        if self._patterns > MOST_PATTERNS:
            raise self._error(
                "TOO_MANY_PATTERNS",
                f"Search texts have at most {MOST_PATTERNS} words with wildcards or `~`.",
                token.at,
            )
        match token.kind:
            case Kind.WILDCARD:
                return Wildcard(_clean(token.text), token.at)
            case Kind.FUZZY:
                return Fuzzy(_clean(token.text), token.number or 1, token.at)
            case _:
                words = " ".join(_clean(token.text).split())
                return Phrase(words, token.number, token.at) if has_letters(words) else None

    def _count(self, token: Token) -> None:
        self._terms += count_terms(token.text)
        if self._terms > MOST_TERMS:
            raise self._error("TOO_MANY_TERMS", f"Search texts have at most {MOST_TERMS} terms.", token.at)

    def _since(self, start: int) -> Span:
        if self._position == 0:
            return Span(start, 0)
        last = self._tokens[self._position - 1].at
        return Span(start, max(0, last.offset + last.length - start))

    def _missing(self, token: Token, begin: int) -> QuerySyntaxError:
        """Tell what has nothing to work on: nothing stands there, or only words too common to be looked for."""
        common = self._text[begin : self._token.at.offset].strip()
        common = common if has_letters(common) and token.text not in common else ""
        reason = (
            f"“{common}” is too common to be looked for; put it in quotes." if common else "Nothing is there."
        )
        return self._error(
            "MISSING_TERM",
            f"{token.text}{':' if token.kind in {Kind.FIELD, Kind.NICE} else ''} needs a term. {reason}",
            token.at,
            None if common else self._without(token.at),
        )

    def _without(self, at: Span) -> str | None:
        before, behind = self._text[: at.offset].rstrip(), self._text[at.offset + at.length :].lstrip()
        return f"{before} {behind}".strip() or None

    def _error(self, reason: str, message: str, at: Span, suggestion: str | None = None) -> QuerySyntaxError:
        return QuerySyntaxError(reason, message, at, suggestion)


def _joined(kind: type[All] | type[Any], parts: list[Node], at: Span) -> Node | None:
    if len(parts) > 1:
        return kind(tuple(parts), at)
    return parts[0] if parts else None


def _clean(text: str) -> str:
    return normalised(text).strip()


def _is_meant(word: str) -> bool:
    return has_letters(word) and word.lower() not in STOPWORDS


def _check_nice(tree: Node) -> None:
    top = tree.parts if isinstance(tree, All) else (tree,)
    for part in top:
        below = part.part if isinstance(part, Nice) else part
        for node in every_node(below):
            if isinstance(node, Nice):
                raise QuerySyntaxError(
                    "NICE_INSIDE",
                    "nice: stands beside what is required, not within OR, NOT, a field or another nice:.",
                    node.at,
                )


def every_node(node: Node) -> Iterator[Node]:
    """Go through a tree, parents before their parts."""
    yield node
    match node:
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from every_node(part)
        case Not(part=part) | Nice(part=part) | Within(part=part):
            yield from every_node(part)


def count_terms(text: str) -> int:
    """Count the terms that the standard tokenizer makes of a text, rather too many than too few.

    Runs of letters, marks and digits are one term; ideographs, kana and the like one each.
    """
    count = 0
    inside = False
    for character in text:
        point = ord(character)
        continues = unicodedata.category(character)[0] in "LMN"
        alone = point >= _FIRST_IDEOGRAPH and point not in _HANGUL
        if alone or (continues and not inside):
            count += 1
        inside = continues and not alone
    return count
