"""A module for sandboxes of the tests: does on request what a process taken over, or a bad content, would do."""

import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

from scanner.sandbox.worker import serve


def handle(request: dict, descriptors: list[int]) -> dict:
    return getattr(Acts, str(request["act"]))(request, descriptors)


class Acts:
    @staticmethod
    def echo(request, descriptors):
        return {"said": request["say"], "arguments": sys.argv[1:], "process": os.getpid()}

    @staticmethod
    def read(request, descriptors):
        return {"content": [os.pread(each, 100, 0).decode() for each in descriptors]}

    @staticmethod
    def write(request, descriptors):
        written = 0
        for _ in range(request["pieces"]):
            written += os.write(descriptors[0], bytes(request["piece"]))
        return {"written": written}

    @staticmethod
    def environment(request, descriptors):
        return {"names": sorted(os.environ), "folder": str(Path.cwd()), "input": os.read(0, 10).decode()}

    @staticmethod
    def open_descriptors(request, descriptors):
        return {"count": len(list(Path("/proc/self/fd").iterdir()))}

    @staticmethod
    def session(request, descriptors):
        return {"leads": os.getsid(0) == os.getpid() == os.getpgrp(), "core": resource.getrlimit(resource.RLIMIT_CORE)}

    @staticmethod
    def hang(request, descriptors):
        time.sleep(60)

    @staticmethod
    def spin(request, descriptors):
        while True:
            pass

    @staticmethod
    def eat(request, descriptors):
        return {"eaten": len(bytearray(4 * 1024**3))}

    @staticmethod
    def fail(request, descriptors):
        raise RuntimeError("a bug\n met\x1b[2J here")

    @staticmethod
    def crash(request, descriptors):
        os.kill(os.getpid(), signal.SIGSEGV)

    @staticmethod
    def exit(request, descriptors):
        os._exit(7)

    @staticmethod
    def rust_memory(request, descriptors):
        os.write(2, b"memory allocation of 99 bytes failed\nnote: run with `RUST_BACKTRACE=1` environment variable\n")
        os.abort()

    @staticmethod
    def leave_child(request, descriptors):
        try:
            child = os.fork()
        except PermissionError:
            return {"child": None}
        if child == 0:
            time.sleep(60)
        return {"child": child}

    @staticmethod
    def connect(request, descriptors):
        try:
            socket.create_connection(("127.0.0.1", request["port"]), timeout=2).close()
        except OSError as error:
            return {"error": type(error).__name__}
        return {"error": ""}

    @staticmethod
    def lie(request, descriptors):
        # The connection has some number; a process taken over finds it.
        for each in list(Path("/proc/self/fd").iterdir()):
            try:
                socket.socket(fileno=os.dup(int(each.name))).send(bytes(request["bytes"]))
            except OSError:
                continue
        time.sleep(60)


if __name__ == "__main__":
    serve(handle)
