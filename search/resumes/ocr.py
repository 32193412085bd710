"""Writing in pictures of pages, read where the extra `ocr` is installed; without it a scan stays one.

Meant for the sandbox: what draws and reads hostile pictures runs in a process that can be killed, on one thread and with more
memory than other files get.
"""

import io
import resource
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

from search.resumes.columns import Cell
from search.resumes.extract import Limits
from search.resumes.reading_order import ReadLine, lines_in_reading_order

_PACKAGES = ("rapidocr", "onnxruntime", "pypdfium2")
_LONGEST_SIDE = 1_600
"""Of a page's picture, in pixels: 140 to the inch on A4."""
_SUREST_WRONG = 0.6
_OF_A_BOX = 0.8
"""Of the height of a box that is found around a line, what its font size is."""
_SAME_LINE = 0.4


class PictureReader(Protocol):
    """What finds writing in pictures."""

    def cells(self, picture: Any) -> list[Cell]:
        """Return the lines of writing in an array of pixels, with their places in pixels."""
        ...


@dataclass(frozen=True, slots=True)
class ScannedText:
    """The lines of the pages that were read; `complete` says whether these are all pages."""

    pages: list[list[ReadLine]]
    complete: bool


def is_installed() -> bool:
    """Say whether the packages of the extra are there."""
    return all(find_spec(package) is not None for package in _PACKAGES)


def read_scan(data: bytes, limits: Limits) -> ScannedText:
    """Return the writing on the pages of a PDF, as many as the limits on pages and seconds let be read.

    Raises what the libraries raise of a document that they cannot read.
    """
    _take_more_memory()
    reader: PictureReader = RapidOcr()
    until = time.process_time() + limits.ocr_seconds
    pages: list[list[ReadLine]] = []
    for picture in _pictures(data):
        if pages and (len(pages) >= limits.ocr_pages or time.process_time() >= until):
            return ScannedText(pages, complete=False)
        pages.append(lines_in_reading_order(reader.cells(picture)))
    return ScannedText(pages, complete=True)


class RapidOcr:
    """PP-OCR's models, which come with the package `rapidocr`, run by ONNX Runtime on one thread."""

    def __init__(self) -> None:
        import cv2  # noqa: PLC0415 - only there with the extra
        from rapidocr import RapidOCR  # noqa: PLC0415 - as above

        cv2.setNumThreads(1)
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def cells(self, picture: Any) -> list[Cell]:
        """Return the lines of writing in an array of pixels, with their places in pixels."""
        found = self._engine(picture)
        if found.boxes is None:
            return []
        cells = []
        for box, text, sureness in zip(found.boxes, found.txts, found.scores, strict=True):
            xs, ys = [float(x) for x, _ in box], [float(y) for _, y in box]
            if sureness > _SUREST_WRONG and text.strip():
                cells.append(Cell(text.strip(), min(xs), max(xs), max(ys), (max(ys) - min(ys)) * _OF_A_BOX))
        return _line_by_line(cells)


def _line_by_line(cells: list[Cell]) -> list[Cell]:
    """Order cells from top to bottom, those about as high from left to right."""
    lines: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda each: each.y):
        if lines and cell.y - lines[-1][0].y <= _SAME_LINE * cell.size:
            lines[-1].append(cell)
        else:
            lines.append([cell])
    return [cell for line in lines for cell in sorted(line, key=lambda each: each.x0)]


def _pictures(data: bytes) -> Iterator[Any]:
    """Yield each page as an array of pixels."""
    import pypdfium2  # noqa: PLC0415 - only there with the extra

    with closing(pypdfium2.PdfDocument(io.BytesIO(data))) as document:
        for page in document:
            longest = max(page.get_size())
            yield page.render(scale=_LONGEST_SIDE / longest).to_numpy()


def _take_more_memory() -> None:
    """Lift the limit on memory to the one that this process may lift it to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
