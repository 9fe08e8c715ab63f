"""Who may speak to the product: without accounts, only this machine's own pages and programs.

A web site the runner visits could otherwise reach the product through the browser (DNS rebinding,
cross-site forms). So the Host must be a loopback name, and an Origin, where there is one, must be
this very server.
"""

from __future__ import annotations

import ipaddress
import re

from fastapi import Request

# A name or an IPv4 address, or an IPv6 address in brackets, then maybe a port. Nothing else: with
# a user or a path in it a URL parser would read another host than the one that was meant.
_HOST = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)

_FROM_ELSEWHERE = frozenset({"cross-site", "same-site"})
_READS = frozenset({"GET", "HEAD"})


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine and no other."""
    if host.removesuffix(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def is_ours(request: Request) -> bool:
    """Whether a request comes from this machine and, if a browser sent it, from our own pages.

    Browsers name the Origin of everything a page does but following a link or loading an image;
    those may read, for what they read stays out of the other page's reach.
    """
    hosts = request.headers.getlist("host")
    if len(hosts) != 1 or not _is_loopback_header(hosts[0]):
        return False
    origins = request.headers.getlist("origin")
    if origins:
        return [origin.lower() for origin in origins] == [
            f"{request.scope['scheme']}://{hosts[0].lower()}"
        ]
    elsewhere = request.headers.get("sec-fetch-site") in _FROM_ELSEWHERE
    return request.method in _READS or not elsewhere


def _is_loopback_header(host: str) -> bool:
    match = _HOST.fullmatch(host)
    return match is not None and is_loopback(match["name"])
