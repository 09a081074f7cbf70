import io

from rich.console import Console

from captured_exchanges.demo.progress import Progress


def run(console):
    progress = Progress(console)
    progress.doing("counting")
    progress.doing("counting: 2 of 3")
    progress.done("counted", "3 of 3 [of them]")
    progress.stop()
    return console.file.getvalue()


def test_a_pipe_sees_finished_steps_only():
    """Where stderr is no terminal, a finished step is one plain line and nothing else is written."""
    assert run(Console(file=io.StringIO(), markup=False)) == "counted   3 of 3 [of them]\n"


def test_a_terminal_sees_what_is_going_on_and_is_left_clean():
    """On a terminal the step shows while it lasts, and its line alone is what stays; the cursor is back."""
    written = run(Console(file=io.StringIO(), force_terminal=True, markup=False, width=80))
    assert "counting" in written
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")
    assert "3 of 3 [of them]" in written.splitlines()[-1]
