"""The hidden set: the seed decides it, it is mild but not easy, and a teacher's own scans can take its place."""

import re

import numpy as np
import pytest
from PIL import Image
from statsmodels.stats.proportion import proportion_confint

from digitlib.data import load_mnist
from digitlib.handwriting.sheets import make_sheet
from grader import hidden_images, hidden_set
from grader.hidden_images import HiddenSet, HiddenSetError, distort, draw, for_grading, load, read_scans, save
from pipeline.paths import ROOT

pytestmark = pytest.mark.heavy

_, (X_TEST, Y_TEST) = load_mnist()


@pytest.fixture
def seed_file(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("nobody guesses this\n", encoding="utf-8")
    return path


@pytest.fixture
def scans(tmp_path):
    """A folder with two sheets, as scanned, and their digits as texts."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for name, first in (("ann", 0), ("bob", 20)):
        chosen = slice(first, first + 15)
        Image.fromarray(make_sheet(X_TEST[chosen], noise=0.005, seed=first)).save(folder / f"{name}.png")
        lines = Y_TEST[chosen].reshape(3, 5)
        text = "\n".join(" ".join(map(str, line)) for line in lines)
        (folder / f"{name}.txt").write_text(text + "\n\n", encoding="utf-8")
    return folder


def generator(seed=1):
    return np.random.default_rng(seed)


def correlation(images, others):
    """Of each image with its counterpart."""
    pairs = zip(images.reshape(len(images), -1), others.reshape(len(others), -1), strict=True)
    return np.array([np.corrcoef(*pair)[0, 1] for pair in pairs])


def positions(images):
    """Where in the test set each image stands."""
    where = {image.tobytes(): position for position, image in enumerate(X_TEST)}
    return np.array([where[image.tobytes()] for image in images])


def test_a_set_holds_plain_digits_and_as_many_distorted_ones():
    hidden = draw(generator(), 100)
    assert hidden.images.shape == (200, 28, 28)
    assert hidden.images.dtype == np.uint8
    plain, labels = hidden.of(plain=True)
    assert len(plain) == 100
    assert np.array_equal(labels, Y_TEST[positions(plain)])
    distorted, _ = hidden.of(plain=False)
    known = {image.tobytes() for image in X_TEST}
    assert not [image for image in distorted if image.tobytes() in known]


def test_no_digit_is_in_a_set_twice(monkeypatch):
    monkeypatch.setattr(hidden_images, "distort", lambda images, random: images)
    hidden = draw(generator(), 5_000)
    assert sorted(positions(hidden.images)) == list(range(10_000))
    assert np.array_equal(hidden.labels, Y_TEST[positions(hidden.images)])


def test_the_same_seed_makes_the_same_set_and_another_another():
    first, again, other = draw(generator(1), 50), draw(generator(1), 50), draw(generator(2), 50)
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))
    assert not np.array_equal(first.images, other.images)


@pytest.mark.parametrize("seed", range(5))
def test_distortions_are_mild_and_all_different(seed):
    originals = X_TEST[:300]
    distorted = distort(originals, generator(seed))
    alike = correlation(originals, distorted)
    assert 0.5 < alike.mean() < 0.95
    ink = distorted.sum(axis=(1, 2)) / originals.sum(axis=(1, 2))
    assert 0.6 < np.median(ink) < 1.2
    same = distort(np.repeat(originals[:1], 20, axis=0), generator(seed))
    assert len({image.tobytes() for image in same}) == 20


@pytest.mark.parametrize("seed", range(3))
def test_the_books_network_finds_them_harder_but_not_hopeless(seed):
    from digitlib import reference

    hidden = draw(generator(seed), 1_000)
    answers = reference.load_model("cnn").predict(hidden.images[..., np.newaxis] / 255, batch_size=500, verbose=0)
    right = answers.argmax(axis=1) == hidden.labels
    assert right[hidden.kinds == "plain"].mean() > 0.98
    assert 0.88 < right[hidden.kinds == "distorted"].mean() < 0.975


def test_a_set_comes_back_from_its_file(tmp_path):
    hidden = draw(generator(), 20)
    save(hidden, tmp_path / "hidden.npz")
    back = load(tmp_path / "hidden.npz")
    assert all(np.array_equal(*pair) for pair in zip(hidden, back, strict=True))


def test_grading_takes_the_file_that_the_environment_names(tmp_path, monkeypatch):
    save(draw(generator(), 10), tmp_path / "hidden.npz")
    monkeypatch.setenv("DIGITS_HIDDEN_SET", str(tmp_path / "hidden.npz"))
    assert len(for_grading(generator(7)).images) == 20
    monkeypatch.setenv("DIGITS_HIDDEN_SET", "hidden.npz")
    with pytest.raises(HiddenSetError, match=r"give the whole path, such as \$PWD/hidden\.npz"):
        for_grading(generator(7))
    monkeypatch.delenv("DIGITS_HIDDEN_SET")
    assert len(for_grading(generator(7)).images) == 4_000


def test_a_file_that_is_no_hidden_set_is_a_clear_error(tmp_path):
    with pytest.raises(HiddenSetError, match=r"absent\.npz cannot be read as a hidden set"):
        load(tmp_path / "absent.npz")
    np.savez(tmp_path / "other.npz", images=np.zeros(3))
    with pytest.raises(HiddenSetError, match=r"cannot be read as a hidden set: .*labels"):
        load(tmp_path / "other.npz")
    objects = np.array([{}, {}])
    np.savez(tmp_path / "pickled.npz", images=objects, labels=objects, kinds=objects)
    with pytest.raises(HiddenSetError, match="allow_pickle=False"):
        load(tmp_path / "pickled.npz")
    save(HiddenSet(np.zeros((3, 8, 8), np.uint8), np.zeros(3), np.repeat(["plain"], 3)), tmp_path / "small.npz")
    with pytest.raises(HiddenSetError, match=r"is not a hidden set: \(3, 8, 8\) images, 3 labels"):
        load(tmp_path / "small.npz")


def test_scans_come_with_what_they_show(scans):
    images, labels = read_scans(scans)
    assert labels.tolist() == [*Y_TEST[:15], *Y_TEST[20:35]]
    assert correlation(images, X_TEST[[*range(15), *range(20, 35)]]).mean() > 0.8


def test_what_does_not_fit_its_scan_is_a_clear_error(scans, tmp_path):
    (scans / "bob.txt").write_text("1 2 3 4 5\n1 2 3 4\n1 2 3 4 5\n", encoding="utf-8")
    with pytest.raises(HiddenSetError, match=r"bob\.png shows lines of \[5, 5, 5\] digits, its text has .*\[5, 4, 5\]"):
        read_scans(scans)
    content = (scans / "bob.png").read_bytes()
    Image.new("L", (300, 400), "white").save(scans / "bob.png")
    with pytest.raises(HiddenSetError, match=r"bob\.png shows lines of \[\] digits.* scan again\. Nothing was read"):
        read_scans(scans)
    (scans / "bob.png").write_bytes(content)
    (scans / "bob.txt").write_text("1 2 3 4 five\n", encoding="utf-8")
    with pytest.raises(HiddenSetError, match=r"bob\.txt: the line '1234five' holds something else than digits"):
        read_scans(scans)
    (scans / "bob.txt").unlink()
    with pytest.raises(HiddenSetError, match=r"bob\.txt must hold the digits of the scan beside it"):
        read_scans(scans)
    (scans / "ann.png").write_bytes(b"no image")
    with pytest.raises(HiddenSetError, match=r"ann\.png is not an image"):
        read_scans(scans)
    with pytest.raises(HiddenSetError, match=r"no scans in .*: expected files that end in \.jpg"):
        read_scans(tmp_path)


def test_a_photo_of_another_kind_is_named_and_not_passed_over(scans):
    (scans / "cy.HEIC").write_bytes(b"a photo as telephones make them")
    assert len(read_scans(scans)[1]) == 30
    (scans / "cy.txt").write_text("1 2 3\n", encoding="utf-8")
    with pytest.raises(HiddenSetError, match=r"cy\.HEIC cannot be read as a photo: convert to JPEG or PNG"):
        read_scans(scans)
    (scans / "ann.heic").write_bytes(b"what ann.png was converted from")
    (scans / "cy.HEIC").unlink()
    assert len(read_scans(scans)[1]) == 30


def test_the_command_writes_a_set_from_the_seed(tmp_path, seed_file, capsys):
    arguments = ["--seed-file", str(seed_file), "--output"]
    assert hidden_set.main([*arguments, str(tmp_path / "one.npz")]) == 0
    assert "2,000 plain, 2,000 distorted digits" in capsys.readouterr().out
    assert hidden_set.main([*arguments, str(tmp_path / "two.npz")]) == 0
    one, two = load(tmp_path / "one.npz"), load(tmp_path / "two.npz")
    assert np.array_equal(one.images, two.images)
    seed_file.write_text("another", encoding="utf-8")
    assert hidden_set.main([*arguments, str(tmp_path / "two.npz")]) == 0
    assert not np.array_equal(one.images, load(tmp_path / "two.npz").images)


def test_the_command_puts_scans_in_the_place_of_distorted_digits(tmp_path, seed_file, scans, capsys):
    output = tmp_path / "hidden.npz"
    assert hidden_set.main(["--seed-file", str(seed_file), "--output", str(output), "--scans", str(scans)]) == 0
    said = capsys.readouterr()
    assert "2,000 plain, 30 scanned digits" in said.out
    assert "30 scanned digits are few" in said.err
    assert "for 29 right it goes from 83.3% to 99.4%. Scan 1,000 or more" in said.err  # statsmodels' Wilson interval
    images, labels = load(output).of(plain=False)
    assert len(images) == 30
    assert labels[:5].tolist() == Y_TEST[:5].tolist()


@pytest.mark.parametrize(("count", "warned"), [(999, True), (1_000, False)])
def test_fewer_than_a_thousand_scanned_digits_are_warned_of(tmp_path, seed_file, monkeypatch, capsys, count, warned):
    monkeypatch.setattr(hidden_images, "read_scans", lambda folder: (X_TEST[:count], Y_TEST[:count]))
    output = tmp_path / "hidden.npz"
    assert hidden_set.main(["--seed-file", str(seed_file), "--output", str(output), "--scans", str(tmp_path)]) == 0
    assert ("are few" in capsys.readouterr().err) == warned
    assert len(load(output).of(plain=False)[1]) == count


def test_what_so_many_digits_are_worth_is_what_the_page_for_teachers_says():
    page = (ROOT / "assignments" / "README.md").read_text(encoding="utf-8")
    header, *rows = re.findall(r"^\| ([\d][^|]* %|right) \|(.+)\|$", page, flags=re.MULTILINE)
    counts = [int(cell.split()[0].replace(",", "")) for cell in header[1].split("|")]
    assert counts == [100, 300, 1_000, 2_000]
    assert len(rows) == 3
    for right, told in rows:
        for count, points in zip(counts, told.split("|"), strict=True):
            low, _ = proportion_confint(float(right.removesuffix(" %")) / 100 * count, count, method="wilson")
            share = np.clip((low - 0.945) / (2 / 3 * (1 - 0.945)), 0, 1)
            assert float(points) == pytest.approx(12 * share, abs=0.051), (right, count)


def test_a_place_where_nothing_can_be_written_is_a_clear_error(tmp_path, seed_file):
    (tmp_path / "stick").write_text("no folder", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"course cannot be written to: Not a directory\. If it is on a stick"):
        hidden_set.main(["--seed-file", str(seed_file), "--output", str(tmp_path / "stick" / "course" / "hidden.npz")])
    with pytest.raises(SystemExit, match=r" is a folder: name a file in it"):
        hidden_set.main(["--seed-file", str(seed_file), "--output", str(tmp_path)])


def test_the_commands_errors_are_clear(tmp_path, seed_file, capsys):
    output = tmp_path / "hidden.npz"
    seed_file.write_text(" \n", encoding="utf-8")
    assert hidden_set.main(["--seed-file", str(seed_file), "--output", str(output)]) == 1
    assert "is empty: write a sentence that nobody guesses" in capsys.readouterr().err
    assert hidden_set.main(["--seed-file", str(tmp_path / "absent"), "--output", str(output)]) == 1
    assert "absent cannot be read" in capsys.readouterr().err
    assert not output.exists()
