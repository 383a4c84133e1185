"""`kit notify`: who is told what, over real SMTP and a real webhook, and what is never shown."""

from __future__ import annotations

import csv
import email
import email.policy
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from kit.cli import main
from kit.errors import SettingsError
from kit.notify import addresses
from kit.notify.digest import LONGEST, by_owner, digest
from kit.publish.alerts_csv import OTHERS, alerts_csv, gathered
from kit.publish.lock import held
from kit.scope import Scope
from kit.show.words import Words

pytest.importorskip("apprise")
SECRET = "s3cr3t-T0ken"


def alert(scope, rule, severity="red", *, owner, part="", subject="", evidence="", **more):
    return {
        "alert_id": f"{scope}-{rule}-{subject}", "scope": scope, "owner": owner, "rule": rule,
        "severity": severity, "part": part or scope.partition(":")[2], "subject": subject,
        "value": 0.5, "threshold": 0.8, "unit": "percent", "signal": "", "q": None,
        "since": "2025-08-01", "evidence": evidence, "advice": "Act.", "eased": False,
        "seen_by": [owner], "owner_name": owner, **more,
    }  # fmt: skip


EAST = alert("region:East", "pace", owner="regional_manager:East", evidence="44.4% of East",
             part="<b>East</b> @all")  # fmt: skip
WEST = alert("region:West", "pace", "amber", owner="regional_manager:West", evidence="77.7% West")
OWED = alert("region:East", "receipts_overdue", owner="rep:R1", part="Clinic", subject="C1",
             evidence="¥99K overdue", seen_by=["regional_manager:East"])  # fmt: skip


@pytest.fixture
def company(tmp_path, monkeypatch):
    """A company with the packets of two regions; a list of alerts for each."""
    monkeypatch.chdir(tmp_path)
    here = tmp_path / "parameters" / "tiny"
    here.mkdir(parents=True)

    def make(language="en", *, where=None, **packets):
        (here / "company.yml").write_text(
            f"company: tiny\nname: Tiny\nlanguage: {language}\ndata_dir: data\nsources: {{}}\n"
        )
        for scope, alerts in packets.items() or {"East": [EAST, OWED], "West": [WEST]}.items():
            folder = tmp_path / "outputs" / "tiny" / "2025Q3" / Scope("region", scope).folder
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "packet.html").write_text("")
            record = {"scope": f"region:{scope}", "as_of": "2025-08-20", "alerts": alerts}
            (folder / "findings.json").write_text(json.dumps(record))
        if where is not None:
            lines = [f"{owner}: {json.dumps(urls)}\n" for owner, urls in where.items()]
            (here / "addresses.yml").write_text("".join(lines))
        return here

    return make


OUT = Path("outputs") / "tiny"


def run(*more):
    return CliRunner().invoke(
        main, ["notify", "--config", "parameters/tiny", "--period", "2025Q3", *more]
    )


@pytest.fixture
def hook():
    """A webhook on the loopback: what was posted, and the paths that answer with an error."""
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, json.loads(body)))
            self.send_response(500 if "broken" in self.path else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", posted
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def mailbox():
    """A real SMTP server on the loopback."""
    controller = pytest.importorskip("aiosmtpd.controller")

    class Box:
        def __init__(self):
            self.mails = []

        async def handle_DATA(self, server, session, envelope):
            mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.mails.append((envelope.rcpt_tos, mail))
            return "250 OK"

    box = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = controller.Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield f"mailto://127.0.0.1:{port}?from=kit@example.com&to=", box.mails
    server.stop()


def text(mail):
    return "".join(
        part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
    )


def test_dry_run_tells_who_would_get_what_and_sends_nothing(company, hook):
    url, posted = hook
    company(where={"regional_manager:East": f"{url}/{SECRET}", "rep:R1": f"{url}/{SECRET}"})
    found = run()
    assert found.exit_code == 0 and posted == []
    assert "To regional_manager:East (json://…)" in found.output
    assert SECRET not in found.output and "Nothing was sent" in found.output
    assert "regional_manager:West: 1 alert, but no address" in found.output


def test_each_owner_gets_only_what_is_theirs(company, hook):
    url, posted = hook
    company(where={
        "regional_manager:East": f"{url}/east", "regional_manager:West": f"{url}/west",
        "rep:R1": f"{url}/rep", "executive": f"{url}/all",
    })  # fmt: skip
    assert run("--send").exit_code == 0
    told = {path: found["message"] for path, found in posted}
    assert sorted(told) == ["/east", "/rep", "/west"]  # the executive owns none
    assert "44.4%" in told["/east"] and "77.7%" not in told["/east"]
    assert "77.7%" in told["/west"] and "44.4%" not in told["/west"]
    assert "Clinic" in told["/rep"] and "99K" not in told["/rep"]  # a region's figure


def test_a_mail_comes_through_smtp_and_names_stay_text(company, mailbox):
    url, mails = mailbox
    company(where={"regional_manager:East": f"{url}a@example.com"})
    found = run("--send")
    assert found.exit_code == 0, found.output
    (to, mail), = mails
    assert to == ["a@example.com"] and "Tiny" in mail["subject"] and "1 alert" in mail["subject"]
    body = text(mail)
    assert "<b>" not in body and "East" in body and "44.4%" in body
    assert "@all" not in body


def test_chinese_digest(company, hook):
    url, posted = hook
    company("zh", where={"regional_manager:East": url})
    assert run("--send").exit_code == 0
    found = posted[0][1]
    assert "1 条预警" in found["title"] and "落后于序时目标" in found["message"]
    assert "始于2025年8月1日" in found["message"]


def test_one_failing_address_costs_only_itself(company, hook):
    url, posted = hook
    company(where={
        "regional_manager:East": [f"{url}/broken/{SECRET}", f"{url}/fine"],
        "regional_manager:West": [f"nonsense://{SECRET}", f"{url}/west", "json://x/${NOT_SET_X}"],
    })  # fmt: skip
    found = run("--send")
    assert found.exit_code == 1
    assert {path for path, _ in posted} >= {"/fine", "/west"}
    assert SECRET not in found.output and "2 sent, 3 not." in found.output
    assert "NOT_SET_X is not set" in found.output and "knows" in found.output


def test_nobody_is_told_twice_a_day_unless_asked(company, hook):
    url, posted = hook
    where = {"regional_manager:East": [f"{url}/a", f"{url}/broken"]}
    here = company(where=where)
    assert run("--send").exit_code == 1
    first = [path for path, _ in posted]
    assert run("--send").exit_code == 1  # only the address that failed is tried again
    assert [path for path, _ in posted][len(first):].count("/a") == 0
    many = len(posted)
    assert run("--send", "--again").exit_code == 1
    assert [path for path, _ in posted[many:]].count("/a") == 1
    state = next(here.parents[1].glob("outputs/tiny/.work/notified.json"))
    assert "127.0.0.1" not in state.read_text()


def test_an_alert_that_grew_graver_is_told_again(company, hook):
    url, posted = hook
    where = {"regional_manager:West": url}
    company(where=where, West=[WEST])
    assert run("--send").exit_code == 0 and len(posted) == 1
    company(where=where, West=[{**WEST, "severity": "red"}])
    assert run("--send").exit_code == 0 and len(posted) == 2
    assert run("--send").exit_code == 0 and len(posted) == 2


def test_min_severity(company, hook):
    url, posted = hook
    company(where={"regional_manager:West": url})
    assert run("--send", "--min-severity", "red").exit_code == 0
    assert posted == []


def test_secrets_come_from_the_environment_and_are_never_shown(company, hook, monkeypatch, caplog):
    url, posted = hook
    monkeypatch.setenv("HOOK_TOKEN", SECRET)
    company(where={"regional_manager:East": url + "/${HOOK_TOKEN}"})
    caplog.set_level("DEBUG")
    found = run("--send")
    assert posted[0][0] == f"/{SECRET}"
    assert SECRET not in found.output + caplog.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("manager: json://x/s3cr3t", "'manager' is no owner"),
        ("executive: {a: s3cr3t}", "needs one address"),
        ("executive: [", "no mapping"),
        ("- json://s3cr3t", "no mapping"),
        ("executive: mailto://u:s3cr3t: x", "no mapping"),
    ],
)
def test_a_wrong_file_is_told_without_its_values(tmp_path, content, said):
    path = tmp_path / "addresses.yml"
    path.write_text(content)
    with pytest.raises(SettingsError) as error:
        addresses.read(path)
    assert said in str(error.value) and "s3cr3t" not in str(error.value)


def test_no_file_and_no_packets(company):
    company()
    assert "no such file" in run().output
    found = CliRunner().invoke(
        main, ["notify", "--config", "parameters/tiny", "--period", "2025Q2"]
    )
    assert found.exit_code == 2 and "holds no packets" in found.output


def test_a_digest_keeps_to_its_length_and_counts_the_rest():
    many = [alert(f"rep:R{n}", "pace", owner="executive", evidence="长" * 400) for n in range(30)]
    made = digest("executive", [{**one, "as_of": "2025-08-20"} for one in many],
                  words=Words("zh"), company="C", period="2025Q3")  # fmt: skip
    assert len(made.body.encode()) <= LONGEST
    assert 1 <= len(made.alerts) < 30 and f"另有{30 - len(made.alerts)} 条预警" in made.body


def test_a_customer_is_told_once_with_figures_where_they_may_be_seen():
    own = alert("rep:R1", "receipts_overdue", owner="rep:R1", subject="C1", evidence="¥1K")
    wide = {**OWED, "scope": "company", "alert_id": "x"}
    (found,) = by_owner([OWED, wide, own])["rep:R1"]
    assert found is own


def test_csv_has_each_alert_once_and_no_formula():
    East, company_ = "region:East", "company"
    records = [
        {"scope": company_, "as_of": "2025-08-20", "alerts": [{**EAST, "severity": "amber"}]},
        {"scope": East, "as_of": "2025-08-20", "alerts": [
            {**EAST, "part": "=HYPERLINK(1)"}, {**OWED, "evidence": "@x"}]},
    ]  # fmt: skip
    assert [one["severity"] for one in gathered(records)] == ["red", "red"]
    lines = alerts_csv(records).splitlines()
    assert len(lines) == 3 and "'=HYPERLINK(1)" in lines[1] and "'@x" in lines[2]
    assert lines[0].removeprefix("\ufeff").startswith(
        "alert_id,scope,owner,owner_name,severity,rule,subject,value,threshold,unit"
    )
    assert alerts_csv(records) == alerts_csv(records)


def test_csv_opens_in_a_spreadsheet_with_its_letters_and_the_owners_name(tmp_path):
    names = {"owner_name": "李娜", "part": "\t华东", "advice": "+1", "evidence": "-1"}
    path = tmp_path / "alerts.csv"
    path.write_text(alerts_csv([{"scope": "region:East", "alerts": [{**EAST, **names}]}]), "utf-8")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "else it is read as the local code page"
    with open(path, encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["alert_id"] == EAST["alert_id"]
    assert (row["owner"], row["owner_name"]) == (EAST["owner"], "李娜")
    assert (row["subject"], row["advice"], row["evidence"]) == ("'\t华东", "'+1", "'-1")


def test_csv_of_a_batch_has_a_customer_once_with_all_that_is_owed():
    records = [
        {"scope": scope, "as_of": "2025-08-20", "alerts": [
            {**OWED, "scope": scope, "alert_id": scope, "evidence": f"of {scope}"},
            {**OWED, "scope": scope, "alert_id": f"o{scope}", "subject": OTHERS, "part": "Others"},
        ]} for scope in ("rep:R1", "region:East", "company")
    ]  # fmt: skip
    lines = alerts_csv(records).splitlines()[1:]
    assert [line for line in lines if "Clinic" in line] == [line for line in lines if "of company" in line]
    assert sum("Others" in line for line in lines) == 3


def late(scope, **more):
    return alert(scope, "deal_overdue", "amber", owner="rep:R1", **more)


def test_a_reps_deals_are_told_once_with_their_numbers():
    own = late("rep:R1", evidence="1 deal is late: D7.")
    team = late("team:East-1", evidence="1 deal is late: D7.", seen_by=["team_lead:East-1"])
    region = late("region:East", evidence="1 deal is late: D7.", seen_by=["regional_manager:East"])
    assert by_owner([region, own, team])["rep:R1"] == [own]
    (told,) = by_owner([region, team])["rep:R1"]
    made = digest("rep:R1", [told], words=Words("en"), company="C", period="2025Q3")
    assert "D7" in made.body and "Since" in made.body


def test_a_leads_own_deals_and_the_teams_are_two_matters():
    own = late("rep:R1")
    team = late("team:East-1", seen_by=["rep:R1"])
    pace = alert("region:East", "pace", owner="rep:R1", seen_by=["x"], evidence="44.4%")
    found = by_owner([team, pace, own])["rep:R1"]
    assert found == [team, pace, own]
    made = digest("rep:R1", found, words=Words("en"), company="C", period="2025Q3")
    assert "44.4%" not in made.body


@pytest.mark.parametrize("rule", ["deal_overdue", "deal_stuck"])
def test_one_deal_is_and_two_are(rule):
    words = Words("en", "CNY")
    facts = {"amount": 63_100.0, "days": 9.0, "deals": ["D7"]}
    one = words.t(f"evidence.alert_{rule}", n=1, **facts)
    two = words.t(f"evidence.alert_{rule}", n=2, **facts)
    assert one.startswith("1 deal ") and " its " in one and "(¥63.1K)" in one and "D7" in one
    assert not {"are", "stand", "their", "furthest", "longest"} & set(one.split())
    assert two.startswith("2 deals ") and " their " in two and "est " in two


@pytest.mark.parametrize(
    ("key", "facts", "said"),
    [
        ("refused_rows", {"share": 0.1}, "1 order line was refused"),
        ("duplicates", {"orders": ["O1"]}, "1 order has"),
        ("conversion_fall", {"value": 0, "usual": 0.3, "points": 30, "fall": 1}, "proposal was"),
    ],
)
def test_one_of_a_kind_is_told_as_one(key, facts, said):
    assert said in Words("en", "CNY").t(f"evidence.alert_{key}", n=1, **facts)


def test_an_address_in_the_owners_place_is_not_quoted(company):
    company(where={f"mailto://user:{SECRET}@example.com": "executive"})
    found = run()
    assert found.exit_code == 2 and SECRET not in found.output
    assert "looks like an address" in found.output


def test_what_stands_in_the_way_is_told_before_anything_is_sent(company, hook):
    url, posted = hook
    company(where={"regional_manager:East": "slack://${NOT_THERE}", "rep:R1": url})
    (OUT / "2025Q3" / "team-West-1").mkdir()
    found = run()
    assert found.exit_code == 0 and posted == []
    assert "NOT_THERE is not set" in found.output and "team-West-1: left out" in found.output
    assert run("--send").exit_code == 1


def test_two_rounds_do_not_send_at_once(company, hook):
    url, posted = hook
    company(where={"rep:R1": url})
    with held((OUT / ".work" / "notify.lock").resolve()):
        found = run("--send")
    assert found.exit_code == 2 and "another kit notify is sending" in found.output
    assert posted == []
