"""From method and path to a coroutine. Patterns are split once at start; a lookup walks a tree of path segments.

`{name}` captures one segment, `{name*}` the rest as a decoded absolute path. A literal beats a capture, a capture the
rest; a path that is known with another method is a 405.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from emulator import names
from emulator.domain import Domain
from emulator.errors import ApiError, Shape, error_message
from emulator.http import Request, Response

Call = Callable[[Domain, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """`scope` None asks for no scope. An `open` route needs no token and is not throttled."""

    method: str
    pattern: str
    call: Call
    shape: Shape
    scope: str | None
    open: bool


class Routes:
    """The routes of one module; they share the shape of error bodies and the OAuth scope."""

    def __init__(self, *, shape: Shape = error_message, scope: str | None = None, open_: bool = False) -> None:
        self.all: list[Route] = []
        self._shape, self._scope, self._open = shape, scope, open_

    def on(self, method: str, *patterns: str) -> Callable[[Call], Call]:
        """Decorator: `@routes.on("GET", "/pubapi/v1/fs/{path*}")`."""

        def register(call: Call) -> Call:
            for pattern in patterns:
                self.all.append(Route(method, pattern, call, self._shape, self._scope, self._open))
            return call

        return register


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    one: _Node | None = None
    routes: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)
    rest: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    route: Route
    names: tuple[str, ...]
    captured: list[str]
    rest: list[str] | None

    def params(self) -> dict[str, str]:
        """Decoded captures; 596 for what no gateway could parse."""
        found = dict(zip(self.names, map(names.decode, self.captured), strict=False))
        if self.rest is not None:
            found[self.names[-1]] = names.decode_path(self.rest)
        return found


class Router:
    def __init__(self, modules: list[Routes]) -> None:
        self._root = _Node()
        for module in modules:
            for route in module.all:
                self._add(route)

    def match(self, method: str, raw_path: str) -> Match:
        """Raises 404 and 405."""
        segments = [segment for segment in raw_path.split("/") if segment]
        known: set[str] = set()
        search = _Search(segments, method, known)
        if (found := search.below(self._root, [], 0)) is not None:
            return found
        if known:
            raise ApiError(405, f"Method {method} is not allowed", headers={"Allow": ", ".join(sorted(known))})
        raise ApiError(404, "Not Found", body="<h1>Not Found</h1>")

    def _add(self, route: Route) -> None:
        node = self._root
        captures: list[str] = []
        for segment in filter(None, route.pattern.split("/")):
            if not segment.startswith("{"):
                node = node.literals.setdefault(segment, _Node())
                continue
            captures.append(segment.strip("{*}"))
            if segment.endswith("*}"):
                node.rest[route.method] = (route, tuple(captures))
                return
            node.one = node.one or _Node()
            node = node.one
        node.routes[route.method] = (route, tuple(captures))


@dataclass(frozen=True, slots=True)
class _Search:
    """One lookup; `known` collects the methods that the path has."""

    segments: list[str]
    method: str
    known: set[str]

    def below(self, node: _Node, captured: list[str], at: int) -> Match | None:
        if at == len(self.segments):
            self.known.update(node.routes)
            if (hit := node.routes.get(self.method)) is not None:
                return Match(hit[0], hit[1], captured, None)
        elif (found := self._deeper(node, captured, at)) is not None:
            return found
        self.known.update(node.rest)
        if (hit := node.rest.get(self.method)) is not None:
            return Match(hit[0], hit[1], captured, self.segments[at:])
        return None

    def _deeper(self, node: _Node, captured: list[str], at: int) -> Match | None:
        segment = self.segments[at]
        literal = node.literals.get(segment)
        if literal is not None and (found := self.below(literal, captured, at + 1)) is not None:
            return found
        return None if node.one is None else self.below(node.one, [*captured, segment], at + 1)
