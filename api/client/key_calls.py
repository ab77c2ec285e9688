"""The routes of keys and of what they used up, each described once."""

from api.callers.bodies import IssuedKey, KeyBody, KeyList, KeyRequest, SpendingBody
from api.client.call import Call, content, given, path, reads


def create_key(request: KeyRequest) -> Call[IssuedKey]:
    """Make a key of the caller's tenant; its secret is in the answer and nowhere else."""
    return Call(
        "POST", path("keys"), reads(IssuedKey), content=content(request), is_repeatable=False
    )


def keys() -> Call[KeyList]:
    """List the keys of the caller's tenant."""
    return Call("GET", path("keys"), reads(KeyList))


def revoke_key(key: str) -> Call[KeyBody]:
    """End a key."""
    return Call("DELETE", path("keys", key), reads(KeyBody))


def spending(*, days: int = 31) -> Call[SpendingBody]:
    """List what the keys of the caller's tenant used up, the latest day first."""
    return Call("GET", path("spending"), reads(SpendingBody), params=given(days=days))
