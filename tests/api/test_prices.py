from decimal import Decimal

import pytest

from api.prices import Price
from index.errors import InvalidRequest


def test_a_million_tokens_cost_what_the_table_says() -> None:
    price = Price.parse("0.25/2")
    assert price.of(1_000_000, 0) == Decimal("0.25")
    assert price.of(0, 500_000) == Decimal(1)
    assert price.of(4, 0) == Decimal("0.000001")


@pytest.mark.parametrize("text", ["", "1", "1/2/3", "a/b", "-1/2", "1/inf", "nan/1"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="price"):
        Price.parse(text)
