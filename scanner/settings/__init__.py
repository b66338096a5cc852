"""All configuration: one YAML file, environment over it, each value with its meaning, unit and reason.

A station is handed its own section, never the whole. Secrets are never values here, only the files that hold them.
"""

from scanner.settings.cache import CacheSettings
from scanner.settings.domain import DomainSettings
from scanner.settings.ledger import LedgerSettings
from scanner.settings.load import (
    Loaded,
    LocalSettings,
    Settings,
    load_local_settings,
    load_settings,
    load_with_origins,
)
from scanner.settings.log import LogSettings
from scanner.settings.notify import ReceiverSettings
from scanner.settings.oauth import OAuthSettings
from scanner.settings.policy import PolicySettings
from scanner.settings.probe import ProbeSettings
from scanner.settings.reconcile import ReconcileSettings
from scanner.settings.remediation import QuarantineSettings, RemediationSettings
from scanner.settings.rules import RuleSettings
from scanner.settings.sections import (
    ClamavSettings,
    EventSettings,
    HttpSettings,
    SpoolSettings,
    SuppressionSettings,
    UnpackSettings,
    WorkerSettings,
    YaraSettings,
)
from scanner.settings.statements import StatementSettings
from scanner.settings.webhooks import WebhookSettings

__all__ = [
    "CacheSettings",
    "ClamavSettings",
    "DomainSettings",
    "EventSettings",
    "HttpSettings",
    "LedgerSettings",
    "Loaded",
    "LocalSettings",
    "LogSettings",
    "OAuthSettings",
    "PolicySettings",
    "ProbeSettings",
    "QuarantineSettings",
    "ReceiverSettings",
    "ReconcileSettings",
    "RemediationSettings",
    "RuleSettings",
    "Settings",
    "SpoolSettings",
    "StatementSettings",
    "SuppressionSettings",
    "UnpackSettings",
    "WebhookSettings",
    "WorkerSettings",
    "YaraSettings",
    "load_local_settings",
    "load_settings",
    "load_with_origins",
]
