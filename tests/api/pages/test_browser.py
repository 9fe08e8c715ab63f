"""The pages in a real browser: what the policy of the pages would stop shows up only there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page, sync_playwright

Work = Callable[[], None]
RunOf = Callable[..., bytes]

NAMES = ("chromium", "chromium-browser", "google-chrome")


def watch_file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Generator[Page]:
    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    context = browser.new_context(base_url=address, viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.on("console", note)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    context.close()


def test_an_upload_shows_its_way_and_leads_to_the_limit(
    page: Page, complaints: list[str], work: Work, run_of: RunOf, tmp_path: Path
) -> None:
    files = [tmp_path / f"{day}.fit" for day in (30, 32, 34)]
    for file in files:
        file.write_bytes(run_of(int(file.stem)))
    page.goto("/")
    page.get_by_label("Choose files").set_input_files(files)
    assert page.get_by_text("3 files").is_visible()
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/imports/*")
    assert page.get_by_text("0 of 3 files read").is_visible()
    work()
    page.get_by_role("heading", name="All files are read").wait_for()
    page.get_by_role("link", name="See today's limit").click()
    assert page.get_by_role("heading", name="Today's limit").is_visible()
    assert complaints == []


def test_an_upload_that_breaks_off_says_so_and_can_be_sent_again(page: Page, run_of: RunOf) -> None:
    page.goto("/")
    run = watch_file("a.fit", run_of(34))
    page.get_by_label("Choose files").set_input_files(files=[run])
    page.route("**/upload", lambda route: route.abort())
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("alert").filter(has_text="broke off").wait_for()
    page.unroute("**/upload")
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/imports/*")


def test_without_javascript_the_form_posts_and_the_page_reloads_itself(
    browser: Browser, address: str, work: Work, run_of: RunOf
) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    run = watch_file("a.fit", run_of(34))
    page.locator("input[type=file]").set_input_files(files=[run])
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/imports/*")
    work()
    page.locator("h1", has_text="All files are read").wait_for()
    context.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_reaches_past_the_edge_of_the_screen(
    page: Page, work: Work, run_of: RunOf, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    run = watch_file("a" * 120 + ".fit", run_of(34))
    page.get_by_label("Choose files").set_input_files(files=[run])
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/imports/*")
    work()
    page.get_by_role("link", name="See today's limit").wait_for()
    past = "document.documentElement.scrollWidth - window.innerWidth"
    assert page.evaluate(past) <= 0
    page.goto("/")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate(past) <= 0


def test_the_api_page_draws_every_operation(page: Page, complaints: list[str]) -> None:
    page.goto("/docs")
    page.get_by_text("/v1/today", exact=True).wait_for()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_they_stand_on(
    browser: Browser, address: str, work: Work, run_of: RunOf, scheme: str
) -> None:
    context = browser.new_context(
        base_url=address, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto("/")
    runs = [
        watch_file(f"{day}.fit", run_of(day, minutes=minutes))
        for day, minutes in ((0, 20), (30, 20), (34, 70))
    ]
    page.locator("input[type=file]").set_input_files(files=[*runs, watch_file("bad.fit", b"x")])
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/imports/*")
    work()
    page.get_by_role("link", name="See today's limit").wait_for()
    assert page.evaluate(LOW_CONTRASTS) == []
    page.goto("/")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate(LOW_CONTRASTS) == []
    context.close()


# WCAG 2.2: relative luminance and contrast ratio, of each text against the nearest ground below it.
LOW_CONTRASTS = """() => {
  const rgba = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((n) => n.nodeType === 3 && n.data.trim());
    if (text.length === 0 || element.closest("noscript, svg")) continue;
    const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(`${text[0].data.trim()}: ${ratio.toFixed(2)}`);
  }
  return low;
}"""
