"""The snapshot: complete, private, the same each time, never half there."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import threading

import pandas as pd
import pytest

from kit.data import build, loading, reading, sealed
from kit.data.layout import PLANS
from kit.data.snapshot import company_folder, ensure, open_snapshot
from kit.data.stored import Snapshot
from kit.data.tables import DTYPES, TABLES
from kit.errors import LossError, SourceError, UnknownScopeError
from kit.parameters import load
from kit.scope import Scope


def told(data) -> str:
    """All that a scope's rows say, as one text."""
    return "\n".join(frame.to_csv() for frame in data.frames.values())


def test_the_company_sees_all(small_snapshot):
    data = small_snapshot.read(Scope("company"))
    assert data.sales["amount"].sum() == pytest.approx(4 * 100 * sum(range(1, 17)))
    assert len(data.sales) == 65  # 64 lines, one of them shared by two
    assert len(data.frame("customers")) == len(data.frame("products")) == 17
    assert data.missing == {"market", "assessments", "actions"}
    assert not data.has("market") and data.has("expenses")
    for name in data.frames.keys() & TABLES.keys():
        columns = TABLES[name].columns
        types = {one: str(kind) for one, kind in data.frame(name).dtypes.items()}
        assert types == {one.name: DTYPES[one.type] for one in columns}, name


def test_parts_sum_to_the_whole(small, small_snapshot):
    whole = small_snapshot.read(Scope("company")).sales["amount"].sum()
    for kind in ("region", "team", "rep"):
        parts = [one for one in small_snapshot.names if one.kind == kind]
        assert sum(small_snapshot.read(one).sales["amount"].sum() for one in parts) == whole
    regions = [one.id for one in small_snapshot.names if one.kind == "region"]
    assert regions == sorted(small.REGIONS)


def test_a_shared_order_is_split(small_snapshot):
    sales = small_snapshot.read(Scope("rep", "R16")).sales
    shared = sales[sales["order_id"] == "O017"].iloc[0]
    assert (shared["amount"], shared["quantity"], shared["share"]) == (25.0, 0.25, 0.25)
    assert shared["rep"] == "Person16"


def test_a_transfer_rewrites_no_history(small, small_snapshot):
    first = small_snapshot.read(Scope("region", small.REGIONS[0]))
    second = small_snapshot.read(Scope("region", small.REGIONS[1]))
    mine = [data.sales[data.sales["rep_id"] == "R03"]["date"].dt.month.tolist()
            for data in (first, second)]  # fmt: skip
    assert mine == [[6, 7], [8, 9]]
    assert len(first.frame("roster")) == 5 and "rep:R03" in set(first.frame("targets")["scope"])
    visits = first.frame("activities")
    assert visits[visits["rep_id"] == "R03"]["date"].max() == pd.Timestamp("2025-07-05")
    team = small_snapshot.read(Scope("team", f"Team{small.REGIONS[1]}"))
    assert set(team.sales["rep_id"]) == {"R03", "R05", "R06", "R07", "R08"}
    assert team.frame("expenses").empty and len(second.frame("expenses")) == 1
    assert len(first.frame("events")) == 2 and len(second.frame("events")) == 1


@pytest.mark.parametrize("rep", ["R02", "R03", "R15"])
def test_a_rep_reads_nothing_of_others(small_snapshot, rep, monkeypatch):
    opened = []
    content = loading.content

    def noted(folder, name, sha256, **where):
        opened.append((name, where["first"], where["length"]))
        return content(folder, name, sha256, **where)

    monkeypatch.setattr(loading, "content", noted)
    text = told(small_snapshot.read(Scope("rep", rep)))
    number = rep[1:]
    for n in {f"{n:02d}" for n in range(1, 18)} - {number}:
        for other in (f"R{n}", f"Person{n}", f"Client{n}", f"Clinic{n}", f"Part{n}", f"D{n}"):
            assert other not in text
    assert f"Person{number}" in text and f"Clinic{number}" in text
    assert len(opened) > 5
    own = set(opened)
    opened.clear()
    for other in small_snapshot.names:
        if other.kind == "rep" and other.id != rep:
            small_snapshot.read(other)
    for name, first, length in own:
        assert name.startswith("events/") or not any(
            name == pack and first < start + size and start < first + length
            for pack, start, size in opened
        ), name


def test_a_rep_reads_own_rows(small_snapshot):
    data = small_snapshot.read(Scope("rep", "R03"))
    sizes = {name: len(frame) for name, frame in data.frames.items() if name != "peers"}
    assert sizes == {
        "sales": 4, "opportunities": 1, "stage_events": 2, "activities": 4, "receipts": 1,
        "customers": 1, "products": 1, "roster": 2, "credits": 0, "assessments": 0, "targets": 1,
        "actions": 0, "market": 0, "expenses": 0, "events": 2, "excluded": 0, "source_days": 0,
    }  # fmt: skip
    assert data.has("expenses")


def test_peers_are_three_or_more_and_by_hand(small, small_snapshot):
    peers = small_snapshot.read(Scope("rep", "R05")).frame("peers")
    assert (peers["peers"] >= 3).all()
    july = peers[(peers["month"] == "2025-07-01") & (peers["measure"] == "bookings")].iloc[0]
    # R06, R07 and R08 of the region: 600, 700, 800
    assert july[["peers", "mean", "median"]].tolist() == [3, 700, 700]
    few = peers["peers"] < 5  # of three, quartiles and median give away each one's figure
    assert peers.loc[few, ["low", "high"]].isna().all(axis=None)
    august = peers[(peers["month"] == "2025-08-01") & (peers["measure"] == "visit")].iloc[0]
    assert (august["peers"], august["mean"]) == (4, (3 + 6 + 7 + 8) / 4)  # and R03, who moved in
    won = peers[(peers["month"] == "2025-09-01") & (peers["measure"] == "won")].iloc[0]
    assert won["mean"] == 0.5  # R03 and R07 of R03, R06, R07, R08
    # In September R01 has R02 and R04 only: all other reps are its peers.
    lonely = small_snapshot.read(Scope("rep", "R01")).frame("peers")
    september = lonely[lonely["month"] == "2025-09-01"]
    assert set(september["peers"]) == {15}
    assert september[["low", "high"]].notna().all(axis=None)
    region = small_snapshot.read(Scope("region", small.REGIONS[2])).frame("peers")
    assert set(region["peers"]) == {3}
    assert small_snapshot.read(Scope("company")).frame("peers").empty


def test_peers_departures_are_by_hand(small, small_snapshot):
    peers = small_snapshot.read(Scope("rep", "R05")).frame("peers").set_index(["month", "measure"])
    august, september = pd.Timestamp("2025-08-01"), pd.Timestamp("2025-09-01")
    columns = ["peers", "mean", "median"]
    # Each of R03, R06, R07 and R08 left the lead in August; in September two won and two lost.
    for name in ("left:lead>proposal", "onward:lead>proposal"):
        assert peers.loc[(august, name), columns].tolist() == [4, 1, 1]
        assert peers.loc[(september, name), "mean"] == 0
    assert peers.loc[(september, "left:proposal>won"), "mean"] == 1
    onward = peers.loc[(september, "onward:proposal>won"), columns]
    assert onward.tolist() == [4, 0.5, 0.5]
    region = small_snapshot.read(Scope("region", small.REGIONS[2])).frame("peers")
    region = region.set_index(["month", "measure"])["mean"]
    assert region[(september, "left:proposal>won")] == 4  # R03's deal was the first region's
    assert region[(september, "onward:proposal>won")] == 2


def test_fewer_than_three_peers_are_not_shown(small, tmp_path):
    tables = small.rows()
    few = {"R01", "R02", "R04"}
    tables["orders"] = [row for row in tables["orders"] if row["rep_id"] in few]
    tables["roster"] = [row for row in tables["roster"] if row["rep_id"] in few]
    kept = {name: tables[name] for name in ("orders", "roster")}
    snapshot = ensure(small.write_company(tmp_path, kept))
    for scope in snapshot.names:
        assert snapshot.read(scope).frame("peers").empty
    assert snapshot.read(Scope("rep", "R01")).frame("opportunities").empty


def test_unknown_scopes_name_the_nearest(small_snapshot):
    with pytest.raises(UnknownScopeError, match="Did you mean 'region:华东'"):
        small_snapshot.read(Scope("region", "华中东"))
    with pytest.raises(UnknownScopeError, match="Did you mean 'rep:R02'"):
        small_snapshot.read(Scope("rep", "Person02"))


def test_scopes_of_a_period(small, small_snapshot, small_config):
    from kit.data.calendar import FiscalCalendar

    calendar = FiscalCalendar(load(small_config).calendar)
    third, past = calendar.period("2025Q3"), calendar.period("2020Q1")
    assert [one.id for one in small_snapshot.scopes("region", third)] == sorted(small.REGIONS)
    assert len(small_snapshot.scopes("rep", third)) == 16
    assert small_snapshot.scopes("rep", past) == []
    assert small_snapshot.scopes("company", past) == [Scope("company")]
    assert str(small_snapshot.data_through) == "2025-09-10"


def test_odd_names_make_safe_folders(small_snapshot):
    outside = [path for path in small_snapshot.folder.parents[3].rglob("*") if path.name == "x"]
    assert outside == []
    names = {path.name for path in (small_snapshot.folder / "sales").iterdir()}
    assert names == {"000000.pack"}


def test_the_same_files_give_the_same_bytes(small_snapshot, small_config, tmp_path):
    again = ensure(small_config, out=tmp_path)
    assert again.id == small_snapshot.id and again.folder != small_snapshot.folder
    names = sorted(path.relative_to(again.folder) for path in again.folder.rglob("*"))
    for name in names:
        if (again.folder / name).is_file():
            assert (again.folder / name).read_bytes() == (small_snapshot.folder / name).read_bytes()
    manifest = (again.folder / "manifest.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in manifest and str(small_config.parent) not in manifest


@pytest.mark.parametrize(("rows", "passes"), [(10, 8), (10, 1), (1, 1)])
def test_sales_sorted_a_share_at_a_time_give_the_same_bytes(
    small_snapshot, small_config, tmp_path, monkeypatch, rows, passes
):
    monkeypatch.setattr(build, "_SORTED", rows)
    monkeypatch.setattr(build, "_PASSES", passes)
    again = ensure(small_config, out=tmp_path)
    for path in small_snapshot.folder.rglob("*"):
        name = path.relative_to(small_snapshot.folder)
        moved = name.parts[0] in ("files.json", "sales", "scopes.pack", "scopes.index")
        if path.is_file() and not moved:
            assert (again.folder / name).read_bytes() == path.read_bytes(), name
    for scope in (Scope("company"), *small_snapshot.names):  # the packs differ, the pieces do not
        found, before = (reading.find(one.folder, scope) for one in (again, small_snapshot))
        for table, pieces in before["tables"].items():
            assert [one[0] for one in found["tables"][table]] == [one[0] for one in pieces]
        assert again.part(scope) == small_snapshot.part(scope)
        assert again.read(scope).sales.equals(small_snapshot.read(scope).sales)


def test_a_snapshot_is_used_again_until_something_changes(small, tmp_path, monkeypatch):
    config = small.write_company(tmp_path, small.few())
    first = ensure(config)
    with monkeypatch.context() as patch:
        patch.setattr(build, "write", None)  # building again would fail
        assert ensure(config).folder == first.folder
    (config.parent / "targets.csv").write_text(
        "scope,period,measure,version,target\ncompany,2025Q3,bookings,1,5\n", encoding="utf-8"
    )
    second = ensure(config)
    assert second.id != first.id
    assert "company" in set(second.read(Scope("company")).frame("targets")["scope"])
    settings = load(config, overrides={"targets.growth": 0.5})
    assert ensure(config, settings=settings).id == second.id
    assert len(list(first.folder.parent.iterdir())) == 2


def test_a_failed_build_leaves_nothing(small, tmp_path):
    tables = small.few()
    tables["orders"] = [{**row, "amount": "much"} for row in tables["orders"]]
    with pytest.raises((LossError, SourceError)):
        ensure(small.write_company(tmp_path, tables))
    assert not (tmp_path / "outputs").exists()


def test_a_build_that_breaks_midway_is_never_seen(small, tmp_path, monkeypatch):
    config = small.write_company(tmp_path, small.few())
    lay = build._lay

    def broken(connection, name, *more, **named):
        if name == "targets":
            raise RuntimeError("power cut")
        return lay(connection, name, *more, **named)

    with monkeypatch.context() as patch:
        patch.setattr(build, "_lay", broken)
        with pytest.raises(RuntimeError):
            ensure(config)
    assert not (tmp_path / "outputs").exists()
    assert ensure(config).read(Scope("rep", "R01")).frame("targets")["target"].tolist() == [300.0]


def test_an_incomplete_snapshot_is_made_again(small, tmp_path):
    config = small.write_company(tmp_path, small.few())
    first = ensure(config)
    shutil.rmtree(first.folder / "roster")
    assert len(ensure(config).read(Scope("company")).frame("roster")) == 17


def test_a_changed_file_is_noticed(small, tmp_path):
    found = ensure(small.write_company(tmp_path, small.few()))
    (found.folder / "products" / "000000.pack").write_bytes(b"other")
    with pytest.raises(SourceError, match="SHA-256 differs"):
        found.read(Scope("company"))


def test_two_builders_at_once_are_harmless(small, tmp_path):
    config, found = small.write_company(tmp_path, small.few()), []
    threads = [threading.Thread(target=lambda: found.append(ensure(config))) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found[0].folder == found[1].folder
    assert [path.name for path in found[0].folder.parent.iterdir()] == [found[0].id]


def test_a_part_changes_only_with_what_the_scope_reads(small, tmp_path):
    tables = small.rows()
    config = small.write_company(tmp_path, tables)
    before = ensure(config)
    parts = {scope: before.part(scope) for scope in (Scope("company"), *before.names)}
    assert all(len(one) == 16 for one in parts.values()) and len(set(parts.values())) == len(parts)
    assert ensure(config, out=tmp_path / "other").part(Scope("rep", "R05")) == parts[
        Scope("rep", "R05")
    ]
    tables["credits"].append({"order_id": "O139", "rep_id": "R13", "share": 1.0})
    after = ensure(small.write_company(tmp_path, tables))
    changed = {scope for scope, part in parts.items() if after.part(scope) != part}
    region, team = small.REGIONS[3], f"Team{small.REGIONS[3]}"
    assert changed == {
        Scope("company"), Scope("region", region), Scope("team", team), Scope("rep", "R13"),
    }  # fmt: skip
    assert after.id != before.id
    with pytest.raises(UnknownScopeError, match="Did you mean"):
        after.part(Scope("rep", "R013"))


def test_an_order_elsewhere_changes_a_part_only_through_its_peers(small, tmp_path):
    tables = small.rows()
    before = ensure(small.write_company(tmp_path, tables))
    tables["orders"].append({**tables["orders"][0], "order_id": "new", "date": "2025-10-01"})
    after = ensure(small.write_company(tmp_path, tables))  # of R01, in the first region
    assert after.data_through > before.data_through
    same = {one for one in before.names if after.part(one) == before.part(one)}
    assert Scope("rep", "R01") not in same and Scope("region", small.REGIONS[0]) not in same
    for scope in before.names:
        frames = before.read(scope).frames, after.read(scope).frames
        alike = all(frames[0][name].equals(frames[1][name]) for name in frames[0])
        assert alike == (scope in same), scope
    assert before.read(Scope("rep", "R05")).sales.equals(
        after.read(Scope("rep", "R05")).sales
    )


def spoil(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("place", ["roster", "sales", "peers", "manifest.json", "scopes.pack"])
def test_a_changed_byte_of_what_is_read_is_noticed(small, tmp_path, place):
    found = ensure(small.write_company(tmp_path, small.few()))
    mine, other = Scope("rep", "R01"), Scope("rep", "R02")
    if place in PLANS:
        [(_, name, first, length)] = reading.find(found.folder, mine)["tables"][place]
        spoil(found.folder / name, first + length // 2)
    elif place == "manifest.json":
        spoil(found.folder / place, 200)
    else:
        spoil(found.folder / place, (found.folder / place).read_bytes().index(b'"rep:R01"'))
    with pytest.raises(SourceError, match="SHA-256 differs.*Delete the snapshot's folder"):
        open_snapshot(found.folder).read(mine)
    if place != "manifest.json":
        assert len(open_snapshot(found.folder).read(other).sales)


@pytest.mark.parametrize("byte", range(0, 48, 5))
def test_a_changed_byte_of_the_index_is_noticed(small, tmp_path, byte):
    found = ensure(small.write_company(tmp_path, small.few()))
    path = found.folder / "scopes.index"
    key = hashlib.sha256(b"rep:R01").digest()
    spoil(path, path.read_bytes().index(key) + byte)
    with pytest.raises(SourceError, match="is not what was written.*Delete"):
        found.read(Scope("rep", "R01"))


def test_an_index_that_leads_to_another_scope_is_noticed(small, tmp_path):
    found = ensure(small.write_company(tmp_path, small.few()))
    path = found.folder / "scopes.index"
    content = bytearray(path.read_bytes())
    mine, other = (content.index(hashlib.sha256(one).digest()) for one in (b"rep:R01", b"rep:R02"))
    content[mine + 32 : mine + 48] = content[other + 32 : other + 48]
    path.write_bytes(content)
    with pytest.raises(SourceError, match="leads to another scope.*Delete"):
        found.read(Scope("rep", "R01"))


def test_lists_that_are_cut_short_or_gone_are_told(small, tmp_path):
    found = ensure(small.write_company(tmp_path, small.few()))
    index, pack = found.folder / "scopes.index", found.folder / "scopes.pack"
    index.write_bytes(index.read_bytes()[:-10])
    every = (Scope("company"), *found.names)
    (last,) = [one for one in every if reading.find(found.folder, one) is None]
    with pytest.raises(SourceError, match="is not what was written"):
        found.part(last)
    pack.unlink()
    with pytest.raises(SourceError, match="cannot be read.*Delete the snapshot's folder"):
        found.read(Scope("rep", "R01"))


def test_one_file_is_sorted_as_several_are(small_snapshot):
    for scope in (Scope("company"), *small_snapshot.names):
        for name, frame in small_snapshot.read(scope).frames.items():
            key = {"sales": ["date", "order_id", "line_no", "rep_id"],
                   "peers": ["month", "measure"], "source_days": ["table", "date"],
                   "excluded": ["table", "date", "rep_id", "rule", "amount", "quantity"],
                   }.get(name) or list(TABLES[name].key)  # fmt: skip
            again = frame.sort_values(key, kind="stable", ignore_index=True)
            pd.testing.assert_frame_equal(frame, again)


def test_what_is_no_snapshot_is_said(tmp_path):
    with pytest.raises(SourceError, match="holds no snapshot"):
        open_snapshot(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 1}), encoding="utf-8")
    with pytest.raises(SourceError, match="is not what was written"):
        open_snapshot(tmp_path)
    sealed.write(tmp_path / "manifest.json", {"format": 0})
    with pytest.raises(SourceError, match="another format"):
        open_snapshot(tmp_path)


def test_the_companys_folder_is_safe(small_config):
    settings = load(small_config)
    odd = settings.model_copy(update={"company": "../../etc"})
    root = small_config.parents[2]
    assert company_folder(small_config, settings) == root / "outputs" / "small"
    assert company_folder(small_config, odd).parent == root / "outputs"
    assert dataclasses.is_dataclass(Snapshot)
