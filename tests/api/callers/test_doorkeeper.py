import pytest
from starlette.datastructures import Headers

from api.callers.access import OPERATOR, Access
from api.callers.doorkeeper import Doorkeeper
from index.catalog.accounts import KeyLimits, NewKey
from index.catalog.database import Database
from index.catalog.keys import Keys
from index.errors import Forbidden, RateLimited, Unauthenticated

LOCAL = {"host": "127.0.0.1:8080"}
SECRET = "owner's secret"  # noqa: S105  nobody's


@pytest.fixture
def keys(database: Database) -> Keys:
    return Keys(database.engine)


def sent(token: str) -> Headers:
    return Headers({**LOCAL, "authorization": f"Bearer {token}"})


def test_while_there_is_no_key_everybody_may_do_everything(keys: Keys) -> None:
    keeper = Doorkeeper(keys)
    assert keeper.admit(Headers(LOCAL)) == OPERATOR
    assert keeper.admit(sent("sk-anything")) == OPERATOR


def test_from_the_first_key_on_one_is_needed(keys: Keys) -> None:
    keeper = Doorkeeper(keys)
    made, token = keys.issue(NewKey("page", "acme", frozenset({"read"})))
    access = keeper.admit(sent(token))
    assert access == Access("acme", frozenset({"read"}), made)
    assert not access.is_operator
    with pytest.raises(Unauthenticated, match="send a key"):
        keeper.admit(Headers(LOCAL))
    with pytest.raises(Unauthenticated, match="not known"):
        keeper.admit(sent("sk-anything"))


@pytest.mark.parametrize("header", ["Basic {}", "{}", "bearer{}", "Token {}"])
def test_a_key_is_sent_as_a_bearer_token(keys: Keys, header: str) -> None:
    _, token = keys.issue(NewKey("page"))
    with pytest.raises(Unauthenticated):
        Doorkeeper(keys).admit(Headers({**LOCAL, "authorization": header.format(token)}))


def test_who_can_read_the_folder_may_do_everything(keys: Keys) -> None:
    keys.issue(NewKey("page"))
    keeper = Doorkeeper(keys, owner_secret=SECRET)
    assert keeper.admit(sent(SECRET)) == OPERATOR
    with pytest.raises(Unauthenticated):
        Doorkeeper(keys).admit(sent(SECRET))
    with pytest.raises(Unauthenticated):
        Doorkeeper(keys, owner_secret="").admit(Headers(LOCAL))


def test_a_key_may_ask_as_often_as_its_limit_says_and_others_do_not_pay(keys: Keys) -> None:
    keeper = Doorkeeper(keys)
    _, busy = keys.issue(NewKey("busy", limits=KeyLimits(requests_per_minute=3)))
    _, quiet = keys.issue(NewKey("quiet", limits=KeyLimits(requests_per_minute=3)))
    for _ in range(3):
        keeper.admit(sent(busy))
    for _ in range(5):
        with pytest.raises(RateLimited) as limited:
            keeper.admit(sent(busy))
        assert 1 <= limited.value.retry_after_s <= 60
    keeper.admit(sent(quiet))


def test_what_a_key_might_do_is_remembered_for_a_minute(keys: Keys) -> None:
    now = 1_000_000.0
    keeper = Doorkeeper(keys, clock=lambda: now)
    _, token = keys.issue(NewKey("page", "acme"))
    assert keeper.recall(sent(token)) is None
    access = keeper.admit(sent(token))
    assert keeper.recall(sent(token)) == access
    assert keeper.recall(sent(f"{token}x")) is None
    assert keeper.recall(Headers(LOCAL)) is None
    now += 60
    assert keeper.recall(sent(token)) is None


def test_a_key_that_is_not_known_is_not_remembered(keys: Keys) -> None:
    keeper = Doorkeeper(keys)
    keys.issue(NewKey("page"))
    with pytest.raises(Unauthenticated):
        keeper.admit(sent("sk-anything"))
    assert keeper.recall(sent("sk-anything")) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example:8080"},
        {"host": ""},
        {},
        {**LOCAL, "origin": "https://evil.example"},
        {**LOCAL, "origin": "null"},
        {**LOCAL, "origin": "http://localhost.evil.example"},
    ],
)
def test_a_page_of_another_site_cannot_use_a_service_without_keys(
    keys: Keys, headers: dict[str, str]
) -> None:
    with pytest.raises(Forbidden):
        Doorkeeper(keys).admit(Headers(headers))


def test_a_page_on_this_machine_can(keys: Keys) -> None:
    headers = Headers({**LOCAL, "origin": "http://localhost:3000"})
    assert Doorkeeper(keys).admit(headers) == OPERATOR


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
def test_our_own_page_can(keys: Keys, host: str) -> None:
    ours = Headers({"host": host, "origin": f"http://{host}"})
    assert Doorkeeper(keys).admit(ours) == OPERATOR


def test_in_a_trusted_network_every_name_will_do_but_no_other_site(keys: Keys) -> None:
    keeper = Doorkeeper(keys, hosts=None)
    assert keeper.admit(Headers({"host": "pagesight.lan"})) == OPERATOR
    with pytest.raises(Forbidden):
        keeper.admit(Headers({"host": "pagesight.lan", "origin": "https://evil.example"}))
