#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen as a picture: `tmux capture-pane -ep | picture.py OUT.png [COLUMNS]`.

GNU Unifont on an 8x16 grid, so that boxes and bars meet exactly (needs python3-pil and
fonts-unifont). Understands the SGR sequences that tmux writes.
"""
import re
import sys
import unicodedata

from PIL import Image, ImageDraw, ImageFont

FONTS = ("/usr/share/fonts/opentype/unifont/unifont.otf",
         "/usr/share/fonts/truetype/unifont/unifont.ttf")
WIDTH, HEIGHT = 8, 16
FOREGROUND, BACKGROUND = (208, 208, 208), (24, 24, 24)
BASE = [(0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205),
        (0, 205, 205), (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0),
        (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255)]


def colour(index):
    if index < 16:
        return BASE[index]
    if index >= 232:
        return (8 + 10 * (index - 232),) * 3
    index -= 16
    return tuple(0 if v == 0 else 55 + 40 * v for v in (index // 36, index // 6 % 6, index % 6))


class Pen:
    def __init__(self):
        self.reset()

    def reset(self):
        self.fg = self.bg = None
        self.bold = self.dim = self.reverse = False

    def sgr(self, codes):
        codes = [int(c or 0) for c in codes.replace(":", ";").split(";")]
        while codes:
            c = codes.pop(0)
            if c == 0:
                self.reset()
            elif c == 1:
                self.bold = True
            elif c == 2:
                self.dim = True
            elif c == 22:
                self.bold = self.dim = False
            elif c in (7, 27):
                self.reverse = c == 7
            elif c in (38, 48) and codes[:1] == [5]:
                value = colour(codes[1])
                codes = codes[2:]
                if c == 38:
                    self.fg = value
                else:
                    self.bg = value
            elif 30 <= c <= 37 or 90 <= c <= 97:
                self.fg = colour(c - 30 if c < 90 else c - 82)
            elif c == 39:
                self.fg = None
            elif c == 49:
                self.bg = None

    def colours(self):
        fg = self.fg or (FOREGROUND if not self.bold else (255, 255, 255))
        if self.dim:
            fg = tuple(v * 6 // 10 for v in fg)
        bg = self.bg or BACKGROUND
        return (bg, fg) if self.reverse else (fg, bg)


def cells(line, pen):
    for match in re.finditer(r"\033\[([0-9;:]*)m|\033.|(.)", line):
        if match.group(1) is not None:
            pen.sgr(match.group(1))
        elif match.group(2) is not None:
            yield match.group(2), pen.colours(), pen.bold


def main():
    font = next(ImageFont.truetype(f, HEIGHT) for f in FONTS)
    lines = sys.stdin.read().rstrip("\n").replace("\016", "").replace("\017", "").split("\n")
    columns = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    image = Image.new("RGB", (columns * WIDTH, len(lines) * HEIGHT), BACKGROUND)
    draw = ImageDraw.Draw(image)
    pen = Pen()
    for y, line in enumerate(lines):
        x = 0
        for char, (fg, bg), bold in cells(line, pen):
            wide = 2 if unicodedata.east_asian_width(char) in "WF" else 1
            draw.rectangle((x, y * HEIGHT, x + wide * WIDTH - 1, (y + 1) * HEIGHT - 1), bg)
            draw.text((x, y * HEIGHT), char, fg, font)
            if bold:
                draw.text((x + 1, y * HEIGHT), char, fg, font)
            x += WIDTH * wide
    image.save(sys.argv[1])


main()
