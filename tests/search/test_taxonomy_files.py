"""Taxonomies as their publishers lay them out, read into terms and links."""

from pathlib import Path

import pytest

from search.skills.matcher import canonical_skill
from search.taxonomy.entries import SKILL, TITLE, LinkEntry, Name, TermEntry, UnknownLayoutError
from search.taxonomy.esco import Esco
from search.taxonomy.onet import Onet
from search.taxonomy.shipped import Shipped

SKILLS = """\ufeffconceptType,conceptUri,preferredLabel,altLabels,hiddenLabels
KnowledgeSkillCompetence,u:1,juggle balls,"ball juggling

throw balls",ball throw
KnowledgeSkillCompetence,u:2,perform tricks,,
"""
OCCUPATIONS = "conceptType,conceptUri,preferredLabel,altLabels\nOccupation,u:3,juggler,circus juggler\n"
BROADER = "conceptType,conceptUri,broaderType,broaderUri\nx,u:1,x,u:2\nx,u:3,x,u:2\nx,u:1,x,u:unknown\n"
RELATED = (
    "originalSkillUri,originalSkillType,relationType,relatedSkillType,relatedSkillUri\nu:2,k,optional,k,u:1\n"
)


def test_esco_as_published(tmp_path: Path) -> None:
    for name, text in (
        ("skills_en.csv", SKILLS),
        ("occupations_en.csv", OCCUPATIONS),
        ("broaderRelationsSkillPillar_en.csv", BROADER),
        ("skillSkillRelations_en.csv", RELATED),
        ("conceptSchemes_en.csv", "conceptUri,title\n"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    esco = Esco(tmp_path)
    assert list(esco.terms()) == [
        TermEntry(TITLE, "juggler", ("circus juggler",)),
        TermEntry(SKILL, "juggle balls", ("ball juggling", "throw balls", "ball throw")),
        TermEntry(SKILL, "perform tricks"),
    ]
    juggle, tricks = Name(SKILL, "juggle balls"), Name(SKILL, "perform tricks")
    assert list(esco.links()) == [LinkEntry(juggle, tricks), LinkEntry(tricks, juggle, broader=False)]


def test_esco_labels_alone(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text('preferredLabel,altLabels,skillType\njuggle,"a\nb",knowledge\nbroken\n', encoding="utf-8")
    esco = Esco(file)
    assert list(esco.terms()) == [TermEntry(SKILL, "juggle", ("a", "b")), TermEntry(SKILL, "broken")]
    assert list(esco.links()) == []


@pytest.mark.parametrize("layout", [Esco, Onet])
def test_what_is_no_taxonomy_is_refused(tmp_path: Path, layout: type[Esco | Onet]) -> None:
    (tmp_path / "skills.csv").write_text("id,description\n1,a b c\n", encoding="utf-8")
    with pytest.raises(UnknownLayoutError):
        layout(tmp_path)
    with pytest.raises(UnknownLayoutError):
        layout(tmp_path / "nothing")


def test_onet_as_published(tmp_path: Path) -> None:
    tables: dict[str, list[tuple[str, ...]]] = {
        "Occupation Data.txt": [
            ("O*NET-SOC Code", "Title", "Description"),
            ("1.00", "Jugglers", 'They "juggle".'),
            ("2.00", "Clowns", "They fall."),
        ],
        "Alternate Titles.txt": [
            ("O*NET-SOC Code", "Alternate Title", "Short Title", "Source(s)"),
            ("1.00", "Ball Throwing Artist (BTA)", "BTA", "1"),
            ("1.00", "BTA (Ball Throwing Artist)", "BTA", "1"),
            ("2.00", "Fool (Court)", "n/a", "1"),
            ("9.00", "Nobody", "n/a", "1"),
        ],
        "Technology Skills.txt": [
            ("O*NET-SOC Code", "Example", "Commodity Code", "Commodity Title"),
            ("1.00", "BallWare", "1", "Ball software"),
        ],
        "Related Occupations.txt": [
            ("O*NET-SOC Code", "Related O*NET-SOC Code", "Relatedness Tier", "Index"),
            ("1.00", "2.00", "Primary-Short", "1"),
            ("2.00", "1.00", "Supplemental", "1"),
        ],
    }
    for name, rows in tables.items():
        (tmp_path / name).write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    onet = Onet(tmp_path)
    assert list(onet.terms()) == [
        TermEntry(TITLE, "Jugglers"),
        TermEntry(TITLE, "Clowns"),
        TermEntry(TITLE, "Ball Throwing Artist", ("BTA",)),
        TermEntry(TITLE, "BTA", ("Ball Throwing Artist",)),
        TermEntry(TITLE, "Fool (Court)"),
        TermEntry(TITLE, "Nobody"),
        TermEntry(SKILL, "Ball software"),
        TermEntry(SKILL, "BallWare"),
    ]
    jugglers = Name(TITLE, "Jugglers")
    assert list(onet.links()) == [
        LinkEntry(Name(TITLE, "Ball Throwing Artist"), jugglers),
        LinkEntry(Name(TITLE, "BTA"), jugglers),
        LinkEntry(Name(TITLE, "Fool (Court)"), Name(TITLE, "Clowns")),
        LinkEntry(Name(SKILL, "BallWare"), Name(SKILL, "Ball software")),
        LinkEntry(jugglers, Name(TITLE, "Clowns"), broader=False),
    ]


def test_the_shipped_set_is_sound() -> None:
    terms = list(Shipped().terms())
    names = {Name(term.kind, term.name) for term in terms}
    spellings = [
        (t.kind, s.casefold())
        for t in terms
        for s in {t.name.casefold(): t.name, **{x.casefold(): x for x in t.synonyms}}.values()
    ]
    assert len(names) == len(terms)
    assert len(set(spellings)) == len(spellings), "a spelling stands for two terms"
    for link in Shipped().links():
        assert {link.term, link.to} <= names, link
        assert link.term != link.to
    skills = {term.name: term for term in terms if term.kind == SKILL}
    assert "K8s" in skills["Kubernetes"].synonyms
    assert "Go" in skills["Go"].everyday
    assert "Golang" not in skills["Go"].everyday
    assert canonical_skill("k8s") == "Kubernetes"
