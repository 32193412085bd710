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


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """Lines of text in reading order, the addresses that links and buttons hide, and whether pages show pictures."""

    text: str
    pages: int = 1
    links: tuple[str, ...] = ()
    pictures: bool = False
