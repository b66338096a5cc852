"""Faults on demand: rules that answer in place of the domain, or spoil the answer on its way out.

Rules are tried in order; the first that matches the method and the route (regular expression, searched in the
percent-encoded path and query) and is neither still skipping nor used up acts, alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from emulator.errors import ApiError


@dataclass(slots=True)
class Fault:
    """`status` answers at once with `headers` and `body`; without it the real answer is made and then spoilt.

    `delay` seconds pass before anything is sent. `cut_after` bytes of body the connection is dropped (0: before any
    byte of the answer). `stall_after` bytes of body it falls silent for `stall` seconds. `rate` is bytes a second.
    `act` is done first, as by POST /_emulator/act: somebody moves, replaces or deletes the file just before the call.
    `raw` is sent as it is, in place of an HTTP answer, and the connection closed.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    route: str = ""
    method: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: object = ""
    delay: float = 0.0
    cut_after: int | None = None
    stall_after: int | None = None
    stall: float = 0.0
    rate: int = 0
    act: dict[str, Any] | None = None
    raw: str | None = None
    throttle: Literal["", "qps", "day"] = ""
    dialect: Literal["", "429", "mashery"] = ""  # empty: the switch
    count: int | None = None
    skip: int = 0

    def matches(self, method: str, target: str) -> bool:
        return (not self.method or method in self.method.split("|")) and re.search(self.route, target) is not None

    def spoils_body(self) -> bool:
        return self.cut_after is not None or self.stall_after is not None or self.rate > 0


_FAULT = TypeAdapter(Fault)


class Faults:
    def __init__(self) -> None:
        self.rules: list[Fault] = []

    def add(self, rule: Mapping[str, Any]) -> Fault:
        """400 for an unknown key, a value of the wrong type, or a bad regular expression."""
        try:
            fault = _FAULT.validate_json(json.dumps(rule), strict=True)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise ApiError(400, f"Bad fault: {problems}") from error
        try:
            re.compile(fault.route)
        except re.error as error:
            raise ApiError(400, f"Fault route {fault.route!r} is no regular expression: {error}") from error
        self.rules.append(fault)
        return fault

    def take(self, method: str, target: str) -> Fault | None:
        """The rule that acts on this request, counted down."""
        for fault in self.rules:
            if fault.count == 0 or not fault.matches(method, target):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.count is not None:
                fault.count -= 1
            return fault
        return None
