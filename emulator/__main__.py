"""`python -m emulator`: a domain in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from emulator.app import App
from emulator.domain import Domain
from emulator.server import Server, config, listen
from emulator.users import User


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="python -m emulator", description="An Egnyte domain on loopback.")
    p.add_argument("--host", default="127.0.0.1")
    p.add_argument("--port", type=int, default=8800, help="0 takes any free port (default 8800)")
    p.add_argument("--token", default="demo-token", help="access token of the admin svc-scanner")
    p.add_argument("--qps", type=int, default=2, help="calls per second and token (default 2, as Egnyte)")
    p.add_argument("--daily", type=int, default=1_000, help="calls per day and token (default 1000, as Egnyte)")
    return p


async def serve(options: argparse.Namespace) -> None:
    domain = Domain(qps=options.qps, daily=options.daily)
    admin = domain.add_user(User(77, "svc-scanner", "svc-scanner@example.org", "Svc", "Scanner", "admin"))
    domain.issue_token(admin, value=options.token)
    sock = listen(options.host, options.port)
    server = Server(config(App(domain)))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.end)
    print(f"emulator ready on http://{options.host}:{sock.getsockname()[1]}", flush=True)
    await server._serve([sock])
    domain.close()


def main() -> int:
    options = parser().parse_args()
    with asyncio.Runner(loop_factory=config(App(Domain())).get_loop_factory()) as runner:
        runner.run(serve(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
