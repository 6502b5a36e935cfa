#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A broker of old: in front of a real one, but MQTT 5 is refused.

usage: old_broker.py SOCKET BROKER_SOCKET refuse|refuse5|silent

refuse   answers CONNECT of MQTT 5 with the CONNACK of 3.1.1, code 1
refuse5  answers with that of MQTT 5, reason 0x84
silent   hangs up
Writes a line for every CONNECT: its protocol level and what became of it.
"""
import os
import socket
import sys
import threading

ANSWERS = {"refuse": b"\x20\x02\x00\x01", "refuse5": b"\x20\x03\x00\x84\x00", "silent": b""}


def level_of(packet):
    """The protocol level of a CONNECT: after fixed header and the name "MQTT"."""
    at = 1
    while packet[at] & 0x80:
        at += 1
    return packet[at + 1 + 6]


def pump(source, target):
    try:
        while chunk := source.recv(65536):
            target.sendall(chunk)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(peer, broker_path, answer):
    first = peer.recv(65536)
    if len(first) < 12:
        peer.close()
        return
    level = level_of(first)
    print(level, "refused" if level >= 5 else "let in", flush=True)
    if level >= 5:
        if answer:
            peer.sendall(answer)
        peer.close()
        return
    broker = socket.socket(socket.AF_UNIX)
    broker.connect(broker_path)
    broker.sendall(first)
    threading.Thread(target=pump, args=(broker, peer), daemon=True).start()
    pump(peer, broker)


def main():
    path, broker_path, mode = sys.argv[1:]
    if os.path.exists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    while True:
        peer, _ = server.accept()
        threading.Thread(target=serve, args=(peer, broker_path, ANSWERS[mode]),
                         daemon=True).start()


main()
