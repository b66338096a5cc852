"""Does Egnyte tell us when something happens? Where it does not the feed is polled, so nothing here is a failure but
settings that keep the service from starting."""

from __future__ import annotations

from datetime import datetime

from scanner.cloud.port import Cloud
from scanner.errors import CloudRefused, ConfigurationError
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.webhooks.registration import own_webhooks, repair
from scanner.service.webhooks.webhooks import subscription
from scanner.settings import DomainSettings, WebhookSettings


async def check_webhook(cloud: Cloud, settings: WebhookSettings, domain: DomainSettings, now: datetime) -> Diagnosis:
    """Raises RetryLater. Whether deliveries arrive is for the metrics to say."""
    subject = f"{domain.name}: webhook"
    try:
        wanted = subscription(settings, domain)
    except ConfigurationError as error:
        problem = error.problems[0]
        return Diagnosis(Level.FAIL, subject, f"{problem.where}: {problem.what}", problem.remedy)
    try:
        keep = repair(await own_webhooks(cloud, wanted.url), now).keep
    except CloudRefused as error:
        remedy = "Add the scope Egnyte.webhooks and use an admin account, or take webhooks out of the settings."
        return Diagnosis(Level.WARN, subject, f"cannot be looked at, so the feed is only polled: {error}", remedy)
    if keep is None:
        finding = f"none is registered for {wanted.url}"
        return Diagnosis(Level.WARN, subject, finding, "The service registers it when it starts, and every six hours.")
    if not keep.enabled:
        remedy = f"Egnyte got no 200 from {wanted.url} for long; the service enables it again every six hours."
        return Diagnosis(Level.WARN, subject, "was disabled", remedy)
    return Diagnosis(Level.OK, subject, f"registered for {wanted.url}")
