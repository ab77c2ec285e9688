"""Where a search may stop for a moment, for others to go first.

Searches in one interpreter take each other's time. Who lets others go first, and when, is for those
to say who know whom a search is for; a search only offers the moment, between two of its stages.
"""

from collections.abc import Callable
from contextvars import ContextVar

GIVE_WAY: ContextVar[Callable[[], None] | None] = ContextVar("give_way", default=None)


def pause() -> None:
    """Wait until this search may go on, if there is any reason to."""
    give_way = GIVE_WAY.get()
    if give_way is not None:
        give_way()
