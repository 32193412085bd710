"""The text of a résumé: what the spans of its values point into."""

import asyncio
from enum import StrEnum
from typing import Annotated

import strawberry

from graph.errors import Code, InvalidInput
from graph.people import RECORD
from graph.reading import Row, node
from schema.context import Info
from schema.enums import described
from schema.limits import LONGEST_TEXT
from search.resumes.store import MissingFileError, ResumeStore

_DIGEST = Row((node("text_document"),))


class TextState(StrEnum):
    """Whether a text that was read from a file is still at hand."""

    KEPT = "KEPT"
    MISSING = "MISSING"


described(
    TextState,
    name="ResumeTextState",
    description="Whether a text that was read from a file is still at hand.",
    values={
        TextState.KEPT: "It is in the store.",
        TextState.MISSING: "The store of the server that answers lacks it: have the folder restored, or hand in the file again.",
    },
)

Offset = Annotated[
    int, strawberry.argument(description="Its first character, counted from 0 in Unicode characters.")
]
Length = Annotated[
    int, strawberry.argument(description=f"How many characters at most: 1 to {LONGEST_TEXT:,}.")
]


@strawberry.type(
    description="A résumé's text as it was read from the file, or a stretch of it: `start` and `end` of a span count its "
    "characters. They count Unicode characters (code points): Python's `text[start:end]`; in JavaScript, whose strings count "
    "UTF-16 units, `[...text].slice(start, end).join('')`."
)
class ResumeText:
    state: TextState = strawberry.field(description="Whether it is at hand.")
    characters: int | None = strawberry.field(
        description="How many Unicode characters the whole text has; none where it is missing."
    )
    offset: int = strawberry.field(description="Where the stretch begins.")
    content: str | None = strawberry.field(
        description="The stretch, empty behind the text's end; none where the text is missing."
    )


async def text_of_record(info: Info, record_id: str, offset: int, length: int) -> ResumeText | None:
    """Return a stretch of a record's text, None where nothing was read from a file.

    Raises:
        InvalidInput: the stretch is out of bounds.
    """
    if offset < 0:
        raise InvalidInput(Code.OUT_OF_RANGE, "`offset` is 0 or more", field="offset")
    if not 1 <= length <= LONGEST_TEXT:
        raise InvalidInput(Code.OUT_OF_RANGE, f"`length` is 1 to {LONGEST_TEXT}", field="length")
    row = await info.context.loaders.read(RECORD, _DIGEST, record_id)
    if row is None or row[0] is None:
        return None
    text = await asyncio.to_thread(_text, info.context.services.store, row[0])
    if text is None:
        return ResumeText(state=TextState.MISSING, characters=None, offset=offset, content=None)
    return ResumeText(
        state=TextState.KEPT,
        characters=len(text),
        offset=offset,
        content=text[offset : offset + length],
    )


def _text(store: ResumeStore, digest: str) -> str | None:
    try:
        return store.get(digest).decode(errors="replace")
    except MissingFileError:
        return None
