#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bad line: hands a stream on in pieces of any size, from one byte up.

usage: choppy.py SOCKET BROKER_SOCKET
"""
import os
import random
import socket
import sys
import threading
import time


def pump(source, target, chop):
    try:
        while chunk := source.recv(65536):
            while chunk:
                n = random.choice((1, 2, 3, 7, 50, 1000, 65536)) if chop else len(chunk)
                target.sendall(chunk[:n])
                chunk = chunk[n:]
                if chop and random.random() < 0.02:
                    time.sleep(0.001)  # a slow line: the reader sees half a packet
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def main():
    path, broker_path = sys.argv[1:]
    if os.path.exists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    while True:
        peer, _ = server.accept()
        broker = socket.socket(socket.AF_UNIX)
        broker.connect(broker_path)
        threading.Thread(target=pump, args=(peer, broker, False), daemon=True).start()
        threading.Thread(target=pump, args=(broker, peer, True), daemon=True).start()


main()
