#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP proxies under control, all of them in one process of their own.

Each proxy listens on a free port of loopback and forwards to a unix socket. Its mode is

    forward   everything passes
    cut       connections are reset, new ones refused
    stall     connections stay open and are accepted, but nothing passes in either direction;
              what was under way arrives when the mode ends
    slow      at most so many bytes a second for each connection and direction, each piece after
              so many seconds of latency

Run as a program it takes a JSON object a line on stdin and answers each with one on stdout; class
Proxies is the other side of that.
"""
import asyncio
import json
import os
import socket
import struct
import subprocess
import sys
import threading

PIECE = 65536


def keep_port():
    """A port that nobody else gets while the proxy is cut, which may last an hour. Who connects
    is refused as long as nobody listens."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    place.bind(("127.0.0.1", 0))
    return place


class Proxy:
    def __init__(self, target):
        self.target = target
        self.mode, self.rate, self.latency = "forward", 0, 0.0
        self.place = keep_port()
        self.port = self.place.getsockname()[1]
        self.server = None
        self.open = asyncio.Event()  # not stalled
        self.open.set()
        self.writers = set()
        self.served = 0
        self.bytes = 0

    async def listen(self):
        if self.server is None:
            self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port,
                                                     reuse_port=True)

    async def set(self, mode, rate=0, latency=0.0):
        self.mode, self.rate, self.latency = mode, rate, latency
        if mode == "cut":
            if self.server is not None:
                self.server.close()
                self.server = None
            self.reset()
        else:
            await self.listen()
        if mode == "stall":
            self.open.clear()
        else:
            self.open.set()

    def reset(self):
        for writer in list(self.writers):
            abort(writer)
        self.writers.clear()

    async def serve(self, reader, writer):
        self.served += 1
        ends = [writer]
        self.writers.add(writer)
        try:
            await self.open.wait()
            if self.mode == "cut":  # accepted just before
                return
            back, forth = await asyncio.open_unix_connection(self.target)
            ends.append(forth)
            self.writers.add(forth)
            if writer.transport.is_closing():
                return
            await asyncio.gather(self.pump(reader, forth), self.pump(back, writer))
        except OSError:
            pass
        finally:
            for end in ends:
                abort(end)
                self.writers.discard(end)

    async def pump(self, reader, writer):
        while True:
            await self.open.wait()
            data = await reader.read(PIECE if self.mode != "slow" else 4096)
            if not data:
                break
            await self.open.wait()
            if self.mode == "slow":
                await asyncio.sleep(self.latency + len(data) / max(self.rate, 1))
                await self.open.wait()
            self.bytes += len(data)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


def abort(writer):
    """With a reset rather than an orderly end."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.family == socket.AF_INET and not writer.transport.is_closing():
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    writer.transport.abort()


async def obey(proxies, order):
    name = order["name"]
    if order["do"] == "open":
        proxies[name] = Proxy(order["to"])
        await proxies[name].listen()
    elif order["do"] == "set":
        await proxies[name].set(order["mode"], order.get("rate", 0), order.get("latency", 0.0))
    p = proxies[name]
    return {"port": p.port, "mode": p.mode, "connections": len(p.writers) // 2,
            "served": p.served, "bytes": p.bytes}


async def main():
    # A client that resets is no news.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    proxies = {}
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(await obey(proxies, json.loads(line))), flush=True)


class Proxies:
    """The process that runs them. Any thread may use it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.process = subprocess.Popen(["/usr/bin/python3", os.path.abspath(__file__)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def order(self, **order):
        with self.lock:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the proxies have ended")
        return json.loads(line)

    def open(self, name, to):
        """A new one; returns its port."""
        return self.order(do="open", name=name, to=to)["port"]

    def set(self, name, mode, rate=0, latency=0.0):
        return self.order(do="set", name=name, mode=mode, rate=rate, latency=latency)

    def get(self, name):
        return self.order(do="get", name=name)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


if __name__ == "__main__":
    asyncio.run(main())
