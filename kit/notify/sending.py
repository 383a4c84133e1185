"""Handing a digest to apprise, which knows mail, WeCom, DingTalk, Feishu, Slack, Teams and more."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from kit.errors import SettingsError
from kit.notify.addresses import Address
from kit.notify.digest import Digest


def require_apprise() -> None:
    """Check that apprise is there.

    Raises
    ------
    SettingsError
        Saying how to install it.
    """
    try:
        import apprise  # noqa: F401
    except ImportError:
        raise SettingsError(
            "kit notify sends through apprise, which is not installed. "
            "Install it with: pip install 'sales-target-kit[notify]'"
        ) from None


def send(digest: Digest, address: Address) -> str:
    """Send one digest to one address.

    Returns
    -------
    str
        Empty where it was sent; else why not, without anything of the address but its masked form.
    """
    import apprise

    wrong = check(address)
    if wrong:
        return wrong
    with _silent():
        try:
            sender = apprise.Apprise()
            sender.add(address.url)
            done = sender.notify(
                title=digest.title, body=digest.body, body_format=apprise.NotifyFormat.TEXT
            )
        except Exception as error:  # a service's own fault must cost nobody else the digest
            return f"it failed ({type(error).__name__})"
    return "" if done else "the service did not take it"


def check(address: Address) -> str:
    """Why an address cannot be sent to, as far as can be told without sending; empty where it can."""
    import apprise

    if address.lacking:
        return f"the environment variable {', '.join(address.lacking)} is not set"
    with _silent():
        try:
            known = apprise.Apprise().add(address.url)
        except Exception as error:  # of a service that reads its own address
            return f"it failed ({type(error).__name__})"
    return "" if known else "this is no address that apprise knows"


@contextmanager
def _silent() -> Iterator[None]:
    """Without any log line: addresses may stand in those of apprise and of what it sends with."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
