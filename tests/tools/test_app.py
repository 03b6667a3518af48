"""How `make app` serves the pages: to whom, with which settings, and what of a notebook."""

from __future__ import annotations

import nbformat
import pytest

from app import serve
from tools import NOTEBOOKS, PAGES


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[serve.Config]:
    """Settings of the servers that would have been started; none is."""
    found: list[serve.Config] = []
    monkeypatch.setattr(serve.App, "launch_instance", lambda argv, config: found.append(config))
    monkeypatch.setenv("JUPYTER_PATH", "")
    return found


def test_without_options_only_this_machine_and_a_random_token(
    started: list[serve.Config], capsys: pytest.CaptureFixture[str]
) -> None:
    """Two starts have two tokens, long enough not to be guessed, in the printed address."""
    serve.main(["--no-browser"])
    serve.main(["--no-browser"])
    tokens = [config.Voila.token for config in started]
    assert len(set(tokens)) == 2
    printed = capsys.readouterr().out
    for token in tokens:
        assert len(token) >= 32
        assert token in printed
    assert {config.Voila.ip for config in started} == {"127.0.0.1"}


def test_other_machines_need_a_flag_which_says_what_it_means(
    started: list[serve.Config], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the flag nothing starts; with it the consequences are printed."""
    for ip in ("0.0.0.0", "", "192.168.1.5", "::"):
        with pytest.raises(SystemExit):
            serve.main(["--no-browser", "--ip", ip])
        assert "--allow-others" in capsys.readouterr().err
    assert not started
    serve.main(["--no-browser", "--ip", "0.0.0.0", "--allow-others"])
    said = capsys.readouterr().err
    for words in ("everybody who has the token", "plain HTTP", "what a visitor enters"):
        assert words in said
    assert started[0].Voila.token


def test_kernels_are_made_ready_and_stopped_when_idle() -> None:
    """A kernel of each page by default; ten minutes without a page end one."""
    ready = serve.configuration(serve.arguments([]))
    assert ready.VoilaConfiguration.preheat_kernel is True
    assert (
        ready.MappingKernelManager.cull_idle_timeout,
        ready.VoilaConfiguration.show_tracebacks,
    ) == (600, False)
    spare = serve.configuration(serve.arguments(["--no-preheat"]))
    assert spare.VoilaConfiguration.preheat_kernel is False


def test_every_page_has_a_card_with_its_question() -> None:
    """Title and question of the first cell; each question is asked as one."""
    cards = serve.cards(NOTEBOOKS)
    assert [card["file"] for card in cards] == [path.name for path in PAGES]
    assert all(card["title"] and card["question"].endswith("?") for card in cards)


@pytest.mark.parametrize("name", [path.name for path in PAGES])
def test_a_page_shows_nothing_that_is_for_code_or_reviewers(name: str) -> None:
    """No digest, and no advice on running cells."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    page, _ = serve.Page().preprocess(notebook, {})
    text = "\n".join(cell.source for cell in page.cells)
    assert "compare.load()" in text
    for words in ("digest(", "Reviewer's check", "Run All Cells", "## In code"):
        assert words not in text
