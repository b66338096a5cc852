"""aioclamd with eight files at once, over TCP, which is all it speaks. Prints each file's answer as a line of JSON."""

import asyncio
import json
import sys
from pathlib import Path

from aioclamd import ClamdAsyncClient

AT_ONCE = 8


async def main(folder: str, port: str) -> None:
    clamd, room = ClamdAsyncClient("127.0.0.1", int(port)), asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> None:
        async with room:
            with path.open("rb") as file:
                status, _ = (await clamd.instream(file))["stream"]
        print(json.dumps([path.name, {"OK": "ok", "FOUND": "found"}.get(status, "error")]))

    async with asyncio.TaskGroup() as group:
        for path in sorted(Path(folder).iterdir()):
            group.create_task(one(path))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
