"""Traces are asked for by OpenTelemetry's own variables; what cannot be meant stops the start with a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scanner.errors import ConfigurationError
from scanner.service.traces.asked import SHARE, share_asked_for, tracer_from
from tests.cli.commands import ONCE
from tests.journeys.world import RULES

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("environ", "share"),
    [
        ({}, None),
        ({"OTEL_SERVICE_NAME": "scanner", "OTEL_TRACES_SAMPLER": "always_on"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, None),
        (ENDPOINT, SHARE),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://collector.example/v1/traces"}, SHARE),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "True"}, None),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "no"}, SHARE),
        (ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"}, None),
        (ENDPOINT | {"OTEL_TRACES_SAMPLER": "always_on"}, 1.0),
        (ENDPOINT | {"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, None),
        (ENDPOINT | {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}, 1.0),
        (ENDPOINT | {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"}, 0.25),
        (ENDPOINT | {"OTEL_TRACES_SAMPLER_ARG": "0"}, 0.0),
    ],
)
def test_what_is_set_says_whether_and_how_many(environ: dict[str, str], share: float | None) -> None:
    assert share_asked_for(environ) == share


def test_all_that_is_wrong_is_said_at_once_and_no_value_is_repeated() -> None:
    wrong = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318?key=m4wq8zzv0invented",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_TRACES_EXPORTER": "console",
        "OTEL_TRACES_SAMPLER_ARG": "nan",
    }
    with pytest.raises(ConfigurationError) as raised:
        share_asked_for(wrong)

    assert {problem.where for problem in raised.value.problems} == set(wrong)
    assert "invented" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_TRACES_SAMPLER", "jaeger_remote"), ("OTEL_TRACES_SAMPLER_ARG", "5%"), ("OTEL_TRACES_SAMPLER_ARG", "5")],
)
def test_a_share_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        share_asked_for(ENDPOINT | {name: value})


async def test_what_the_library_refuses_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "1")

    with pytest.raises(ConfigurationError, match="max_export_batch_size"):
        async with tracer_from(ENDPOINT):
            pass


def test_where_the_library_is_not_installed_the_command_says_so_and_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("k8Vw2nQz6RtY4mXc9LpD")
    (tmp_path / "scanner.yaml").write_text(
        "domains:\n  - {name: acme, base_url: 'http://127.0.0.1:9', token_file: " + str(tmp_path / "token") + "}\n"
        f"ledger: {{url: 'sqlite:///{tmp_path}/ledger.db'}}\nrules: {{paths: ['{RULES}/disguise']}}\n"
    )
    program = "import sys; sys.modules['opentelemetry'] = None\nfrom scanner.cli import main\nmain()"
    command = [sys.executable, "-c", program, *ONCE, "--config", str(tmp_path / "scanner.yaml")]
    ended = subprocess.run(command, capture_output=True, text=True, env=ENDPOINT, timeout=60, check=False)

    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.splitlines() == [
        "OTEL_EXPORTER_OTLP_ENDPOINT: traces are asked for, and what sends them is not installed",
        "    pip install 'scanner[traces]', or set OTEL_SDK_DISABLED=true",
    ]
