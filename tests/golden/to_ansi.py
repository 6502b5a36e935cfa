#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A golden screen as a terminal would get it: `to_ansi.py FILE` writes rows with SGR sequences."""
import re
import sys
import unicodedata


def sgr(look):
    codes = ["0"]
    codes += ["1"] if "b" in look else []
    codes += ["7"] if "r" in look else []
    codes += ["4"] if "u" in look else []
    for letter, number in re.findall(r"([fg])(-?\d+)", look):
        codes.append(("38;5;" if letter == "f" else "48;5;") + number)
    return "\033[" + ";".join(codes) + "m"


def columns(row, width):
    """One entry for each column; the second half of a wide character is empty."""
    cells = []
    for char in row:
        if unicodedata.combining(char) and cells:
            cells[-1] += char
            continue
        cells.append(char)
        if unicodedata.east_asian_width(char) in "WF":
            cells.append("")
    return cells + [" "] * (width - len(cells))


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    width = int(re.search(r"-(\d+)x\d+-\w+\.txt$", sys.argv[1]).group(1))
    rows, rest = text.split("--- attributes\n")
    looks = {}
    for line in rest.split("\n"):
        match = re.match(r"(\d+) (\d+)\+(\d+) (\w+)", line)
        for x in range(int(match.group(3))) if match else ():
            looks[int(match.group(1)), int(match.group(2)) + x] = match.group(4)
    for y, row in enumerate(rows.split("\n")[:-1]):
        line = ""
        for x, cell in enumerate(columns(row, width)):
            line += sgr(looks.get((y, x), "")) + cell
        print(line + "\033[0m")


main()
