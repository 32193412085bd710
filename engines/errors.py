"""What the engines raise."""


class EngineError(Exception):
    """An engine can't be fetched, started, asked or stopped; the message is one line that says what to do."""
