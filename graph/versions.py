from graph.errors import Code, Conflict


def check_version(expected: int | None, found: int) -> None:
    """Refuse a change of what its author has not seen; without an expectation every version is fine.

    Raises:
        Conflict: the version is another.
    """
    if expected is not None and expected != found:
        message = f"this is version {found} by now, not {expected}; read it again and decide anew"
        raise Conflict(Code.VERSION_CONFLICT, message, field="expectedVersion")
