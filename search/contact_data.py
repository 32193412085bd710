"""E-mail addresses, telephone numbers and links: texts without them, and the keys by which the index finds whose they are.

Not everybody who searches may see them, and what one may not see one must not find. So the words of a résumé that can be
searched have none of them, and a field of its own has them, for those who may.
In: `+49 171 1234567`. Out: `tel:765432117194`: whoever knows the last digits knows how the key begins.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from search.resumes.contacts import same_address, without_links

LONGEST: Final = 256
"""Longer ones are neither indexed nor looked for."""

_FEWEST_DIGITS: Final = 7
_MOST_DIGITS: Final = 15
_LAST_DAY: Final = 31
_TELEPHONE: Final = "tel:"
_LINK: Final = "//"
_WIDE_AT: Final = "\uff20"
_LONGEST_LOCAL: Final = 128
# A word is looked at once, whatever stands in it: nothing here takes more than a fixed time for each character.
_AT: Final = re.compile(r"[@\uff20]")
_LOCAL: Final = re.compile(r"[\w.+%'-]++\s?\Z")
_DOMAIN: Final = re.compile(r"\s?[\w-]++(?:\.[\w-]++)+")
_NUMBER: Final = re.compile(r"\d(?:[ \t\u00a0().\-\u2010-\u2013/]{0,3}\d){6,}")
_WORDS: Final = re.compile(r"\+?[\d\s().\-\u2010-\u2013/]+")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_TRUNK: Final = re.compile(r"\(0\)")


class Key(NamedTuple):
    """What a field has to be, or with `begins` how it has to begin."""

    value: str
    begins: bool


def keys_of(emails: Sequence[str], phones: Sequence[str], links: Sequence[str]) -> Iterator[str]:
    """Yield the keys of a candidate's contact data; telephone numbers are given in E.164."""
    for email in emails:
        yield email.lower()
    for phone in phones:
        yield _TELEPHONE + _digits(phone)[::-1]
    for link in links:
        yield _LINK + same_address(link)


def key_sought(text: str) -> Key | None:
    """Return what finds whose address, number or link a text is; None for one that is none.

    A number may lack its country, or be an extension's or an area's: its last seven digits are enough.
    """
    sought = text.strip().strip("<>.,;:")
    if not sought or len(sought) > LONGEST:
        return None
    if _without_emails(sought) == " ":
        return Key(re.sub(r"\s", "", sought).replace(_WIDE_AT, "@").lower(), begins=False)
    if _WORDS.fullmatch(sought):
        digits = _digits(_TRUNK.sub("", sought)).lstrip("0")
        is_dates = _is_dates(sought[0], sought[1:] if sought[0] in "+(" else sought)
        if _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS and not is_dates:
            return Key(_TELEPHONE + digits[::-1], begins=True)
        return None
    if not without_links(sought).strip():
        return Key(_LINK + same_address(sought), begins=False)
    return None


def without_contact_data(text: str, phones: Sequence[str] = ()) -> str:
    """Return a text without e-mail addresses, links, and numbers that can be somebody's telephone.

    Of numbers, dates stay, and what has fewer than seven digits besides its years; those that are known to be `phones`
    (E.164) go in any case.
    """
    known = tuple(_digits(phone)[-_FEWEST_DIGITS:] for phone in phones)

    def unless_dates(found: re.Match[str]) -> str:
        before = found.string[max(0, found.start() - 1) : found.start()]
        stays = _is_dates(before, found[0])
        return found[0] if stays and not (known and _digits(found[0]).endswith(known)) else " "

    lines = _NUMBER.sub(unless_dates, _without_emails(text)).split("\n")
    return "\n".join(without_links(line) if _may_have_links(line) else line for line in lines)


def _without_emails(text: str) -> str:
    kept: list[str] = []
    end = 0
    for mark in _AT.finditer(text):
        local = _LOCAL.search(text, max(end, mark.start() - _LONGEST_LOCAL), mark.start())
        domain = _DOMAIN.match(text, mark.end())
        if local and domain:
            kept.append(text[end : local.start()])
            end = domain.end()
    return " ".join([*kept, text[end:]])


def _may_have_links(line: str) -> bool:
    return "/" in line or "www." in line.lower()


def _is_dates(before: str, number: str) -> bool:
    """Say whether a number has years in it, and besides days and months, or too little to be called."""
    if before == "+" or (before == "(" and ")" in number):
        return False
    groups = re.findall(r"\d+", number)
    others = [group for group in groups if not _YEAR.fullmatch(group)]
    if len(others) == len(groups):
        return False
    return sum(map(len, others)) < _FEWEST_DIGITS or all(
        len(group) <= len("31") and int(group) <= _LAST_DAY for group in others
    )


def _digits(text: str) -> str:
    return "".join(str(int(character)) for character in text if character.isdecimal())
