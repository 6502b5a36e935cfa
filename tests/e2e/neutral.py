#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether bytes are fit for a terminal: exit status 1 and a line for each thing that is not.

usage: neutral.py text|terminal FILE…

text: valid UTF-8 in lines, nothing that a terminal or a reader could be misled by.
terminal: what the console wrote. Its own control sequences are allowed, but nothing that the
hostile payloads of hostile.sh carry: they all have parameters that no program uses.
"""
import re
import sys
import unicodedata

# What hostile.sh sends; a terminal that gets one of these obeys a stranger.
FOREIGN = [b"\x1b]0;PWN", b"\x1b[5;6;7;8m", b"\x1b[?7777h", b"\x1bP", b"\x1b_", b"\x1b^"]
# Categories of what may not appear: control, format (bidi, zero width), surrogate, private.
FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def complaints(name, data, allowed):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as why:
        yield f"{name}: byte {why.start} is not UTF-8: {data[why.start - 20:why.start + 20]!r}"
        text = data.decode("utf-8", "replace")
    for match in re.finditer(r"[^ -~]", text):
        char = match.group()
        if char not in allowed and unicodedata.category(char) in FORBIDDEN:
            at = match.start()
            yield f"{name}: U+{ord(char):04X} in {text[max(at - 30, 0):at + 30]!r}"


def main():
    kind, status = sys.argv[1], 0
    for name in sys.argv[2:]:
        with open(name, "rb") as f:
            data = f.read()
        found = []
        if kind == "terminal":
            found += [f"{name}: {x!r} got through" for x in FOREIGN if x in data]
            data = re.sub(rb"\x1b\]7777;frame\x07", b"", data)
            found += complaints(name, data, "\x1b\r\n\b\x0f")
        else:
            found += complaints(name, data, "\r\n")
        for line in found[:20]:
            print(line)
        if not data:
            print(f"{name}: empty")
        if found or not data:
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
