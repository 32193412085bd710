"""Where a query's text is wrong, why, and what was probably meant."""

from search.errors import InvalidQuery
from search.query_language.tree import Span


class QuerySyntaxError(InvalidQuery):
    """The text is no query. `at` is the place at fault; `suggestion` the whole text mended, where that is plain."""

    def __init__(self, reason: str, message: str, at: Span, suggestion: str | None = None) -> None:
        """Keep the place and the suggestion beside reason and message."""
        super().__init__(reason, "text", message)
        self.at = at
        self.suggestion = suggestion
