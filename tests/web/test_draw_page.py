"""The page "Draw a digit" in a real browser, drawn upon as readers do."""

import gzip
import re

import numpy as np
import pytest
from playwright.sync_api import expect
from tracing import AREA

from digitlib import data
from digitlib.web import bundle as exported

KILOBYTES_AT_FIRST = 700
KILOBYTES_OF_THE_SECOND_NETWORK = 500
SEVEN = [(60, 50), (190, 50), (150, 110), (120, 210)]


@pytest.fixture
def draw_page(watched, address):
    watched.goto(f"{address}draw.html", wait_until="networkidle")
    yield watched
    assert watched.faults == []


def drag(page, points):
    """Draw a stroke with the mouse, through points in the units of the drawing area."""
    box = page.locator(".draw-pad").bounding_box()
    places = [(box["x"] + x * box["width"] / AREA, box["y"] + y * box["height"] / AREA) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=10)
    page.mouse.up()
    settle(page)


def settle(page):
    """Wait until the page shows what was done to it."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def answer(page):
    return page.locator(".draw-answer")


def probabilities(page, part, column=0):
    """The ten percentages of a table."""
    cells = page.locator(f"[data-draw={part}] .draw-table .draw-number").all_inner_texts()
    return [float(cell.removesuffix(" %")) for cell in cells][column :: len(cells) // 10]


def test_a_digit_drawn_with_the_mouse_is_read(draw_page):
    expect(answer(draw_page)).to_have_text("Nothing is drawn yet.")
    drag(draw_page, SEVEN)
    expect(answer(draw_page)).to_have_text(re.compile(r"^This is a 7 \(\d+\.\d %\)\.$"))
    shares = probabilities(draw_page, "drawing")
    assert np.argmax(shares) == 7
    assert abs(sum(shares) - 100) < 1


def test_strokes_can_be_taken_back_and_cleared(draw_page):
    drag(draw_page, SEVEN)
    drag(draw_page, [(20, 230), (240, 230)])
    with_line = probabilities(draw_page, "drawing")
    draw_page.get_by_role("button", name="Undo").click()
    expect(answer(draw_page)).to_have_text(re.compile("This is a 7"))
    assert probabilities(draw_page, "drawing") != with_line
    draw_page.get_by_role("button", name="Clear").click()
    expect(answer(draw_page)).to_have_text("Nothing is drawn yet.")


def test_a_scribble_is_said_to_be_no_digit(draw_page):
    drag(draw_page, [(40, 60), (80, 190), (110, 60), (150, 190), (180, 60), (220, 190)])
    expect(answer(draw_page)).to_have_text(re.compile("^This does not look like a digit to me"))


def test_the_keyboard_alone_draws_and_a_screen_reader_is_told(draw_page):
    for _ in range(200):
        draw_page.keyboard.press("Tab")
        if draw_page.evaluate("document.activeElement.className") == "draw-pad":
            break
    draw_page.keyboard.press("Space")
    for _ in range(14):
        draw_page.keyboard.press("ArrowDown")
    draw_page.keyboard.press("Space")
    expect(answer(draw_page)).to_have_text(re.compile("This is a 1"))
    assert answer(draw_page).get_attribute("role") == "status"
    assert "arrow keys" in draw_page.locator(".draw-pad").get_attribute("aria-label")
    draw_page.keyboard.press("Backspace")
    expect(answer(draw_page)).to_have_text("Nothing is drawn yet.")


def swipe(session, x, y, dy):
    """Move a finger up or down over the screen."""
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        point = {"x": x, "y": y + dy * step / 10}
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_on_the_area_draws_and_beside_it_scrolls(browser, address):
    page = browser.new_page(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    page.goto(f"{address}draw.html", wait_until="networkidle")
    session = page.context.new_cdp_session(page)
    box = page.locator(".draw-pad").bounding_box()
    swipe(session, box["x"] + box["width"] + 30, box["y"] + 200, -150)
    page.wait_for_function("scrollY > 50")
    page.wait_for_timeout(1000)  # a page that was swept goes on for a while
    expect(answer(page)).to_have_text("Nothing is drawn yet.")
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    page.wait_for_function("scrollY === 0")
    swipe(session, box["x"] + 130, box["y"] + 40, 180)
    expect(answer(page)).to_have_text(re.compile("This is a 1"))
    assert page.evaluate("scrollY") == 0
    page.close()


def test_a_link_brings_the_drawing_back_with_its_pen(draw_page, address):
    drag(draw_page, SEVEN)
    draw_page.get_by_role("slider", name="Pen").fill("44")
    draw_page.get_by_label("The pen grows with the drawing").uncheck()
    shares = probabilities(draw_page, "drawing")
    draw_page.get_by_role("button", name="Copy a link").click()
    link = draw_page.url
    assert link.startswith(f"{address}draw.html#drawing=")
    other = draw_page.context.new_page()
    other.goto(link, wait_until="networkidle")
    assert probabilities(other, "drawing") == shares
    assert other.get_by_role("slider", name="Pen").input_value() == "44"
    assert not other.get_by_label("The pen grows with the drawing").is_checked()


@pytest.mark.parametrize("text", ["AAAA", "%3Cscript%3Ealert(1)%3C/script%3E", "A" * 20_000])
def test_a_link_without_a_drawing_is_refused_with_a_message(watched, address, text):
    watched.on("dialog", lambda dialog: watched.faults.append("a dialog"))
    watched.goto(f"{address}draw.html#drawing={text}", wait_until="networkidle")
    expect(watched.locator(".draw-news")).to_have_text(re.compile("holds no drawing that can be read"))
    expect(answer(watched)).to_have_text("Nothing is drawn yet.")
    drag(watched, SEVEN)
    expect(answer(watched)).to_have_text(re.compile("This is a 7"))
    assert watched.faults == []


def test_example_digits_are_shown_and_disputed_ones_said_to_be(draw_page):
    examples = draw_page.get_by_role("button", name=re.compile("^Test digit"))
    assert examples.count() == 10
    draw_page.get_by_role("button", name=re.compile("Test digit 947")).click()
    expect(draw_page.locator(".draw-news")).to_have_text(re.compile("labelled 8. People dispute that: it could be a 9"))


def test_the_errors_are_those_of_the_cnn_one_after_the_other(draw_page):
    _, (_, labels) = data.load_mnist()
    said = exported.read_predictions("cnn")
    errors = np.flatnonzero(said != labels)
    button = draw_page.get_by_role("button", name=f"Next of the {len(errors)} errors")
    seen = {}
    for _ in errors:
        button.click()
        settle(draw_page)
        text = draw_page.locator(".draw-news").inner_text()
        index, label, answered = re.search(r"digit (\d+), labelled (\d)\..* took it for a (\d)\.", text).groups()
        seen[int(index)] = (int(label), int(answered))
        assert np.argmax(probabilities(draw_page, "drawing")) == int(answered), index
    assert seen == {index: (labels[index], said[index]) for index in errors}


def test_a_step_left_out_changes_what_the_network_sees(draw_page):
    small_in_a_corner = [(10 + x // 4, 10 + y // 4) for x, y in SEVEN]
    drag(draw_page, small_in_a_corner)
    draw_page.get_by_label("The pen grows with the drawing").uncheck()
    prepared = probabilities(draw_page, "drawing")
    for step in ("Crop to the ink", "Fit into 20x20", "Centre by mass"):
        draw_page.get_by_label(step).uncheck()
    settle(draw_page)
    assert probabilities(draw_page, "drawing") != prepared
    lower_right = "document.querySelector('.draw-small').getContext('2d').getImageData(14, 14, 14, 14).data"
    assert not draw_page.evaluate(f"{lower_right}.some(value => value)")
    draw_page.get_by_role("button", name="Play the steps").click()
    expect(draw_page.locator("[data-draw=preparation] [role=status]")).to_have_text(re.compile("^3"))


@pytest.mark.parametrize(("sheet", "maps"), [(0, 1), (1, 32)])
def test_a_click_on_a_map_shows_the_sum_behind_the_value(draw_page, sheet, maps):
    drag(draw_page, SEVEN)
    canvas = draw_page.locator(".draw-sheet").nth(sheet)
    canvas.click(position={"x": 20, "y": 12})
    settle(draw_page)
    words = draw_page.locator("[data-draw=maps] p").last.inner_text()
    products, total, after = re.search(r"add up to (\S+)\. .*that makes (\S+); after ReLU, (\S+)\.", words).groups()
    assert float(after) == max(0, float(total))
    numbers = draw_page.locator(".draw-grid").last.get_attribute("aria-label")
    assert abs(sum(map(float, re.findall(r"-?\d+\.\d+", numbers))) - float(products)) < 0.05
    channels = draw_page.locator(".draw-channel:visible")
    assert channels.count() == (maps if maps > 1 else 0)
    if maps > 1:
        channels.nth(4).press("Enter")
        expect(channels.nth(4)).to_have_attribute("aria-pressed", "true")
        expect(channels.nth(4)).to_be_focused()


def test_map_and_value_can_be_chosen_without_a_mouse(draw_page):
    drag(draw_page, SEVEN)
    draw_page.get_by_label("Layer").select_option("second convolution")
    draw_page.get_by_role("spinbutton", name="Map").fill("64")
    draw_page.get_by_role("spinbutton", name="Row").fill("99")
    draw_page.get_by_role("spinbutton", name="Column").fill("2")
    draw_page.keyboard.press("Tab")
    settle(draw_page)
    assert draw_page.get_by_role("spinbutton", name="Row").input_value() == "11"
    assert draw_page.locator(".draw-mark").evaluate("mark => parseFloat(mark.style.top)") == pytest.approx(1000 / 11)


def test_a_bar_leads_to_the_votes_for_its_digit(draw_page):
    drag(draw_page, SEVEN)
    draw_page.get_by_role("button", name="3: what spoke for it?").click()
    expect(draw_page.get_by_label("What spoke for a")).to_have_value("3")
    votes = draw_page.locator("[data-draw=votes]")
    expect(votes).to_be_in_viewport()
    listed = [float(text) for text in votes.locator(".draw-vote").all_inner_texts()]
    words = votes.locator("p").inner_text()
    others, bias, total = map(float, re.search(r"add (\S+), the bias (\S+)\. .*?a score of (\S+) ", words).groups())
    assert sum(listed) + others + bias == pytest.approx(total, abs=0.06)


def test_the_second_network_comes_when_it_is_first_wanted(draw_page):
    asked = []
    draw_page.on("request", lambda request: asked.append(request.url))
    drag(draw_page, SEVEN)
    assert not asked
    draw_page.get_by_label("Move right").fill("3")
    draw_page.wait_for_function("document.querySelectorAll('[data-draw=changes] .draw-best').length === 2")
    assert [url.rpartition("/")[2] for url in asked] == ["matched.js"]
    for network in (0, 1):
        assert abs(sum(probabilities(draw_page, "changes", network)) - 100) < 1
    draw_page.get_by_label("Permute pixels").fill("1")
    settle(draw_page)
    changed = probabilities(draw_page, "changes")
    draw_page.get_by_role("button", name="Reset").click()
    settle(draw_page)
    assert probabilities(draw_page, "changes") != changed
    assert np.argmax(probabilities(draw_page, "changes")) == 7


def test_shades_follow_the_mode(draw_page):
    draw_page.emulate_media(color_scheme="light")
    drag(draw_page, SEVEN)
    darkest = """() => new Promise(done => setTimeout(() => {
      const {width, height} = document.querySelector('.draw-small');
      const data = document.querySelector('.draw-small').getContext('2d').getImageData(0, 0, width, height).data;
      done(data[4 * data.filter((_, i) => i % 4 === 3).indexOf(255)]);
    }, 100))"""
    light = draw_page.evaluate(darkest)
    draw_page.emulate_media(color_scheme="dark")
    expect(draw_page.locator("html[data-theme=dark]")).to_be_attached()
    assert draw_page.evaluate(darkest) > 150 > light


def test_without_scripts_there_is_a_picture_and_a_sentence(browser, address):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}draw.html")
    expect(page.locator(".draw-still img")).to_be_visible()
    expect(page.locator(".draw-still").first).to_contain_text("This page needs JavaScript")
    page.close()


def test_it_works_from_a_folder_without_a_network(watched, site):
    watched.context.set_offline(True)
    watched.goto((site / "draw.html").as_uri(), wait_until="networkidle")
    drag(watched, SEVEN)
    expect(answer(watched)).to_have_text(re.compile("This is a 7"))
    watched.get_by_label("Move down").fill("2")
    watched.wait_for_function("document.querySelectorAll('[data-draw=changes] .draw-best').length === 2")
    assert watched.faults == []


def test_it_is_light_and_loaded_by_this_page_alone(site):
    sizes = {path.name: len(gzip.compress(path.read_bytes())) / 1000 for path in (site / "_static" / "draw").iterdir()}
    print({name: round(size) for name, size in sizes.items()})
    second = sizes.pop("matched.js")
    assert sum(sizes.values()) <= KILOBYTES_AT_FIRST
    assert second <= KILOBYTES_OF_THE_SECOND_NETWORK
    loading = [path.name for path in site.glob("*.html") if "_static/draw/" in path.read_text(encoding="utf-8")]
    assert loading == ["draw.html"]


def test_every_part_stands_on_the_page(draw_page):
    assert {part.get_attribute("data-draw") for part in draw_page.locator("[data-draw]").all()} == {
        "drawing", "preparation", "maps", "votes", "changes",
    }  # fmt: skip
    assert all(part.inner_html() for part in draw_page.locator("[data-draw]").all())
