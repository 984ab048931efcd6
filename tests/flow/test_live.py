"""Liveness from outside of the event loop: also a loop that hangs is told of, and where it hangs."""

import re
import subprocess
import sys
from pathlib import Path
from time import sleep

import httpx

PROGRAM = """
import asyncio, sys, time
from shared import live

live.HANGS_AFTER = 0.5
live.BEAT = 0.05

def compute_for_ever():
    secret = "not to be told"
    sys.stdin.readline()

async def main():
    with socketless() as port:
        print(port, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        compute_for_ever()
        await asyncio.sleep(3600)

def socketless():
    import socket
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return live.answering("127.0.0.1", port)

asyncio.run(main())
"""


def test_a_loop_that_hangs_is_told_with_the_place_where_it_hangs_until_it_turns_again() -> None:
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()) as process:
        assert process.stdin and process.stdout
        try:
            url = f"http://127.0.0.1:{int(process.stdout.readline())}/live"
            assert asked_until(url, 200).json()["live"] is True

            process.stdin.write(b"hang\n")
            process.stdin.flush()
            told = asked_until(url, 503)
            assert re.search(r"compute_for_ever \(<string>:\d+\)", " ".join(told.json()["doing"]))
            assert "secret" not in told.text

            process.stdin.write(b"go on\n")
            process.stdin.flush()
            asked_until(url, 200)
        finally:
            process.kill()


def asked_until(url: str, status: int) -> httpx.Response:
    """The answer of this status, when there is one."""
    for _ in range(400):
        answer = httpx.get(url)
        if answer.status_code == status:
            return answer
        sleep(0.05)
    raise AssertionError(f"never answered {status}: {answer.text}")
