"""The role that a summary or an objective names, such as "Seeking a position as a Site Manager"."""

import re
from collections.abc import Iterable

from search.resumes.sections import Line
from search.resumes.vocabulary import is_title

_MAX_TEXT = 1_500
_MAX_ROLE = 60
_MAX_ROLE_WORDS = 6
_MOST_TRIES = 12
_PRAISE = (
    r"accomplished|ambitious|articulate|capable|certified|challenging|competent|creative|dedicated|detail[- ]oriented|driven|dynamic|"
    r"energetic|enthusiastic|entry[- ]level|experienced|full[- ]time|good|great|hard[- ]?working|highly|innovative|knowledgeable|licensed|"
    r"motivated|organi[sz]ed|part[- ]time|passionate|permanent|professional|proven|qualified|reliable|reputable|reputed|resourceful|"
    r"responsible|results?[- ]\w+|seasoned|self[- ]?motivated|skilled|strong|successful|talented|versatile|"
    r"well[- ]organi[sz]ed|and|,|an?|the|more than|next"
)
_BEFORE = re.compile(rf"(?:(?:{_PRAISE})(?![\w-])\s*)*", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:(?:position|role|job|career|opportunity|opening|post|placement|employment|internship)\s+(?:as|of)|as\s+an?|as)\s+(?=\w)|"
    r"\b(?:seek(?:ing)?|looking for|desir(?:e|ing)|obtain|targeting|apply(?:ing)? for|interested in)\s+(?=\w)|"
    r"(?:^|(?<=\n)|(?<=[.:] ))(?:I am\s+|I'm\s+)?(?=[A-Z])",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\s*[,;:.()|•/\n]|\s[-–—]\s|\s+(?:at|with|for|in|by|as|from|since|where|which|who|during|to|on|having|offering|possessing|"
    r"speciali[sz]ing|position|role|job|opportunity|opening|and|based|seeking|able|whose|that|is|are|will|would)\b",
    re.IGNORECASE,
)


def aim_of(lines: Iterable[Line]) -> str | None:
    """Return the first role that the text is about; up to twelve places of its first 1,500 characters are tried."""
    text = "\n".join(line.text for line in lines)[:_MAX_TEXT]
    text = re.sub(r"(?<=[a-z,])\n(?=[a-z])", " ", text)
    for tried, named in enumerate(_NAMED.finditer(text)):
        if tried == _MOST_TRIES:
            return None
        praised = _BEFORE.match(text, named.end())
        start = praised.end() if praised else named.end()
        ends = _ENDS.search(text, start, start + _MAX_ROLE)
        role = text[start : ends.start()] if ends else ""
        if 0 < len(role.split()) <= _MAX_ROLE_WORDS and is_title(role):
            return role
    return None
