"""A résumé's lines and the sections that its headings open."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from search.resumes.vocabulary import find_degree

_MAX_LINE = 2_000
_MAX_HEADING_WORDS = 6
_FEW_WORDS = 3
_WRAPPED = 45
_BULLET = re.compile(
    r"^\s*(?:[•●▪■◆◦○‣⁃∙·❖➢➤►▶✓✔★☆*¤§❑❒□☐◻◾〓➔➜→⇒♣♦]+|[-–—»>+]\s|\(?\d{1,2}[.)]\s(?!\d)|o\s(?=[A-Z]))\s*"
)


class SectionKind(StrEnum):
    """What a part of a résumé is about."""

    TOP = "TOP"
    SUMMARY = "SUMMARY"
    EXPERIENCE = "EXPERIENCE"
    EDUCATION = "EDUCATION"
    SKILLS = "SKILLS"
    LANGUAGES = "LANGUAGES"
    CERTIFICATES = "CERTIFICATES"
    PROJECTS = "PROJECTS"
    PERSONAL = "PERSONAL"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its bullet, where its words start in the text, and how it stands."""

    text: str
    start: int
    bullet: bool
    after_gap: bool

    @property
    def end(self) -> int:
        """Return the offset behind the line's last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading's kind and the lines below it, with what stood behind the heading on its own line."""

    kind: SectionKind
    heading: str
    lines: tuple[Line, ...]


_K = SectionKind
_PHRASES: tuple[tuple[SectionKind, str], ...] = (
    (_K.CERTIFICATES, r"(?:.*\b)?(?:certificat(?:e|es|ion|ions)|certifications?|certified|licen[sc](?:e|es|ure|ures|ing)|credentials|accreditations?|zertifikate|certificaciones|certifications?)\b.*"),
    (_K.LANGUAGES, r"(?:foreign |spoken |known )*(?:languages?|sprachen|langues|idiomas|sprachkenntnisse|lingue|talen)(?: known| skills?| proficiency| spoken| abilities)*"),
    (_K.EDUCATION, r"(?:.*\b)?(?:education|educational|academics?|schooling|studies|ausbildung|bildung|bildungsweg|formations?|formación|estudios|educación|istruzione|opleiding(?:en)?|degrees?)\b.*|(?:scholastic|academic|educational?)(?:al)? (?:qualifications?|background|credentials|profile|details|history).*"),
    (_K.SUMMARY, r"(?:(?:.*\b)?(?:summary|objectives?|profile|about(?: me)?|overview|synopsis|introduction|goals?|personal statement|career (?:focus|aim|goal))\b.*|profil|über mich|kurzprofil|resumen|perfil|à propos|qualifications?(?: summary| profile)?|summary of (?:.*)|welcome to .*)"),
    (_K.PROJECTS, r"(?:.*\b)?(?:projects?|portfolio|projekte|proyectos|projets)\b.*"),
    (_K.EXPERIENCE, r".+\bof (?:.*\b)?(?:experiences?|employment|work|career)"),
    (_K.SKILLS, r"(?:.*\b)?(?:skills?|skill set|skillset|competenc(?:y|e|es|ies)|expertise|technolog(?:y|ies)|proficienc(?:y|ies)|tools|highlights|strengths|kenntnisse|fähigkeiten|compétences|habilidades|competencias|competenze|vaardigheden|technical knowledge|computer knowledge|core qualifications|software|it knowledge|specialties|abilities)\b.*"),
    (_K.EXPERIENCE, r"(?:.*\b)?(?:experiences?|employment|work history|working history|career history|job history|history|employers?|professional background|work background|internships?|positions? held|career|work|berufserfahrung|werdegang|beruflicher werdegang|expérience|expériences|experiencia|esperienze?|werkervaring|professional record|assignments?|career progression)\b.*"),
    (_K.OTHER, r"(?:.*\b)?(?:awards?|honou?rs?|achievements?|accomplishments?|publications?|patents?|presentations?|talks|references?|referees|interests?|hobbies|activities|volunteer(?:ing)?|volunteer work|community|affiliations?|memberships?|associations?|extracurricular.*|leadership|courses?|coursework|training|trainings|workshops|conferences|additional information|miscellaneous|other|others|contact|contacts|contact (?:details|information|info)|links|declaration|military(?: service)?|seminars|research|strengths and weaknesses|personal qualities|scholarships?|declarations?)\b.*"),
    (_K.PERSONAL, r"(?:personal(?: details| information| data| profile| particulars)?|persönliche daten|datos personales|bio-?data)"),
)  # fmt: skip
_RULES = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PHRASES)
_EXACT: dict[str, SectionKind] = {
    "professional qualifications": _K.SUMMARY,
    "qualification": _K.EDUCATION,
    "qualifications": _K.SUMMARY,
    "personal profile": _K.SUMMARY,
    "profile": _K.SUMMARY,
    "volunteer experience": _K.OTHER,
    "volunteering experience": _K.OTHER,
    "work experience": _K.EXPERIENCE,
    "education and training": _K.EDUCATION,
    "training": _K.OTHER,
    "career objective": _K.SUMMARY,
    "career summary": _K.SUMMARY,
    "career highlights": _K.OTHER,
    "technical experience": _K.SKILLS,
    "skills and experience": _K.SKILLS,
    "relevant coursework": _K.OTHER,
    "programming languages": _K.SKILLS,
    "computer languages": _K.SKILLS,
    "project experience": _K.PROJECTS,
}
_HEADS = frozenset(
    re.split(
        r"\s+",
        """experience experiences skills skill summary history profile objective objectives education qualifications
        qualification certifications certificates certification projects competencies competences expertise languages awards honors
        honours achievements accomplishments publications interests hobbies activities references employment background
        proficiencies proficiency credentials licenses licensure strengths highlights overview statement details information
        internships internship training trainings courses coursework volunteering memberships affiliations patents presentations
        technologies tools knowledge portfolio contact declaration academics synopsis abilities career goals
        links berufserfahrung ausbildung kenntnisse fähigkeiten sprachkenntnisse sprachen werdegang bildung zertifikate profil
        expérience expériences formation formations compétences langues experiencia educación formación habilidades
        competencias idiomas perfil esperienza esperienze istruzione competenze lingue werkervaring opleiding opleidingen
        vaardigheden talen work about certificaciones proyectos projekte estudios""".strip(),
    )
)
_NEVER_LAST_OF_UNKNOWN = frozenset(
    {
        "technologies",
        "tools",
        "details",
        "information",
        "contact",
        "knowledge",
        "work",
        "about",
        "statement",
        "training",
        "career",
    }
)
_MODIFIERS = frozenset(
    re.split(
        r"\s+",
        """a academic about additional administrative and applications applied area areas articles associations aim beruflicher bio-data
        biodata business candidate charity civic clinical college community computer core corporate countries curricular de
        design details development different digital e education educational employer employers engineering exceptional
        exposure extra extra-curricular extracurricular focus for foreign functional further general graduate greatest hard held
        higher i in industrial industry interpersonal it job key known laboral language leadership legal law management me
        military miscellaneous my notable of office on organizational organisational other others part-time past performance
        personal persönliche daten positions position present prior profesional professional programming progression
        projects qualities record related relevant research responsibilities roles school schooling scholarships selected
        seminars set service sets social soft software special specialties specialised specialized spoken studies systems
        teaching technical technological the to top training universities university used volunteer voluntary work working
        workshops work-related years & / + , et y und en with welcome computing technology tech community-service scholastic
        executive brief proven main major core-competencies special""".strip(),
    )
)
_HOLDS_LABELS = frozenset({_K.EXPERIENCE, _K.PROJECTS, _K.SKILLS, _K.EDUCATION})
_HOLDS_HEADINGS = frozenset({_K.EXPERIENCE, _K.PROJECTS})
_WEAK_KINDS = frozenset({_K.OTHER, _K.PROJECTS, _K.SKILLS, _K.LANGUAGES, _K.SUMMARY})
_WORDS = re.compile(r"[^\W_]")
_LABELLED = re.compile(r"[A-Z][\w /&()-]{1,40}:\s")
_SPACED = re.compile(r"^(?:\w ){3,}\w$")
_WIDE_GAP = re.compile(r"(?P<heading>[^\t]{3,40}?)(?:\t|\s{2,})(?P<rest>.+)")
_TRIM = re.compile(r"^[\W_]+|[\W_]+$")


def lines_of(text: str) -> Iterator[Line]:
    """Yield the lines that hold words."""
    offset = 0
    gap = True
    for raw in text.split("\n"):
        bullet = _BULLET.match(raw)
        skipped = bullet.end() if bullet else 0
        body = raw[skipped : skipped + _MAX_LINE]
        skipped += len(body) - len(body.lstrip())
        body = body.strip()
        if _WORDS.search(body):
            yield Line(body, offset + skipped, bullet is not None, gap)
        gap = not body
        offset += len(raw) + 1


def paragraphs_of(lines: Iterable[Line]) -> Iterator[tuple[Line, ...]]:
    """Yield lines that were wrapped together with those they go on in: each but the last is long, none but the first has a bullet or a label."""
    held: list[Line] = []
    for line in lines:
        alone = line.bullet or line.after_gap or _LABELLED.match(line.text)
        if held and (alone or len(held[-1].text) < _WRAPPED):
            yield tuple(held)
            held = []
        held.append(line)
    if held:
        yield tuple(held)


def sections_of(text: str) -> list[Section]:
    """Cut the text at its headings; what stands before the first one is the TOP."""
    sections: list[Section] = []
    kind, heading = SectionKind.TOP, ""
    lines: list[Line] = []
    for line in lines_of(text):
        opened = heading_of(line)
        if opened is None or _belongs_inside(kind, heading, opened, line):
            lines.append(line)
            continue
        sections.append(Section(kind, heading, tuple(lines)))
        kind, heading, rest = opened[0], line.text if opened[2] is None else opened[1] + ":", opened[2]
        lines = [rest] if rest else []
    sections.append(Section(kind, heading, tuple(lines)))
    return sections


def _belongs_inside(
    kind: SectionKind, heading: str, opened: tuple[SectionKind, str, Line | None], line: Line
) -> bool:
    """Say whether a would-be heading is a label inside a section, such as "Tools: Excel" in a position."""
    if opened[2] is not None:
        return kind in _HOLDS_LABELS and not opened[1].isupper()
    if kind is SectionKind.EDUCATION and opened[1].lower().endswith(("technology", "technologies")):
        return _style(heading) != _style(line.text)
    weak = kind in _HOLDS_HEADINGS and opened[0] in _WEAK_KINDS
    return weak and not line.text.isupper() and _style(heading) != _style(line.text)


def _style(heading: str) -> tuple[bool, bool]:
    return heading.isupper(), heading.endswith(":")


def heading_of(line: Line) -> tuple[SectionKind, str, Line | None] | None:
    """Return the kind a heading opens, its words, and what follows on the same line ("Skills: Java, SQL")."""
    words, colon, rest = line.text.partition(":")
    if colon and rest.strip():
        kind = _kind_of(words, strict=True)
        if kind is None or (line.bullet and kind is not SectionKind.LANGUAGES):
            return None
        start = line.start + len(words) + 1 + len(rest) - len(rest.lstrip())
        return kind, words, Line(rest.strip(), start, bullet=False, after_gap=False)
    if line.bullet and not line.text.isupper():
        return None
    if cells := _WIDE_GAP.match(line.text):
        kind = _kind_of(cells["heading"], strict=True)
        start = line.start + cells.start("rest")
        behind = Line(cells["rest"], start, bullet=False, after_gap=False)
        return (kind, cells["heading"].upper(), behind) if kind else None
    kind = _kind_of(words, strict=False)
    return (kind, words, None) if kind else None


def kind_of_heading(text: str) -> SectionKind | None:
    """Return the kind that a text by itself opens, None where it is no heading or something stands behind it."""
    opened = heading_of(Line(text.strip(), 0, bullet=False, after_gap=True))
    return opened[0] if opened and opened[2] is None else None


def _is_capitalised(phrase: str) -> bool:
    return all(word[:1].isupper() or len(word) <= len("with") for word in phrase.split())


def _is_heading(phrase: str, *, strict: bool) -> bool:
    """Say whether all words are ones that headings are made of, or the last is and few stand before it."""
    words = [word for word in re.split(r"[\s,/&+|-]+", phrase.lower()) if word]
    if not words or re.search(r"[.;@!?]", phrase):
        return False
    known = all(word in _HEADS or word in _MODIFIERS for word in words)
    if known and any(word in _HEADS or len(words) == 1 for word in words):
        return True
    return not strict and words[-1] in _HEADS - _NEVER_LAST_OF_UNKNOWN and len(words) <= _FEW_WORDS


def _names_a_degree(phrase: str) -> bool:
    """Say whether the words are a course of study rather than a heading, such as "MBA in Education"."""
    degree = find_degree(phrase)
    return degree is not None and phrase[degree.end() :].lstrip().startswith(("in ", "of "))


def _kind_of(words: str, *, strict: bool) -> SectionKind | None:
    """Return what a heading of these words opens; `strict` demands that it is one of the usual phrases."""
    phrase = _TRIM.sub("", words)
    if _SPACED.match(phrase):
        phrase = phrase.replace(" ", "")
    count = len(phrase.split())
    if not phrase or count > _MAX_HEADING_WORDS or any(char.isdigit() for char in phrase) or "\t" in phrase:
        return None
    exact = _EXACT.get(phrase.lower())
    if exact is not None:
        return exact
    capital = phrase[:1].isupper() and (count <= _FEW_WORDS or phrase.isupper() or _is_capitalised(phrase))
    if not capital or not _is_heading(phrase, strict=strict) or _names_a_degree(phrase):
        return None
    for kind, rule in _RULES:
        if rule.fullmatch(phrase):
            return kind
    return None
