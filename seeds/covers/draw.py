#!/usr/bin/env python3
"""Draws the covers of the demo's posts: flat shapes in Periodical's colours, 1600 × 900, as WebP without loss beside this file.

Run by hand after a change; it takes Chromium (to draw) and ImageMagick (to pack). What it makes is committed.
"""

import math
import subprocess
import tempfile
from pathlib import Path

NIGHT, BLUE, SKY, MIST, PAPER, SUN, CORAL = "#0b2545", "#0054a6", "#9cc9f5", "#dcecfb", "#f7fafd", "#f6c667", "#ee7b5d"


def rect(x, y, w, h, fill, r=0, more=""):
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="{fill}" {more}/>'


def disc(x, y, r, fill, more=""):
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}" {more}/>'


def ring(x, y, r, stroke, width, more=""):
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="none" stroke="{stroke}" stroke-width="{width}" {more}/>'


def path(d, fill="none", stroke="none", width=0, more=""):
    return f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round" {more}/>'


def envelope(x, y, w, fill, flap, turn=0):
    """Centred at x, y."""
    h = w * 0.66
    left, top = x - w / 2, y - h / 2
    line = w * 0.045
    return (
        f'<g transform="rotate({turn} {x} {y})">'
        + rect(left, top, w, h, fill, w * 0.06)
        + path(f"M{left + w * 0.08} {top + h * 0.16} L{x} {top + h * 0.58} L{left + w * 0.92} {top + h * 0.16}", stroke=flap, width=line)
        + "</g>"
    )


def recurring():
    """The same letter, again and again, on a round."""
    out = rect(0, 0, 1600, 900, NIGHT)
    for radius, colour in ((620, "#0d2c55"), (470, "#103566"), (320, "#134079")):
        out += disc(800, 450, radius, colour)
    out += ring(800, 450, 320, SKY, 4, 'stroke-dasharray="4 22" stroke-linecap="round"')
    for step in range(8):
        angle = math.radians(step * 45 - 90)
        x, y = 800 + 320 * math.cos(angle), 450 + 320 * math.sin(angle)
        out += envelope(x, y, 128, SUN if step == 1 else PAPER, NIGHT if step == 1 else BLUE, step * 45)
    return out + disc(800, 450, 92, BLUE) + path("M800 400 V450 L836 474", stroke=PAPER, width=14)


def three_keys():
    """Three rings that hold each other: SPF, DKIM, DMARC."""
    out = rect(0, 0, 1600, 900, MIST)
    out += path("M0 900 L0 560 L1600 260 L1600 900 Z", fill="#c9e1f8")
    out += disc(620, 400, 250, BLUE, 'opacity=".92"') + disc(980, 400, 250, SKY, 'opacity=".92"') + disc(800, 640, 250, NIGHT, 'opacity=".92"')
    out += disc(620, 400, 96, PAPER) + disc(980, 400, 96, PAPER) + disc(800, 640, 96, PAPER)
    out += path("M580 400 l30 32 54 -64", stroke=BLUE, width=22)
    out += path("M940 400 l30 32 54 -64", stroke=BLUE, width=22)
    return out + path("M760 640 l30 32 54 -64", stroke=CORAL, width=22)


def replies():
    """Answers by their first digit: taken, later, never."""
    out = rect(0, 0, 1600, 900, BLUE)
    rows = ((SKY, 9), (SUN, 5), (CORAL, 3))
    for row, (colour, wide) in enumerate(rows):
        y = 170 + row * 200
        out += rect(180, y, 160, 160, colour, 28)
        for n in range(wide):
            out += rect(380 + n * 118, y, 88, 160, "#0b63bb" if (n + row) % 3 else "#1a74cf", 20)
    out += path("M222 250 l28 30 50 -58", stroke=NIGHT, width=20)
    out += path("M260 402 v52 l34 22", stroke=NIGHT, width=20)
    return out + path("M228 618 l64 64 M292 618 l-64 64", stroke=NIGHT, width=20)


def way_out():
    """A door that stands open."""
    out = rect(0, 0, 1600, 900, "#103566")
    out += rect(0, 700, 1600, 200, NIGHT)
    out += path("M620 700 V330 a180 180 0 0 1 360 0 V700 Z", fill=SUN)
    out += path("M660 700 V335 a140 140 0 0 1 280 0 V700 Z", fill=PAPER)
    out += path("M660 700 L420 900 H1180 L940 700 Z", fill="#f9dda0")
    out += path("M940 335 V700 L1060 760 V300 a120 120 0 0 0 -120 35 Z", fill=BLUE)
    out += disc(965, 540, 11, SUN)
    out += envelope(800, 560, 150, BLUE, PAPER, -8)
    for x, y in ((220, 180), (360, 320), (1260, 150), (1400, 330), (160, 460), (1480, 520)):
        out += disc(x, y, 7, SKY)
    return out


def zones():
    """The same hour over the bands of the earth."""
    out = rect(0, 0, 1600, 900, NIGHT)
    bands = ("#0d2c55", "#103566", "#0a4a92", BLUE, "#2a78c4", "#5b9fdd", SKY, "#c4dff8", MIST)
    for n, colour in enumerate(bands):
        out += rect(100 + n * 156, 0, 157, 900, colour)
    out += rect(1504, 0, 96, 900, PAPER)
    out += path("M-40 640 C 360 160, 900 60, 1640 330", stroke=CORAL, width=6, more='stroke-dasharray="2 26"')
    for n, (x, y) in enumerate(((180, 452), (490, 262), (800, 180), (1110, 168), (1420, 245))):
        out += disc(x, y, 40 + n * 9, SUN) if n == 4 else disc(x, y, 40 + n * 9, PAPER, f'opacity="{0.35 + n * 0.15}"')
    out += rect(0, 690, 1600, 210, NIGHT)
    for n in range(25):
        out += rect(46 + n * 62, 690, 4, 70 if n % 6 == 0 else 36, SKY, 2)
    return out


def hygiene():
    """Many dots; those that nobody reads are let go."""
    out = rect(0, 0, 1600, 900, PAPER)
    gone = {(1, 2), (2, 8), (4, 4), (0, 11), (3, 13), (5, 1), (5, 10), (2, 5), (4, 14), (1, 15), (3, 0), (0, 6)}
    for row in range(6):
        for column in range(16):
            x, y = 110 + column * 92, 110 + row * 136
            if (row, column) in gone:
                out += ring(x, y, 30, SKY, 5, 'stroke-dasharray="3 13" stroke-linecap="round"')
            else:
                shade = (BLUE, "#1a6dbf", NIGHT, "#2a78c4")[(row * 5 + column * 3) % 4]
                out += disc(x, y, 34, shade)
    return out + disc(110 + 9 * 92, 110 + 3 * 136, 34, CORAL)


def at_home():
    """Houses, and one from which letters go out."""
    out = rect(0, 0, 1600, 900, SKY)
    out += disc(1290, 210, 110, SUN)
    for x, w, h, colour in ((0, 300, 330, "#6fb0ee"), (260, 260, 450, "#4a94da"), (1060, 300, 400, "#4a94da"), (1330, 270, 300, "#6fb0ee")):
        out += rect(x, 900 - h, w, h, colour)
    out += path("M480 900 V470 L780 230 L1080 470 V900 Z", fill=NIGHT)
    for n in range(4):
        y = 500 + n * 92
        out += rect(600, y, 360, 68, "#163a6b", 12)
        out += disc(640, y + 34, 11, SUN if n == 1 else SKY)
        out += rect(676, y + 26, 150 + (n * 47) % 90, 16, BLUE, 8)
    out += path("M960 330 C 1120 200, 1220 330, 1420 300", stroke=PAPER, width=6, more='stroke-dasharray="2 24"')
    return out + envelope(1120, 262, 96, PAPER, BLUE, -14) + envelope(1440, 318, 120, PAPER, BLUE, 8)


def warming():
    """Steps that grow, a day at a time."""
    out = rect(0, 0, 1600, 900, "#0a4a92")
    for n in range(9):
        h = 60 + n * n * 9.2
        out += rect(110 + n * 156, 800 - h, 116, h, SUN if n == 8 else (SKY, "#7db8ef", "#5b9fdd")[n % 3], 14)
    out += rect(70, 820, 1460, 8, SKY, 4)
    return out + path("M168 680 C 620 640, 1080 520, 1400 90", stroke=PAPER, width=6, more='stroke-dasharray="2 24"') + disc(1408, 78, 26, CORAL)


def later():
    """Once round, and once more, each round wider."""
    out = rect(0, 0, 1600, 900, MIST)
    centre_x, centre_y = 800, 470
    for n, (radius, colour) in enumerate(((90, NIGHT), (165, BLUE), (250, "#2a78c4"), (345, "#7db8ef"))):
        start, end = math.radians(-60 + n * 35), math.radians(215 + n * 35)
        x1, y1 = centre_x + radius * math.cos(start), centre_y + radius * math.sin(start)
        x2, y2 = centre_x + radius * math.cos(end), centre_y + radius * math.sin(end)
        out += path(f"M{x1:.1f} {y1:.1f} A{radius} {radius} 0 1 1 {x2:.1f} {y2:.1f}", stroke=colour, width=34)
        out += disc(f"{x2:.1f}", f"{y2:.1f}", 30, CORAL if n == 3 else PAPER, f'stroke="{colour}" stroke-width="12"')
    for x in (150, 260, 370, 1230, 1340, 1450):
        out += disc(x, centre_y, 16, SKY)
    return out + disc(centre_x, centre_y, 26, CORAL)


def plain():
    """Lines of text, nothing else."""
    out = rect(0, 0, 1600, 900, NIGHT)
    out += rect(330, 90, 940, 900, PAPER, 26)
    widths = (420, 0, 720, 690, 740, 510, 0, 700, 735, 640, 330, 0, 280)
    for n, width in enumerate(widths):
        if width:
            out += rect(430, 180 + n * 54, width, 20 if n else 30, (BLUE if n in (0, 12) else SKY), 10)
    out += rect(725, 822, 6, 42, CORAL, 3)
    return out + rect(0, 90, 120, 14, "#163a6b", 7) + rect(0, 150, 220, 14, "#163a6b", 7) + rect(1420, 700, 180, 14, "#163a6b", 7) + rect(1360, 760, 240, 14, "#163a6b", 7)


def months():
    """Months of different lengths, and their last days."""
    out = rect(0, 0, 1600, 900, BLUE)
    for month, days in enumerate((31, 28, 31, 30)):
        left = 90 + month * 366
        out += rect(left, 150, 322, 600, "#0b63bb", 26)
        for day in range(days):
            x, y = left + 44 + (day % 5) * 58, 218 + (day // 5) * 78
            last = day == days - 1
            out += rect(x - 19, y - 19, 38, 38, SUN if last else SKY, 10, "" if last else 'opacity=".8"')
    return out


def twice():
    """Asked, and asked again: where both say yes."""
    out = rect(0, 0, 1600, 900, "#103566")
    out += disc(620, 450, 290, BLUE) + disc(980, 450, 290, SKY)
    out += path("M800 222.6 A290 290 0 0 1 800 677.4 A290 290 0 0 1 800 222.6 Z", fill=SUN)
    out += path("M738 452 l46 50 84 -100", stroke=NIGHT, width=30)
    for x, colour in ((160, BLUE), (250, BLUE), (1350, SKY), (1440, SKY)):
        out += disc(x, 450, 18, colour)
    return out


COVERS = {
    "recurring-mail": recurring, "spf-dkim-dmarc": three_keys, "smtp-replies": replies, "unsubscribing": way_out, "time-zones": zones,
    "list-hygiene": hygiene, "self-hosting": at_home, "reputation": warming, "temporary-refusals": later, "plain-text": plain,
    "end-of-month": months, "confirmed-subscription": twice,
}


def main():
    here = Path(__file__).parent
    for name, draw in COVERS.items():
        with tempfile.TemporaryDirectory() as folder:
            page, png = Path(folder) / "page.html", Path(folder) / "page.png"
            svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="900" viewBox="0 0 1600 900">{draw()}</svg>'
            page.write_text(f"<!doctype html><style>body{{margin:0}}svg{{display:block}}</style>{svg}")
            subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-background-networking", "--hide-scrollbars",
                            "--window-size=1600,900", f"--screenshot={png}", page.as_uri()], check=True, capture_output=True)
            subprocess.run(["convert", png, "-define", "webp:lossless=true", "-define", "webp:method=6", here / f"{name}.webp"], check=True)
            print(name, (here / f"{name}.webp").stat().st_size)


main()
