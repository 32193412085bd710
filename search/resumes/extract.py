"""Text out of the bytes of a résumé."""

from dataclasses import dataclass

CLOCK_FACTOR = 3
"""How much longer than its CPU time a file may take on the clock: machines are busy."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file's reading."""

    pages: int = 300
    characters: int = 500_000
    expanded_bytes: int = 50_000_000
    zip_entries: int = 1_000
    ocr_pages: int = 5
    """Pages of a scan; none where it is 0, or the extra `ocr` is not installed."""
    ocr_seconds: float = 12.0
    """CPU time after which no further page of a scan is begun."""


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """Lines of text in reading order, the addresses that links and buttons hide, and whether pages show pictures.

    `complete` says whether all pages were read.
    """

    text: str
    pages: int = 1
    links: tuple[str, ...] = ()
    pictures: bool = False
    complete: bool = True
