"""`python -m emulator`: a domain in the foreground, until Ctrl-C or SIGTERM, which end it with 0.

Started plain it has Egnyte's default limits, 2 calls a second and 1,000 a day: raise them with --qps and --daily.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

import uvloop

from emulator import state
from emulator.app import App
from emulator.domain import Domain
from emulator.generated import MOST, mount
from emulator.seed import add_admin, seed_demo
from emulator.server import Server, config, listen
from emulator.tls import make_certificate

SAVE_INTERVAL = 1.0


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="python -m emulator", description="An Egnyte domain on loopback.")
    p.add_argument("--host", default="127.0.0.1")
    p.add_argument("--port", type=int, default=8800, help="0 takes any free port (default 8800)")
    p.add_argument("--https-port", type=int, help="also serve HTTPS, with a certificate made at start; 0 as above")
    p.add_argument("--state", type=Path, metavar="DIR", help="keep everything here over restarts")
    p.add_argument("--seed", choices=["demo"], help="start with a few users, folders and documents")
    p.add_argument("--token", default="demo-token", help="access token of the admin svc-scanner")
    p.add_argument("--qps", type=int, default=2, help="calls per second and token (default 2, as Egnyte)")
    p.add_argument("--daily", type=int, default=1_000, help="calls per day and token (default 1000, as Egnyte)")
    p.add_argument("--generated", type=int, metavar="N", help="a tree of N files in /Shared/generated, made on the fly")
    return p


async def serve(options: argparse.Namespace) -> None:
    """Until a signal comes; the state is saved while it runs and at the end."""
    domain = _domain(options)
    app = App(domain)
    servers = [(Server(config(app)), listen(options.host, options.port), "http")]
    if options.https_port is not None:
        servers.append((_https_server(domain, app), listen(options.host, options.https_port), "https"))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _end_all, [server for server, _, _ in servers])
    saving = asyncio.create_task(_keep(domain, options.state)) if options.state is not None else None
    for _, sock, scheme in servers:
        print(f"emulator ready on {scheme}://{options.host}:{sock.getsockname()[1]}", flush=True)
    await asyncio.gather(*(server._serve([sock]) for server, sock, _ in servers))
    if saving is not None:
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)
        state.save(domain, options.state)
        state.sweep(domain, options.state)
    domain.close()


def _end_all(servers: list[Server]) -> None:
    for server in servers:
        server.end()


def _domain(options: argparse.Namespace) -> Domain:
    if options.state is None:
        domain = Domain(qps=options.qps, daily=options.daily)
    else:
        domain = state.load(options.state, qps=options.qps, daily=options.daily)
    add_admin(domain, options.token)
    if options.seed == "demo":
        seed_demo(domain)
    if options.generated is not None:
        mount(domain.tree, options.generated, domain.ids.uuid(), domain.clock.now())
    return domain


def _https_server(domain: Domain, app: App) -> Server:
    with tempfile.TemporaryDirectory(prefix="emulator-tls-") as folder:
        certificate, key = make_certificate(Path(folder))
        domain.certificate = certificate.read_bytes()
        settings = config(app, certificate=(str(certificate), str(key)))
        settings.load()
    return Server(settings)


async def _keep(domain: Domain, folder: Path) -> None:
    """Saves whenever something has changed; at most once a second."""
    saved = -1
    while True:
        if saved != domain.changes:
            saved = domain.changes
            await asyncio.to_thread(state.write, state.snapshot(domain), state.held_blobs(domain), folder)
        await asyncio.sleep(SAVE_INTERVAL)


def main() -> int:
    """0 after a signal, 2 where it could not start."""
    arguments = parser()
    options = arguments.parse_args()
    if options.generated is not None and not 0 <= options.generated <= MOST:
        arguments.error(f"--generated takes 0 to {MOST} files")
    if options.generated is not None and options.state is not None:
        arguments.error("what is generated is not kept: give either --generated or --state")
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(options))
    except (OSError, ValueError) as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
