"""Files are written whole or not at all, can be read by whom they are for, and each stored one is accounted for."""

import errno
import os
import shutil
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest

import publication
from digitlib import files, reference
from digitlib.files import make_writable
from pipeline import composing, notebook_commands, running
from pipeline.paths import CHAPTERS, REFERENCE

not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")


@pytest.fixture
def umask():
    """Sets what new files withhold, for one test."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@not_on_windows
@pytest.mark.parametrize("withheld", [0o022, 0o027, 0o077])
def test_a_new_file_has_the_permissions_of_a_plain_open(tmp_path, umask, withheld):
    umask(withheld)
    (tmp_path / "plain").write_text("", encoding="utf-8")
    files.write_text("", tmp_path / "ours")
    files.write_all({"all": b""}, tmp_path)
    assert mode(tmp_path / "ours") == mode(tmp_path / "all") == mode(tmp_path / "plain") == 0o666 & ~withheld


@not_on_windows
def test_a_file_that_is_there_keeps_its_permissions(tmp_path, umask):
    for name in ("ours", "all"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o640)
    umask(0o077)
    files.write_text("new", tmp_path / "ours")
    files.write_all({"all": b"new"}, tmp_path)
    assert mode(tmp_path / "ours") == mode(tmp_path / "all") == 0o640


@not_on_windows
def test_a_web_server_can_read_a_site_that_was_built_under_a_strict_umask(tmp_path, umask):
    umask(0o077)
    (tmp_path / "site" / "_static").mkdir(parents=True)
    (tmp_path / "site" / "_static" / "style.css").touch()
    publication.let_everybody_read(SimpleNamespace(outdir=str(tmp_path / "site")), None)
    assert mode(tmp_path / "site") == mode(tmp_path / "site" / "_static") == 0o755
    assert mode(tmp_path / "site" / "_static" / "style.css") == 0o644


def test_several_files_are_put_in_place_when_the_last_is_written(tmp_path):
    files.write_all({"a": b"old", "deep/b": b"old"}, tmp_path)
    with pytest.raises(TypeError):
        files.write_all({"a": b"new", "deep/b": "no bytes"}, tmp_path)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert below(tmp_path) == ["a", "deep/b"]


KILLED = """
import os, pathlib
from digitlib import files
writes = iter(range(2))
write = pathlib.Path.write_bytes
pathlib.Path.write_bytes = lambda path, content: write(path, content) if next(writes, None) is not None else os._exit(9)
files.write_all({name: b"new" for name in "abcd"}, pathlib.Path())
"""


def test_what_was_killed_half_way_leaves_one_folder_that_the_next_call_clears(tmp_path):
    files.write_all({"a": b"old"}, tmp_path)
    assert subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, check=False).returncode == 9
    assert (tmp_path / "a").read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"a", files.ASIDE}
    files.write_all({"a": b"new"}, tmp_path)
    assert below(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_full_disk_is_found_before_anything_is_begun(tmp_path, monkeypatch):
    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return False

        def write(self, content):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("digitlib.files.tempfile.TemporaryFile", lambda dir: Full())
    with pytest.raises(SystemExit, match=r"results cannot be written to: No space left on device"):
        make_writable(tmp_path / "results")


@pytest.mark.parametrize("refused", ["executed", "results"])
def test_a_run_that_nothing_can_be_kept_of_does_not_begin(tmp_path, monkeypatch, refused):
    (tmp_path / refused).touch()  # a file in the place of the folder
    monkeypatch.setattr(running, "_run_one", lambda *job: pytest.fail("a chapter was begun"))
    with pytest.raises(SystemExit, match=f"{refused} cannot be written to: File exists"):
        running.run([CHAPTERS / "01_dataset.py"], tmp_path / "executed", tmp_path / "results")


@pytest.mark.parametrize("refused", ["BOOK", "REFERENCE"])
def test_accept_says_at_once_that_it_cannot_write(tmp_path, monkeypatch, refused):
    (tmp_path / "file").touch()
    monkeypatch.setattr(composing, refused, tmp_path / "file")
    monkeypatch.setattr(composing, "load_results", lambda *folders: pytest.fail("it went to work"))
    with pytest.raises(SystemExit, match="file cannot be written to: File exists"):
        composing.accept(["01"], tmp_path, tmp_path)


def test_what_the_system_refuses_is_told_in_one_line(monkeypatch, capsys):
    def fill_the_disk(files, folder):
        raise OSError(errno.ENOSPC, "No space left on device", "book/intro.md")

    monkeypatch.setattr(notebook_commands, "compose_committed", dict)
    monkeypatch.setattr(notebook_commands, "write_all", fill_the_disk)
    assert notebook_commands.main(["render"]) == 1
    assert capsys.readouterr().err == "book/intro.md: No space left on device\n"


def test_every_stored_file_is_as_its_digest_says():
    assert list(files.unaccounted(REFERENCE)) == []


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum")
def test_sha256sum_reads_the_list_of_digests(tmp_path):
    files.store({"a.json": b"1", "deep/b": b"2"}, tmp_path)
    command = ["sha256sum", "--check", "--strict", "--quiet", files.SUMS]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0


@pytest.mark.parametrize("name", [path.relative_to(REFERENCE).as_posix() for path in sorted(REFERENCE.rglob("*.*"))])
def test_one_changed_byte_of_a_stored_file_is_found(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    shutil.copyfile(REFERENCE / name, tmp_path / name)
    files.store({name: (tmp_path / name).read_bytes()}, tmp_path)
    assert files.read_sums(tmp_path)[name] == files.read_sums(REFERENCE)[name]
    content = bytearray((tmp_path / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).write_bytes(content)
    assert list(files.unaccounted(tmp_path)) == [f"{name} has another digest"]


def test_files_that_came_or_went_by_another_way_are_found(tmp_path):
    files.store({"kept": b"1", "gone": b"2"}, tmp_path)
    (tmp_path / "gone").unlink()
    (tmp_path / "new").touch()
    assert list(files.unaccounted(tmp_path)) == ["gone is missing", "new is not listed"]


def test_storing_one_file_vouches_for_no_other(tmp_path):
    files.store({"one": b"1", "other": b"2"}, tmp_path)
    (tmp_path / "other").write_bytes(b"3")
    files.store({"one": b"4"}, tmp_path)
    assert list(files.unaccounted(tmp_path)) == ["other has another digest"]


def test_timings_are_stored_with_their_digest(tmp_path, monkeypatch):
    table = reference.load_timings("formats")
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    reference.save_timings(table, "formats")
    assert reference.load_timings("formats").equals(table)
    assert list(files.unaccounted(tmp_path)) == []
    text = (tmp_path / "formats.jsonl").read_text(encoding="utf-8")
    (tmp_path / "formats.jsonl").write_text(text.replace("1", "2", 1), encoding="utf-8")
    assert list(files.unaccounted(tmp_path)) == ["formats.jsonl has another digest"]
