"""What is written for people holds: settings, reason codes, links, pictures."""

import re
from collections import Counter
from pathlib import Path

import pytest

from posbridge_dagster.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
VARIABLES = {str(field.validation_alias): field for field in Settings.model_fields.values()}
PICTURE_BYTES = 300 * 1024


def readme_settings() -> dict[str, str]:
    """Return variable and default of each row of the settings table."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert max(Counter(name for name, _ in rows).values()) == 1
    return dict(rows)


def example_settings() -> dict[str, str]:
    """Return variable and value of each line of the example."""
    rows = re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert max(Counter(name for name, _ in rows).values()) == 1
    return dict(rows)


def test_the_readme_has_every_setting_and_no_other() -> None:
    assert list(readme_settings()) == list(VARIABLES)


def test_the_example_has_every_setting_and_no_other() -> None:
    assert list(example_settings()) == list(VARIABLES)


@pytest.mark.parametrize("name", [name for name, told in readme_settings().items() if told.startswith("`")])
def test_the_readme_says_the_default_that_holds(name: str) -> None:
    field = next(field for field, info in Settings.model_fields.items() if info.validation_alias == name)
    told = Settings.model_validate({name: readme_settings()[name].strip("`")})
    assert getattr(told, field) == VARIABLES[name].get_default()


def test_an_example_that_was_only_copied_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)
    copied = Settings()
    assert copied.model_fields_set == set()


def test_every_reason_code_that_people_read_of_is_one_that_the_code_gives() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    table = re.findall(r"^\| (`.*?) \| (?:skipped|created|quarantined|failed)", text, re.MULTILINE)
    codes = {code for row in table for code in re.findall(r"`([a-z_0-9]+)`", row)}
    assert len(codes) > 30
    modules = [path.read_text("utf-8") for path in (ROOT / "posbridge_dagster").rglob("*.py") if "sandbox" not in path.parts]
    unknown = {code for code in codes if not any(f'"{code}"' in text for text in modules)}
    assert unknown == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    dead = []
    for target in targets:
        if target.startswith(("http://", "https://")):
            continue
        path, _, heading = target.partition("#")
        there = (page.parent / path) if path else page
        if not there.exists() or (heading and heading not in headings(there)):
            dead.append(target)
    assert dead == []


def headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "images").glob("*.png"))
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > PICTURE_BYTES] == []
