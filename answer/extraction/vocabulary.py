"""What business documents call their fields, in a handful of languages.

A phrase is compared by its folded words. `nr`, `number`, `nummer` and the like are all `no`. A
phrase may stand for several roles: where the field stands, and what else is there, decides.
"""

from collections.abc import Mapping
from typing import Literal

Scope = Literal["single", "column"]

_SINGLE: Mapping[str, str] = {
    "invoice_number": """invoice no; invoice id; invoice reference; bill no; document no;
        voucher no; rechnungsnummer; rechnungs no; rechnung no; rechnungsnr; belegnummer; beleg
        no; facture no; invoice; rechnung; facture; no de facture; no facture; no de factura;
        factura no; factuurnummer""",
    "invoice_date": """invoice date; date of invoice; date; issue date; date of issue; issued;
        issued on; dated; bill date; document date; rechnungsdatum; datum; ausstellungsdatum;
        belegdatum; date de facture; date de la facture; date facture; date d emission; fecha;
        factuurdatum; fecha de factura""",
    "due_date": """due date; payment due; due; due on; date due; due by; payable by; pay by;
        payment due date; payment due by; payment date; faelligkeitsdatum; fälligkeitsdatum;
        fällig am; fälligkeit; fällig; zahlbar bis; zahlbar bis zum; zu zahlen bis;
        zahlungsziel; date d echeance; echeance; à payer avant le; fecha de vencimiento;
        vencimiento; vervaldatum""",
    "delivery_date": """delivery date; date of delivery; delivered; delivered on; date of
        supply; supply date; service date; lieferdatum; leistungsdatum; geliefert am; liefertag;
        date de livraison; livré le; fecha de entrega; leverdatum""",
    "order_date": """order date; date of order; bestelldatum; auftragsdatum; date de commande;
        fecha de pedido""",
    "order_number": """order no; your order; your order no; purchase order; purchase order no;
        po no; po; customer order no; order reference; bestellnummer; bestell no; bestellnr;
        ihre bestellung; auftragsnummer; auftrags no; auftrag no; bon de commande; no de
        commande; commande no; votre commande; no de pedido; ordernummer""",
    "delivery_note_number": """delivery note; delivery note no; lieferschein; lieferschein no;
        lieferscheinnummer; bon de livraison""",
    "customer_number": """customer no; customer id; client no; client id; customer account;
        account no; kundennummer; kunden no; kundennr; kd no; no client; no de client; no
        cliente; klantnummer""",
    "tax_id": """vat id; vat no; vat registration no; vat reg no; vat registration; tax id; tax
        no; tax registration no; tin; ust idnr; ust id no; ust id; umsatzsteuer id;
        steuernummer; umsatzsteuer identifikationsnummer; steuer no; no tva; no de tva; tva
        intracommunautaire; nif; cif; btw no""",
    "iban": "iban; iban no",
    "bic": "bic; swift; bic swift; swift bic; swift code",
    "subtotal": """subtotal; sub total; net; net amount; net total; total net; amount net; total
        excl vat; total excluding vat; total before tax; total excl tax; taxable amount; net
        value; exclusief btw; excl btw; zwischensumme; netto; nettobetrag; nettosumme; summe
        netto; gesamt netto; netto gesamt; gesamtbetrag netto; rechnungsbetrag netto;
        nettowarenwert; warenwert; total ht; montant ht; sous total; total hors taxes; total
        hors tva; base imponible; subtotaal; totaal excl btw""",
    "tax": """vat; vat amount; value added tax; tax; tax amount; sales tax; total vat; total
        tax; plus vat; gst; mwst; mehrwertsteuer; ust; umsatzsteuer; zzgl mwst; zzgl ust;
        zuzüglich mwst; steuerbetrag; mwst betrag; zzgl mehrwertsteuer; zzgl umsatzsteuer;
        enthaltene mwst; tva; montant tva; total tva; montant de la tva; iva; btw""",
    "tax_rate": """vat rate; tax rate; rate of vat; mwst satz; steuersatz; ust satz;
        mehrwertsteuersatz; umsatzsteuersatz; taux de tva; taux tva; tipo de iva""",
    "discount": "discount; rebate; rabatt; nachlass; remise; descuento; korting",
    "shipping": """shipping; carriage; freight; postage; postage and packing; shipping and
        handling; delivery charge; versand; versandkosten; fracht; porto; frais de port;
        verzendkosten""",
    "total": """total; total amount; grand total; invoice total; total due; amount due; total
        amount due; total to pay; amount to pay; amount payable; total payable; balance due;
        total incl vat; total gross; gross total; gross amount; invoice amount; gesamtbetrag;
        gesamt; gesamtsumme; summe; endbetrag; rechnungsbetrag; rechnungssumme; brutto;
        bruttobetrag; summe brutto; gesamtbetrag brutto; rechnungsbetrag brutto; zahlbetrag; zu
        zahlen; zu zahlender betrag; gesamt brutto; endsumme; total ttc; montant ttc; net à
        payer; total à payer; montant total; montant dû; total général; importe total; total a
        pagar; totaal; totaalbedrag; te betalen""",
    "currency": "currency; currency code; währung; devise; monnaie; moneda; valuta",
    "customer": """customer; customer name; bill to; billed to; invoice to; invoiced to; sold
        to; client; buyer; client name; kunde; kundenname; rechnungsempfänger; empfänger;
        rechnung an; käufer; facturé à; adressé à; acheteur; nom du client; cliente; klant""",
    "supplier": """supplier; supplier name; seller; vendor; vendor name; issued by; lieferant;
        verkäufer; rechnungssteller; absender; fournisseur; vendeur; proveedor; leverancier""",
    "payment_terms": """payment terms; terms; terms of payment; zahlungsbedingungen;
        zahlungskonditionen; conditions de paiement; condiciones de pago; betalingsvoorwaarden""",
    "reference": """reference; ref; reference no; our reference; your reference; our ref; your
        ref; referenz; ihr zeichen; unser zeichen; ihre referenz; notre référence; votre
        référence; referencia""",
    "contact": """contact; contact person; ansprechpartner; bearbeiter; sachbearbeiter;
        interlocuteur; contacto; contactpersoon""",
    "phone": "phone; telephone; tel; telefon; téléphone; teléfono; telefoon",
    "email": "email; e mail; mail; courriel; correo",
}
_COLUMN: Mapping[str, str] = {
    "position": "pos; position; line; no; line no; #; ligne",
    "item_number": """item; item no; article; article no; sku; product code; code; part no;
        product no; artikel; artikelnummer; artikel no; art no; artnr; artikelnr; bestellnr;
        référence; réf; ref""",
    "description": """description; item description; details; product; goods; service; services;
        item; work; particulars; article; bezeichnung; beschreibung; leistung;
        artikelbezeichnung; produkt; artikel; leistungsbeschreibung; désignation; libellé;
        prestation; descripción; concepto; omschrijving""",
    "quantity": """quantity; qty; quant; hours; days; units; menge; anzahl; stück; stk; stunden;
        tage; quantité; nombre; qté; cantidad; aantal""",
    "unit": "unit; uom; einheit; einh; me; unité; unidad; eenheid",
    "unit_price": """unit price; price; rate; price per unit; unit cost; price each; each; unit
        rate; einzelpreis; p u; p u ht; prijs stuk; e preis; ep; stückpreis; preis; preis
        einheit; einzel; stundensatz; prix unitaire; pu; pu ht; prix unitaire ht; prix; precio
        unitario; precio; prijs; stukprijs""",
    "tax_rate": """vat; vat rate; tax; tax rate; mwst; ust; mwst satz; ust satz; steuersatz;
        tva; taux tva; taux de tva; iva; btw""",
    "discount": "discount; disc; rabatt; remise; descuento; korting",
    "amount": """amount; line total; total; total price; line amount; net amount; net; value;
        sum; extended price; betrag; gesamt; gesamtpreis; summe; g preis; gp; nettobetrag;
        positionsbetrag; montant; montant ht; total ht; prix total; importe; bedrag; totaal""",
}
_SCOPES: tuple[tuple[Scope, Mapping[str, str]], ...] = (("single", _SINGLE), ("column", _COLUMN))
PHRASES: Mapping[Scope, Mapping[str, tuple[str, ...]]] = {
    scope: {
        role: tuple(" ".join(phrase.split()) for phrase in phrases.split(";"))
        for role, phrases in roles.items()
    }
    for scope, roles in _SCOPES
}
MONEY = frozenset({"subtotal", "tax", "discount", "shipping", "total", "unit_price", "amount"})
IDENTIFIERS = frozenset({
    "invoice_number", "order_number", "delivery_note_number", "customer_number", "tax_id", "iban",
    "bic", "item_number", "phone", "email",
})  # fmt: skip
TITLES = frozenset({("invoice",), ("rechnung",), ("facture",)})  # they head the page too
SUMMARY = frozenset({"subtotal", "tax", "discount", "shipping", "total"})
TELLING_COLUMNS = frozenset({"description", "quantity", "unit_price", "item_number", "unit"})
CARRIED = frozenset({
    ("carried", "forward"), ("brought", "forward"), ("ubertrag",), ("a", "reporter"), ("report",),
})  # fmt: skip
