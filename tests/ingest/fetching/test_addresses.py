"""Where nothing may be fetched from, one address for each way around the obvious check."""

from ipaddress import ip_address

import pytest

from ingest.fetching.addresses import is_public

INNER = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.254 127.0.0.1
127.1.2.3 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.254
192.0.0.1 192.0.0.8 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.1
198.19.255.254 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::a9fe:a9fe ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8
::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::808:808 64:ff9b:1::1
64:ff9b:1::a9fe:a9fe 100::1 100:0:0:1::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1
2001:10::1 2001:20::1 2001:30::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe:: 2002:808:808::1
3fff::1 3ffe::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fd12:3456:789a::1 fe80::1 fe80::1%eth0
febf::1 fec0::1 feff::1 ff02::1 ff05::2 ff0e::1 2606:4700::1111%eth0
"""
OUTER = """
1.1.1.1 8.8.8.8 9.9.9.9 93.184.215.14 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
168.63.129.15 169.253.255.255 172.15.255.255 172.32.0.1 192.0.1.1 192.167.255.255 198.17.255.255
198.20.0.1 223.255.255.254 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111
2a00:1450:4001:80e::200e 2c0f:fb50::1
"""
NO_ADDRESSES = ["", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "::1]", "1.2.3"]


@pytest.mark.parametrize("address", INNER.split())
def test_an_address_that_is_not_everybodys_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTER.split())
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_plain_address_is_not_public(text: str) -> None:
    assert not is_public(text)


def test_the_table_holds_what_the_standard_library_alone_would_let_through() -> None:
    missed = [
        a for a in INNER.split() if ip_address(a).is_global and not ip_address(a).is_multicast
    ]

    assert {"64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "168.63.129.16"} <= set(missed)
