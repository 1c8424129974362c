"""No address within the practice's own network is called, however it is written, whatever a name leads to by then."""

import socket

import pytest

from notifications.channels import http, outside
from notifications.channels.faults import Postponed
from notifications.channels.http import Poster
from notifications.channels.outside import BadUrl, LeadsInside, NotEncrypted, find_addresses, read_url
from notifications.kinds import Post
from pops.subscribers.endpoints import why_not_call
from tests.moments import NOON

INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.5", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.100.100.200",
    "0.0.0.0",  # noqa: S104  refused
    "168.63.129.16", "192.0.0.192", "224.0.0.1", "255.255.255.255", "198.18.0.1", "240.0.0.1",
    "::1", "::", "fe80::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:10.0.0.5", "::ffff:169.254.169.254",
    "64:ff9b::a00:5", "64:ff9b:1::1", "2002:a00:5::", "2001:0:4136:e378:8000:63bf:f5ff:fffa", "::7f00:1", "2001:db8::1",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]


@pytest.fixture
def dns(monkeypatch):
    """What names lead to: a list of addresses each time they are asked for."""
    answers = []

    def getaddrinfo(host, port, **_):
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]

    monkeypatch.setattr(outside.socket, "getaddrinfo", getaddrinfo)
    return answers


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused(dns, address):
    dns.append([address])
    with pytest.raises(LeadsInside):
        find_addresses(read_url("https://hooks.example.com/"))

    dns[:] = [["93.184.216.34", address]]
    with pytest.raises(LeadsInside):
        find_addresses(read_url("https://hooks.example.com/"))


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_called_by_https(dns, address):
    dns.append([address])

    assert find_addresses(read_url("https://hooks.example.com/")) == [address]
    with pytest.raises(NotEncrypted):
        find_addresses(read_url("http://hooks.example.com/"))


def test_a_setting_lets_some_of_it_be_called(dns, settings):
    settings.WEBHOOK_NETWORKS = ["10.1.2.0/24"]
    dns.append(["::ffff:10.1.2.3"])
    assert find_addresses(read_url("http://ledger.local:8080/"))

    dns[:] = [["10.1.3.3"]]
    with pytest.raises(LeadsInside):
        find_addresses(read_url("http://ledger.local:8080/"))


@pytest.mark.parametrize(
    "text", ["2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
def test_other_ways_to_write_it(text):
    refusal = why_not_call(f"https://{text}/")

    assert refusal is not None
    assert refusal.code in ("url_inside", "url_unknown")


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example.com", "file:///etc/passwd", "https://", "https://a@b.example/", "https://b.example\\@c.example/",
     "https://b.example/#x", "https://b.example:99999/", "https://b.example:0/", "https://b.exa mple/",
     "https://b.example/\n", "https://" + "a" * 600, "https://bücher.example/", "https://b.example/<>"],
)  # fmt: skip
def test_what_is_no_address(url):
    with pytest.raises(BadUrl):
        read_url(url)


def test_a_name_that_leads_elsewhere_by_then_changes_nothing(dns, monkeypatch):
    """The name is asked once for each post, and the connection goes to the address that was judged."""
    dns[:] = [["93.184.216.34"], ["127.0.0.1"]]
    called = []

    def dial(address, timeout):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(http.socket, "create_connection", dial)
    heard = []
    facts = {"id": "chg_1", "at": NOON, "secrets": (), "heard": heard.append}
    post = Post(subject="test", text="{}", url="https://hooks.example.com/in", **facts)

    with pytest.raises(Postponed, match="can't be reached"):
        Poster().send(post)
    with pytest.raises(Postponed, match="own network"):
        Poster().send(post)

    assert called == [("93.184.216.34", 443)]
    assert [one.status for one in heard] == [None, None]
