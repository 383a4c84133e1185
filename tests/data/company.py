"""A small company written as files, with names that are hard on folders and on privacy."""

from __future__ import annotations

from pathlib import Path

from kit.data.tables import TABLES

REGIONS = ("../../x", "a=b", "华东", "<b>East</b>")

CONFIG = """
name: Small company
data_dir: files
gate:
  max_loss: 0.2
targets:
  roll_up: [company]
sources:
"""


def write_company(root: Path, tables: dict[str, list[dict]] | None = None) -> Path:
    """Write parameters/small/company.yml and CSV files; the path of the company.yml."""
    tables = rows() if tables is None else tables
    folder, files = root / "parameters" / "small", root / "files"
    folder.mkdir(parents=True, exist_ok=True)
    files.mkdir(exist_ok=True)
    config = CONFIG
    for name, found in tables.items():
        columns = TABLES[name].names
        lines = [",".join(columns)]
        lines += [",".join(str(row.get(column, "")) for column in columns) for row in found]
        (files / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        config += f"  {name}:\n    file: {name}.csv\n    columns:\n"
        config += "".join(f"      {column}: {column}\n" for column in columns)
    (folder / "company.yml").write_text(config, encoding="utf-8")
    return folder / "company.yml"


def rows() -> dict[str, list[dict]]:
    """Sixteen reps in four regions; R03 moves from the first to the second region on 1 August."""
    reps = [f"R{n:02d}" for n in range(1, 17)]
    home = {rep: REGIONS[(n - 1) // 4] for n, rep in enumerate(reps, start=1)}
    team = {rep: f"Team{home[rep]}" for rep in reps}
    orders, roster, deals, moves, acts, money, goals = [], [], [], [], [], [], []
    for n, rep in enumerate(reps, start=1):
        post = {"rep_id": rep, "name": f"Person{n:02d}", "hired_on": "2024-01-01"}
        place = {"team": team[rep], "region": home[rep]}
        roster.append({**post, **place, "valid_from": "2024-01-01",
                       "valid_to": "2025-07-31" if rep == "R03" else ""})  # fmt: skip
        for month in (6, 7, 8, 9):
            orders.append(
                {"order_id": f"O{n:02d}{month}", "line_no": 1, "date": f"2025-{month:02d}-10",
                 "rep_id": rep, "customer_id": f"Client{n:02d}", "product_id": f"Part{n:02d}",
                 "quantity": 1, "list_amount": 120 * n, "amount": 100 * n, "cost": 60 * n,
                 "currency": "CNY"}
            )  # fmt: skip
            acts.append({"date": f"2025-{month:02d}-05", "rep_id": rep, "kind": "visit",
                         "count": n})  # fmt: skip
        deals.append(
            {"opportunity_id": f"D{n:02d}", "rep_id": rep, "customer_id": f"Client{n:02d}",
             "product_id": f"Part{n:02d}", "created_on": "2025-07-02", "closed_on": "2025-09-01",
             "stage": "won" if n % 2 else "lost", "status": "won" if n % 2 else "lost",
             "amount": 500, "loss_reason": "" if n % 2 else "price"}
        )  # fmt: skip
        moves.append({"opportunity_id": f"D{n:02d}", "entered_on": "2025-07-02", "stage": "lead",
                      "amount": 400})  # fmt: skip
        moves.append({"opportunity_id": f"D{n:02d}", "entered_on": "2025-08-20",
                      "stage": "proposal", "amount": 450})  # fmt: skip
        money.append(
            {"invoice_id": f"I{n:02d}", "received_on": "2025-09-15", "order_id": f"O{n:02d}7",
             "rep_id": rep, "invoiced_on": "2025-07-11", "amount": 100 * n}
        )  # fmt: skip
        goals.append({"scope": f"rep:{rep}", "period": "2025Q3", "measure": "bookings",
                      "version": 1, "target": 300 * n})  # fmt: skip
    roster.append({"rep_id": "R03", "name": "Person03", "hired_on": "2024-01-01",
                   "valid_from": "2025-08-01", "team": f"Team{REGIONS[1]}", "region": REGIONS[1],
                   "manager_id": "R05"})  # fmt: skip
    goals += [
        {"scope": f"region:{one}", "period": "2025Q3", "measure": "bookings", "version": 1,
         "target": 1000} for one in REGIONS
    ]  # fmt: skip
    return {
        "orders": orders, "roster": roster, "opportunities": deals, "stage_events": moves,
        "activities": acts, "receipts": money, "targets": goals,
        "credits": [{"order_id": "O017", "rep_id": "R01", "share": 0.75},
                    {"order_id": "O017", "rep_id": "R16", "share": 0.25}],
        "customers": [{"customer_id": f"Client{n:02d}", "name": f"Clinic{n:02d}"}
                      for n in range(1, 18)],
        "products": [{"product_id": f"Part{n:02d}", "article": f"Part{n:02d}", "line": "standard"}
                     for n in range(1, 18)],
        "expenses": [{"date": "2025-07-01", "region": one, "kind": "travel", "amount": 5}
                     for one in REGIONS],
        "events": [{"date": "2025-07-01", "label": "launch", "region": REGIONS[0]},
                   {"date": "2025-07-02", "label": "policy"}],
    }  # fmt: skip


def few() -> dict[str, list[dict]]:
    """The tables that a snapshot needs, and targets: quick to build."""
    return {name: rows()[name] for name in ("orders", "roster", "targets", "products")}
