"""How long the page of a large board takes: to be made, and to be usable in a browser.

    .venv/bin/python bench/page.py [CRITERIA] [ROUNDS]

Prints medians. `usable` is when the page is laid out, its script has run and a key would be
answered, from the moment of navigation. `cpu` is how long the page's thread worked for all of it,
which neighbours on the machine do not change much. `filter` is the time that choosing a verdict
takes.
"""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser, sync_playwright

from readiness.report import Context, render
from tests.support.browser import ADDRESS, CHROMIUM, HTML, MISSING, opened, sandboxed
from tests.support.page_runs import a_large_document

MEASURE = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
  const usable = performance.now();
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  const verdict = document.querySelector("select[name=verdict]");
  verdict.value = "fail";
  verdict.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.getBoundingClientRect();
  done({
    painted: painted ? painted.startTime : 0,
    usable,
    filter: performance.now() - usable,
    elements: document.querySelectorAll("*").length,
  });
})))"""


def measured(browser: Browser, html: str) -> dict[str, float]:
    with opened(browser, "") as page:
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.unroute_all()
        page.route("**/*", lambda route: route.fulfill(body=html, content_type=HTML))
        page.goto(ADDRESS)
        found = page.evaluate(MEASURE)
        metrics = session.send("Performance.getMetrics")["metrics"]
    busy = next(item["value"] for item in metrics if item["name"] == "TaskDuration")
    return {"cpu": busy * 1000, **found}


def main() -> None:
    if CHROMIUM is None:
        sys.exit(MISSING)
    given = [int(argument) for argument in sys.argv[1:3]]
    criteria, rounds = given + [2000, 7][len(given) :]
    run = a_large_document(criteria)
    render("html", run, Context())
    began = time.perf_counter()
    html = render("html", run, Context())
    made = time.perf_counter() - began
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandboxed())
        samples = [measured(browser, html) for _ in range(rounds)]
        browser.close()
    print(f"{criteria} criteria, {len(html.encode()) / 1e6:.2f} MB, made in {made * 1000:.0f} ms")
    for name in samples[0]:
        values = sorted(sample[name] for sample in samples)
        unit = "" if name == "elements" else " ms"
        print(f"{name:9}{statistics.median(values):8.0f}{unit}  ({values[0]:.0f}–{values[-1]:.0f})")


if __name__ == "__main__":
    main()
