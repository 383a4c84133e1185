"""What was sent to which address on which day, so that nobody is told the same twice a day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kit.disk import whole
from kit.errors import BatchError
from kit.notify.addresses import Address


@dataclass(frozen=True)
class Sent:
    """What was sent on one day.

    Parameters
    ----------
    day : str
    told : mapping of str to mapping
        For each address (owner and number) the alerts' ids with the severity they were told at.
    """

    day: str
    told: Mapping[str, Mapping[str, str]]

    def knows(self, address: Address, alert: str, severity: str) -> bool:
        """Whether the address was told of the alert today, at that severity or a graver one."""
        before = self.told.get(_key(address), {}).get(alert)
        return before == severity or before == "red"

    def also(self, address: Address, alerts: Iterable[tuple[str, str]]) -> Sent:
        """The same with what was sent to one address now."""
        key = _key(address)
        return Sent(self.day, {**self.told, key: {**self.told.get(key, {}), **dict(alerts)}})


def read(path: Path, *, day: str) -> Sent:
    """What was sent on a day; nothing where the file is of another day, missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["day"] != day:
            return Sent(day, {})
        told = {str(key): {str(a): str(b) for a, b in some.items()}
                for key, some in found["told"].items()}  # fmt: skip
        return Sent(day, told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Sent(day, {})


def write(path: Path, sent: Sent) -> None:
    """Write what was sent; no address stands in it.

    Raises
    ------
    BatchError
        Where the file cannot be written.
    """
    text = json.dumps({"day": sent.day, "told": sent.told}, sort_keys=True, indent=1) + "\n"
    try:
        with whole(path) as file:
            file.write(text.encode("utf-8"))
    except OSError as error:
        raise BatchError(
            f"{path}: cannot be written ({error.strerror}), so what was sent is not remembered."
        ) from None


def _key(address: Address) -> str:
    return f"{address.owner}#{address.number}"
