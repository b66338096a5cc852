"""The ASGI application: one call from the first byte to the log, faults included.

Order matters and is the gateway's: fault, token, budget, scope, Act-As, then the route's own code.
"""

from __future__ import annotations

import asyncio
import json

from emulator import gate
from emulator.clock import rfc1123
from emulator.courier import Courier
from emulator.domain import Domain
from emulator.errors import ApiError, Shape, error_message
from emulator.faults import Fault
from emulator.http import ClientGoneError, Receive, Request, Response, Scope, Send
from emulator.ids import Ids
from emulator.names import GATEWAY_BAD_PATH
from emulator.requestlog import Entry
from emulator.routes import ALL
from emulator.routes.control_acts import perform
from emulator.routing import Match, Router
from emulator.spoil import send_spoilt

CONTROL = "/_emulator/"


class App:
    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        domain.listeners.append(Courier(domain).hear)
        self._router = Router(ALL)
        self._request_ids = Ids("request")  # not the domain's: its ids shall not depend on who looks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.raw_path.startswith(CONTROL):
            await (await self._answer(request, {})).send(send)
            return
        entry = self._log(request)
        fault = self._fault(request)
        try:
            if fault is None:
                await self._serve(request, entry, send)
            else:
                await self._misbehave(fault, request, entry, send)
        except asyncio.CancelledError:
            entry.status = 0  # the emulator stops and drops calls under way: nothing to report

    async def _serve(self, request: Request, entry: Entry, send: Send) -> None:
        try:
            response = await self._respond(request, entry)
        except ClientGoneError:
            return
        entry.status = response.status
        await response.send(send)

    async def _misbehave(self, fault: Fault, request: Request, entry: Entry, send: Send) -> None:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.act is not None:
            perform(self.domain, fault.act)
        transport = request.scope["emulator.transport"]
        if fault.raw is not None:
            transport.write(fault.raw.encode("latin-1"))
            transport.close()
            await request.client_gone()
            return
        if fault.cut_after == 0:
            transport.abort()
            await request.client_gone()
            return
        try:
            response = self._canned(fault) or await self._respond(request, entry)
        except ClientGoneError:
            return
        entry.status = response.status
        if not await send_spoilt(response, fault, transport, send):
            await request.client_gone()  # else uvicorn takes the missing end for a fault of ours

    async def _respond(self, request: Request, entry: Entry) -> Response:
        headers: dict[str, str] = {}
        response = await self._answer(request, headers, entry)
        response.headers.update(headers)
        response.headers["Date"] = rfc1123(self.domain.clock.now())
        response.headers["X-Egnyte-Request-Id"] = request.header("x-egnyte-request-id") or self._request_ids.word(12)
        return response

    async def _answer(self, request: Request, headers: dict[str, str], entry: Entry | None = None) -> Response:
        """The route's answer or its refusal. What goes on every answer is put into `headers`."""
        shape: Shape = error_message
        try:
            match = self._router.match(request.method, request.raw_path)
            shape = match.route.shape
            if not match.route.open:
                self._admit(request, match, headers, entry)
            request.params = match.params()
            return await match.route.call(self.domain, request)
        except ApiError as error:
            content_type, body = error.render(shape)
            status = self.domain.switches.bad_path_status if error.status == GATEWAY_BAD_PATH else error.status
            return Response(status, body, {"Content-Type": content_type, **error.headers})

    def _admit(self, request: Request, match: Match, headers: dict[str, str], entry: Entry | None) -> None:
        token = gate.authenticate(self.domain, request)
        if entry is not None:
            entry.user = self.domain.users.by_id[token.user_id].username
        try:
            gate.throttle(self.domain, token)
        finally:
            headers.update(gate.quota_headers(self.domain, token))
        gate.check_scope(token, match.route.scope)
        request.token = token
        request.actor = gate.acting(self.domain, request, token)

    def _fault(self, request: Request) -> Fault | None:
        if not self.domain.faults.rules:
            return None
        target = request.raw_path + (f"?{request.query_string}" if request.query_string else "")
        return self.domain.faults.take(request.method, target)

    def _canned(self, fault: Fault) -> Response | None:
        if fault.throttle:
            error = gate.throttled(self.domain, fault.throttle, fault.dialect)
            content_type, body = error.render(error_message)
            return Response(error.status, body, {"Content-Type": content_type, **error.headers, **fault.headers})
        if not fault.status:
            return None
        text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
        kind = "application/json" if text.startswith(("{", "[")) else "text/html"
        return Response(fault.status, text.encode(), {"Content-Type": kind, **fault.headers})

    def _log(self, request: Request) -> Entry:
        now = self.domain.clock.now()
        entry = Entry(request.method, request.raw_path, request.query_string, 0, None, now)
        self.domain.requests.entries.append(entry)
        return entry
