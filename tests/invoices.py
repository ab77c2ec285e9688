"""Invoices drawn from a seed, in two languages and two layouts, with the truth about them.

Amounts add up to the cent, unless an error is planted.
"""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # ships no types
from PIL import Image
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # ships no types
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # likewise

Language = Literal["en", "de"]
Layout = Literal["letter", "form"]
Error = Literal["line", "sum", "total"]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string"},
        "invoice_date": {"type": "string", "format": "date"},
        "due_date": {"type": "string", "format": "date"},
        "customer_number": {"type": "string"},
        "order_number": {"type": "string"},
        "currency": {"type": "string"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "item_number": {"type": "string"},
                    "description": {"type": "string"},
                    "quantity": {"type": "number"},
                    "unit_price": {"type": "number"},
                    "amount": {"type": "number"},
                },
                "required": ["amount"],
            },
        },
        "subtotal": {"type": "number"},
        "tax": {"type": "number"},
        "total": {"type": "number"},
    },
    "required": ["invoice_number", "total"],
}
ERROR_CODES: dict[Error, str] = {
    "line": "line_amount_differs",
    "sum": "lines_sum_differs",
    "total": "total_differs",
}
_WORDS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "title": ("INVOICE", "Tax invoice"),
        "invoice_number": ("Invoice no.", "Invoice number", "Invoice No", "Invoice #"),
        "invoice_date": ("Date", "Invoice date", "Date of issue"),
        "due_date": ("Due date", "Payment due", "Please pay by"),
        "customer_number": ("Customer no.", "Customer ID", "Account no."),
        "order_number": ("Your order", "PO number", "Purchase order no."),
        "item_number": ("Item", "Item no.", "Code"),
        "description": ("Description", "Details", "Product"),
        "quantity": ("Qty", "Quantity"),
        "unit_price": ("Unit price", "Price", "Rate"),
        "amount": ("Amount", "Line total", "Total"),
        "subtotal": ("Subtotal", "Net amount", "Total excl. VAT"),
        "tax": ("VAT {rate} %", "Value added tax {rate} %", "VAT ({rate}%)"),
        "total": ("Total", "Amount due", "Total incl. VAT"),
        "bill_to": ("Bill to", "Invoice to"),
        "thanks": ("Thank you for your business. Goods remain ours until they are paid.",),
    },
    "de": {
        "title": ("RECHNUNG", "Rechnung"),
        "invoice_number": ("Rechnungsnummer", "Rechnungs-Nr.", "Rechnung Nr.", "Belegnummer"),
        "invoice_date": ("Datum", "Rechnungsdatum", "Ausstellungsdatum"),
        "due_date": ("Fällig am", "Zahlbar bis", "Fälligkeitsdatum"),
        "customer_number": ("Kundennummer", "Kunden-Nr.", "Kd.-Nr."),
        "order_number": ("Ihre Bestellung", "Bestellnummer", "Auftrags-Nr."),
        "item_number": ("Art.-Nr.", "Artikelnummer", "Artikel"),
        "description": ("Bezeichnung", "Beschreibung", "Leistung"),
        "quantity": ("Menge", "Anzahl"),
        "unit_price": ("Einzelpreis", "Preis/Einheit", "E-Preis"),
        "amount": ("Betrag", "Gesamtpreis", "Gesamt"),
        "subtotal": ("Zwischensumme", "Nettobetrag", "Summe netto"),
        "tax": ("MwSt. {rate} %", "zzgl. {rate} % USt.", "Mehrwertsteuer ({rate}%)"),
        "total": ("Gesamtbetrag", "Rechnungsbetrag", "Gesamtsumme inkl. MwSt."),
        "bill_to": ("Rechnung an", "Kunde"),
        "thanks": ("Vielen Dank. Die Ware bleibt bis zur Bezahlung unser Eigentum.",),
    },
}
_GOODS: dict[Language, tuple[str, ...]] = {
    "en": (
        "Oak shelf, oiled", "Steel bracket 40 cm", "Delivery to first floor",
        "Garden hose, reinforced, with brass fittings and a wall mount", "Paper A4, 80 g, white",
        "Hand lamp", "Total station rental, daily", "Cleaning of two windows",
    ),
    "de": (
        "Eichenregal, geölt", "Stahlwinkel 40 cm", "Lieferung bis 1. Stock",
        "Gartenschlauch, verstärkt, mit Armaturen aus Messing und Wandhalter", "Papier A4, weiß",
        "Handlampe", "Summenzähler, geeicht", "Reinigung von zwei Fenstern",
    ),
}  # fmt: skip
_MONTHS: dict[Language, str] = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_CENT = Decimal("0.01")
_SINGLES = ("invoice_number", "invoice_date", "due_date", "customer_number", "order_number")
_COLUMNS = ("item_number", "description", "quantity", "unit_price", "amount")
_EDGES = {  # points from the left: text begins there, numbers end there
    "item_number": 56, "description": 120, "quantity": 360, "unit_price": 450, "amount": 540,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice."""

    item_number: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as it is true."""

    language: Language
    singles: dict[str, str]
    customer: str
    lines: tuple[Line, ...]
    rate: int
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    seed: int


def make_invoice(seed: int, language: Language) -> Invoice:
    """An invoice that adds up."""
    dice = random.Random(f"{seed}{language}")  # noqa: S311  seeded dice draw invoices
    lines = tuple(_line(dice, language) for _ in range(dice.randint(2, 8)))
    rate = dice.choice((20, 5) if language == "en" else (19, 7))
    subtotal = sum((line.amount for line in lines), Decimal(0))
    tax = _cents(subtotal * rate / 100)
    day = date(2024, 1, 1) + timedelta(dice.randint(0, 600))
    singles = {
        "invoice_number": dice.choice(("INV-{}", "{}", "RE-2024-{}")).format(
            dice.randint(1000, 99999)
        ),
        "invoice_date": day.isoformat(),
        "due_date": (day + timedelta(30)).isoformat(),
        "customer_number": dice.choice(("C{}", "{}", "10-{}")).format(dice.randint(1000, 9999)),
        "order_number": dice.choice(("PO-{}", "B {}", "{}/24")).format(dice.randint(100, 9999)),
    }
    customer = dice.choice(("Harbour Tools Ltd", "Möbelhaus Lindner GmbH", "A. Verne & Partners"))
    currency = dice.choice(("GBP", "EUR") if language == "en" else ("EUR", "CHF"))
    return Invoice(
        language, singles, customer, lines, rate, subtotal, tax, subtotal + tax, currency, seed
    )


def plant(invoice: Invoice, error: Error) -> Invoice:
    """The same invoice with one amount misprinted, so that one sum does not hold."""
    off = Decimal("0.10") * (1 + invoice.seed % 40)
    if error == "line":
        first, *rest = invoice.lines
        wrong = replace(first, amount=first.amount + off)
        tax = invoice.total - invoice.subtotal
        subtotal = invoice.subtotal + off
        return replace(invoice, lines=(wrong, *rest), subtotal=subtotal, total=subtotal + tax)
    if error == "sum":
        return replace(invoice, subtotal=invoice.subtotal + off, total=invoice.total + off)
    return replace(invoice, total=invoice.total + off)


def truth(invoice: Invoice) -> dict[str, object]:
    """Path to value, as an extraction should have them."""
    found: dict[str, object] = {**invoice.singles, "currency": invoice.currency}
    for n, line in enumerate(invoice.lines):
        found |= {f"lines[{n}].{column}": _plain(getattr(line, column)) for column in _COLUMNS}
    sums = {name: float(getattr(invoice, name)) for name in ("subtotal", "tax", "total")}
    return {**found, **sums}


def draw(invoice: Invoice, layout: Layout) -> bytes:
    """The invoice as a PDF of one page."""
    packed = io.BytesIO()
    canvas = Canvas(packed, pagesize=A4, invariant=1)
    _Drawing(canvas, invoice, layout).draw()
    canvas.save()
    return packed.getvalue()


def scan(content: bytes, *, seed: int = 0, dpi: int = 200) -> bytes:
    """The first page as a grey picture, a little crooked and noisy, as PNG."""
    page = pypdfium2.PdfDocument(content)[0]
    picture = page.render(scale=dpi / 72, grayscale=True).to_pil()
    rng = np.random.default_rng(seed)
    turned = picture.rotate(float(rng.uniform(-0.6, 0.6)), fillcolor=255, resample=3)
    noisy = np.asarray(turned, np.float32) + rng.normal(0, 6, turned.size[::-1])
    packed = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(packed, "PNG", dpi=(dpi, dpi))
    return packed.getvalue()


class _Drawing:
    """Draws one invoice; which words and forms it uses is drawn from its seed."""

    def __init__(self, canvas: Canvas, invoice: Invoice, layout: Layout) -> None:
        self._canvas = canvas
        self._invoice = invoice
        self._layout = layout
        self._dice = random.Random(f"{invoice.seed}{layout}")  # noqa: S311  likewise
        words = _WORDS[invoice.language]
        self._words = {name: self._dice.choice(variants) for name, variants in words.items()}
        self._date_form = self._dice.randint(0, 2)

    def draw(self) -> None:
        """Draw the page."""
        self._text(56, 780, "Brightwell & Sons", size=15)
        self._text(56, 764, "4 Mill Lane, Ostbury OS4 2LT", size=8)
        below = self._letter_head() if self._layout == "letter" else self._form_head()
        below = self._table(below - 30)
        below = self._sums(below - 14)
        self._text(56, below - 40, self._words["thanks"], size=8)

    def _letter_head(self) -> float:
        """The address on the left, labels and values in two columns on the right."""
        self._text(56, 710, self._invoice.customer)
        self._text(56, 696, "12 Station Road, Upper Hollow")
        self._text(56, 640, self._words["title"], size=18)
        colon = self._dice.choice(("", ":"))
        for n, name in enumerate(_SINGLES):
            y = 710 - 15 * n
            self._text(350, y, self._words[name] + colon)
            self._text(460, y, self._single(name))
        return 610

    def _form_head(self) -> float:
        """The title on the right, a row of labels above a row of values."""
        self._text(540, 780, self._words["title"], size=18, align="right")
        self._text(56, 716, self._words["bill_to"], size=8)
        self._text(56, 702, self._invoice.customer)
        for n, name in enumerate(_SINGLES):
            self._text(56 + 100 * n, 660, self._words[name], size=8)
            self._text(56 + 100 * n, 646, self._single(name), size=10)
        self._canvas.line(56, 670, 546, 670)
        self._canvas.line(56, 640, 546, 640)
        return 636

    def _table(self, y: float) -> float:
        for name in _COLUMNS:
            align = "left" if name in ("item_number", "description") else "right"
            self._text(_EDGES[name], y, self._words[name], size=9, align=align)
        self._canvas.line(56, y - 4, 546, y - 4)
        for line in self._invoice.lines:
            y -= 17
            self._text(_EDGES["item_number"], y, line.item_number)
            first, *more = _wrapped(line.description)
            self._text(_EDGES["description"], y, first)
            self._text(_EDGES["quantity"], y, self._quantity(line.quantity), align="right")
            self._text(_EDGES["unit_price"], y, self._money(line.unit_price), align="right")
            self._text(_EDGES["amount"], y, self._money(line.amount), align="right")
            for text in more:
                y -= 12
                self._text(_EDGES["description"], y, text)
        self._canvas.line(56, y - 6, 546, y - 6)
        return y

    def _sums(self, y: float) -> float:
        """Sums under the amounts: in the letter label and value apart, in the form in one."""
        for name in ("subtotal", "tax", "total"):
            y -= 16
            label = self._words[name].format(rate=self._invoice.rate)
            value = self._with_currency(getattr(self._invoice, name))
            if self._layout == "letter":
                self._text(340, y, label)
                self._text(_EDGES["amount"], y, value, align="right")
            else:
                self._text(_EDGES["amount"], y, f"{label}: {value}", align="right")
        return y

    def _single(self, name: str) -> str:
        value = self._invoice.singles[name]
        return self._date(date.fromisoformat(value)) if name.endswith("date") else value

    def _date(self, day: date) -> str:
        month = _MONTHS[self._invoice.language].split()[day.month - 1]
        if self._invoice.language == "de":
            forms = (f"{day:%d.%m.%Y}", f"{day.day}. {month} {day.year}", f"{day:%d.%m.%y}")
        else:
            forms = (f"{day.day} {month} {day.year}", f"{month[:3]} {day.day}, {day.year}",
                     day.isoformat())  # fmt: skip
        return forms[self._date_form]

    def _money(self, value: Decimal) -> str:
        english = f"{value:,.2f}"
        if self._invoice.language == "en":
            return english
        return english.translate(str.maketrans(",.", ".,"))

    def _quantity(self, value: Decimal) -> str:
        return self._money(value) if value % 1 else str(int(value))

    def _with_currency(self, value: Decimal) -> str:
        money = self._money(value)
        if self._invoice.currency == "CHF":
            return f"CHF {money}"
        if self._invoice.language == "de":
            return f"{money} €"
        return {"GBP": "£", "EUR": "€"}[self._invoice.currency] + money

    def _text(self, x: float, y: float, text: str, *, size: int = 10, align: str = "left") -> None:
        self._canvas.setFont("Helvetica", size)
        place = self._canvas.drawRightString if align == "right" else self._canvas.drawString
        place(x, y, text)


def _line(dice: random.Random, language: Language) -> Line:
    quantity = Decimal(dice.choice(("1", "2", "3", "12", "40", "2.5", "0.75")))
    price = Decimal(dice.randint(95, 250_000)) / 100
    number = f"{dice.randint(10, 99)}-{dice.randint(1000, 9999)}"
    goods = dice.choice(_GOODS[language])
    return Line(number, goods, quantity, price, _cents(quantity * price))


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _wrapped(text: str, *, width: int = 34) -> Sequence[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
