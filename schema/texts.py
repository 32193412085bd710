"""Texts of one line in inputs."""

from graph.errors import Code, InvalidInput


def required_text(given: str, longest: int, field: str) -> str:
    """Return a text without the space around it.

    Raises:
        InvalidInput: there is nothing left of it, or it has more than `longest` characters.
    """
    text = given.strip()
    if not text:
        raise InvalidInput(Code.REQUIRED, "this must not be empty", field=field)
    if len(text) > longest:
        raise InvalidInput(Code.TOO_LONG, f"at most {longest} characters", field=field)
    return text
