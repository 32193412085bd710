"""Words by which titles, employers, schools, degrees and spoken languages are recognised."""

import re

_MAX_TITLE = 90
_TITLE_HEADS = """
accountant accounts? actor actress actuary admin administrator advertiser adviser advisor advocate agent
aide ambassador analista analyst animator apprentice arborist architect archivist artist assembler assistant
associate attendant attorney auditor author baker banker barber barista bartender berater beraterin
bookkeeper broker builder buyer captain caregiver caretaker carpenter cashier ceo cfo chair chairman
chairperson chairwoman chef chemist chief cio cleaner clerk clinician co-?founder co-?ordinator coach
collector commander commissioner concierge conductor constable consultant contractor controller cook
coordinator copywriter correspondent counsel counsellor counselor courier crew cto curator custodian dealer
dean dentist deputy desarrollador designer developer devops dietitian directeur director dispatcher doctor
draftsman draughtsman driver développeur economist editor educator electrician engineer entwickler
entwicklerin estimator evaluator executive expert fabricator facilitator farmer fellow firefighter fitter
foreman founder freelancer gardener generalist geographer geologist gerente geschäftsführer graduate guard
guide hairdresser handyman head helper host hostess housekeeper hygienist illustrator ingeniero ingenieur
ingénieur inspector installer instructor intern internship interpreter interviewer investigator janitor jefe
journalist judge laborer labourer landscaper lawyer lead leader lecturer leiter leiterin liaison librarian
lieutenant lifeguard loader machinist magistrate maid maintainer maker manager marketer mason mechanic
mediator medic member mentor merchandiser microbiologist midwife minister model moderator mover musician
nanny negotiator notary nurse nutritionist officer operative operator optician orderly organi[sz]er owner
packer painter paralegal paramedic partner pastor pathologist pharmacist photographer physician physicist
physiotherapist picker pilot placement planner plumber policeman porter practitioner praktikant preparer
presenter president principal processor producer professor programmer projektleiter promoter proofreader
proprietor prosecutor psychologist publicist rancher realtor receptionist recruiter registrar rep reporter
representative researcher responsable reviewer rigger roofer sailor sales sales(?:man|woman|person)?
sculptor secretary seller sergeant server setter sheriff shopper sitter sommelier sourcer specialist sre
stager stagiaire steward stewardess stocker stockist strategist student stylist superintendent supervisor
supporter surgeon surveyor tailor teacher technician technologist telecaller telemarketer teller tester
therapist trader trainee trainer translator treasurer tutor typist underwriter usher valet vet veterinarian
vice-president videographer volunteer vp waiter waitress warden warehouseman webmaster welder werkstudent
worker writer zoologist
"""
_ALTERNATIVES = "|".join(re.split(r"\s+", _TITLE_HEADS.strip()))
TITLE_WORD = re.compile(
    rf"(?<![\w-])(?!(?:(?<=sql )|(?<=windows )|(?<=web ))servers?\b)(?:{_ALTERNATIVES})s?(?![\w-])",
    re.IGNORECASE,
)
TITLE_LEVEL = re.compile(
    r"(?<!\w)(?:senior|sr|junior|jr|lead|principal|chief|head|assistant|associate|trainee|intern|staff|vice|deputy)(?!\w)",
    re.IGNORECASE,
)
LEGAL_FORM = re.compile(
    r"(?<!\w)(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|gmbh|ag|pvt|co|s\.?a|s\.?r\.?l|b\.?v|n\.?v|oy|ab|pty|"
    r"kg|sas|sarl|private limited|company)\.?(?!\w)",
    re.IGNORECASE,
)
EMPLOYER_WORD = re.compile(
    r"(?<!\w)(?:university|college|school|academy|institute|hospital|clinic|bank|group|technologies|technology|solutions|"
    r"services|systems|consulting|consultancy|consultants|software|infotech|labs?|laboratories|restaurant|hotel|resort|agency|"
    r"department|ministry|county|council|foundation|association|partners|holdings|industries|enterprises|international|"
    r"global|studios?|media|center|centre|airlines?|airways|motors|pharmaceuticals?|insurance|church|store|stores|army|navy|"
    r"air force|authority|commission|federal|communications|networks?|organi[sz]ation|trust|society|club|firm|corporate|"
    r"healthcare|energy|capital|financial|constructions?|logistics|foods|cafe|café|bakery|brothers|bros|"
    r"& sons|& co|district|board of|office of|city of|state of|university of|united nations)(?!\w)",
    re.IGNORECASE,
)
SCHOOL_WORD = re.compile(
    r"(?<!\w)(?:universit\w*|college|school|academy|institut(?:e|es|ion|o|et)?|polytechnic\w*|vidyalaya|vidyapeeth|hochschule|fachhochschule|"
    r"gymnasium|lyc[ée]e|école|ecole|escuela|universidad|universidade|università|politecnico|seminary|conservatory|"
    r"conservatoire|iit|nit|iim|mit|vishwavidyalaya|convent|high school|community college|univ|board\ of|"
    r"matriculation|academia|colegio|instituto|intermediate college|hogeschool|universiteit)\.?(?!\w)",
    re.IGNORECASE,
)
DEGREE = re.compile(
    r"""(?<![\w.])(?:
    (?:bachelor|master|associate)(?:['’]?s?)?(?:['’]s)?(?:\s+degree)?(?:\s+(?:of|in)\s+(?:science|arts|engineering|technology|
        business\s+administration|business|commerce|applied\s+sciences?|fine\s+arts|education|laws?|philosophy|computer\s+applications?|
        public\s+administration|public\s+health|social\s+work|nursing|architecture|music|design|pharmacy|management|
        applied\s+science|general\s+studies|management\s+studies|mass\s+communications?|library\s+science|medicine|
        computer\s+science)\b)?
    |doctor(?:ate)?(?:\s+of\s+[A-Z]\w+)?(?!['’]?s\b)|ph\.?\s?d\.?|d\.?phil|m\.?d\.?(?=[\s,]|$)|j\.?d\.?(?=[\s,]|$)|post[\s-]?doc\w*
    |juris\s+doctor|ed\.\s?d\.?|[bm]\.\s?s\.\s?(?:w|ed)\.?|[bm]\.\s?a\.\s?ed\.?|[bm]\.?b\.?m\.?|[bm]\.?c\.?s\.?(?=[\s,(]|$)
    |b\.?\s?tech\.?|m\.?\s?tech\.?|b\.?\s?sc\.?|m\.?\s?sc\.?|b\.\s?s\.?|m\.\s?s\.?|b\.\s?a\.?|m\.\s?a\.?|b\.?\s?e\.?(?=[\s,(]|$)|m\.\s?e\.?
    |b\.?\s?com\.?|m\.?\s?com\.?|b\.?b\.?a\.?|m\.?b\.?a\.?|b\.?c\.?a\.?|m\.?c\.?a\.?|b\.?b\.?m\.?|b\.?f\.?a\.?|m\.?f\.?a\.?|b\.?ed\.?|m\.?ed\.?|ll\.?b\.?|ll\.?m\.?|
     mbbs|b\.?arch\.?|m\.?arch\.?|b\.?pharm\w*|m\.?pharm\w*|m\.?phil\.?|p\.?g\.?d\.?(?:b\.?)?m\.?|pgdca|pgd\w*|m\.?p\.?a\.?|m\.?p\.?h\.?|m\.?s\.?w\.?|b\.?s\.?w\.?|a\.?a\.?s\.?|bsn|msn|beng|meng|
     btech|mtech|bs|ms|ba|ma|aa
    |(?:post[\s-]?)?graduate\s+(?:diploma|certificate|degree)|(?:(?:advanced|higher|national|high\s+school|post[\s-]?graduate|pg)\s+)?diploma
    |post[\s-]?graduation|graduation|under\s?graduate|g\.?e\.?d\.?|(?<![A-Z][a-z]\s)(?<![A-Z]\s)(?<![a-z]\s)high\s+school(?=$|\s*[,(\t]|\s+diploma)|h\.?s\.?c\.?|s\.?s\.?c\.?|s\.?s\.?l\.?c\.?|intermediate|a-?levels?|gcse\w*|abitur|diplom\w*|
     licen[cs]iat\w*|licence|bts|dut|baccalaur[ée]at\w*|magister|staatsexamen|matriculat\w+|1[02]th|(?:x|xii)th?|secondary\s+school(?:\s+certificate)?|(?:higher|senior)\s+secondary(?:\s+(?:certificate|school|education))?
    |technical\s+degree|certificate\s+(?:of|in)|hnd|btec
    )(?![\w])""",
    re.IGNORECASE | re.VERBOSE,
)
_NO_DEGREE = re.compile(r"associate|master|doctor|licence", re.IGNORECASE)
_SHORT_DEGREE = re.compile(
    r"^(?:bs|bcs|mcs|bbm|mbm|ms|ba|ma|aa|be|me|md|jd|x|xii|mba|bba|bca|mca)$", re.IGNORECASE
)
SPOKEN_LANGUAGES = frozenset(
    [
        "afrikaans",
        "albanian",
        "amharic",
        "arabic",
        "armenian",
        "assamese",
        "azerbaijani",
        "basque",
        "belarusian",
        "bengali",
        "bosnian",
        "bulgarian",
        "burmese",
        "cantonese",
        "catalan",
        "chinese",
        "croatian",
        "czech",
        "danish",
        "dutch",
        "english",
        "estonian",
        "farsi",
        "filipino",
        "finnish",
        "flemish",
        "french",
        "galician",
        "georgian",
        "german",
        "greek",
        "gujarati",
        "hausa",
        "hebrew",
        "hindi",
        "hungarian",
        "icelandic",
        "igbo",
        "indonesian",
        "irish",
        "italian",
        "japanese",
        "kannada",
        "kashmiri",
        "kazakh",
        "khmer",
        "konkani",
        "korean",
        "kurdish",
        "lao",
        "latin",
        "latvian",
        "lithuanian",
        "macedonian",
        "maithili",
        "malay",
        "malayalam",
        "maltese",
        "mandarin",
        "marathi",
        "mongolian",
        "nepali",
        "norwegian",
        "odia",
        "oriya",
        "pashto",
        "persian",
        "polish",
        "portuguese",
        "punjabi",
        "romanian",
        "russian",
        "sanskrit",
        "serbian",
        "sindhi",
        "sinhala",
        "slovak",
        "slovenian",
        "somali",
        "spanish",
        "swahili",
        "swedish",
        "tagalog",
        "tamil",
        "tatar",
        "telugu",
        "thai",
        "tibetan",
        "tigrinya",
        "tulu",
        "turkish",
        "ukrainian",
        "urdu",
        "uzbek",
        "vietnamese",
        "welsh",
        "yiddish",
        "yoruba",
        "zulu",
    ]
)
_FOREIGN_NAMES = {
    "englisch": "English", "deutsch": "German", "französisch": "French", "spanisch": "Spanish", "italienisch": "Italian",
    "anglais": "English", "allemand": "German", "français": "French", "espagnol": "Spanish", "italien": "Italian",
    "inglés": "English", "alemán": "German", "francés": "French", "español": "Spanish", "italiano": "Italian",
    "inglese": "English", "tedesco": "German", "francese": "French", "spagnolo": "Spanish", "engels": "English",
    "duits": "German", "frans": "French", "nederlands": "Dutch", "russisch": "Russian", "portugiesisch": "Portuguese",
}  # fmt: skip


def spoken_languages_in(text: str) -> list[tuple[str, int, int]]:
    """Return the spoken languages that the text names, in English, in order, each with where its first name stands."""
    found: dict[str, tuple[str, int, int]] = {}
    for match in re.finditer(r"[^\W\d_]+", text):
        word = match[0].lower()
        name = word.capitalize() if word in SPOKEN_LANGUAGES else _FOREIGN_NAMES.get(word)
        if name:
            found.setdefault(name, (name, match.start(), match.end()))
    return list(found.values())


def find_degree(text: str) -> re.Match[str] | None:
    """Return where a degree stands; two or three bare letters count in capitals only."""
    for match in DEGREE.finditer(text):
        if _NO_DEGREE.fullmatch(match[0]):
            continue
        if not _SHORT_DEGREE.match(match[0]) or match[0].isupper():
            return match
    return None


def is_title(text: str) -> bool:
    """Say whether a short text reads like a job title: its last noun, or the one before "of", is a role."""
    if (
        not text
        or len(text) > _MAX_TITLE
        or (LEGAL_FORM.search(text) and not TITLE_WORD.search(text.rsplit(maxsplit=1)[-1]))
    ):
        return False
    found = list(TITLE_WORD.finditer(text))
    if not found:
        return False
    last_employer = max((match.end() for match in EMPLOYER_WORD.finditer(text)), default=0)
    return found[-1].end() >= last_employer or text[found[-1].end() :].lstrip().startswith(
        ("of ", "for ", "in ", "-", "–", "(")
    )
