import bz2
import gzip
import hashlib
import io
import lzma
import shutil
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image
from scipy.stats import chi2_contingency

from digitlib import data
from laws import law

FILES = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
]
ALL_FILES = [*FILES, "SHA256SUMS"]
HEAVY = {"tensorflow", "keras", "matplotlib"}


@pytest.fixture(scope="module")
def mnist():
    return data.load_mnist()


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(data.MNIST_FOLDER, tmp_path / "mnist")


def unpack(path):
    return gzip.decompress(path.read_bytes())


def pack(path, content):
    path.write_bytes(gzip.compress(content, 1))


def remove(path):
    path.unlink()


def cut_the_gzip(path):
    path.write_bytes(path.read_bytes()[:-100])


def cut_inside_the_header(path):
    pack(path, unpack(path)[:6])


def cut_the_last_value(path):
    pack(path, unpack(path)[:-1])


def append_a_value(path):
    pack(path, unpack(path) + b"\0")


def flip_a_bit(path):
    content = bytearray(unpack(path))
    content[-1] ^= 1
    pack(path, bytes(content))


def flip_a_bit_of_the_gzip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def empty(path):
    path.write_bytes(b"")


def idx(code, shape, letter, values):
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, code, len(shape), *shape)
    return header + struct.pack(f">{len(values)}{letter}", *values)


def run_python(statement):
    program = f"import sys; {statement}; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )


def test_importing_the_package_loads_nothing_heavy():
    modules = run_python("import digitlib")
    assert "digitlib" in modules
    assert not modules & HEAVY


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("names", "unwanted"),
    [
        ("digitlib.data", HEAVY),
        ("digitlib.checks, digitlib.evaluation, digitlib.plots", HEAVY - {"matplotlib"}),
        ("digitlib.handwriting.normalization, digitlib.web.bundle, digitlib.web.widget", HEAVY),
        ("digitlib.handwriting.photos, digitlib.handwriting.sheets", HEAVY - {"matplotlib"}),
    ],
)
def test_a_module_that_trains_nothing_does_not_load_tensorflow(names, unwanted):
    modules = run_python(f"import {names}")
    assert modules >= set(names.split(", "))
    assert not modules & unwanted


def test_mnist_has_the_shapes_and_types_of_keras(mnist):
    (X_train, y_train), (X_test, y_test) = mnist
    assert [array.shape for array in (X_train, y_train, X_test, y_test)] == [
        (60_000, 28, 28),
        (60_000,),
        (10_000, 28, 28),
        (10_000,),
    ]
    assert {array.dtype for array in (X_train, y_train, X_test, y_test)} == {np.dtype("uint8")}


def test_mnist_starts_with_the_known_labels(mnist):
    (_, y_train), (_, y_test) = mnist
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]


def test_mnist_has_the_published_number_of_images_per_class(mnist):
    (_, y_train), (_, y_test) = mnist
    train, test = np.bincount(y_train).tolist(), np.bincount(y_test).tolist()
    assert train == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert test == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert (sum(train), sum(test)) == (60_000, 10_000)


def test_mnist_has_the_mean_and_deviation_that_everyone_normalizes_with(mnist):
    (X_train, _), _ = mnist
    assert (X_train.min(), X_train.max()) == (0, 255)
    assert X_train.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert X_train.std() / 255 == pytest.approx(0.3081, abs=5e-5)


@pytest.mark.parametrize(("split", "kind"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_the_arrays_are_what_the_digests_vouch_for(mnist, split, kind):
    name, header = FILES[2 * split + kind].removesuffix(".gz"), (16, 8)[kind]
    content = unpack(data.MNIST_FOLDER / f"{name}.gz")
    digest = hashlib.sha256(content).hexdigest()
    assert f"{digest}  {name}" in (data.MNIST_FOLDER / "SHA256SUMS").read_text().splitlines()
    assert mnist[split][kind].tobytes() == content[header:]


def test_a_folder_may_be_given_as_text(folder, mnist):
    (_, y_train), (X_test, _) = data.load_mnist(str(folder))
    np.testing.assert_array_equal(y_train, mnist[0][1])
    np.testing.assert_array_equal(X_test, mnist[1][0])


def test_another_data_set_of_the_same_form_loads_from_its_own_folder(tmp_path):
    digests = []
    for name, count in zip(FILES, [60_000, 60_000, 10_000, 10_000], strict=True):
        if "images" in name:
            content = struct.pack(">BBBB3I", 0, 0, 8, 3, count, 28, 28) + bytes([9]) * (count * 784)
        else:
            content = struct.pack(">BBBBI", 0, 0, 8, 1, count) + bytes([3, 4]) * (count // 2)
        pack(tmp_path / name, content)
        digests.append(f"{hashlib.sha256(content).hexdigest()}  {name.removesuffix('.gz')}\n")
    (tmp_path / "SHA256SUMS").write_text("".join(digests))
    (X_train, _), (_, y_test) = data.load_mnist(tmp_path)
    assert X_train.shape == (60_000, 28, 28)
    assert (X_train == 9).all()
    assert y_test.tolist() == [3, 4] * 5_000


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (empty, "not an IDX file"),
        (cut_the_gzip, "truncated"),
        (cut_inside_the_header, "ends inside its header"),
        (cut_the_last_value, "truncated"),
        (append_a_value, "altered"),
        (flip_a_bit, "altered: its SHA-256 differs"),
        (flip_a_bit_of_the_gzip, "altered"),
    ],
)
def test_a_bad_file_is_named_in_the_error_with_the_reason_and_a_way_out(folder, damage, reason):
    damage(folder / "train-labels-idx1-ubyte.gz")
    with pytest.raises(data.DataError) as error:
        data.load_mnist(folder)
    assert str(folder / "train-labels-idx1-ubyte.gz") in str(error.value)
    assert reason in str(error.value)
    assert "To restore it: " in str(error.value)


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_is_found_in_every_file(folder, name):
    flip_a_bit(folder / name)
    with pytest.raises(data.DataError, match=f"{name} was altered.*To restore"):
        data.load_mnist(folder)


def test_a_missing_file_is_told_with_those_that_are_there(folder):
    remove(folder / "train-labels-idx1-ubyte.gz")
    with pytest.raises(data.DataError, match=r"train-labels-idx1-ubyte\.gz cannot be read: No such file") as error:
        data.load_mnist(folder)
    assert str(error.value).endswith(
        "The folder holds LICENSE.md, SHA256SUMS, disputed_labels.csv, t10k-images-idx3-ubyte.gz, "
        "t10k-labels-idx1-ubyte.gz, train-images-idx3-ubyte.gz, train-validation-idx1-ubyte.gz."
    )


def test_of_many_files_in_the_folder_only_some_are_told(tmp_path):
    for number in range(20):
        (tmp_path / f"{number:02d}").touch()
    with pytest.raises(data.DataError, match=r"holds 00, 01, 02, 03, 04, 05, 06, 07 and 12 more\.$"):
        data.read_idx(tmp_path / "nowhere")


def test_a_folder_without_digests_such_as_fashion_mnist_is_to_be_read_file_by_file(folder):
    remove(folder / "SHA256SUMS")
    with pytest.raises(data.DataError, match=r"SHA256SUMS cannot be read.*Fashion-MNIST, read the files by.*read_idx"):
        data.load_mnist(folder)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(data.DataError, match=r"There is no folder .*nowhere"):
        data.load_mnist(tmp_path / "nowhere")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(data.DataError, match="It is a folder: name a file in it"):
        data.read_idx(tmp_path)


def test_digests_may_begin_with_a_byte_order_mark(folder, mnist):
    sums = folder / "SHA256SUMS"
    sums.write_bytes(b"\xef\xbb\xbf" + sums.read_bytes())
    np.testing.assert_array_equal(data.load_mnist(folder)[1][1], mnist[1][1])


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_missing_file_of_the_package_comes_with_the_git_command_that_restores_it(folder, monkeypatch, name):
    monkeypatch.setattr(data, "MNIST_FOLDER", folder)
    remove(folder / name)
    with pytest.raises(data.DataError, match=f"{name} cannot be read.*git checkout -- digitlib/data/mnist/{name}"):
        data.load_mnist(folder)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (0, 2), (1, 3)])
def test_files_with_swapped_names_are_found_by_their_shape(folder, first, second):
    (folder / FILES[first]).rename(folder / "aside")
    (folder / FILES[second]).rename(folder / FILES[first])
    (folder / "aside").rename(folder / FILES[second])
    with pytest.raises(data.DataError, match=rf"{FILES[first]} holds an array of shape \(.*its own name back"):
        data.load_mnist(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"these are no digests\n",
        b"abc123  train-images-idx3-ubyte\n",
        b"0" * 64 + b"\n",
        b"\xff\xfe\x00",
    ],
)
def test_a_malformed_list_of_digests_is_named_in_the_error(folder, content):
    (folder / "SHA256SUMS").write_bytes(content)
    with pytest.raises(data.DataError, match=r"SHA256SUMS is not a list of SHA-256 digests.*To restore"):
        data.load_mnist(folder)


def test_a_list_of_digests_that_lacks_a_file_is_the_one_to_restore(folder, monkeypatch):
    monkeypatch.setattr(data, "MNIST_FOLDER", folder)
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    (folder / "SHA256SUMS").write_text("\n".join(line for line in lines if "train-labels" not in line))
    with pytest.raises(data.DataError, match=r"no digest of train-labels-idx1-ubyte.*git checkout.*/SHA256SUMS"):
        data.load_mnist(folder)


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzipped"])
@pytest.mark.parametrize(
    ("code", "letter", "dtype", "values"),
    [
        (0x08, "B", np.uint8, [0, 1, 127, 128, 254, 255]),
        (0x09, "b", np.int8, [-128, -1, 0, 1, 2, 127]),
        (0x0B, "h", np.int16, [-32_768, -1, 0, 1, 258, 32_767]),
        (0x0C, "i", np.int32, [-(2**31), -1, 0, 1, 66_051, 2**31 - 1]),
        (0x0D, "f", np.float32, [-1.5, 0.0, 0.25, 1.0, 2.0**-20, 3e38]),
        (0x0E, "d", np.float64, [-1.5, 0.1, 0.25, 1.0, 1e-300, 1e300]),
    ],
)
def test_every_idx_type_is_read_in_the_byte_order_of_the_machine(tmp_path, compress, code, letter, dtype, values):
    path = tmp_path / "values"
    path.write_bytes(compress(idx(code, (2, 3), letter, values)))
    array = data.read_idx(path)
    assert array.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(array, np.array([values[:3], values[3:]], dtype))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("idx") / "values"


@law
@given(
    st.sampled_from([np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64]).flatmap(
        lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=5))
    ),
    st.sampled_from([bytes, gzip.compress]),
)
def test_an_array_of_any_type_and_shape_is_read_as_it_was_written(file, array, compress):
    code = {"B": 0x08, "b": 0x09, "h": 0x0B, "i": 0x0C, "f": 0x0D, "d": 0x0E}[array.dtype.char]
    file.write_bytes(compress(idx(code, array.shape, array.dtype.char, array.ravel())))
    read = data.read_idx(str(file))
    assert (read.shape, read.dtype) == (array.shape, array.dtype)
    np.testing.assert_array_equal(read, array)


def test_a_file_like_those_of_fashion_mnist_is_read(tmp_path):
    pixels = [(7 * place) % 256 for place in range(5 * 28 * 28)]
    path = tmp_path / "fashion-images-idx3-ubyte.gz"
    pack(path, idx(0x08, (5, 28, 28), "B", pixels))
    images = data.read_idx(path)
    assert images.shape == (5, 28, 28)
    assert [images[0, 1, 0], images[1, 0, 0], images[4, 27, 27]] == [pixels[28], pixels[784], pixels[-1]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\0\0\x08", "not an IDX file"),
        (b"\x01\0\x08\x01\0\0\0\x01\0", "not an IDX file"),
        (b"\0\0\x0a\x01\0\0\0\x01\0", "not an IDX file"),
        (b"\0\0\x08\x02\0\0\0\x01", "ends inside its header"),
        (idx(0x08, (3,), "B", [1, 2]), "10 bytes, but its header announces 11"),
        (idx(0x08, (3,), "B", [1, 2, 3, 4]), "12 bytes, but its header announces 11"),
        (idx(0x0E, (2,), "d", [1.0]), "16 bytes, but its header announces 24"),
        (idx(0x08, (2**31, 2**31, 4), "B", []), f"announces {2**64 + 16:,}"),
        (idx(0x08, (0,) * 255, "B", []), "IDX"),
        (idx(0x08, (0, *[2**32 - 1] * 3), "B", []), "IDX"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\0", mtime=0) + b"more", "altered"),
        (b"\x1f\x8b", "truncated"),
        (gzip.compress(b"", mtime=0)[:10] + b"\xff" * 20, "altered"),
    ],
)
def test_a_file_that_is_not_idx_is_named_in_the_error(tmp_path, content, reason):
    path = tmp_path / "strange"
    path.write_bytes(content)
    with pytest.raises(data.DataError) as error:
        data.read_idx(path)
    assert str(path) in str(error.value)
    assert reason in str(error.value)
    assert "To restore it: " in str(error.value)


def archive(writer):
    buffer = io.BytesIO()
    writer(buffer)
    return buffer.getvalue()


def zipped(buffer):
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("train-images-idx3-ubyte", LABELS)


LABELS = idx(0x08, (3,), "B", [7, 2, 1])
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + 64 * b"a" + b"\nsize 9912422\n"


# Each made by the program or library that makes such files.
@pytest.mark.parametrize(
    ("content", "what", "advice"),
    [
        (b"<!DOCTYPE html>\n<html>403 Forbidden</html>", "it is a web page", "in a browser"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><Error/>", "it is a web page", "in a browser"),
        (gzip.compress(b"<html></html>", mtime=0), "it is a web page", "in a browser"),
        (gzip.compress(gzip.compress(LABELS, mtime=0), mtime=0), "it was gzipped twice", "gunzip"),
        (archive(zipped), "it is a ZIP archive", "Unpack it"),
        (archive(lambda file: np.savez(file, x=np.zeros(3))), "it is a ZIP archive", "numpy.load"),
        (archive(lambda file: np.save(file, np.zeros(3))), "it is an array in NumPy's format", "numpy.load"),
        (POINTER, "it is a pointer of Git LFS", "git lfs pull"),
        (bz2.compress(LABELS), "it is packed with bzip2", "bunzip2"),
        (lzma.compress(LABELS), "it is packed with xz", "unxz"),
        (archive(lambda file: Image.new("L", (28, 28)).save(file, "png")), "it is a picture", "photos.read_photo"),
        (archive(lambda file: Image.new("L", (28, 28)).save(file, "jpeg")), "it is a picture", "photos.read_photo"),
        (b"label,pixel0,pixel1\n7,0,0\n", "it is text that begins with 'label,pixel0,pixel1'", "pandas.read_csv"),
        (b"", "is empty, so not an IDX file", "fetch the file again"),
    ],
    ids=[
        "web page", "XML message", "web page, gzipped", "gzipped twice", "ZIP", "npz", "npy", "Git LFS", "bzip2", "xz",
        "PNG", "JPEG", "CSV", "empty",
    ],
)  # fmt: skip
def test_another_kind_of_file_is_called_what_it_is(tmp_path, content, what, advice):
    (tmp_path / "labels.gz").write_bytes(content)
    with pytest.raises(data.DataError) as error:
        data.read_idx(tmp_path / "labels.gz")
    message = str(error.value)
    assert what in message
    assert advice in message
    assert ("fetch the file again" in message) == (content == b"")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("whole", [LABELS, gzip.compress(LABELS, mtime=0)], ids=["plain", "gzipped"])
def test_a_line_break_at_the_end_is_told(tmp_path, whole, end):
    (tmp_path / "labels").write_bytes(whole + end)
    with pytest.raises(data.DataError, match=r"altered.*ends in a line break.*as binary"):
        data.read_idx(tmp_path / "labels")


def test_a_truncated_file_is_to_be_fetched_again_even_if_it_ends_like_a_line(tmp_path):
    (tmp_path / "labels").write_bytes(idx(0x08, (3,), "B", [7, 10]))  # 10 is the line break
    with pytest.raises(data.DataError, match=r"is truncated: 10 bytes.*fetch the file again") as error:
        data.read_idx(tmp_path / "labels")
    assert "line break" not in str(error.value)


def test_a_missing_idx_file_is_a_data_error(tmp_path):
    with pytest.raises(data.DataError, match="nowhere cannot be read: No such file"):
        data.read_idx(tmp_path / "nowhere")


def test_scaled_pixels_are_the_stored_ones_divided_by_255():
    images = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    scaled = data.scale_pixels(images)
    assert scaled.shape == (1, 16, 16, 1)
    assert scaled.dtype == np.float32
    assert (scaled.min(), scaled.max()) == (0.0, 1.0)
    assert scaled.ravel().tolist() == pytest.approx([value / 255 for value in range(256)], abs=1e-7)
    assert images.ravel().tolist() == list(range(256))


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((2, 28, 28, 1), np.uint8),
        np.zeros((2, 28, 28), np.float32),
        np.zeros((2, 28, 28), np.int64),
        data.scale_pixels(np.zeros((2, 28, 28), np.uint8)),
    ],
    ids=["one image", "channel axis", "floats", "wide integers", "scaled already"],
)
def test_scaling_refuses_what_load_mnist_did_not_return(images):
    with pytest.raises(ValueError, match="expected images of shape") as error:
        data.scale_pixels(images)
    assert f"got {images.shape} {images.dtype}" in str(error.value)


def test_students_and_staff_are_held_out_as_the_test_set_has_them(mnist):
    """The students' digits stand at even places, but for the last 1,900 (Yadav and Bottou 2019)."""
    (images, labels), (_, test_labels) = mnist
    places = np.arange(60_000)
    kept, held = data.hold_out(places, labels)
    (kept_places, kept_labels), (held_places, held_labels) = kept, held
    assert len(held_places) == len(held_labels) == 10_000
    assert sorted([*kept_places, *held_places]) == places.tolist()
    assert (labels[held_places] == held_labels).all()
    assert (labels[kept_places] == kept_labels).all()
    students = (held_places % 2 == 0) & (held_places < 58_100)
    assert students.sum() == 5_001
    assert chi2_contingency([np.bincount(held_labels), np.bincount(test_labels)]).pvalue > 0.5
    again, _ = data.hold_out(data.scale_pixels(images), labels)
    assert again[0].shape == (50_000, 28, 28, 1)


def test_only_all_training_examples_in_their_order_can_be_held_out(mnist):
    (images, labels), test = mnist
    shuffled = np.random.default_rng(0).permutation(60_000)
    for wrong in [(images[:1000], labels[:1000]), test, (images, labels[shuffled]), (images[:5], labels)]:
        with pytest.raises(ValueError, match="expected all of MNIST's 60,000 training examples in their order"):
            data.hold_out(*wrong)


def test_the_disputed_labels_are_those_of_fifteen_test_images_that_no_majority_of_five_stood_by(mnist):
    table, (_, (_, y_test)) = data.load_disputed_labels(), mnist
    votes = table[["votes given", "votes guessed", "votes neither"]]
    assert table.index.name == "image"
    assert table.index.nunique() == len(table) == 15
    assert y_test[table.index].tolist() == table["given"].tolist()
    assert (table["guessed"] != table["given"]).all()
    assert (votes.sum(axis=1) == 5).all()
    assert (table["votes given"] < 3).all()


@pytest.mark.parametrize(("down", "right"), [(0, 0), (0, 1), (5, 0), (-3, 4), (2, -28), (28, 28)])
def test_moved_images_are_those_that_scipy_shifts(mnist, down, right):
    images = data.scale_pixels(mnist[1][0][:20])
    expected = scipy.ndimage.shift(images, (0, down, right, 0), order=0)
    np.testing.assert_array_equal(data.move(images, down=down, right=right), expected)


@law
@given(
    arrays(np.uint8, array_shapes(min_dims=3, max_dims=4, max_side=6), elements=st.integers(1, 255)),
    st.integers(-6, 6),
    st.integers(-6, 6),
)
def test_there_and_back_images_lose_what_left_the_frame_and_nothing_else(images, down, right):
    height, width = images.shape[1:3]
    assume(abs(down) <= height and abs(right) <= width)
    back = data.move(data.move(images, down=down, right=right), down=-down, right=-right)
    stayed = np.zeros_like(images)
    rows, columns = (slice(max(0, -by), size - max(0, by)) for by, size in ((down, height), (right, width)))
    stayed[:, rows, columns] = images[:, rows, columns]
    np.testing.assert_array_equal(back, stayed)


@pytest.mark.parametrize(("down", "right"), [(3, 0), (-3, 0), (0, 5), (0, -5)])
def test_images_cannot_be_moved_beyond_their_size(down, right):
    with pytest.raises(ValueError, match="at most their height and width"):
        data.move(np.ones((1, 2, 4)), down=down, right=right)
