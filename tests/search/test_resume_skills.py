"""Skills as lists, labels, parentheses and sentences name them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.resumes.parse import parse_text, tidied
from search.resumes.skills import skills_in


def skills_of(text: str) -> list[str]:
    return list(parse_text(tidied(text)).profile.skills)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Languages: Java, C++", {"Java", "C++"}),
        ("Glazing (raku, salt firing)", {"Glazing", "raku", "salt firing"}),
        ("MS Office (Word, Excel), 3 years", {"Microsoft Office", "Microsoft Word", "Microsoft Excel"}),
        (
            "Sound knowledge of kiln firing, glaze chemistry and HTML5",
            {"kiln firing", "glaze chemistry", "HTML"},
        ),
        ("Expertise in dry stone walling while keeping costs low", {"dry stone walling"}),
        (
            "Kiln firing: fires kilns of all sizes with wood, with gas and with whatever else will burn there",
            {"Kiln firing"},
        ),
    ],
)
def test_a_skills_section_names_skills_in_many_ways(lines: str, expected: set[str]) -> None:
    assert set(skills_of(f"Robin Example\n\nSKILLS\n{lines}\n")) == expected


def test_lines_that_were_wrapped_are_one_list_and_others_are_items() -> None:
    text = "Robin Example\n\nSKILLS\nKiln firing, salt glazing of jars, basket weaving, dry\nstone walling\nHedge laying\n"
    assert {"dry stone walling", "Hedge laying"} <= set(skills_of(text))
    long = "Pottery, basket weaving, hedge laying, drystone walls"
    assert {"drystone walls", "Thatching"} <= set(skills_of(f"Robin Example\n\nSKILLS\n{long}\nThatching\n"))


def test_traits_and_spoken_languages_are_no_skills() -> None:
    assert skills_of("Robin Example\n\nPERSONAL SKILLS\nQuick learner\nPositive attitude\n") == []
    assert skills_of("Robin Example\n\nSKILLS\nThatching, Dutch\n") == ["Thatching"]


def test_a_summary_says_what_is_known() -> None:
    text = "Robin Example\n\nSummary\nPotter with experience in kiln firing, glaze chemistry and teaching.\n"
    assert {"kiln firing", "glaze chemistry"} <= set(skills_of(text))


def test_known_skills_are_found_in_order() -> None:
    assert skills_in("Wrote SQL", None, "and Java, then SQL") == ["SQL", "Java"]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["kiln firing", "raku", "dry stone walling", "SQL", "Java"]),
        min_size=1,
        max_size=5,
        unique=True,
    ),
    st.sampled_from([", ", "; ", " | ", " • "]),
    st.sampled_from(["", "Crafts: ", "Experienced in ", "Good working knowledge of "]),
)
def test_any_list_gives_its_items(items: list[str], between: str, lead: str) -> None:
    assert set(skills_of(f"Robin Example\n\nSKILLS\n{lead}{between.join(items)}\n")) == set(items)
