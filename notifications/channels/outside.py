"""Where other programs may be reached: outside, and inside the practice's own network only where a setting allows it.

An address that somebody types could lead to the database, to the cloud's metadata or to a printer. So a name is
resolved here, each address it has is judged, and the connection is made to one of those very addresses: a name that
leads elsewhere when it is asked again changes nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Inside though Python calls them global, or has not always called them private: Azure's own services, Oracle's
# metadata, IPv4 within IPv6 as a network of one's own translates it, former site-local addresses, what was once
# "IPv4-compatible", and others that lead to no host outside.
ALSO_INSIDE = [
    ipaddress.ip_network(text)
    for text in (
        "168.63.129.16/32",
        "192.0.0.0/24",
        "64:ff9b:1::/48",
        "fec0::/10",
        "::/96",
        "100::/64",
        "2001::/23",
        "5f00::/16",
    )
]
NAT64 = ipaddress.ip_network("64:ff9b::/96")
LONGEST_URL = 500


class LeadsInside(Exception):
    """The host has an address inside the practice's own network."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} leads into the practice's own network, where POPS calls nobody.")


class NotEncrypted(Exception):
    """It would be called by plain http outside of what a setting allows."""

    def __init__(self) -> None:
        super().__init__("POPS calls by https alone.")


class NoSuchHost(Exception):
    """The host has no address."""

    def __init__(self, host: str) -> None:
        super().__init__(f"There is no host {host}.")


class BadUrl(Exception):
    """This is no address that can be called."""

    def __init__(self) -> None:
        super().__init__("This is not an address such as https://hooks.example.com/pops.")


@dataclass(frozen=True)
class Target:
    """A URL taken apart."""

    is_https: bool
    host: str
    port: int
    path: str  # with what follows a question mark

    @property
    def origin(self) -> str:
        """Scheme, host and port as they are written; the path may hold a secret."""
        usual = self.port == (443 if self.is_https else 80)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.is_https else 'http'}://{host}{'' if usual else f':{self.port}'}"


def read_url(url: str) -> Target:
    """A URL taken apart. Raises BadUrl for what is none, names a user, or says what browsers read otherwise."""
    try:
        parts, port = _split(url)
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else parts.hostname
    except ValueError as error:
        raise BadUrl from error
    odd = not url.isascii() or not url.isprintable() or any(one in url for one in ' \\"<>^`{|}')
    if odd or not host or "@" in parts.netloc or parts.fragment or parts.scheme not in ("http", "https"):
        raise BadUrl
    is_https = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_https, host, port or (443 if is_https else 80), path)


def _split(url: str) -> tuple[SplitResult, int | None]:
    parts = urlsplit(url)
    if len(url) > LONGEST_URL or parts.port == 0:
        raise BadUrl
    return parts, parts.port


def find_addresses(target: Target) -> list[str]:
    """The addresses a target may be called at. Raises NoSuchHost, LeadsInside, NotEncrypted.

    One address inside is enough to refuse all of them: which one is taken would be chance.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise NoSuchHost(target.host) from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    judged = [unwrap(ipaddress.ip_address(address)) for address in addresses]
    if any(is_inside(address) and not is_allowed(address) for address in judged):
        raise LeadsInside(target.host)
    if not target.is_https and not all(is_allowed(address) for address in judged):
        raise NotEncrypted
    return addresses


def unwrap(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, or leads through; else itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def is_inside(address: Address) -> bool:
    """Whether an unwrapped address is the machine's own, its network's or its cloud's."""
    if not address.is_global or address.is_multicast:
        return True
    return any(address in network for network in ALSO_INSIDE if network.version == address.version)


def is_allowed(address: Address) -> bool:
    """Whether a setting lets POPS call there although it is inside, and by plain http."""
    networks = [ipaddress.ip_network(text, strict=False) for text in settings.WEBHOOK_NETWORKS]
    return any(address in network for network in networks if network.version == address.version)
