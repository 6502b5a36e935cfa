#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control socket that answers as an instance would, and keeps what it was asked for.

usage: act_server.py SOCKET ALARMS.json LOG

Actions whose text is "refuse" are refused, those whose text is "park" get a message.
"""
import json
import os
import socket
import sys

path, alarms, log = sys.argv[1:]


def answer(request):
    if request["command"] == "alarms":
        with open(alarms, encoding="utf-8") as f:
            return {"ok": True, "alarms": json.load(f)}
    with open(log, "a", encoding="utf-8") as f:
        print(json.dumps(request), file=f)
    if request.get("text") == "refuse":
        return {"ok": False, "error": "already acknowledged by anna\u001b[1m"}
    return {"ok": True, "message": "kept" if request.get("text") == "park" else ""}


server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
while True:
    peer, _ = server.accept()
    with peer, peer.makefile("rw", encoding="utf-8") as lines:
        for line in lines:
            lines.write(json.dumps(answer(json.loads(line))) + "\n")
            lines.flush()
