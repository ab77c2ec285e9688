"""Which addresses belong to the public internet, and to nobody's own network.

`ipaddress` alone does not tell: up to Python 3.11 it calls the ranges that carry an IPv4 address
inside an IPv6 one (NAT64, 6to4), site-local ones and more global. So the ranges are written here,
after the IANA registries of special-purpose addresses (RFC 6890), and its judgement comes on top.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

V4_REFUSED = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' NAT; a cloud's metadata too
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # public by its number, the host of every machine on Azure by its use
        "169.254.0.0/16",  # link-local: most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata too
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Only this is given out. Loopback, mapped and compatible IPv4, NAT64 (64:ff9b::/96 and
# 64:ff9b:1::/48), discard, unique local, link-local, site-local and multicast lie outside of it.
V6_PUBLIC = IPv6Network("2000::/3")
V6_REFUSED = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "3ffe::/16",  # the 6bone's, given back
    )
)


def is_public(address: str) -> bool:
    """Tell whether an address is one that anybody on the internet may be sent to."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed.is_global and not parsed.is_multicast and _is_given_out(parsed)


def _is_given_out(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in V4_REFUSED)
    if address.scope_id is not None:  # an address with a zone is of one link
        return False
    return address in V6_PUBLIC and not any(address in network for network in V6_REFUSED)
