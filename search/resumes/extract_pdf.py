"""Text of a PDF in reading order, page by page."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import playa
from playa.exceptions import PDFEncryptionError
from playa.page import Page
from playa.pdftypes import resolve1

from search.resumes.columns import Cell
from search.resumes.extract import ExtractedText, Limits
from search.resumes.failures import FailureCode, UnreadableResume
from search.resumes.ocr import ScannedText, is_installed, read_scan
from search.resumes.reading_order import ReadLine, lines_in_reading_order, placed_texts
from search.resumes.running_lines import without_running_lines

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
    read, links = _read(pages, limits.characters)
    if not read:
        raise UnreadableResume(FailureCode.BROKEN, _DAMAGED)
    text = _joined(read)
    if not any(map(str.isalnum, text)) and _shows_pictures(_sound(pages)):
        return _of_scan(data, count, limits)
    return ExtractedText(text, count, tuple(links[:_MAX_LINKS]))


def _read(pages: Iterable[Page], most: int) -> tuple[list[list[ReadLine]], list[str]]:
    """Return the lines of each page that can be read, until there are enough characters, and the targets of links."""
    read: list[list[ReadLine]] = []
    links: list[str] = []
    characters = 0
    for page in _sound(pages):
        try:
            lines = lines_in_reading_order(_placed(page, most - characters))
            links.extend(_links(page))
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S112 - one bad page must not cost the others
            continue
        read.append(lines)
        characters += sum(len(line.text) + 1 for line in lines)
        if characters >= most:
            break
    return read, links


def _joined(pages: Sequence[Sequence[ReadLine]]) -> str:
    return "\n".join(line.text for page in without_running_lines(pages) for line in page)


def _of_scan(data: bytes, count: int, limits: Limits) -> ExtractedText:
    """Return what is written on pictures of pages, nothing where that is not read."""
    scan = ScannedText([], complete=True)
    if limits.ocr_pages and is_installed():
        try:
            scan = read_scan(data, limits)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a hostile picture may raise anything inside the libraries
            return ExtractedText("", count, pictures=True)
    return ExtractedText(_joined(scan.pages), count, pictures=True, complete=scan.complete)


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


def _placed(page: Page, characters: int) -> Iterator[Cell]:
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
