"""`scanner auth`: signing in over real HTTP, by browser, by pasting and by password, with no secret to be seen."""

from __future__ import annotations

import base64
import json
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from emulator.server import start
from scanner.cli.commands import app
from scanner.cloud.token_store import TokenStore, decoded
from tests.clamd import free_port
from tests.cloud.signing import MONTH, PASSWORD, SECRET, SignIn, consent

GOLDEN = Path(__file__).parents[1] / "golden" / "auth"
URL = re.compile(r"^http://\S+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def there(tmp_path: Path) -> Iterator[SignIn]:
    """A domain with a key, and settings that sign in to it."""
    emulator = start(qps=1_000, daily=1_000)
    found = SignIn(emulator, tmp_path)
    try:
        found.key(scopes=["Egnyte.filesystem", "Egnyte.link", "Egnyte.user", "Egnyte.permission"])
        found.control("POST", "users", json={"username": "anna", "user_type": "admin", "password": PASSWORD})
        found.control("POST", "users", json={"username": "bert", "user_type": "power", "password": PASSWORD})
        (tmp_path / "password").write_text(PASSWORD + "\n")
        write(found)
        yield found
    finally:
        emulator.stop()


def write(there: SignIn, **change: object) -> None:
    files = {"client_id_file": "id", "client_secret_file": "secret", "token_store": "store.json"}
    oauth = {key: str(there.folder / name) for key, name in files.items()}
    domain = {"name": "acme", "base_url": there.emulator.base_url, "oauth": oauth} | change
    kept = {key: value for key, value in domain.items() if value is not None}
    (there.folder / "scanner.yaml").write_text(yaml.safe_dump({"domains": [kept]}))


def command(there: SignIn, *words: str) -> list[str]:
    return [sys.executable, "-m", "scanner", "auth", *words, "--config", str(there.folder / "scanner.yaml")]


def auth(there: SignIn, *words: str, typed: str = "") -> Done:
    """In this process."""
    config = ["--config", str(there.folder / "scanner.yaml")]
    result = CliRunner().invoke(app, ["auth", *words, *config], input=typed, catch_exceptions=False)
    return Done(result.exit_code, result.stdout, result.stderr)


def by_password(there: SignIn, *words: str, user: str = "anna") -> Done:
    done = auth(there, "login", "--user", user, "--password-file", str(there.folder / "password"), *words)
    assert done.code == 0, done.err
    return done


def stored(there: SignIn, name: str = "store.json") -> TokenStore:
    return TokenStore(there.folder / name)


def settled(there: SignIn, text: str) -> str:
    """Without what differs from run to run."""
    plain = text.replace(str(there.folder), "FOLDER").replace(there.emulator.base_url, "https://acme")
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\dZ", "MOMENT", plain)


def golden(name: str, there: SignIn, done: Done) -> None:
    said = f"exit {done.code}\n--- standard output\n{done.out}--- standard error\n{done.err}"
    assert settled(there, said) == (GOLDEN / f"{name}.txt").read_text()


def signed_in_by_browser(there: SignIn, *words: str) -> tuple[int, str, str]:
    """The command waits, a person consents, the browser comes back."""
    with Popen(command(there, "login", "--port", str(free_port()), *words), stdout=PIPE, stderr=PIPE, text=True) as run:
        assert run.stderr is not None
        said = ""
        while not (found := URL.search(said)):
            line = run.stderr.readline()
            assert line, said
            said += line
        assert httpx.get(consent(found[0])).status_code == 200
        out, more = run.communicate(timeout=60)
    return run.returncode, out, said + more


def test_a_person_consents_in_a_browser_and_the_tokens_are_stored_for_the_owner_alone(there: SignIn) -> None:
    there.switch(token_expires_in=MONTH, pkce="demand")
    code, out, said = signed_in_by_browser(there, "--page", "authorize")

    found = stored(there)
    assert (code, settled(there, out)) == (
        0,
        "Signed in to acme as anna; the tokens are in FOLDER/store.json\n"
        "It ends at MOMENT; the service renews it before.\n",
    )
    assert there.works(found.read().access_token)
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
    secrets = (SECRET, PASSWORD, found.read().access_token, found.read().refresh_token or "")
    assert [one for one in secrets if one in out + said] == []


def test_where_the_browser_is_elsewhere_the_address_is_pasted(there: SignIn) -> None:
    with Popen(
        command(there, "login", "--redirect-uri", "https://scanner.example.org/signed-in", "--json"),
        stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True,
    ) as run:  # fmt: skip
        assert run.stderr is not None
        said = ""
        while not (found := URL.search(said)):
            said += run.stderr.readline()
        back = consent(found[0])
        assert back.startswith("https://scanner.example.org/signed-in?code=")
        out, _ = run.communicate(back + "\n", timeout=60)

    assert (run.returncode, json.loads(out)) == (
        0,
        {"domain": "acme", "username": "anna", "store": str(stored(there).path), "expires_at": None, "renewed": False},
    )


@pytest.mark.parametrize(
    ("name", "pasted"),
    [
        ("pasted-other-state", "https://scanner.example.org/?code=c0de&state=0ther"),
        ("pasted-nothing", "what?"),
    ],
)
def test_an_address_that_is_not_the_answer_is_refused(there: SignIn, name: str, pasted: str) -> None:
    done = auth(there, "login", "--paste", typed=pasted + "\n")
    golden(name, there, Done(done.code, done.out, URL.sub("URL", done.err)))
    assert there.asked() == []


def test_a_password_is_enough_for_an_internal_key(there: SignIn) -> None:
    golden("login-by-password", there, by_password(there))
    assert there.works(stored(there).read().access_token)


@pytest.mark.parametrize(
    ("name", "prepare"),
    [
        ("wrong-password", lambda there: (there.folder / "password").write_text("n0t-th1s\n")),
        ("wrong-secret", lambda there: (there.folder / "secret").write_text("n0t-th1s\n")),
        ("throttled", lambda there: there.control("POST", "oauth", json={"password_limit": 0})),
        ("public-key", lambda there: there.key(internal=False)),
        ("no-password", lambda there: (there.folder / "password").write_text("")),
        ("token-file", lambda there: write(there, oauth=None, token_file=str(there.folder / "id"))),
        ("missing-secret", lambda there: (there.folder / "secret").unlink()),
    ],
)
def test_what_keeps_one_from_signing_in_is_said_without_a_secret(there: SignIn, name: str, prepare: object) -> None:
    prepare(there)  # type: ignore[operator]
    if name == "throttled":
        there.control("POST", "faults", json={"route": "/puboauth", "status": 409, "headers": {"Retry-After": "600"}})
    done = auth(there, "login", "--user", "anna", "--password-file", str(there.folder / "password"))
    golden(name, there, done)
    assert not stored(there).path.exists()
    assert [one for one in (SECRET, PASSWORD, "n0t-th1s") if one in done.out + done.err] == []


def test_a_manifest_of_a_secret_is_printed_and_nothing_stored(there: SignIn) -> None:
    there.switch(token_expires_in=MONTH)
    done = by_password(there, "--kubernetes-secret", "acme-token")

    manifest = yaml.safe_load(done.out)
    data = {key: base64.b64decode(value) for key, value in manifest.pop("data").items()}
    assert manifest == {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "acme-token"}, "type": "Opaque"}
    assert there.works(data["token"].decode())
    begun = decoded(data["store"])
    assert begun is not None
    assert begun.access_token == data["token"].decode()
    assert done.err == "This is the token of anna at acme. Whoever reads it can use it.\n"
    assert not stored(there).path.exists()


def test_the_tokens_of_another_sign_in_are_taken_unless_the_store_holds_newer_ones(there: SignIn) -> None:
    there.switch(token_expires_in=MONTH)
    first, second = there.folder / "first.json", there.folder / "second.json"
    for path in (first, second):
        by_password(there, "--store", str(path))
    calls = len(there.asked())

    taken = [json.loads(auth(there, "import", str(path), "--json").out) for path in (first, second, first, second)]

    store = str(stored(there).path)
    assert taken == [
        {"domain": "acme", "store": store, "imported": imported} for imported in (True, True, False, False)
    ]
    assert stored(there).read() == TokenStore(second).read()
    assert stat.S_IMODE(stored(there).path.stat().st_mode) == 0o600
    assert len(there.asked()) == calls
    golden("imported", there, auth(there, "import", str(first)))


@pytest.mark.parametrize(("name", "written"), [("import-nothing", None), ("import-no-store", "bare-token")])
def test_what_holds_no_tokens_is_not_imported(there: SignIn, name: str, written: str | None) -> None:
    if written is not None:
        (there.folder / "given").write_text(written)
    golden(name, there, auth(there, "import", str(there.folder / "given")))
    assert not stored(there).path.exists()


def test_the_status_shows_whose_each_token_is_and_no_secret(there: SignIn) -> None:
    there.switch(token_expires_in=MONTH)
    by_password(there)
    by_password(there, "--store", str(there.folder / "further.json"), user="bert")
    write(there, download_token_files=[str(there.folder / "further.json")])

    done = auth(there, "status")

    golden("status", there, done)
    found = [stored(there, name).read() for name in ("store.json", "further.json")]
    secrets = [SECRET, PASSWORD, *(one.access_token for one in found), *(one.refresh_token or "" for one in found)]
    assert [one for one in secrets if one in done.out + done.err] == []


@pytest.mark.parametrize("name", ["status-nobody", "status-refused", "status-away", "status-file"])
def test_the_status_says_what_is_wrong(there: SignIn, name: str) -> None:
    if name != "status-nobody":
        by_password(there)
    if name == "status-refused":
        there.control("DELETE", f"tokens/{stored(there).read().access_token}")
    if name == "status-away":
        there.control("POST", "faults", json={"route": "/userinfo", "status": 503})
    if name == "status-file":
        (there.folder / "bare").write_text(stored(there).read().access_token)
        write(there, oauth=None, token_file=str(there.folder / "bare"))
    golden(name, there, auth(there, "status"))


def test_the_status_as_json_is_one_object_for_each_token(there: SignIn) -> None:
    by_password(there)
    found = json.loads(auth(there, "status", "--json").out)
    assert (found["domain"], found["token"], found["username"], found["calls_a_day"]) == ("acme", 1, "anna", 1_000)
    assert "Egnyte.filesystem" in found["scopes"]


def test_revoking_ends_the_tokens_and_removes_their_store(there: SignIn) -> None:
    by_password(there)
    token = stored(there).read().access_token
    golden("revoked", there, auth(there, "revoke", "--domain", "acme"))
    assert (there.works(token), stored(there).path.exists()) == (False, False)


def test_a_token_that_cannot_be_revoked_stays_stored(there: SignIn) -> None:
    by_password(there)
    (there.folder / "secret").write_text("n0t-th1s")
    golden("not-revoked", there, auth(there, "revoke", "--domain", "acme"))
    assert there.works(stored(there).read().access_token)


def test_a_token_from_a_file_is_revoked_at_egnyte(there: SignIn) -> None:
    write(there, oauth=None, token_file=str(there.folder / "id"))
    golden("revoke-by-hand", there, auth(there, "revoke", "--domain", "acme"))


@pytest.mark.parametrize(
    "words",
    [
        ("login", "--page", "other"),
        ("login", "--kubernetes-secret", "Not_A_Name"),
        ("login", "--password-file", "password"),
        ("login", "--domain", "nobody"),
        ("status", "--domain", "nobody"),
        ("revoke",),
        ("import",),
        ("import", "given", "--domain", "nobody"),
        ("login", "--password", PASSWORD),
        ("login", "--client-secret", SECRET),
        ("login", "--user", "anna"),
    ],
)
def test_what_means_nothing_is_exit_2_and_no_secret_can_be_an_option(there: SignIn, words: tuple[str, ...]) -> None:
    assert auth(there, *words).code == 2
    assert there.asked() == []
