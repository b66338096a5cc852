"""Public links. One hangs on an id and outlives a move of its file: revoke first, then move (fact sheet 5.8)."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.acts.noting import node_id
from emulator.acts.place import existing
from emulator.domain import Domain
from emulator.errors import ApiError
from emulator.links import Link
from emulator.perms import Level
from emulator.tree import File, Folder, Node
from emulator.users import Actor, User

TYPES = ("file", "folder", "upload")
ACCESSIBILITIES = ("anyone", "password", "domain", "recipients")


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """What is asked for. `expires` is epoch ms."""

    type: str
    accessibility: str = "anyone"
    recipients: tuple[str, ...] = ()
    link_to_current: bool = True
    notify: bool = False
    protection: str = "NONE"
    expires: int | None = None
    expiry_clicks: int | None = None


def add_links(domain: Domain, actor: Actor, path: str, terms: LinkTerms) -> list[Link]:
    """One link for each recipient, one without any. 400 for terms that do not fit, 403 where links are switched off."""
    node = existing(domain, path)
    _check_terms(domain, node, terms)
    domain.require(actor.user, node, Level.EDITOR if terms.type == "upload" else Level.VIEWER)
    _check_allowed(node, terms.type)
    made = [_link(domain, actor, node, terms, each) for each in terms.recipients or ("",)]
    for link in made:
        domain.links.add(link)
        _tell(domain, actor, link, node, "create")
    return made


def delete_link(domain: Domain, actor: Actor, link_id: str) -> None:
    """By its creator or an admin; 404 when it is gone already."""
    link, node = found_link(domain, actor.user, link_id)
    del domain.links.rows[link.id]
    _tell(domain, actor, link, node, "delete")


def found_link(domain: Domain, user: User, link_id: str) -> tuple[Link, Node]:
    """404 also while its file lies in the trash; the switch `hidden_status` for other people's links."""
    link = domain.links.rows.get(link_id)
    node = None if link is None else node_of(domain, link)
    if link is None or node is None:
        raise ApiError(404, "Link does not exist.")
    if not sees(user, link):
        status = domain.switches.hidden_status
        raise ApiError(status, "Link does not exist." if status == 404 else "You may not access this link.")
    return link, node


def sees(user: User, link: Link) -> bool:
    """Non-admins have only their own links."""
    return user.is_admin or link.created_by == user.id


def node_of(domain: Domain, link: Link) -> Node | None:
    return domain.tree.files.get(link.resource_id) or domain.tree.folders.get(link.resource_id)


def link_url(domain: Domain, link: Link) -> str:
    kind = {"file": "dl", "folder": "fl", "upload": "ul"}[link.type]
    return f"https://{domain.name}.egnyte.com/{kind}/{link.id}"


def _check_terms(domain: Domain, node: Node, terms: LinkTerms) -> None:
    if terms.type not in TYPES:
        raise ApiError(400, f"type must be one of {', '.join(TYPES)}")
    if terms.accessibility not in ACCESSIBILITIES:
        raise ApiError(400, f"accessibility must be one of {', '.join(ACCESSIBILITIES)}")
    if (terms.type == "file") != isinstance(node, File):
        raise ApiError(400, f"A link of type {terms.type} cannot be made to {node.path}")
    if terms.protection not in ("NONE", "PREVIEW"):
        raise ApiError(400, "protection must be NONE or PREVIEW")
    if terms.expires is not None and terms.expiry_clicks is not None:
        raise ApiError(400, "Only one of expiry_date and expiry_clicks may be given")
    if terms.expiry_clicks is not None and not 1 <= terms.expiry_clicks <= 10:
        raise ApiError(400, "expiry_clicks must be between 1 and 10")
    if terms.expires is not None and terms.expires <= domain.clock.now():
        raise ApiError(400, "expiry_date must lie in the future")


def _check_allowed(node: Node, type_: str) -> None:
    """The folder's options decide, for its files too."""
    folder = node if isinstance(node, Folder) else node.parent
    allowed = {"files_folders": TYPES, "files": ("file",), "disabled": ()}[folder.options.public_links]
    if not folder.options.allow_links or type_ not in allowed:
        raise ApiError(403, f"Links of type {type_} are disabled for the folder {folder.path}")


def _link(domain: Domain, actor: Actor, node: Node, terms: LinkTerms, recipient: str) -> Link:
    return Link(
        domain.ids.word(10), node_id(node), terms.type, terms.accessibility, actor.user.id, domain.clock.now(),
        recipients=[recipient] if recipient else [], entry_id=node.current.entry_id if isinstance(node, File) else "",
        link_to_current=terms.link_to_current, notify=terms.notify, protection=terms.protection,
        expires=terms.expires, expiry_clicks=terms.expiry_clicks,
    )  # fmt: skip


def _tell(domain: Domain, actor: Actor, link: Link, node: Node, action: str) -> None:
    """Webhooks only: the Events API knows no links."""
    kind = "upload" if link.type == "upload" else "download"
    data = {"sourcePath": node.path, "linkId": link.id, "linkType": link.type, "linkURL": link_url(domain, link)}
    domain.notify(f"link:{action}_{kind}_link", actor, node.path, data)
