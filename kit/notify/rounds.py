"""One round of notifying: the alerts of a period's packets, whose they are, and sending them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from kit.data.calendar import FiscalCalendar
from kit.errors import BatchError
from kit.notify import sent as kept
from kit.notify.addresses import FILE, Address, read
from kit.notify.digest import Digest, by_owner, digest
from kit.notify.sending import check
from kit.notify.sending import send as hand_over
from kit.publish.alerts_csv import gathered
from kit.publish.lock import held
from kit.publish.outputs import Layout
from kit.publish.period_folder import others, whole_packets
from kit.settings import Settings
from kit.show.words import Words


@dataclass(frozen=True)
class Letter:
    """A digest and the addresses it goes to."""

    digest: Digest
    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class Plan:
    """What a round would send.

    Parameters
    ----------
    letters : tuple of Letter
        By owner.
    unreached : mapping of str to int
        Owners without an address, and how many alerts they have.
    state : Path
        Where it is kept what was sent.
    sent : Sent
    left_out : tuple of str
        Folders whose packet is not whole, so that its alerts are not told.
    """

    letters: tuple[Letter, ...]
    unreached: dict[str, int]
    state: Path
    sent: kept.Sent
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What became of one digest at one address; `wrong` is empty where it was sent."""

    address: Address
    wrong: str


def plan(
    config: str | Path, *, settings: Settings, period: str, out: str | Path = "outputs",
    addresses: Path | None = None, least: str = "amber", again: bool = False, day: str,
) -> Plan:  # fmt: skip
    """Work out who gets what.

    Parameters
    ----------
    config : path
    settings : Settings
        The company's, for the period.
    period : str
    out : path
        As `kit run` was given it.
    addresses : Path, optional
        `addresses.yml` beside the company.yml where left out.
    least : str
        `amber` or `red`.
    again : bool
        Whether what was sent on that day is sent again.
    day : str
        Today, in ISO form.

    Raises
    ------
    BatchError
        Where the period has no packets.
    SettingsError
        From the addresses.
    """
    span = FiscalCalendar(settings.calendar).period(period)
    layout = Layout(Path(out).resolve(), settings.company, span.name)
    records = whole_packets(layout.packets)
    if not records:
        raise BatchError(
            f"{layout.packets}: holds no packets. Make them first: "
            f"kit run --config {config} --period {period}"
        )
    here = Path(config) if Path(config).is_dir() else Path(config).parent
    known = read(addresses or here / FILE)
    state = layout.root / ".work" / "notified.json"
    sent = kept.read(state, day=day)
    words = Words(settings.language, settings.currency)
    letters, unreached = [], {}
    for owner, some in by_owner(gathered(records.values()), least=least).items():
        if owner not in known:
            unreached[owner] = len(some)
            continue
        groups: dict[tuple[str, ...], list[Address]] = {}
        for address in known[owner]:
            new = [one for one in some if again or not sent.knows(
                address, str(one["alert_id"]), str(one["severity"]))]  # fmt: skip
            if new:
                groups.setdefault(tuple(str(one["alert_id"]) for one in new), []).append(address)
        for ids, where in groups.items():
            told = [one for one in some if str(one["alert_id"]) in ids]
            written = digest(owner, told, words=words, company=settings.title, period=span.name)
            letters.append(Letter(written, tuple(where)))
    left_out = tuple(others(layout.packets, records))
    return Plan(tuple(letters), unreached, state, sent, left_out)


def alone(
    settings: Settings, *, period: str, out: str | Path = "outputs"
) -> AbstractContextManager[None]:
    """Hold off other rounds of the company: what one sends, the next has to know of.

    Raises
    ------
    BatchError
        Where another round is sending.
    """
    root = Layout(Path(out).resolve(), settings.company, period).root
    return held(root / ".work" / "notify.lock", busy="another kit notify is sending. Wait for it.")


def amiss(planned: Plan) -> list[str]:
    """One line for each owner without an address, each packet left out, each address of no use."""
    return [
        *(f"{one}: left out, as its packet is not whole. Make it again: kit run … --resume"
          for one in planned.left_out),
        *(f"{one.owner} ({one.masked}): cannot be sent to: {check(one)}"
          for letter in planned.letters for one in letter.addresses if check(one)),
        *(f"{owner}: {many} alert{'' if many == 1 else 's'}, but no address. Add one to {FILE}."
          for owner, many in planned.unreached.items()),
    ]  # fmt: skip


def send(planned: Plan) -> tuple[Result, ...]:
    """Send all letters, one after another; what fails costs nobody else the digest.

    What was sent is written down after each, so that a round that is broken off tells nobody twice.
    """
    results, sent = [], planned.sent
    for letter in planned.letters:
        for address in letter.addresses:
            wrong = hand_over(letter.digest, address)
            results.append(Result(address, wrong))
            if not wrong:
                sent = sent.also(address, letter.digest.alerts)
                kept.write(planned.state, sent)
    return tuple(results)
