from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import BatchError
from kit.publish import outputs
from kit.publish.outputs import Layout
from kit.scope import Scope


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_whatever_names_hold_all_paths_stay_inside_out(company, period, region):
    out = Path("/srv/out")
    layout = Layout(out, company, period)
    scope = Scope("region", region)
    for path in (layout.packet(scope), layout.work(scope), layout.state):
        inside = path.relative_to(out)
        assert ".." not in inside.parts
        assert "\0" not in str(path)
    assert len(layout.packet(scope).relative_to(out).parts) == 3
    assert layout.packets.name != ".work"


def test_a_folder_is_swapped_whole_and_the_old_one_goes(tmp_path):
    new, place = tmp_path / "work" / "a", tmp_path / "packets" / "a"
    for folder, text in ((place, "old"), (new, "new")):
        folder.mkdir(parents=True)
        (folder / f"{text}.txt").write_text(text)
    outputs.swap_in(new, place)
    assert [one.name for one in place.iterdir()] == ["new.txt"]
    assert [one.name for one in place.parent.iterdir()] == ["a"]
    assert not new.exists()


def test_a_link_in_the_place_of_a_packet_is_replaced_and_what_it_leads_to_stays(tmp_path):
    elsewhere, new = tmp_path / "elsewhere", tmp_path / "new"
    elsewhere.mkdir()
    (elsewhere / "keep.txt").touch()
    new.mkdir()
    (tmp_path / "packet").symlink_to(elsewhere)
    outputs.swap_in(new, tmp_path / "packet")
    assert not (tmp_path / "packet").is_symlink()
    assert (elsewhere / "keep.txt").exists()


def test_a_packet_left_aside_by_a_crash_comes_back(tmp_path):
    (tmp_path / ".a.old").mkdir()
    (tmp_path / ".b.old").mkdir()
    (tmp_path / "b").mkdir()
    outputs.recover(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "b"]


def test_probing_leaves_nothing_and_names_what_cannot_be_written(tmp_path):
    outputs.require_writable(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(BatchError, match="file.*cannot write there"):
        outputs.require_writable(tmp_path / "file" / "out")


def test_a_text_is_written_over_the_old_one_and_leaves_no_other_file(tmp_path):
    outputs.write_text(tmp_path / "a.txt", "1")
    outputs.write_text(tmp_path / "a.txt", "华东\n")
    assert (tmp_path / "a.txt").read_bytes() == "华东\n".encode()
    assert len(list(tmp_path.iterdir())) == 1
