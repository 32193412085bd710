"""Text of an HTML page: what a reader sees; scripts are dropped and nothing is fetched."""

from typing import cast

import lxml.html
from inscriptis.html_engine import Inscriptis
from lxml import etree

from search.resumes.extract import ExtractedText
from search.resumes.extract_text import decoded
from search.resumes.failures import FailureCode, UnreadableResume

_DROPPED = ("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "head")
_LAYOUT_CELL = 150
_TABLE_PARTS = ("table", "thead", "tbody", "tfoot", "tr", "td", "th")


def extract_html(data: bytes) -> ExtractedText:
    """Return the visible text of a page and the targets of its links.

    Raises UnreadableResume: BROKEN where no page can be made of the bytes.
    """
    try:
        root = lxml.html.document_fromstring(_without_declaration(decoded(data)), parser=_parser())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise UnreadableResume(FailureCode.BROKEN, "The HTML page can't be read. Save it again.") from None
    links = tuple(str(node.get("href", "")) for node in root.iter("a"))
    for node in list(root.iter(*_DROPPED)):
        _drop(node)
    for table in list(root.iter("table")):
        if any(len("".join(map(str, cell.itertext()))) > _LAYOUT_CELL for cell in table.iter("td")):
            for part in table.iter(*_TABLE_PARTS):
                part.tag = "div"
    try:
        text = cast("str", Inscriptis(root).get_text())
    except RecursionError:
        raise UnreadableResume(
            FailureCode.BROKEN, "The HTML page is nested too deeply. Save it as PDF."
        ) from None
    return ExtractedText(text, links=links)


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)


def _without_declaration(text: str) -> str:
    """Lxml refuses a decoded text that still declares an encoding."""
    if text.lstrip("\ufeff \t\r\n").startswith("<?xml"):
        return text.partition("?>")[2]
    return text


def _drop(node: lxml.html.HtmlElement) -> None:
    """Remove an element and what is in it, not the text behind it."""
    if node.getparent() is not None:
        node.drop_tree()
