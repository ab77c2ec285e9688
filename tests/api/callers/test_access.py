import pytest

from api.callers.access import OPERATOR, Access, tenant_of
from index.catalog.accounts import SCOPES
from index.errors import Forbidden

ACME = Access("acme", frozenset({"read"}))


@pytest.mark.parametrize(
    ("access", "name", "full_name"),
    [
        (ACME, "reports", "acme.reports"),
        (ACME, "acme.reports", "acme.reports"),
        (ACME, "globex.reports", "globex.reports"),
        (ACME, "default.reports", "reports"),
        (OPERATOR, "reports", "reports"),
        (OPERATOR, "default.reports", "reports"),
        (OPERATOR, "acme.reports", "acme.reports"),
    ],
)
def test_what_a_caller_names_is_made_a_full_name(access: Access, name: str, full_name: str) -> None:
    assert access.full_name(name) == full_name


@pytest.mark.parametrize(
    ("full_name", "owned"), [("acme.reports", True), ("globex.reports", False), ("reports", False)]
)
def test_a_tenant_owns_what_has_its_name(full_name: str, owned: bool) -> None:  # noqa: FBT001
    assert ACME.owns(full_name) is owned
    assert OPERATOR.owns(full_name)


def test_the_default_tenant_owns_plain_names_only() -> None:
    plain = Access()
    assert plain.owns("reports")
    assert not plain.owns("acme.reports")


def test_a_caller_is_shown_its_own_names_short() -> None:
    assert ACME.shown_name("acme.reports") == "reports"
    assert ACME.shown_name("globex.reports") == "globex.reports"
    assert OPERATOR.shown_name("reports") == "reports"


def test_a_name_without_a_dot_is_of_the_default_tenant() -> None:
    assert [tenant_of(name) for name in ("reports", "acme.reports")] == ["default", "acme"]


def test_a_scope_that_a_key_lacks_is_forbidden() -> None:
    ACME.check("read")
    with pytest.raises(Forbidden, match="'query'"):
        ACME.check("query")
    for scope in SCOPES:
        OPERATOR.check(scope)
