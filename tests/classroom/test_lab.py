"""The folder for a lab without internet: its parts, and all of it installed where there is no network."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from packaging.requirements import Requirement

import digitlib
from classroom import offline_lab, wheelhouse
from classroom.wheelhouse import PLATFORMS, LabError, fetch, missing, pinned_for, this_platform
from grader.sandboxes import find_bubblewrap
from pipeline.paths import BOOK, chapters

pytestmark = pytest.mark.heavy

PYTHON = ".".join(map(str, wheelhouse.PYTHON))
CP = PYTHON.replace(".", "")
PINNED = [
    "appnope==1.0 ; sys_platform == 'darwin'",
    "numpy==2.4.6",
    "pywinpty==3.1.2 ; os_name == 'nt'",
    f"soupsieve==2.10 ; python_full_version < '{PYTHON}.5'",
    f"soupsieve==4.1 ; python_full_version >= '{PYTHON}.5'",
]
OUTSIDE = ("/bin", "/lib", "/lib64", "/usr")  # what a sandbox sees of this system, beside Python; no settings in /etc


def names(requirements):
    return [f"{one.name}{one.specifier}" for one in requirements]


def wheel(folder: Path, name: str) -> Path:
    """A package that pip installs, with nothing in it."""
    package, version = name.split("-")[:2]
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        information = f"{package}-{version}.dist-info"
        archive.writestr(f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        archive.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{information}/RECORD", "")
    return path


@pytest.mark.parametrize(
    ("platform", "own"),
    [("linux", []), ("linux-arm", []), ("macos", ["appnope==1.0"]), ("windows", ["pywinpty==3.1.2"])],
)
def test_a_platform_gets_what_it_needs_whatever_system_asks(platform, own):
    expected = {"numpy==2.4.6", "soupsieve==2.10", "soupsieve==4.1", *own}
    assert set(names(pinned_for(PINNED, PLATFORMS[platform]))) == expected


@pytest.mark.parametrize(
    ("file", "fits"),
    [
        (f"numpy-2.4.6-cp{CP}-cp{CP}-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl", {"linux"}),
        (f"numpy-2.4.6-cp{CP}-cp{CP}-manylinux2014_aarch64.whl", {"linux-arm"}),
        (f"numpy-2.4.6-cp{CP}-abi3-macosx_11_0_arm64.whl", {"macos"}),
        (f"numpy-2.4.6-cp{CP}-cp{CP}-win_amd64.whl", {"windows"}),
        ("numpy-2.4.6-py3-none-any.whl", set(PLATFORMS)),
        ("numpy-2.4.5-py3-none-any.whl", set()),
        ("numpy-2.4.6-cp27-cp27m-win_amd64.whl", set()),
        (f"numpy-2.4.6-cp{CP}-cp{CP}-manylinux_2_39_x86_64.whl", set()),
        (f"numpy-2.4.6-cp{CP}-cp{CP}-macosx_11_0_x86_64.whl", set()),
    ],
)
def test_what_is_there_is_known_by_version_and_platform(tmp_path, file, fits):
    (tmp_path / file).touch()
    pinned = [Requirement("numpy==2.4.6")]
    assert {name for name, platform in PLATFORMS.items() if not missing(pinned, platform, tmp_path)} == fits


def test_a_system_without_wheels_is_named():
    assert this_platform("Windows", "AMD64") == "windows"
    with pytest.raises(LabError, match=r"Plan9 on mips.*--platform"):
        this_platform("Plan9", "mips")


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder of wheels in the place of the package index."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_wheels_come_in_batches_and_none_is_left_half_done(tmp_path, index):
    wanted = [f"package{number}==1.0" for number in range(12)] + ["package0==2.0"]
    for one in wanted:
        wheel(index, f"{one.replace('==', '-')}-py3-none-any.whl")
    target = tmp_path / "wheels"
    (target / "part").mkdir(parents=True)
    (target / "part" / "package5-1.0-py3-none-any.whl").write_bytes(b"half of a whe")
    assert list(fetch(wanted, PLATFORMS["linux"], target)) == [10, 13]
    assert sorted(path.name for path in target.iterdir()) == sorted(path.name for path in index.iterdir())
    assert missing([Requirement(one) for one in wanted], PLATFORMS["linux"], target) == []


def test_a_wheel_that_is_not_to_be_had_is_named_and_the_others_are_kept(tmp_path, index):
    wanted = [f"package{number}==1.0" for number in range(11)]
    for one in wanted[:10]:
        wheel(index, f"{one.replace('==', '-')}-py3-none-any.whl")
    target = tmp_path / "wheels"
    target.mkdir()
    with pytest.raises(LabError, match=r"Windows, 64 bit: .*package10==1.0"):
        list(fetch(wanted, PLATFORMS["windows"], target))
    assert missing([Requirement(one) for one in wanted], PLATFORMS["windows"], target) == ["package10==1.0"]


def test_a_disk_that_is_too_small_is_refused_before_anything_is_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1e9))
    monkeypatch.setattr(offline_lab, "add_wheels", lambda *arguments: pytest.fail("fetched"))
    with pytest.raises(LabError, match=r"2\.1 GB more, and 1\.0 GB are free"):
        offline_lab.make_lab(tmp_path / "stick", ["linux", "windows"])


def test_a_stick_that_is_not_mounted_is_a_clear_error(tmp_path):
    (tmp_path / "media").write_text("no folder", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"STICK cannot be written to: Not a directory\. If it is on a stick"):
        offline_lab.main([str(tmp_path / "media" / "STICK")])


def test_what_is_there_already_needs_no_room(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1e9))
    with (tmp_path / "large.whl").open("wb") as file:
        file.truncate(int(1.5e9))  # takes no room on the disk
    offline_lab.check_space(tmp_path, 2.1)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder without its wheels."""
    site = tmp_path / "html"
    site.mkdir()
    (site / "index.html").write_text("The book")
    monkeypatch.setattr(offline_lab, "SITE", site)
    monkeypatch.setattr(offline_lab, "SLIDES", tmp_path / "no slides")
    homework = tmp_path / "made" / "1_homework"
    homework.mkdir(parents=True)
    for name in ("1_homework.ipynb", "1_homework-solution.ipynb"):
        (homework / name).write_text(name)
    monkeypatch.setattr(offline_lab, "HOMEWORK", homework.parent)
    target = tmp_path / "stick"
    (target / "wheels").mkdir(parents=True)
    offline_lab.add_book(target)
    offline_lab.add_scripts(target, ["linux", "windows"])
    return target


def test_the_book_is_there_to_read_and_to_run(folder):
    names = {path.name for path in (folder / "notebooks").iterdir()}
    assert names == {f"{path.stem}.ipynb" for path in chapters()} | {"1_homework.ipynb"}
    for name in names - {"1_homework.ipynb"}:
        assert (folder / "notebooks" / name).read_bytes() == (BOOK / name).read_bytes()
    assert (folder / "site" / "index.html").read_text() == "The book"


def test_the_page_says_what_the_folder_is_for(folder):
    page = (folder / "README.txt").read_bytes().decode("ascii")
    assert f"Python {PYTHON}" in page
    assert "Linux, x86_64" in page
    assert "Windows, 64 bit" in page
    assert "macOS 12" not in page
    assert "slides" not in page
    assert max(map(len, page.splitlines())) <= 100
    for name in ("install.sh", "start.sh", "install.bat", "start.bat"):
        assert name in page
        assert (folder / name).exists()


def test_scripts_have_the_line_ends_of_their_systems(folder):
    for path in folder.glob("*.bat"):
        assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n") > 5
    for path in folder.glob("*.sh"):
        assert b"\r" not in path.read_bytes()
        assert path.stat().st_mode & stat.S_IXUSR
        subprocess.run(["sh", "-n", path], check=True)


def test_a_computer_without_the_right_python_is_told_so(folder, tmp_path):
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    for command in ("dirname", "pwd"):
        (tmp_path / command).symlink_to(shutil.which(command))
    result = subprocess.run(
        [shutil.which("sh"), folder / "install.sh"], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert f"Python {PYTHON} is needed" in result.stderr


def test_installing_again_keeps_what_somebody_worked_on(folder, tmp_path):
    wheel(folder / "wheels", f"digitlib-{digitlib.__version__}-py3-none-any.whl")
    (folder / offline_lab.LIST).write_text("")
    home = tmp_path / "digit book"  # with a space
    command = ["sh", folder / "install.sh"]
    environment = os.environ | {"DIGIT_BOOK": str(home)}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    own = home / "notebooks" / "02_architecture.ipynb"
    own.write_text("my own work")
    (home / "notebooks" / "04_training.ipynb").unlink()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert own.read_text() == "my own work"
    assert (home / "notebooks" / "04_training.ipynb").read_bytes() == (BOOK / "04_training.ipynb").read_bytes()


@pytest.fixture(scope="module")
def stick(tmp_path_factory):
    """The whole folder, made by the command for this system."""
    target = tmp_path_factory.mktemp("lab") / "stick"
    assert offline_lab.main([str(target)]) == 0
    yield target
    shutil.rmtree(target)  # nearly a gigabyte


@pytest.fixture(scope="module")
def student(stick, tmp_path_factory):
    """Runs a command on a computer that has this system's programs, the stick, an empty home and no network."""
    home = tmp_path_factory.mktemp("home")
    sandbox = [
        find_bubblewrap(),
        "--unshare-all",
        "--die-with-parent",
        "--clearenv",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]
    for path in map(Path, OUTSIDE):
        if path.is_symlink():
            sandbox += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            sandbox += ["--ro-bind", str(path), str(path)]
    sandbox += ["--tmpfs", "/tmp", "--ro-bind", sys.base_prefix, sys.base_prefix]
    sandbox += ["--ro-bind", str(stick), "/stick", "--bind", str(home), "/home/student", "--chdir", "/home/student"]
    sandbox += ["--setenv", "HOME", "/home/student", "--setenv", "PATH", f"{sys.base_prefix}/bin:/usr/bin:/bin"]

    def run(*command: str) -> str:
        result = subprocess.run([*sandbox, *command], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    run.home = home
    yield run
    shutil.rmtree(home)  # over two gigabytes


CONNECT = """
import socket, sys
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
except OSError as error:
    print("no network:", error)
else:
    sys.exit("there is a network")
"""
OPEN_LAB = """
import subprocess, sys, time, urllib.request
options = ["--no-browser", "--allow-root", "--port=8899", "--IdentityProvider.token=open"]
lab = subprocess.Popen(["sh", "/stick/start.sh", *options])
try:
    for attempt in range(240):
        try:
            with urllib.request.urlopen("http://127.0.0.1:8899/api/contents?token=open") as answer:
                print(answer.read().decode())
            break
        except OSError:
            assert lab.poll() is None, "JupyterLab has ended"
            time.sleep(0.5)
    else:
        sys.exit("JupyterLab does not answer")
finally:
    lab.terminate()
    lab.wait()
"""


@pytest.mark.installs
@pytest.mark.sandbox
def test_the_folder_installs_and_runs_without_a_network(stick, student):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        socket.create_connection(("127.0.0.1", int(port))).close()  # here it can be reached
        assert "no network" in student("python3", "-c", CONNECT, port)
    student("sh", "/stick/install.sh")
    book = student.home / "digit-book"
    notebook = nbformat.read(book / "notebooks" / "02_architecture.ipynb", as_version=4)
    expected = printed(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, book / "notebooks" / "02_architecture.ipynb")
    nbconvert = ["digit-book/venv/bin/python", "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
    patience = "--ExecutePreprocessor.startup_timeout=300"
    student(*nbconvert, patience, "digit-book/notebooks/02_architecture.ipynb")
    assert printed(nbformat.read(book / "notebooks" / "02_architecture.ipynb", as_version=4)) == expected
    listing = json.loads(student("digit-book/venv/bin/python", "-c", OPEN_LAB))
    assert "02_architecture.ipynb" in [entry["name"] for entry in listing["content"]]


def printed(notebook):
    """What each cell printed, in however many pieces it came, warnings left out."""
    return [
        "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout")
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.installs
def test_the_command_goes_on_where_it_was(stick):
    before = {path.name: path.stat().st_mtime_ns for path in (stick / "wheels").iterdir()}
    taken = next(path for path in (stick / "wheels").iterdir() if path.name.startswith("tornado"))
    taken.unlink()
    assert offline_lab.main([str(stick)]) == 0
    after = {path.name: path.stat().st_mtime_ns for path in (stick / "wheels").iterdir()}
    changed = {name for name in after if after[name] != before[name]}
    assert set(after) == set(before)
    assert all(name == taken.name or name.startswith("digitlib") for name in changed)


@pytest.mark.installs
def test_the_folder_does_not_say_where_its_packages_came_from(stick):
    for path in stick.iterdir():
        if path.is_file():
            assert "://" not in path.read_text(encoding="utf-8")
            assert str(Path.home()) not in path.read_text(encoding="utf-8")
