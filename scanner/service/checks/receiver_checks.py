"""Would notices reach their receivers from here? Each is connected to as for handing one over, and is handed none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from scanner.errors import ConfigurationError
from scanner.notify.receiver import NotTaken, NotTrusted
from scanner.service.checks.diagnosis import Diagnosis, Level
from scanner.service.notifying import receiver_of
from scanner.settings import ReceiverSettings

TRUSTED_BY_CERTIFICATE = ("https", "syslog+tls")


async def check_receivers(receivers: Sequence[ReceiverSettings]) -> AsyncIterator[Diagnosis]:
    """A line for each, which names its host and neither secret nor the rest of its URL."""
    for one in receivers:
        yield await _checked(one)


async def _checked(settings: ReceiverSettings) -> Diagnosis:
    subject, place = f"deploy: {settings.name}", settings.parts.netloc
    try:
        receiver = receiver_of(settings)
    except ConfigurationError as error:
        problem = error.problems[0]
        return Diagnosis(Level.FAIL, subject, problem.what, problem.remedy)
    try:
        answers = await receiver.contact()
    except NotTrusted as error:
        remedy = "Name the CA that vouches for it in ca_file, and the host as its certificate does."
        return Diagnosis(Level.FAIL, subject, f"{place}: {error}", remedy)
    except NotTaken as error:
        remedy = "Open the way there (firewall, NetworkPolicy), or mend its URL in notify; notices wait for three days."
        return Diagnosis(Level.UNREACHABLE, subject, f"{place}: {error}", remedy)
    finally:
        await receiver.close()
    if not answers:
        return Diagnosis(Level.OK, subject, f"{place} is sent datagrams; whether they arrive is not seen from here")
    trusted = ", and its certificate is trusted" if settings.parts.scheme in TRUSTED_BY_CERTIFICATE else ""
    return Diagnosis(Level.OK, subject, f"{place} takes connections{trusted}")
