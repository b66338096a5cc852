"""Every route of the emulator, a module per API. Order does not matter: a literal segment always beats a capture."""

from emulator.routes import (
    chunked,
    content,
    control,
    control_acts,
    events,
    fs,
    identity,
    links,
    notes,
    oauth,
    perms,
    properties,
    trash,
    users,
    webhooks,
)  # fmt: skip
from emulator.routing import Routes

ALL: list[Routes] = [
    chunked.routes, content.routes, control.routes, control_acts.routes, events.routes, fs.routes, identity.routes,
    links.routes, notes.routes, oauth.routes, oauth.control_routes, perms.routes, properties.routes,
    trash.routes, users.routes, users.group_routes, webhooks.routes, webhooks.control_routes,
]  # fmt: skip
