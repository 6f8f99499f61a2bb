"""Text is read in one way, whatever program saved it."""

import ast
import re

import jupytext
import pytest

from digitlib.files import TextError, read_text
from grader.hidden_images import HiddenSetError, _read_labels
from grader.hidden_tests import Source
from grader.seeds import SeedError, read_seed
from pipeline.paths import ROOT
from pipeline.sources import read_source

TEXT = "größer\n3517 € ½\n"
# Ways to read that know nothing of marks and encodings.
OTHER_WAYS = re.compile(
    r"\.read_text$|(^|\.)open$|^(jupytext|nbformat)\.read$|(^|\.)parse_file$|\.(read_csv|read_table|loadtxt|genfromtxt)$"
)
NO_TEXT_FILES = {
    "tools/pipeline/building.py": {"log.open"},  # written
    "tools/publishing/chromium.py": {"tarfile.open"},
    # before there is a package
    "tools/install.py": {"LOCK.read_text", "LOG.open", "LOG.read_text", "MARK.read_text", "settings.read_text"},
    "tools/pipeline/writers.py": {"pd.read_csv"},  # gzipped
    "tools/pipeline/running.py": {"log.open"},  # written
    "tools/pipeline/proof.py": {"SPOT_CHECK_LOG.open"},  # written
    "digitlib/data/__init__.py": {"pd.read_csv"},  # bytes that were verified
    "digitlib/handwriting/photo_files.py": {"Image.open"},
    "grader/inside/runner.py": {"os.open"},  # a device
    "grader/leaderboard.py": {"pd.read_csv"},  # what `read_text` returned
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_mark_and_line_ends_change_nothing(tmp_path, encoding, ends):
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT.replace("\n", ends).encode(encoding))
    assert read_text(path) == read_text(str(path)) == TEXT


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-16", "is UTF-16 text: save it as UTF-8"),
        ("utf-16-be", "is UTF-16 text, or no text: its byte 1 is zero"),
        ("utf-32", "is UTF-32 text: save it as UTF-8"),
        ("cp1252", "is not UTF-8 text but perhaps Windows-1252 or Latin-1: on line 2 stands the byte 0x80"),
    ],
)
def test_another_encoding_is_named(tmp_path, encoding, named):
    path = tmp_path / "text.txt"
    path.write_bytes("ab\n€\n".encode(encoding))
    with pytest.raises(TextError, match=f"^{re.escape(str(path))} {named}"):
        read_text(path)


def test_a_secret_makes_the_same_hidden_tests_whatever_editor_saved_it(tmp_path):
    contents = [b"my secret line\n", b"my secret line", b"\xef\xbb\xbfmy secret line\r\n"]
    source = tmp_path / "assignment.py"
    source.write_text(
        "# %%\ndef double(value):\n    return 2 * value\n\n"
        '# %% tags=["hidden-tests"]\n@hidden("q1", function="double", points=1)\n'
        "def numbers(random):\n    return [(int(random.integers(10**9)),) for _ in range(3)]\n",
        encoding="utf-8",
    )
    cases = []
    for number, content in enumerate(contents):
        path = tmp_path / f"secret_{number}.txt"
        path.write_bytes(content)
        cases.append(Source.read(source).make_tests(read_seed(path))[0].cases)
    assert cases[0] == cases[1] == cases[2]
    (tmp_path / "secret_0.txt").write_text("my secret line", encoding="utf-16")
    with pytest.raises(SeedError, match=r"secret_0\.txt is UTF-16 text"):
        read_seed(tmp_path / "secret_0.txt")


def test_the_text_beside_a_scan_may_come_from_any_editor(tmp_path):
    path = tmp_path / "scan.txt"
    for encoding in ("utf-8", "utf-8-sig"):
        path.write_bytes("3 5 1 7\r\n2904\r\n".encode(encoding))
        assert _read_labels(path) == ["3517", "2904"]
    path.write_bytes("3517\r\n2904\r\n".encode("utf-16"))
    with pytest.raises(HiddenSetError, match=r"scan\.txt is UTF-16 text"):
        _read_labels(path)


def test_sources_saved_by_a_windows_editor_are_the_same_chapters_and_assignments(tmp_path):
    text = '# %% [markdown]\n# # A title\n\n# %% tags=["given"]\ntwice = 2\n'
    plain, marked = tmp_path / "plain" / "01_x.py", tmp_path / "marked" / "01_x.py"
    for path, content in ((plain, text.encode()), (marked, text.replace("\n", "\r\n").encode("utf-8-sig"))):
        path.parent.mkdir()
        path.write_bytes(content)
    assert read_source(marked) == read_source(plain)
    assert [cell.source for cell in read_source(plain).cells[1:]] == [
        cell.source for cell in jupytext.reads(text, fmt="py:percent").cells
    ]


def test_no_text_is_read_in_another_way():
    found = {}
    for path in sorted(
        [
            *ROOT.glob("digitlib/**/*.py"),
            *ROOT.glob("tools/**/*.py"),
            *ROOT.glob("grader/**/*.py"),
            *ROOT.glob("benchmarks/*.py"),
        ]
    ):
        calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(read_text(path))) if isinstance(node, ast.Call)]
        if ways := set(filter(OTHER_WAYS.search, calls)):
            found[path.relative_to(ROOT).as_posix()] = ways
    assert found == NO_TEXT_FILES
