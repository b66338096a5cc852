"""Detectors of personal and secret data in text: the closed list that rules choose from, in the reference's order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scanner.rulebook.detectors.accounts import IBAN
from scanner.rulebook.detectors.cards import PAYMENT_CARD
from scanner.rulebook.detectors.cloud_keys import AWS_ACCESS_KEY, AWS_SECRET_KEY, AZURE_STORAGE_KEY, GOOGLE_API_KEY
from scanner.rulebook.detectors.detector import Detector, Occurrence, occurrences
from scanner.rulebook.detectors.persons import PERSONS
from scanner.rulebook.detectors.private_keys import GCP_SERVICE_ACCOUNT, PRIVATE_KEY
from scanner.rulebook.detectors.tokens import TOKENS

__all__ = ["DETECTORS", "Detector", "Occurrence", "occurrences"]

_ALL = (
    PAYMENT_CARD,
    IBAN,
    *PERSONS,
    PRIVATE_KEY,
    AWS_ACCESS_KEY,
    AWS_SECRET_KEY,
    GCP_SERVICE_ACCOUNT,
    GOOGLE_API_KEY,
    AZURE_STORAGE_KEY,
    *TOKENS,
)
DETECTORS: Mapping[str, Detector] = MappingProxyType({detector.name: detector for detector in _ALL})
