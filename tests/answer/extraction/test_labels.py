import pytest

from answer.extraction.labels import agreement, label_of, name_label, role_of, roles_of
from answer.extraction.vocabulary import PHRASES


def test_number_words_signs_and_sums_that_include_tax_make_one_label() -> None:
    assert label_of("Invoice No.") == label_of("invoice number:") == label_of("Invoice #")
    assert label_of("Gesamtbetrag inkl. 19 % MwSt.") == label_of("Gesamtbetrag")
    assert label_of("Date of the invoice") == ("date", "invoice")


def test_a_name_is_spelled_out() -> None:
    assert name_label("invoiceNumber") == name_label("invoice_number") == ("invoice", "no")


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Rechnungs-Nr.", "invoice_number"),
        ("Datum", "invoice_date"),
        ("Fällig am", "due_date"),
        ("VAT 20 %", "tax"),
        ("zzgl. 19 % USt.", "tax"),
        ("Total net", "subtotal"),
        ("Total TTC", "total"),
        ("Amount due (£)", "total"),
        ("Opening hours", None),
    ],
)
def test_labels_of_several_languages_name_their_role(text: str, role: str | None) -> None:
    assert role_of(label_of(text), "single") == role


def test_agreement_is_the_share_of_words_in_both() -> None:
    assert agreement(("customer", "order", "no"), (("order", "no"),)) == pytest.approx(2 / 3)
    assert agreement(("delivery", "date"), (("date",),)) == 0.0
    assert agreement(("rechnungsdatun",), (("rechnungsdatum",),)) == pytest.approx(0.8)


def test_every_phrase_of_the_vocabulary_names_its_role() -> None:
    for scope, roles in PHRASES.items():
        for role, phrases in roles.items():
            for phrase in phrases:
                assert roles_of(label_of(phrase), scope).get(role) == 1.0, (role, phrase)
