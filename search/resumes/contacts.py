"""E-mail addresses, telephone numbers and links in a résumé's text and behind its hyperlinks."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

_MAX_EMAILS = 10
_MAX_PHONES = 10
_MAX_LINKS = 30
_MAX_LINK = 300
_EMAIL = re.compile(r"[\w.+%'-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}", re.UNICODE)
_LABEL_BEFORE = re.compile(r"^(?:e-?mail|mail|id)(?:id)?[:.\-]+", re.IGNORECASE)
_LINK = re.compile(
    r"""(?<![\w@./-])(?:https?://[^\s<>"'|\t]{3,300}
    |(?:www\.)[a-z0-9-]+(?:\.[a-z0-9-]+){1,4}(?:/[^\s<>"'|\t]*)?
    |(?:[a-z]{2,3}\.)?(?:linkedin|github|gitlab|behance|dribbble|medium|stackoverflow|indeed|kaggle|bitbucket|xing)\.(?:com|org|net)
        /[^\s<>"'|\t,;)]+
    |(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|me|co|ai|app|info|eu|de|uk|fr|in)/[^\s<>"'|\t,;)]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_SLUG = re.compile(r"/(?:in|r|pub|u|profile)/([^/?#]+)", re.IGNORECASE)
_NOT_SITES = re.compile(r"^(?:https?://)?(?:www\.)?(?:e\.g|i\.e)\b", re.IGNORECASE)


class Found(NamedTuple):
    """A value and the half-open offsets of the text where it stands; both are -1 if behind a hyperlink."""

    value: str
    start: int
    end: int


def find_emails(text: str, links: Iterable[str] = ()) -> list[Found]:
    """Return valid addresses in order, domain in lower case; nothing is asked of the network."""
    found: dict[str, Found] = {}
    for match in _EMAIL.finditer(text):
        written = _LABEL_BEFORE.sub("", re.sub(r"\s", "", match[0])).strip(".-'_%+")
        address = _valid_email(written)
        if address:
            found.setdefault(address.lower(), Found(address, match.start(), match.end()))
    for link in links:
        if link.lower().startswith("mailto:") and (address := _valid_email(link[7:].partition("?")[0])):
            found.setdefault(address.lower(), Found(address, -1, -1))
    return list(found.values())[:_MAX_EMAILS]


def _valid_email(written: str) -> str | None:
    for candidate in (written, re.sub(r"(\.[A-Za-z]{2,4})[A-Z][a-z]\w*$", r"\1", written)):
        try:
            return validate_email(candidate, check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError:
            continue
    return None


def find_phones(text: str, region: str | None, links: Iterable[str] = ()) -> list[Found]:
    """Return telephone numbers as E.164; numbers without a country code are read as of the region."""
    found: dict[str, Found] = {}
    for candidate_region in (region, None) if region else (None, "US"):
        for match in phonenumbers.PhoneNumberMatcher(text, candidate_region):
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            found.setdefault(number, Found(number, match.start, match.end))
    for link in links:
        if link.lower().startswith("tel:"):
            found |= _from_link(link[4:], region, found)
    return sorted(found.values(), key=lambda value: (value.start < 0, value.start))[:_MAX_PHONES]


def _from_link(written: str, region: str | None, known: dict[str, Found]) -> dict[str, Found]:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return {}
    if not phonenumbers.is_valid_number(number):
        return {}
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return {} if value in known else {value: Found(value, -1, -1)}


def find_links(text: str, links: Iterable[str] = ()) -> list[Found]:
    """Return web addresses in order, each with a scheme, those of hyperlinks last."""
    found: dict[str, Found] = {}
    for match in _LINK.finditer(text):
        if address := _address(match[0]):
            found.setdefault(same_address(address), Found(address, match.start(), match.end()))
    for link in links:
        if link.lower().startswith(("http://", "https://", "www.")) and (address := _address(link)):
            found.setdefault(same_address(address), Found(address, -1, -1))
    return list(found.values())[:_MAX_LINKS]


def _address(written: str) -> str | None:
    address = written.strip().rstrip(".,;:)]}>*")
    if _NOT_SITES.match(address) or len(address) > _MAX_LINK or any(char.isspace() for char in address):
        return None
    return address if address.lower().startswith("http") else f"https://{address}"


def same_address(address: str) -> str:
    """Return what is the same for all ways of writing an address."""
    return re.sub(r"^https?://(?:www\.)?", "", address.lower()).rstrip("/")


def without_contacts(line: str) -> str:
    """Return the line without its addresses and links."""
    return _LINK.sub(" ", _EMAIL.sub(" ", line))


def without_links(line: str) -> str:
    """Return the line without its links."""
    return _LINK.sub(" ", line)


def words_of_emails(emails: Iterable[str]) -> Iterator[str]:
    """Yield the words of the local parts in lower case: often a person's names."""
    for email in emails:
        yield from (word for word in re.split(r"[\W\d_]+", email.partition("@")[0].lower()) if len(word) > 2)  # noqa: PLR2004


def words_of_slugs(links: Iterable[str]) -> Iterator[str]:
    """Yield the words of profile addresses ("…/in/jane-example") in lower case: often a person's names."""
    for link in links:
        if match := _SLUG.search(link):
            yield from (word for word in re.split(r"[\W\d_]+", match[1].lower()) if len(word) > 2)  # noqa: PLR2004
