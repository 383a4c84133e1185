"""Pickers and sliders in a real JupyterLab, driven in Chromium as an analyst would."""

from __future__ import annotations

import re

import pytest

from kit.data.case import open_case, reopen
from kit.data.territory import reps
from kit.diagnose import causes
from kit.plan import story as tale
from kit.plan import target
from kit.review import actions, next_target
from kit.show import cards
from kit.show.controls import Desk
from kit.show.story import story
from kit.track import position

TARGET = "01-target-setting.ipynb"
TRACKING = "02-mid-period-tracking.ipynb"
DIAGNOSIS = "03-diagnosis.ipynb"
REVIEW = "04-quarterly-review.ipynb"
FIRST = {
    TARGET: (tale.statements, story),
    TRACKING: (position.position, cards.headline),
    DIAGNOSIS: (causes.top, cards.reasons),
    REVIEW: ([causes.top, actions.proposed], cards.doing),
}
OPTIONS = {REVIEW: {"next_target": next_target.suggest}, TARGET: {"chapter": "plan"}}
EVERY = pytest.mark.parametrize("name", FIRST)
AREAS = [
    "Northlight Instruments (sample)",
    *(f"Region {name}" for name in ("East", "North", "South", "West")),
    *(f"Team {name}-{n}" for name in ("East", "North", "South", "West") for n in (1, 2)),
]
SECONDS = 180  # a loaded machine of two cores needs them to start four kernels and a browser

RAN = r"""
    () => [...document.querySelectorAll('.jp-CodeCell')].at(-1)
        ?.querySelector('.jp-InputArea-prompt')?.textContent.match(/\[\d+\]/)
"""
SHOWS = r"""
    ([place, html]) => {
        const wanted = document.createElement('div');
        wanted.innerHTML = html;
        const plain = one => one.textContent.replace(/\s+/g, ' ').trim();
        const found = document.querySelectorAll('.kit-output')[place];
        return found && plain(found) === plain(wanted);
    }
"""


class Notebook:
    """A notebook that was opened in JupyterLab and run from top to bottom."""

    def __init__(self, page, lab, name: str) -> None:
        self.page = page
        self.elsewhere: list[str] = []
        self.said: list[str] = []
        ours = lab.address.removeprefix("http")
        page.on("request", lambda one: self._asked(one.url, ours))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.set_default_timeout(SECONDS * 1000)
        page.goto(lab.notebook(name))
        page.get_by_text("| Idle").wait_for()
        lab.wait_for_kernel(name)
        self.menu("Run", "Run All Cells")
        page.wait_for_function(RAN)
        page.locator(".kit-controls select").first.wait_for()

    def menu(self, name: str, item: str) -> None:
        """Click an item of a menu."""
        self.page.get_by_role("menuitem", name=name, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def scopes(self) -> list[str]:
        """What the picker of scopes offers."""
        offered = self.page.locator(".kit-scope option").all_text_contents()
        return [one.replace("\N{NO-BREAK SPACE}", " ") for one in offered]

    def choose(self, *, scope: str = "", period: str = "", as_of: str = "") -> None:
        """Pick something else."""
        if scope:
            self.page.locator(".kit-scope select").select_option(index=self.scopes().index(scope))
        if period:
            label = period.replace(" ", "\N{NO-BREAK SPACE}")
            self.page.locator(".kit-period select").select_option(label)
        if as_of:
            self.page.locator(".kit-as-of input").fill(as_of)

    def slide(self, name: str, steps: int) -> None:
        """Move a slider by the keyboard."""
        handle = self.page.locator(f".kit-{name} .noUi-handle")
        for _ in range(abs(steps)):
            handle.press("ArrowRight" if steps > 0 else "ArrowLeft")

    def wait_for(self, view, *, place: int = 0) -> None:
        """Until an output shows this and nothing else."""
        try:
            self.page.wait_for_function(SHOWS, arg=[place, view.html], timeout=SECONDS * 1000)
        except Exception as error:
            found = self.shown()[place]
            raise AssertionError(f"shows {found!r}, not {view.html!r}") from error
        self.page.locator(".kit-busy").first.wait_for(state="detached")

    def shown(self) -> list[str]:
        """The text of each output that follows the pickers."""
        return self.page.locator(".kit-output").all_text_contents()

    def prompts(self) -> list[str]:
        """The execution counts, which tell what was run."""
        return self.page.locator(".jp-CodeCell .jp-InputArea-prompt").all_text_contents()

    def mark(self) -> None:
        """Mark the outputs that stand in the page now."""
        self.page.evaluate("document.querySelectorAll('.kit-output').forEach(o => o.marked = true)")

    def marked(self) -> list[bool]:
        """Which outputs are still those that were marked."""
        return self.page.evaluate(
            "[...document.querySelectorAll('.kit-output')].map(o => o.marked === true)"
        )

    def wrong(self) -> list[str]:
        """Errors, tracebacks and warnings anywhere in the notebook."""
        found = self.page.locator(
            "[data-mime-type='application/vnd.jupyter.error'], "
            "[data-mime-type='application/vnd.jupyter.stderr'], "
            "[data-mime-type='application/vnd.jupyter.stdout']"
        )
        return found.all_text_contents()

    def _asked(self, url: str, ours: str) -> None:
        if not re.match(rf"(http|ws){re.escape(ours)}|data:|blob:", url):
            self.elsewhere.append(url)


@pytest.fixture(scope="module")
def opened(browser, lab):
    """Open a notebook by name, each once."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-GB")
    known: dict[str, Notebook] = {}

    def find(name: str) -> Notebook:
        if name not in known:
            known[name] = Notebook(context.new_page(), lab, name)
        return known[name]

    yield find
    context.close()


@pytest.fixture(scope="module")
def company(lab):
    """What the notebooks open by themselves."""
    return open_case(lab.root / "parameters" / "sample" / "company.yml")


def first(name, case):
    """What the static path shows first."""
    return Desk(case).show(*FIRST[name], **OPTIONS.get(name, {}))


@EVERY
def test_pickers_offer_what_the_data_hold(opened, company, name):
    scopes = opened(name).scopes()
    assert scopes[:13] == AREAS
    assert sorted(scopes[13:]) == sorted(reps(company)["rep"]) and len(scopes) > 30
    assert opened(name).page.locator(".kit-as-of input").input_value() == "2025-11-15"


@EVERY
def test_another_scope_redraws_the_first_figures_in_place(opened, company, name):
    notebook = opened(name)
    notebook.wait_for(first(name, company))
    before, ran = notebook.shown(), notebook.prompts()
    notebook.mark()
    notebook.choose(scope="Region East")
    notebook.wait_for(first(name, reopen(company, scope="region:East")))
    assert notebook.prompts() == ran
    assert all(notebook.marked()) and len(notebook.marked()) == len(before)
    assert all(now != then for now, then in zip(notebook.shown(), before, strict=True))
    assert notebook.wrong() == []


def test_tracking_follows_period_and_day(opened, company):
    notebook = opened(TRACKING)
    notebook.choose(scope="Region East")
    notebook.choose(period="Q3 2025")
    ended = reopen(company, scope="region:East", period="2025Q3")
    notebook.wait_for(first(TRACKING, ended))
    assert notebook.page.locator(".kit-as-of input").input_value() == "2025-09-30"
    notebook.choose(as_of="2025-08-20")
    notebook.wait_for(first(TRACKING, reopen(ended, as_of="2025-08-20")))
    assert "20 Aug" in notebook.shown()[0].replace("\N{NO-BREAK SPACE}", " ")


def test_scopes_are_those_active_in_the_period(opened, company):
    notebook = opened(TRACKING)
    notebook.choose(period="Q1 2024")
    then = reopen(company, scope="region:East", period="2024Q1")
    notebook.wait_for(first(TRACKING, then))
    assert sorted(notebook.scopes()[13:]) == sorted(reps(reopen(then, scope="company"))["rep"])


def test_a_wrong_day_is_one_line_and_the_next_choice_works(opened, company):
    notebook = opened(TRACKING)
    notebook.choose(scope="Region East")
    notebook.choose(period="Q3 2025")
    notebook.choose(as_of="2025-06-30")
    line = notebook.page.locator(".kit-output .kit-missing").first
    line.wait_for()
    assert "lies before the period" in line.inner_text() and "\n" not in line.inner_text()
    assert notebook.page.locator(".kit-output svg").count() == 0  # nothing of the last choice
    assert notebook.page.locator(".kit-output .kit-missing").count() == 1
    assert notebook.wrong() == []
    notebook.choose(as_of="2025-08-20")
    good = reopen(company, scope="region:East", period="2025Q3", as_of="2025-08-20")
    notebook.wait_for(first(TRACKING, good))
    assert notebook.page.locator(".kit-output .kit-missing").count() == 0


def test_the_rest_follows_when_run_from_there(opened):
    notebook = opened(TRACKING)
    notebook.choose(scope="Region West")
    notebook.page.locator(".kit-busy").first.wait_for(state="detached")
    ran = notebook.prompts()
    notebook.page.locator(".jp-InputArea", has_text="case = desk.case").first.click()
    notebook.menu("Run", "Run Selected Cell and All Below")
    notebook.page.wait_for_function(
        f"last => ({RAN})()?.[0] && ({RAN})()[0] !== last", arg=ran[-1].rstrip(":")
    )
    rest = " ".join(notebook.page.locator(".kit-table").all_text_contents())
    assert "West-1" in rest and "East" not in rest
    changed = [now != then for now, then in zip(notebook.prompts(), ran, strict=True)]
    start = changed.index(True)
    assert all(changed[start:])  # from there on and no cell above
    assert notebook.wrong() == []


def test_target_setting_follows_its_sliders(opened, company):
    notebook = opened(TARGET)
    notebook.choose(scope=AREAS[0])
    notebook.wait_for(first(TARGET, company))
    ran = notebook.prompts()
    start = company.settings.targets
    growth, reserve = round(start.growth + 0.01, 6), round(start.reserve + 0.01, 6)
    notebook.slide("growth", 2)
    grown = reopen(company, overrides={"targets.growth": growth})
    assert target.proposal(grown).target > target.proposal(company).target
    notebook.wait_for(first(TARGET, grown))
    notebook.slide("reserve", 2)
    both = reopen(grown, overrides={"targets.reserve": reserve})
    assert target.proposal(both).reserve > target.proposal(grown).reserve
    notebook.wait_for(first(TARGET, both))
    assert notebook.prompts() == ran and notebook.wrong() == []
    notebook.choose(scope="Region East")
    notebook.wait_for(first(TARGET, reopen(both, scope="region:East")))


def stale(notebook):
    """How many outputs carry a turn, and how many of them are marked as made before."""
    return notebook.page.evaluate(
        """() => {
            const made = [...document.querySelectorAll('.kit-turn')];
            const marked = made.filter(one => getComputedStyle(one, '::before').content !== 'none');
            return [made.length, marked.length];
        }"""
    )


def run_below(notebook):
    """Run the cell that asks for the case and all below it."""
    notebook.page.locator(".kit-busy").first.wait_for(state="detached")
    notebook.page.locator(".jp-InputArea", has_text="case = desk.case").first.click()
    notebook.menu("Run", "Run Selected Cell and All Below")
    notebook.page.wait_for_timeout(500)
    notebook.page.wait_for_function(
        "() => ![...document.querySelectorAll('.jp-InputArea-prompt')]"
        ".some(one => one.textContent.includes('*'))"
    )


def test_what_a_lever_does_not_redraw_is_marked_until_it_is_run(opened):
    notebook = opened(TARGET)
    run_below(notebook)
    made, marked = stale(notebook)
    assert made > 8 and marked == 0
    before = notebook.page.locator(".kit-locks").text_content()
    notebook.slide("stretch", 4)
    notebook.page.wait_for_function(
        "before => document.querySelector('.kit-locks').textContent !== before", arg=before
    )
    assert stale(notebook) == [made, made]
    run_below(notebook)
    assert stale(notebook) == [made, 0] and notebook.wrong() == []


def test_an_impossible_lock_is_one_line_and_the_rest_is_not_run(opened):
    notebook = opened(TARGET)
    field = notebook.page.locator(".kit-locks input").first
    field.fill("900亿")
    field.press("Enter")
    told = notebook.page.locator(".kit-locks .kit-missing")
    told.wait_for()
    assert "90,000,000,000" in told.text_content() and field.input_value() == "90,000,000,000"
    run_below(notebook)
    line = notebook.page.locator(".kit-failed")
    line.wait_for()
    assert line.count() == 1 and "too much" in line.text_content()
    assert "\n" not in line.text_content().strip() and notebook.wrong() == []
    assert "*" not in "".join(notebook.prompts())
    assert notebook.prompts()[-1].strip() in ("[ ]:", "[\N{NO-BREAK SPACE}]:")
    field.fill("")
    field.press("Enter")
    told.wait_for(state="detached")
    run_below(notebook)
    assert notebook.page.locator(".kit-failed").count() == 0
    assert stale(notebook)[1] == 0 and "[ ]" not in notebook.prompts()[-1]


@EVERY
def test_nothing_is_wrong_in_the_end(opened, name):
    notebook = opened(name)
    assert notebook.wrong() == [] and notebook.said == [] and notebook.elsewhere == []
    assert notebook.page.get_by_text("Traceback").count() == 0
