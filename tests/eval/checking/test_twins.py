from eval.checking.twins import find_twins, shingles
from tests.eval.checking.conftest import corpus

TEXT = "the dam of osby is twelve metres tall and holds back the water of the mere for all"
SCAN = "the dam of osby is twelve metres tall and holds back the watcr of the mere for all"
OTHER = "herons nest on the island in the lake and nobody has ever counted how many there are"


def test_a_page_and_its_scan_are_twins_whatever_ocr_misread() -> None:
    found = corpus(born=[[TEXT], [OTHER]], scan=[[SCAN]])
    # 18 words make 15 shingles; one misread word breaks 4, so 11 of 19 are common: 0.58
    assert find_twins(found.pages.values(), [("born", 1)]) == {("born", 1): (("scan", 1),)}


def test_pages_that_share_a_sentence_are_no_twins() -> None:
    found = corpus(a=[[TEXT, OTHER, OTHER.replace("nest", "sleep")]], b=[[TEXT]])
    assert find_twins(found.pages.values(), [("a", 1)]) == {("a", 1): ()}


def test_pages_without_words_are_nobodys_twins() -> None:
    found = corpus(a=[[]], b=[[]])
    assert shingles(found.pages["a", 1]) == frozenset()
    assert find_twins(found.pages.values(), [("a", 1), ("none", 1)]) == {("a", 1): ()}
