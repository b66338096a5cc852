"""Tokens of services that give them a mark of their own. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import partial

from scanner.rulebook.detectors.checksums import base62_crc32
from scanner.rulebook.detectors.cloud_keys import varied
from scanner.rulebook.detectors.detector import Detector
from scanner.rulebook.detectors.masking import key
from scanner.rulebook.pattern import compiled

_PYPI_LOCATIONS = (b"\x02\x01\x08pypi.org", b"\x02\x01\x0dtest.pypi.org")


def _token(
    name: str,
    title: str,
    shape: str,
    *public: str,
    source: str,
    check: Callable[[bytes], bool] = varied,
    word: bytes = b"",
) -> Detector:
    """`shape` is the whole token's; `check` says whether a token of that shape is a real one."""
    return Detector(
        name=name,
        title=title,
        regex=rf"(?:^|[^0-9A-Za-z_-]|\\[nrt])({shape})(?:[^0-9A-Za-z_-]|$)",
        valid=lambda candidate: compiled(shape, False).fullmatch(candidate) is not None and check(candidate),
        mask=key(*public),
        source=source,
        word=word,
    )


def _checksum(candidate: bytes) -> bool:
    """GitHub's and npm's last six characters are the checksum of the thirty before them."""
    body = candidate.decode("ascii").rpartition("_")[2]
    return base62_crc32(body[:-6]) == body[-6:]


def _github(candidate: bytes) -> bool:
    # How the checksum of the fine-grained ones is made has not been published.
    return varied(candidate[11:]) if candidate.startswith(b"github_pat_") else _checksum(candidate)


def _varied_after(separator: bytes, candidate: bytes) -> bool:
    return varied(candidate.rpartition(separator)[2])


def _jwt(candidate: bytes) -> bool:
    header, payload, signature = candidate.split(b".")
    return isinstance(_object(header).get("alg"), str) and _object(payload) != {} and varied(signature)


def _object(part: bytes) -> dict[str, object]:
    """Empty where the part holds none."""
    try:
        value = json.loads(_decoded(part))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _decoded(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def _pypi(candidate: bytes) -> bool:
    macaroon = candidate.removeprefix(b"pypi-")
    return _decoded(macaroon[: len(macaroon) // 4 * 4]).startswith(_PYPI_LOCATIONS)


_SLACK = (
    "xoxb-[0-9]{9,14}-[0-9]{9,14}-[0-9A-Za-z]{24}",
    "xox[pa]-[0-9]{9,14}-[0-9]{9,14}-[0-9]{9,14}-[0-9a-f]{32}",
    "xapp-1-A[0-9A-Z]{8,12}-[0-9]{9,14}-[0-9a-f]{64}",
)

TOKENS = (
    _token(
        "github-token",
        "Token of GitHub (ghp_, gho_, ghu_, ghs_ with their checksum, github_pat_)",
        "gh[pous]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "github_pat_",
        source="GitHub, Behind GitHub's new authentication token formats",
        check=_github,
    ),
    _token(
        "gitlab-token",
        "Token of GitLab (personal, deploy, runner, trigger, service account)",
        r"gl(?:pat|dt|rt|soat)-[0-9A-Za-z_-]{20}|glptt-[0-9a-f]{40}|glpat-[0-9A-Za-z_-]{27,300}\.[0-9a-z]{2}\.[0-9a-z]{7}",
        "glpat-",
        "gldt-",
        "glrt-",
        "glsoat-",
        "glptt-",
        source="GitLab, Token overview, token prefixes",
        check=lambda candidate: varied(candidate.partition(b"-")[2]),
    ),
    _token(
        "slack-token",
        "Token of a Slack bot, user or app",
        "|".join(_SLACK),
        "xoxb-",
        "xoxp-",
        "xoxa-",
        "xapp-",
        source="Slack, Token types",
        check=partial(_varied_after, b"-"),
    ),
    _token(
        "slack-webhook",
        "Address that posts into a Slack channel",
        r"https://hooks\.slack\.com/services/T[0-9A-Z]{8,12}/B[0-9A-Z]{8,12}/[0-9A-Za-z]{24}",
        "https://hooks.slack.com/services/",
        source="Slack, Sending messages using incoming webhooks",
        check=partial(_varied_after, b"/"),
    ),
    _token(
        "stripe-key",
        "Secret or restricted key of Stripe for real money; test keys do not count",
        "[sr]k_live_[0-9A-Za-z]{24,247}",
        "sk_live_",
        "rk_live_",
        source="Stripe, API keys",
        check=lambda candidate: varied(candidate[8:]),
    ),
    _token(
        "jwt",
        "Signed JSON web token",
        r"eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{4,}\.[0-9A-Za-z_-]{16,}",
        source="RFC 7519, RFC 7515",
        check=_jwt,
    ),
    _token(
        "openai-key",
        "Key of OpenAI's API",
        "sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}"
        "|sk-(?:proj|svcacct|admin)-[0-9A-Za-z_-]{20,80}T3BlbkFJ[0-9A-Za-z_-]{20,80}",
        "sk-",
        "sk-proj-",
        "sk-svcacct-",
        "sk-admin-",
        source="OpenAI, API reference, Authentication",
    ),
    _token(
        "anthropic-key",
        "Key of Anthropic's API",
        "sk-ant-(?:api|admin)[0-9]{2}-[0-9A-Za-z_-]{93}AA",
        "sk-ant-",
        source="Anthropic, API overview, Authentication",
        check=lambda candidate: varied(candidate[13:-2]),
    ),
    _token(
        "npm-token",
        "Token of npm, with its checksum",
        "npm_[0-9A-Za-z]{36}",
        "npm_",
        source="GitHub, Announcing npm's new access token format",
        check=_checksum,
    ),
    _token(
        "pypi-token",
        "Token of PyPI or its test site",
        "pypi-AgE[0-9A-Za-z_-]{60,1000}",
        "pypi-",
        source="PyPI, Help, API tokens; pypitoken: macaroon v2",
        check=_pypi,
        word=b"pypi-AgE",
    ),
    _token(
        "sendgrid-key",
        "Key of SendGrid's API",
        r"SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}",
        "SG.",
        source="Twilio SendGrid, API keys",
        check=partial(_varied_after, b"."),
    ),
)
