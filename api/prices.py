"""What tokens of a model cost."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from index.errors import InvalidRequest

MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens of a model cost, read and written."""

    input: Decimal
    output: Decimal

    @classmethod
    def parse(cls, text: str) -> "Price":
        """Read `read/written`, such as `0.25/2`.

        Raises:
            InvalidRequest: the text is not two prices.
        """
        try:
            read, written = (Decimal(part) for part in text.split("/"))
        except (ValueError, InvalidOperation) as error:
            raise InvalidRequest(
                f"a price reads `0.25/2`, read and written, got {text!r}"
            ) from error
        if not (read.is_finite() and written.is_finite() and read >= 0 and written >= 0):
            raise InvalidRequest(f"prices are finite and not below zero, got {text!r}")
        return cls(read, written)

    def of(self, input_tokens: int, output_tokens: int) -> Decimal:
        """Return what so many tokens cost."""
        return (self.input * input_tokens + self.output * output_tokens) / MILLION
