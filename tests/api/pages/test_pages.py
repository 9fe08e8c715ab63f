import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from lxml import etree, html  # pyright: ignore[reportMissingTypeStubs, reportAttributeAccessIssue, reportUnknownVariableType] - it has no types

from api.messages import figures
from api.messages.pages import WORDS
from api.pages import rendering

RunOf = Callable[..., bytes]
Upload = Callable[..., str]
Work = Callable[[], None]

STEADY_DAYS = range(0, 34, 2)
PAGES = Path(rendering.__file__).parent
NOBODY = "00000000-0000-0000-0000-000000000000"


def page_of(answer: httpx.Response) -> ET.Element:
    """The page as a tree: read as a browser would, then written as XML."""
    tree = html.document_fromstring(answer.text)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - lxml has no types
    return ET.fromstring(etree.tostring(tree))  # noqa: S314  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - our own page


def text_of(element: ET.Element) -> str:
    """What is read there, each gap one space."""
    return " ".join("".join(element.itertext()).split())


def shown_on(answer: httpx.Response) -> str:
    body = page_of(answer).find("body")
    assert body is not None
    return text_of(body)


def of_class(page: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in page.iter() if name in one.get("class", "").split()]


def by_id(page: ET.Element, name: str) -> ET.Element:
    (element,) = [one for one in page.iter() if one.get("id") == name]
    return element


def loaded_by(page: ET.Element) -> Iterator[str]:
    for element in page.iter():
        if element.tag == "link":
            yield element.get("href", "")
        if "src" in element.attrib:
            yield element.get("src", "")


def steady(upload: Upload, run_of: RunOf) -> None:
    upload(*[(f"{day}.fit", run_of(day)) for day in STEADY_DAYS])


def test_the_first_page_asks_for_the_first_run(client: httpx.Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "No runs yet. Upload your first run" in shown_on(answer)
    form = by_id(page_of(answer), "upload-form")
    assert form.get("action") == "/upload"
    assert form.get("enctype") == "multipart/form-data"


def test_the_page_says_what_the_api_says(
    client: httpx.Client, upload: Upload, run_of: RunOf
) -> None:
    steady(upload, run_of)
    upload(("long.fit", run_of(35, minutes=90)))
    body = client.get("/v1/today").json()
    shown = shown_on(client.get("/"))
    assert body["cards"], "a run three times as long is a jump"
    for sentence in (body["headline"], body["limit"]["text"], body["footer"], body["level_word"]):
        assert sentence in shown
    for card in body["cards"]:
        for part in ("title", "why", "what_to_do", "clears", "level_word"):
            assert card[part] in shown
        assert card["evidence"]["text"] in shown
        assert card["evidence"]["grade"] in shown
    limit, week = body["limit"], body["week"]
    assert figures.limit_km(limit["km"]) in shown
    assert figures.km(limit["done_km"]) in shown
    assert figures.flexions(limit["done_flexions"]) in shown
    assert figures.km(week["seven_day_km"]) in shown
    assert figures.count(week["seven_day_flexions"]) in shown
    for ceiling in body["ceilings"]:
        assert ceiling["title"] in shown
        held = ceiling["ceiling"]
        reason = ceiling["reason_text"]
        said = reason if held is None else figures.limit_amount(held, ceiling["channel"])
        assert said in shown


def test_the_level_is_told_by_an_icon_and_a_word(
    client: httpx.Client, upload: Upload, run_of: RunOf
) -> None:
    steady(upload, run_of)
    level = of_class(page_of(client.get("/")), "level")[0]
    assert level.find("svg") is not None
    assert text_of(level) == client.get("/v1/today").json()["level_word"]


def test_looking_back_shows_that_day_and_takes_no_files(
    client: httpx.Client, upload: Upload, run_of: RunOf
) -> None:
    steady(upload, run_of)
    asked = {"as_of": "2026-05-20"}
    answer = client.get("/", params=asked)
    assert client.get("/v1/today", params=asked).json()["headline"] in shown_on(answer)
    assert "You are looking back at Wed 20 May." in shown_on(answer)
    assert "upload-form" not in answer.text


def test_old_data_gives_no_km_and_asks_for_the_newest_run(
    client: httpx.Client, upload: Upload, run_of: RunOf
) -> None:
    upload(*[(f"{day}.fit", run_of(day)) for day in range(0, 10, 2)])
    answer = client.get("/")
    assert "No runs since Sat 9 May." in shown_on(answer)
    assert of_class(page_of(answer), "big") == []
    assert "upload-form" in answer.text


def test_an_uploads_page_looks_again_until_all_is_read(
    client: httpx.Client, work: Work, run_of: RunOf
) -> None:
    answer = client.post("/upload", files=[("files", ("a.fit", run_of(0)))])
    assert answer.url.path.startswith("/imports/")
    refresh = page_of(answer).findall(".//noscript/meta[@http-equiv='refresh']")
    assert len(refresh) == 1
    assert "0 of 1 files read" in shown_on(answer)
    work()
    done = client.get(answer.url)
    assert "http-equiv" not in done.text
    assert "data-refresh-s" not in done.text
    assert "1 of 1 files read" in shown_on(done)


def test_problems_come_first(client: httpx.Client, upload: Upload, run_of: RunOf) -> None:
    run = run_of(0)
    files = ("good.fit", run), ("again.fit", run), ("bad.fit", b"no run")
    rows = page_of(client.get(upload(*files))).findall(".//tbody/tr")
    read = [text_of(row) for row in rows]
    assert read[0].startswith("bad.fit Not read")
    assert [row.split()[1] for row in read[1:]] == ["Duplicate", "Imported"]


def test_a_files_name_is_shown_and_never_run(
    client: httpx.Client, upload: Upload, run_of: RunOf
) -> None:
    page = client.get(upload(("<script>alert(1)</script>.fit", run_of(0)))).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_form_without_a_file_says_so(client: httpx.Client) -> None:
    answer = client.post(
        "/upload",
        content=(
            b'--b\r\nContent-Disposition: form-data; name="files"; filename=""\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n"
        ),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 422
    assert WORDS["upload.no_file"] in shown_on(answer)


@pytest.mark.parametrize(
    "path",
    ["/imports/no-id", f"/imports/{NOBODY}", "/?athlete_id=no-id", f"/?athlete_id={NOBODY}"],
)
def test_what_is_not_there_is_a_page_that_leads_back(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert WORDS["problem.not_found"] in shown_on(answer)


@pytest.mark.parametrize("as_of", ["yesterday", "20261103", "2026-13-01", "1066-10-14"])
def test_a_day_nobody_can_mean_is_refused(client: httpx.Client, as_of: str) -> None:
    answer = client.get("/", params={"as_of": as_of})
    assert answer.status_code == 422
    assert WORDS["problem.title"] in shown_on(answer)


def test_an_athlete_asked_for_stays_asked_for(
    client: httpx.Client, work: Work, run_of: RunOf
) -> None:
    other = client.post("/v1/athletes", json={"name": "Ann"}).json()["id"]
    asked = {"athlete_id": other}
    form = by_id(page_of(client.get("/", params=asked)), "upload-form")
    answer = client.post(form.get("action", ""), files=[("files", ("a.fit", run_of(34)))])
    work()
    assert answer.url.params["athlete_id"] == other
    assert client.get("/v1/today").json()["data_through"] is None
    assert client.get("/v1/today", params=asked).json()["data_through"] == "2026-06-04"


def test_no_page_needs_inline_style_or_script_or_another_host(
    client: httpx.Client, upload: Upload, run_of: RunOf
) -> None:
    for path in ["/", upload(("a.fit", run_of(34))), "/imports/none", "/docs"]:
        page = page_of(client.get(path))
        assert page.findall(".//style") == []
        assert [one for one in page.iter("script") if not one.get("src")] == []
        named = {name for one in page.iter() for name in one.attrib}
        assert {name for name in named if name == "style" or name.startswith("on")} == set()
        assert [one for one in loaded_by(page) if not one.startswith("/static/")] == []


def test_every_page_names_its_language_its_title_and_where_to_skip_to(
    client: httpx.Client, upload: Upload, run_of: RunOf
) -> None:
    for path in ["/", upload(("a.fit", run_of(34))), "/imports/none"]:
        page = page_of(client.get(path))
        assert page.get("lang") == "en"
        assert page.findtext("head/title")
        (skip,) = of_class(page, "skip")
        assert by_id(page, skip.get("href", "").removeprefix("#")).tag == "main"
        assert len(page.findall(".//h1")) == 1
        labelled = {one.get("for") for one in page.iter("label")}
        assert {one.get("id") for one in page.iter("input")} <= labelled


def test_everything_a_page_loads_is_here(client: httpx.Client) -> None:
    for path in ("/", "/docs"):
        for part in loaded_by(page_of(client.get(path))):
            assert client.get(part).status_code == 200, part


def test_the_api_describes_itself_with_styles_of_its_own_and_no_scripts(
    client: httpx.Client,
) -> None:
    policy = client.get("/docs").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self' 'unsafe-inline';" in policy
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/", "/upload", "/imports/{import_id}", "/docs"}.isdisjoint(paths)


def test_every_word_of_the_pages_is_used_and_every_word_used_is_there() -> None:
    sources = [*PAGES.glob("templates/*.html"), *PAGES.glob("*.py")]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    used = set(re.findall(r'say\("([a-z_.]+)"(?! ~)', text))
    used |= {f"week.ratio_{key}" for key in ("coupled", "uncoupled", "ewma")}
    assert used == WORDS.keys()


def test_the_bar_shows_what_is_done_and_what_lies_past_the_limit() -> None:
    assert rendering.done_bar(10.0, 4.0) == (40.0, 0.0)
    assert rendering.done_bar(10.0, 12.5) == (80.0, 20.0)
    assert rendering.done_bar(0.0, 5.0) == (0.0, 100.0)
    assert rendering.done_bar(0.0, 0.0) == (0.0, 0.0)
