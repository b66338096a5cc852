"""Where the operations port is, whatever else may be wrong with the settings."""

from pathlib import Path

import pytest

from scanner.errors import ConfigurationError
from scanner.settings.listening import load_listen


def of(tmp_path: Path, text: str, **environ: str) -> str:
    path = tmp_path / "scanner.yaml"
    path.write_text(text)
    return load_listen(path, environ)


@pytest.mark.parametrize(
    ("text", "environ", "listen"),
    [
        ("", {}, "127.0.0.1:9464"),
        ("http: {listen: '0.0.0.0:9000'}", {}, "0.0.0.0:9000"),
        ("http: {listen: '0.0.0.0:9000'}", {"SCANNER__HTTP__LISTEN": "localhost:9001"}, "localhost:9001"),
        ("", {"SCANNER__HTTP": "{listen: '127.0.0.1:9002'}"}, "127.0.0.1:9002"),
        ("", {"SCANNER__HTTPS__LISTEN": "x", "HTTP": "y"}, "127.0.0.1:9464"),
        ("domains: [{name: A B}]\nevents: nonsense\nhttp: {listen: 'localhost:1'}", {}, "localhost:1"),
        ("domains: []", {"SCANNER__DOMAINS__7__NAME": "x"}, "127.0.0.1:9464"),
    ],
)
def test_the_section_alone_is_read(tmp_path: Path, text: str, environ: dict[str, str], listen: str) -> None:
    assert of(tmp_path, text, **environ) == listen


@pytest.mark.parametrize(
    ("text", "environ", "problem"),
    [
        ("http: {listen: nowhere}", {}, "scanner.yaml:1: http.listen: must be host:port"),
        ("\nhttp: {lisen: 'a:1'}", {}, "scanner.yaml:2: http.lisen: unknown key"),
        ("http: 7", {}, "scanner.yaml:1: http: must be a mapping of keys"),
        ("", {"SCANNER__HTTP__LISTEN": "x"}, "environment variable SCANNER__HTTP__LISTEN: http.listen: must be"),
        ("http: []", {"SCANNER__HTTP__LISTEN": "a:1"}, "the settings file has no item listen there"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path: Path, text: str, environ: dict[str, str], problem: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        of(tmp_path, text, **environ)
    assert problem in str(raised.value).replace(f"{tmp_path}/", "")


def test_a_file_that_is_not_there_is_a_problem_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_listen(tmp_path / "none.yaml", {})
