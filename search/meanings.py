"""Vectors of candidates' documents, those of résumés kept beside their texts: reindexing everybody computes none anew."""

from dataclasses import replace
from typing import Final

from search.documents import CandidateDocument
from search.embedding import Embedder, Vector
from search.resumes.store import ResumeStore

_OF: Final = "searchable"
"""Of which form of the text the kept vector is: that without contact data."""
_NOTHING: Final = b""
"""What is kept of a text that has no meaning to the model."""


class Meanings:
    """What documents mean to a model."""

    def __init__(self, store: ResumeStore, model: Embedder) -> None:
        self._store = store
        self._model = model

    def added_to(self, document: CandidateDocument, text_document: str | None) -> CandidateDocument:
        """Return the document with its meaning; `text_document` is the SHA-256 of its résumé's text in the store."""
        if text_document is not None and document.resume_text:
            return replace(document, meaning=self._of_resume(text_document, document.resume_text))
        return replace(document, meaning=self._model.embed(profile_text(document)))

    def _of_resume(self, sha256: str, text: str) -> Vector | None:
        name = f"{self._model.name}-{_OF}"
        kept = self._store.beside(sha256, name)
        if kept is None:
            kept = self._model.embed(text) or _NOTHING
            self._store.put_beside(sha256, name, kept)
        return kept or None


def profile_text(document: CandidateDocument) -> str:
    """Return what a profile says somebody does."""
    titles = [employment.title for employment in document.employments]
    said = (document.headline, document.summary, *titles, *document.skills)
    return ", ".join(dict.fromkeys(text for text in said if text))
