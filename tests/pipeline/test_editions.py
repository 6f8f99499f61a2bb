import json
import subprocess

import pytest

import keep_edition
from digitlib.files import unaccounted
from pipeline import editions


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A project whose results lay in another folder once; its last commit holds other numbers."""
    monkeypatch.setattr(editions, "ROOT", tmp_path)
    monkeypatch.setattr(editions, "STORED_RESULTS", tmp_path / "results")

    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=tmp_path, capture_output=True, check=True)

    def commit(path, number):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"numbers": {"accuracy": number}, "claims": {}}), encoding="utf-8")
        git("add", ".")
        git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-m", "results")

    git("init")
    commit(tmp_path / "old" / "pages" / "03_training.json", 0.98)
    git("tag", "v1")
    (tmp_path / "old" / "pages" / "03_training.json").unlink()
    commit(tmp_path / "results" / "pages" / "04_training.json", 0.99)
    return tmp_path


@pytest.mark.parametrize(("more", "accuracy"), [([], 0.99), (["--commit", "v1"], 0.98)])
def test_the_numbers_of_a_commit_are_kept(repository, more, accuracy):
    assert keep_edition.main(["first", *more]) == 0
    assert editions.load_editions() == {"first": {"training": {"accuracy": accuracy}}}
    assert not [problem for problem in unaccounted(repository / "results") if "earlier" in problem]


def test_a_commit_that_there_is_not_is_named(repository, capsys):
    with pytest.raises(SystemExit):
        keep_edition.main(["first", "--commit", "v9"])
    assert "v9: fatal" in capsys.readouterr().err


def test_a_commit_without_results_keeps_nothing(repository, capsys):
    (repository / "results" / "pages" / "04_training.json").unlink()
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-am", "none"],
        cwd=repository,
        capture_output=True,
        check=True,
    )
    assert keep_edition.main(["empty"]) == 1
    assert "HEAD holds no results of pages" in capsys.readouterr().err
    assert editions.load_editions() == {}


def test_the_first_edition_is_kept():
    assert "first" in editions.load_editions()
