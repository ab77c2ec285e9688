"""What callers may still spend today, and what their questions cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from answer.answers import Usage
from api.callers.access import Access
from api.prices import Price
from index.catalog.accounts import Spent
from index.catalog.spending import Spending
from index.errors import QuotaExceeded


@dataclass(frozen=True, slots=True)
class Bill:
    """A question whose tokens are set aside until it is known what it took."""

    access: Access
    moment: datetime
    estimated: int


def _now() -> datetime:
    return datetime.now(UTC)


class Purse:
    """Holds callers to their keys' daily limits; days are those of UTC.

    Args:
        spending: the ledger.
        prices: by the model's name; a model that is not there costs nothing.
        now: tells the time.
    """

    def __init__(
        self,
        spending: Spending,
        prices: Mapping[str, Price],
        *,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._spending = spending
        self._prices = prices
        self._now = now

    def open(self, access: Access, estimated_tokens: int) -> Bill:
        """Set a question's tokens aside before a model is asked.

        Raises:
            QuotaExceeded: they are more than the key may still use today.
        """
        bill = Bill(access, self._now(), estimated_tokens)
        wanted = Spent(1, 0, estimated_tokens, estimated_tokens)
        most = access.key.limits.tokens_per_day if access.key else None
        if most is None:
            self._spending.add(access.account, bill.moment.date(), wanted)
        elif not self._spending.reserve(
            access.account, bill.moment.date(), wanted, most_tokens=most
        ):
            used = self._spending.of(access.account, bill.moment.date()).tokens
            raise self._exceeded(
                f"this needs about {estimated_tokens} tokens; {used} of the {most} that key "
                f"{access.key_id} may use a day are used up"
            )
        return bill

    def settle(self, bill: Bill, usage: Usage, model: str) -> None:
        """Put what a question took in the place of what was set aside for it.

        Where no tokens were reported, the estimate stays.
        """
        is_reported = usage.input_tokens + usage.output_tokens > 0
        read = usage.input_tokens if is_reported else bill.estimated
        took = Spent(
            input_tokens=read - bill.estimated,
            output_tokens=usage.output_tokens,
            cost=self._cost(usage, model, read),
        )
        if took != Spent():
            self._spending.add(bill.access.account, bill.moment.date(), took)

    def check_pages(self, access: Access) -> None:
        """Do nothing while a key may have pages indexed today.

        Raises:
            QuotaExceeded: it has had as many as it may.
        """
        most = access.key.limits.pages_per_day if access.key else None
        if most is None:
            return
        had = self._spending.of(access.account, self._now().date()).pages
        if had >= most:
            raise self._exceeded(
                f"key {access.key_id} had {had} pages indexed today; it may have {most} a day"
            )

    def _cost(self, usage: Usage, model: str, read: int) -> Decimal:
        parts = [(part.model, part.input_tokens, part.output_tokens) for part in usage.by_model]
        priced = parts or [(model, read, usage.output_tokens)]
        return sum(
            (self._prices[name].of(*tokens) for name, *tokens in priced if name in self._prices),
            Decimal(0),
        )

    def _exceeded(self, told: str) -> QuotaExceeded:
        now = self._now()
        tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
        return QuotaExceeded(told, retry_after_s=(tomorrow - now).total_seconds())
