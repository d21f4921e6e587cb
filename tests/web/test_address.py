"""Who is told to have asked, behind proxies and with headers that anybody may write."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from starlette.requests import HTTPConnection

from sayso.settings import Settings
from sayso.web.address import address_of, neighbours

PROXIES = Settings(Path(), proxies=(ip_network("10.0.0.0/8"), ip_network("::1/128")))


@pytest.mark.parametrize(
    ("settings", "client", "said", "found"),
    [
        (Settings(Path()), "192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        (PROXIES, "192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
        (PROXIES, "10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        (PROXIES, "10.0.0.1", ["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
        (PROXIES, "10.0.0.1", ["1.2.3.4", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        (PROXIES, "10.0.0.1", ["203.0.113.9, not an address"], "10.0.0.1"),
        (PROXIES, "::1", ["2001:db8::1"], "2001:db8::1"),
        (PROXIES, "10.0.0.1", [], "10.0.0.1"),
    ],
)
def test_only_a_proxy_that_is_trusted_speaks_for_others(settings: Settings, client: str, said: list[str], found: str):
    headers = [(b"x-forwarded-for", line.encode()) for line in said]
    assert address_of(HTTPConnection({"type": "http", "client": (client, 1), "headers": headers}), settings) == found


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:a:b:c:d", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_customer_with_many_addresses_counts_once(address: str, counted: str):
    assert neighbours(address) == counted
