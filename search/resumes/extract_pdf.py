"""Text of a PDF in reading order, page by page."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice

import playa
from playa.exceptions import PDFEncryptionError
from playa.page import Page
from playa.pdftypes import resolve1

from search.resumes.extract import ExtractedText, Limits
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.reading_order import PlacedText, lines_in_reading_order, placed_texts

logging.getLogger("playa").setLevel(logging.CRITICAL)

_MAX_LINKS = 200
_LOOKED_AT = 5


def extract_pdf(data: bytes, limits: Limits) -> ExtractedText:
    """Return the text of a PDF and the targets of its links.

    Raises UnreadableResume: ENCRYPTED, TOO_MANY_PAGES or BROKEN (no page can be read).
    """
    try:
        document = playa.parse(data)
        pages = document.pages
        count = len(pages)
    except (PDFEncryptionError, ImportError):
        reason = "The PDF is protected by a password. Remove the protection and send it again."
        raise UnreadableResume(FailureCode.ENCRYPTED, reason) from None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a hostile file may raise anything inside the library
        raise UnreadableResume(FailureCode.BROKEN, _DAMAGED) from None
    if count > limits.pages:
        reason = f"The PDF has {count} pages; at most {limits.pages} are read."
        raise UnreadableResume(FailureCode.TOO_MANY_PAGES, reason)
    texts: list[str] = []
    links: list[str] = []
    characters = 0
    for page in _sound(pages):
        try:
            text = "\n".join(lines_in_reading_order(_placed(page, limits.characters - characters)))
            links.extend(_links(page))
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S112 - one bad page must not cost the others
            continue
        texts.append(text)
        characters += len(text)
        if characters >= limits.characters:
            break
    if not texts:
        raise UnreadableResume(FailureCode.BROKEN, _DAMAGED)
    text = "\n".join(texts)
    pictures = not any(map(str.isalnum, text)) and _shows_pictures(_sound(pages))
    return ExtractedText(text, count, tuple(links[:_MAX_LINKS]), pictures)


def _shows_pictures(pages: Iterable[Page]) -> bool:
    """Say whether one of the first pages draws an image."""
    try:
        return any(True for page in islice(pages, _LOOKED_AT) for _ in page.images)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a hostile file may raise anything inside the library
        return False


def _sound(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield pages up to the first that the library cannot even open."""
    try:
        yield from pages
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a hostile file may raise anything inside the library
        return


_DAMAGED = "The PDF is damaged or cut off. Print it to PDF again and resend it."


def _placed(page: Page, characters: int) -> Iterator[PlacedText]:
    """Yield the page's texts up to a number of characters; a form can be drawn without end."""
    for text in placed_texts(page):
        yield text
        characters -= len(text.text)
        if characters < 0:
            return


def _links(page: Page) -> Iterator[str]:
    for annotation in page.annotations:
        action = resolve1(annotation.props.get("A"))
        if isinstance(action, dict):
            target = resolve1(action.get("URI"))
            if isinstance(target, bytes):
                yield target.decode("utf-8", errors="replace")
