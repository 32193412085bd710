"""Receipts: all that made a hit what it was, compressed and signed, so that it can be shown again and not be altered."""

import base64
import hashlib
import hmac
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from search.embedding import Vector
from search.errors import InvalidQuery
from search.talent.conditions import Condition, as_json, from_json
from search.talent.fit import Fit
from search.talent.request import TalentRequest
from search.talent.telling import tells_of_contacts
from search.talent.weights import weights_version

LONGEST_RECEIPT: Final = 6_000
_MOST_BYTES: Final = 200_000
_SIGNATURE_BYTES: Final = 16
_LAYOUT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a search said about a candidate; `matched` is what each named clause added.

    `contacts` says that its text told of contact data, and could find by them.
    The time is not in it: the same search of the same data has the same receipt.
    """

    candidate_id: str
    text: str
    where: tuple[Condition, ...]
    should: tuple[Condition, ...]
    meaning: Vector | None
    contacts: bool
    score: float
    matched: Mapping[str, float]
    version: int
    index: str
    weights: str
    taxonomy: str

    @property
    def request(self) -> TalentRequest:
        """Return the search again, for this one candidate."""
        return TalentRequest(
            text=self.text,
            where=self.where,
            should=self.should,
            meaning=self.meaning,
            contacts=self.contacts,
            size=1,
            reasons=True,
            evidence=True,
        )


def receipt_of(request: TalentRequest, candidate_id: str, fit: Fit) -> Receipt:
    """Return the receipt of a hit."""
    return Receipt(
        candidate_id=candidate_id,
        text=request.text,
        where=request.where,
        should=request.should,
        meaning=request.meaning,
        contacts=request.contacts and tells_of_contacts(request.text),
        score=fit.score,
        matched=fit.matched,
        version=fit.version,
        index=fit.index,
        weights=weights_version(),
        taxonomy=request.expansion.version,
    )


def sealed(receipt: Receipt, key: str) -> str | None:
    """Return the receipt as one opaque string, None where the search is too long for one (6,000 characters)."""
    content = [
        _LAYOUT,
        receipt.candidate_id,
        receipt.text,
        [as_json(condition) for condition in receipt.where],
        [as_json(condition) for condition in receipt.should],
        None if receipt.meaning is None else receipt.meaning.hex(),
        receipt.contacts,
        receipt.score,
        receipt.matched,
        receipt.version,
        receipt.index,
        receipt.weights,
        receipt.taxonomy,
    ]
    packed = zlib.compress(orjson.dumps(content), 9)
    text = base64.urlsafe_b64encode(_signature(packed, key) + packed).decode()
    return text if len(text) <= LONGEST_RECEIPT else None


def opened(text: str, key: str) -> Receipt:
    """Read a receipt; raises InvalidQuery for anything that `sealed` did not make with this key (empty: none)."""
    try:
        if not key or len(text) > LONGEST_RECEIPT:
            raise ValueError(len(text))
        content = base64.b64decode(text, altchars=b"-_", validate=True)
        signature, packed = content[:_SIGNATURE_BYTES], content[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _signature(packed, key)):
            raise ValueError(len(text))
        match orjson.loads(zlib.decompressobj().decompress(packed, _MOST_BYTES)):
            case [
                3,
                id_,
                said,
                where,
                should,
                meaning,
                contacts,
                score,
                matched,
                version,
                index,
                weights,
                taxonomy,
            ]:
                return Receipt(
                    candidate_id=id_,
                    text=said,
                    where=tuple(map(from_json, where)),
                    should=tuple(map(from_json, should)),
                    meaning=None if meaning is None else bytes.fromhex(meaning),
                    contacts=contacts,
                    score=score,
                    matched=matched,
                    version=version,
                    index=index,
                    weights=weights,
                    taxonomy=taxonomy,
                )
            case other:
                raise ValueError(_kind(other))
    except (ValueError, zlib.error) as error:
        raise InvalidQuery(
            "BAD_RECEIPT",
            "receiptId",
            "This is no receipt of ours; take `fit.receiptId` of a hit as it stands.",
        ) from error


def _kind(content: Any) -> str:
    return type(content).__name__


def _signature(packed: bytes, key: str) -> bytes:
    return hmac.new(bytes.fromhex(key), packed, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
