"""The leaderboard: the right order and intervals, any name, readable by everybody, nothing from elsewhere."""

from html.parser import HTMLParser

import pytest
from axe_playwright_python.sync_playwright import Axe
from statsmodels.stats.proportion import proportion_confint

from grader import record
from grader.assignment import Assignment
from grader.hidden_tests import Limits
from grader.leaderboard import LeaderboardError, Score, main, rank, read_scores, rename, render
from grader.record import GradedTest, Record, Result
from grader.reports import grades_table

SCORES = [Score("Ada", 1_800, 2_000), Score("Zoë", 1_950, 2_000), Score("bo", 1_950, 2_000), Score("Cy", 1_990, 2_000)]
HOSTILE = [
    "<script>alert(1)</script>",
    "a & b",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "\u202eadA",
    "x" * 300,
]


class Page(HTMLParser):
    """The tags of a page, and the text of its cells by row."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.rows = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def cells(scores):
    return [[cell.strip() for cell in row] for row in Page(render(scores, "Leaderboard")).rows]


def test_the_best_comes_first_and_equals_share_a_place():
    rows = rank(SCORES)
    assert [(row.place, row.name) for row in rows] == [(1, "Cy"), (2, "bo"), (2, "Zoë"), (4, "Ada")]


def test_the_order_is_by_accuracy_not_by_counts():
    assert [row.name for row in rank([Score("many", 900, 1_000), Score("few", 95, 100)])] == ["few", "many"]


def test_intervals_are_wilsons():
    for row in rank([*SCORES, Score("none", 0, 50), Score("all", 50, 50)]):
        accuracy = row.accuracy
        low, high = proportion_confint(accuracy.correct, accuracy.count, method="wilson")
        assert (accuracy.low, accuracy.high) == pytest.approx((low, high), abs=1e-9)


def test_the_page_says_it_in_words():
    header, first, *_ = cells(SCORES)
    assert header[:5] == ["Place", "Name", "Accuracy", "95 % interval", "Right"]
    assert first[:5] == ["1", "Cy", "99.5 %", "99.1 % to 99.7 %", "1,990 of 2,000"]


def test_it_says_whose_order_may_be_chance():
    assert "1 further network has an interval that overlaps that of the first" in render(
        [Score("a", 1_950, 2_000), Score("b", 1_945, 2_000), Score("c", 1_500, 2_000)], "Board"
    )
    assert "may be chance" not in render([Score("a", 1_950, 2_000), Score("c", 1_500, 2_000)], "Board")


def test_names_are_text_and_nothing_else():
    scores = [Score(name, 10 + place, 100) for place, name in enumerate(HOSTILE)]
    page = Page(render(scores, "<b>Title</b>"))
    assert not {"script", "img", "b"} & set(page.tags)
    assert sorted(row[1].strip() for row in page.rows[1:]) == sorted(HOSTILE)
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_the_page_needs_nothing_from_elsewhere():
    page = Page(render(SCORES, "Leaderboard"))
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert not [value for name, value in page.attributes if name in ("src", "href", "srcset")]


def test_one_perfect_score_is_a_page_too():
    assert cells([Score("only", 10, 10)])[1][2] == "100.0 %"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_is_accessible(page, tmp_path, scheme, width):
    path = tmp_path / "board.html"
    path.write_text(render([*SCORES, Score("x" * 300, 5, 10)], "Leaderboard"), encoding="utf-8")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(path.as_uri())
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(22, 24, 27)")


def write_record(folder, name, tests):
    (folder / "records").mkdir(parents=True, exist_ok=True)
    made = Record(name, name, [f"{name}.ipynb"], "bubblewrap", None, Result(tests=tests))
    (folder / "records" / f"{name}.json").write_text(made.to_json(), encoding="utf-8")
    records = [Record.from_json(path.read_text(encoding="utf-8")) for path in (folder / "records").iterdir()]
    table = grades_table(records, Assignment("4_open_project", [], Limits(), ""))
    (folder / "grades.csv").write_text(table, encoding="utf-8")


def unseen(right=None, scored=None):
    return GradedTest("q2", "test_unseen_digits", "", "", 12, record.Score(0.25, right=right, scored=scored))


def test_scores_come_from_the_graders_records(tmp_path):
    other = GradedTest("q1", "test_parameters", "", "", 2, record.Score(1, "54 of 60", right=54, scored=60))
    write_record(tmp_path, "ann", [other, unseen(1893, 2000)])
    write_record(tmp_path, "bob", [other, unseen()])
    write_record(tmp_path, "cut", [])
    write_record(tmp_path, "odd \udc80 name", [unseen(5, 10)])
    scores = read_scores(tmp_path)
    assert scores == [Score("ann", 1_893, 2_000), Score("odd ? name", 5, 10)]


def test_scores_come_from_a_table(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text('\ufeffname,right,scored\n"Per, fect",20,20\nZoë,19,20\n', encoding="utf-8")
    assert read_scores(path) == [Score("Per, fect", 20, 20), Score("Zoë", 19, 20)]
    assert main([str(path), "--output", str(tmp_path / "board.html"), "--title", "Spring"]) == 0
    assert "<title>Spring</title>" in (tmp_path / "board.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_table_may_come_from_a_spreadsheet(tmp_path, encoding, ends, separator):
    path = tmp_path / "scores.csv"
    lines = ["name;right;scored;note", "Per, fect;20;20;", ";;;", " Zoë ;19;20;none, so far", "NA;18;20;", ""]
    path.write_bytes(ends.join(lines).replace(";", separator).encode(encoding))
    assert read_scores(path) == [Score("Per, fect", 20, 20), Score("Zoë", 19, 20), Score("NA", 18, 20)]


@pytest.mark.parametrize(("encoding", "named"), [("cp1252", "perhaps Windows-1252"), ("utf-16", "UTF-16 text")])
def test_a_table_in_another_encoding_is_a_clear_error(tmp_path, encoding, named):
    path = tmp_path / "scores.csv"
    path.write_text("name,right,scored\nZoë,19,20\n", encoding=encoding)
    with pytest.raises(LeaderboardError, match=rf"scores\.csv is .*{named}.* choose 'CSV UTF-8'"):
        read_scores(path)


def test_a_table_of_names_says_what_is_shown(tmp_path):
    write_record(tmp_path, "smithann_123_4567_4_open_project", [unseen(9, 10)])
    write_record(tmp_path, "=bob", [unseen(8, 10)])
    write_record(tmp_path, "cy", [unseen(7, 10)])
    names = tmp_path / "names.csv"
    names.write_text("name;shown\nsmithann_123_4567_4_open_project;Ångström\n'=bob;Team 7\ncy;\nabsent;x\n", "utf-8")
    board = tmp_path / "board.html"
    assert main([str(tmp_path), "--names", str(names), "--output", str(board)]) == 0
    assert [row[1].strip() for row in Page(board.read_text(encoding="utf-8")).rows[1:]] == ["Ångström", "Team 7"]


def test_a_network_is_never_shown_by_a_name_that_nobody_chose(tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("name,shown\nAda,A\nbo,\nAda,B\n", encoding="utf-8")
    with pytest.raises(LeaderboardError, match=r"names\.csv has several rows for Ada: keep one of each"):
        rename(SCORES, names)
    names.write_text("name,shown\nAda,A\nbo,\n", encoding="utf-8")
    with pytest.raises(LeaderboardError, match=r"names\.csv has no row for Zoë, Cy: add each"):
        rename(SCORES, names)
    with pytest.raises(LeaderboardError, match=r"names\.csv leaves out every network"):
        rename([SCORES[2]], names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,right\na,1\n", "has no column scored: its first row must be name,right,scored"),
        ("name,right,right,scored\na,1,2,3\n", "has 2 columns right: its first row must be name,right,scored"),
        ("", "cannot be read as a table: No columns to parse from file"),
        ("name,right,scored\na,1,2\n\nb,3,2\n", "row 4: 3 of 2 cannot be"),
        ("name,right,scored\na,0,0\n", "row 2: 0 of 0 cannot be"),
        ("name,right,scored\na,-1,2\n", "row 2: -1 of 2 cannot be"),
        ("name,right,scored\na,0.95,2\n", "row 2: right and scored must be whole numbers"),
        ("name,right,scored\na,1\n", "row 2: right and scored must be whole numbers"),
        ("name,right,scored\n", "has no row below its first"),
        ("name,right,scored\n\n", "has no row below its first"),
        ("name,right,scored\nPer, fect,1,2\n", "Expected 3 fields in line 2, saw 4"),
        ('name,right,scored\n"a,1,2\n', "cannot be read as a table: "),
    ],
)
def test_a_bad_table_is_a_clear_error(tmp_path, capsys, text, message):
    path = tmp_path / "scores.csv"
    path.write_text(text, encoding="utf-8")
    assert main([str(path), "--output", str(tmp_path / "board.html")]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "board.html").exists()


def test_who_was_renamed_or_withdrawn_is_not_on_the_board(tmp_path):
    write_record(tmp_path, "ann", [unseen(9, 10)])
    write_record(tmp_path, "=bob", [unseen(8, 10)])
    table = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    kept = [line for line in table.splitlines(keepends=True) if not line.startswith("ann")]
    (tmp_path / "grades.csv").write_text("".join(kept), encoding="utf-8")
    assert read_scores(tmp_path) == [Score("=bob", 8, 10)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_grades_that_a_spreadsheet_saved_again_are_read(tmp_path, separator):
    for name in ("Jana Müller_101", "Ola_102", "gone"):
        write_record(tmp_path, name, [unseen(9, 10)])
    path = tmp_path / "grades.csv"
    lines = path.read_text(encoding="utf-8").replace(",", separator).splitlines()
    path.write_bytes("\r\n".join(line for line in lines if not line.startswith("gone")).encode("utf-8-sig"))
    assert read_scores(tmp_path) == [Score("Jana Müller_101", 9, 10), Score("Ola_102", 9, 10)]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    with pytest.raises(LeaderboardError, match=r"grades\.csv is not UTF-8 text but perhaps Windows-1252"):
        read_scores(tmp_path)


def test_a_record_of_an_earlier_form_is_a_clear_error_unless_it_is_withdrawn(tmp_path):
    write_record(tmp_path, "ann", [unseen(9, 10)])
    old = tmp_path / "records" / "bob.json"
    old.write_text('{"name": "bob", "label": "bob", "tests": []}', encoding="utf-8")
    assert read_scores(tmp_path) == [Score("ann", 9, 10)]
    with (tmp_path / "grades.csv").open("a", encoding="utf-8") as table:
        table.write("bob,,0,\n")
    with pytest.raises(LeaderboardError, match=r"bob\.json is a record of version 1, .*\. Grade again"):
        read_scores(tmp_path)


def test_a_folder_without_scores_is_a_clear_error(tmp_path, capsys):
    other = GradedTest("q1", "test_header", "", "", 2, record.Score(1))
    write_record(tmp_path, "ann", [other])
    write_record(tmp_path, "bob", [])
    assert main([str(tmp_path), "--output", str(tmp_path / "board.html")]) == 1
    assert "holds no score on unseen digits. Is it the open project's? If so, " in capsys.readouterr().err
    assert not (tmp_path / "board.html").exists()


def test_a_folder_without_records_is_a_clear_error(tmp_path):
    with pytest.raises(LeaderboardError, match=r"holds no records of the grader: run tools/grade\.py first"):
        read_scores(tmp_path)
    with pytest.raises(LeaderboardError, match=r"absent\.csv cannot be read"):
        read_scores(tmp_path / "absent.csv")
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "x.json").write_text("[]", encoding="utf-8")
    (tmp_path / "grades.csv").write_text("name\nx\n", encoding="utf-8")
    with pytest.raises(LeaderboardError, match=r"x\.json is not a record of the grader"):
        read_scores(tmp_path)
