from eval.drafting.choosing import choose, without_doubles
from eval.drafting.facts import Evidence
from eval.drafting.proposals import Proposal


def proposal(
    name: str, *, page: int = 1, evidence: Evidence = "text", answer: str = "12"
) -> Proposal:
    return Proposal(
        query_id=name,
        query=f"What is {name}?",
        answers=(answer,),
        doc="dams",
        page=page,
        box=(0, 0, 1, 1),
        quote="12",
        evidence=evidence,
        lang="en",
    )


def test_few_questions_are_spread_over_the_pages() -> None:
    many = [proposal(f"q{page}{n}", page=page) for page in (1, 2, 3) for n in range(5)]
    assert [one.page for one in choose(many, 3, seed=1)] == [1, 2, 3]
    assert [one.page for one in choose(many, 6, seed=1)] == [1, 1, 2, 2, 3, 3]


def test_few_questions_are_of_all_kinds() -> None:
    many = [proposal(f"t{n}", evidence="table") for n in range(9)]
    many += [proposal("x"), proposal("c", evidence="caption")]
    assert {one.evidence for one in choose(many, 3, seed=1)} == {"table", "text", "caption"}


def test_a_seed_chooses_the_same_whatever_the_order() -> None:
    many = [proposal(f"q{n}") for n in range(20)]
    assert choose(many, 5, seed=7) == choose(many[::-1], 5, seed=7)
    assert choose(many, 5, seed=7) != choose(many, 5, seed=8)


def test_what_is_asked_twice_alike_is_asked_once() -> None:
    one, other = proposal("a"), proposal("a", page=2)
    assert without_doubles([one, other]) == [one]


def test_what_has_two_answers_is_not_asked() -> None:
    kept = proposal("b")
    assert without_doubles([proposal("a"), kept, proposal("a", answer="13")]) == [kept]
