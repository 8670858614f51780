"""Under which addresses the machines around find this one. Nothing here needs the internet."""

from __future__ import annotations

import ipaddress
import socket

import psutil

# Somewhere that is not this machine. Nothing is sent there: only the way out is asked for.
ELSEWHERE = ("192.0.2.1", 9)


def lan_addresses() -> list[str]:
    """The addresses of this computer in the networks around it, the one by which it would leave first."""
    running = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        one.address
        for name, addresses in sorted(psutil.net_if_addrs().items())
        for one in addresses
        if name in running and one.family == socket.AF_INET and _is_near(one.address)
    ]
    first = _way_out()
    return list(dict.fromkeys([*([first] if first in found else []), *found]))


def _is_near(address: str) -> bool:
    try:
        here = ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return not (here.is_loopback or here.is_link_local or here.is_unspecified)


def _way_out() -> str:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(ELSEWHERE)
            return str(probe.getsockname()[0])
    except OSError:
        return ""
