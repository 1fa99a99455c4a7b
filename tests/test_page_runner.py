"""The runner of pages finds what is not as a page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.page_runner import blocks, commands, run_page

TRUE = """# A page

```python
first = 20
with open("note.txt", "w") as file:
    file.write("one\\ntwo\\n")
```

```python
>>> first + 1
21

```

```console
$ cat note.txt
one
two
$ printf 'a  b\\nsomething\\nz\\n'
a b
...
z
$ cat <<END
> in
> here
> END
in
here
$ true
$ (echo 'Error: no such thing' >&2; exit 2)
Error: no such thing
```

```sh
this is not run
```
"""


def run(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    page = folder / "page.md"
    page.write_text(text, "utf-8")
    monkeypatch.chdir(folder)
    return run_page(page, folder)


def test_a_true_page_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(TRUE, tmp_path, monkeypatch) == []


@pytest.mark.parametrize(
    ("said", "instead", "complaint"),
    [
        ("\n21\n", "\n22\n", "22"),
        ("one\ntwo\n$", "one\nthree\n$", "three"),
        ("one\ntwo\n$", "one\n$", "prints"),
        ("$ true", "$ false", "ended with 1"),
        ("exit 2", "exit 0", "ended with 0"),
        ("exit 2", "exit 1", "ended with 1"),
        ("Error: no such thing\n```", "```", "ended with 2"),
        ("first + 1", "second + 1", "NameError"),
    ],
)
def test_a_false_page_fails(
    said: str, instead: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said in TRUE
    failures = run(TRUE.replace(said, instead), tmp_path, monkeypatch)
    assert complaint in "".join(failures)


def test_plain_code_that_breaks_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ZeroDivisionError):
        run("```python\n1 / 0\n```\n", tmp_path, monkeypatch)


def test_blocks_know_their_lines() -> None:
    found = blocks(TRUE)
    assert [block.language for block in found] == ["python", "python", "console", "sh"]
    lines = TRUE.splitlines()
    assert all(lines[block.line - 1] == block.text.splitlines()[0] for block in found)


def test_a_console_block_begins_with_a_command() -> None:
    with pytest.raises(AssertionError, match="begins with a command"):
        commands("nothing was typed\n")
