"""Axes, marks and labels of one plot as SVG text.

Colours of ink, grid and paper are classes of the page's style sheet (page.css), so that one
drawing serves light, dark and paper. Units are those of the viewBox.
"""
import math
from html import escape

# Eight colours that differ for most colour-blind readers too (Okabe and Ito), on light and dark.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#7f7f7f")
SHAPES = ("circle", "square", "triangle", "diamond")
CHARACTER, BOLD = 6.5, 7.6  # width of a label's character at 11 px
MARK = 4.2       # half a mark's size
# Where a decade may have ticks: the first of these that are not too many.
DECADES = (tuple(n / 10 for n in range(10, 100)), (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9),
           (1, 1.5, 2, 3, 4, 5, 7), (1, 2, 5), (1, 3), (1,))


def number(value):
    """A tick's or a title's number, short and without an exponent where one can read it."""
    if value and (abs(value) < 1e-3 or abs(value) >= 1e7):
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


class Axis:
    """Values to positions. lo and hi are widened by `margin` of their span."""

    def __init__(self, values, begin, end, log=False, margin=0.05):
        self.log, self.begin, self.end = log, begin, end
        lo, hi = self.scaled(min(values)), self.scaled(max(values))
        pad = (hi - lo) * margin or (0.1 if log else abs(hi) * 0.05 or 1)
        self.lo, self.hi = lo - pad, hi + pad

    def scaled(self, value):
        return math.log10(value) if self.log else value

    def at(self, value):
        """The position of a value; what lies outside is drawn at the edge."""
        share = (self.scaled(value) - self.lo) / (self.hi - self.lo)
        return self.begin + min(max(share, 0), 1) * (self.end - self.begin)

    def bottom(self):
        return 10 ** self.lo if self.log else self.lo

    def ticks(self, most=9):
        """Round values within the axis."""
        if self.log:
            for steps in DECADES:
                found = [s * 10.0 ** p for p in range(math.floor(self.lo), math.ceil(self.hi) + 1)
                         for s in steps if self.lo <= math.log10(s * 10.0 ** p) <= self.hi]
                if len(found) <= most:
                    break
            return found
        step = 10.0 ** math.floor(math.log10((self.hi - self.lo) / most))
        step *= next(s for s in (1, 2, 5, 10) if (self.hi - self.lo) / (step * s) <= most)
        first = math.ceil(self.lo / step)
        return [n * step for n in range(first, math.floor(self.hi / step) + 1)]


class Plot:
    """A box with axes x and y; drawn parts are appended, labels placed at the end."""

    def __init__(self, width, height, x, y, title):
        self.width, self.height, self.x, self.y = width, height, x, y
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                      f'width="{width}" height="{height}" role="img">',
                      f"<title>{escape(title)}</title>",
                      f'<rect class="paper" width="{width}" height="{height}"/>']
        self.taken = []    # rectangles (x0, y0, x1, y1) that a label must not touch
        self.lines = []    # those that it should not, of lines
        self.wanted = []   # (priority, x, y, text, class, colour)

    def add(self, text):
        self.parts.append(text)

    def text(self, x, y, text, kind="ink", anchor="start", more=""):
        self.add(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>'
                 f"{escape(text)}</text>")

    def frame(self, x_title, y_title, x_ticks=None, most=9):
        x, y = self.x, self.y
        for tick in x_ticks or x.ticks(12):
            self.add(f'<path class="grid" d="M{x.at(tick):.1f} {y.begin:.1f}V{y.end:.1f}"/>')
            self.text(x.at(tick), y.begin + 17, number(tick), "ink small", "middle")
        for tick in y.ticks(most):
            self.add(f'<path class="grid" d="M{x.begin:.1f} {y.at(tick):.1f}H{x.end:.1f}"/>')
            self.text(x.begin - 7, y.at(tick) + 4, number(tick), "ink small", "end")
        self.add(f'<path class="axis" d="M{x.begin:.1f} {y.end:.1f}V{y.begin:.1f}H{x.end:.1f}"/>')
        self.text((x.begin + x.end) / 2, y.begin + 38, x_title, anchor="middle")
        if y_title:
            self.text(0, 0, y_title, anchor="middle",
                      more=f' transform="translate(18 {(y.begin + y.end) / 2:.1f}) rotate(-90)"')

    def line(self, points, color, dashed=False):
        """points: of (x, y) values."""
        at = [(self.x.at(x), self.y.at(y)) for x, y in points]
        if len(at) < 2:
            return
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.add(f'<polyline fill="none" stroke="{color}" stroke-width="1.8"{dash} points="' +
                 " ".join(f"{x:.1f},{y:.1f}" for x, y in at) + '"/>')
        for (x0, y0), (x1, y1) in zip(at, at[1:]):
            steps = int(math.hypot(x1 - x0, y1 - y0) / 5) + 1
            for i in range(steps + 1):
                x, y = x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps
                self.lines.append((x - 1, y - 1, x + 1, y + 1))

    def error(self, x, y, error, color):
        """A bar from y - error to y + error."""
        if not error:
            return
        low = y - error if y - error > 0 or not self.y.log else self.y.bottom()
        at, top, bottom = self.x.at(x), self.y.at(y + error), self.y.at(low)
        self.add(f'<path stroke="{color}" stroke-width="1.2" d="M{at:.1f} {top:.1f}V{bottom:.1f}'
                 f'M{at - 3:.1f} {top:.1f}h6M{at - 3:.1f} {bottom:.1f}h6"/>')
        self.taken.append((at - 3, top, at + 3, bottom))

    def mark(self, x, y, shape, color, filled, title):
        at_x, at_y = self.x.at(x), self.y.at(y)
        self.add(symbol(at_x, at_y, shape, color, filled, title))
        self.taken.append((at_x - MARK, at_y - MARK, at_x + MARK, at_y + MARK))

    def label(self, priority, x, y, text, color, kind="small"):
        self.wanted.append((priority, self.x.at(x), self.y.at(y), text, kind, color))

    def place_labels(self):
        """Each beside its point where nothing else is; those of priority 0 also over a line. One
        that has no such place is left out: the mark's title and the table have it."""
        for priority, x, y, text, kind, color in sorted(self.wanted, key=lambda w: w[0]):
            width = (BOLD if priority == 0 else CHARACTER) * len(text)
            tries = [(gap, self.taken + self.lines) for gap in (7, 12)]
            if priority == 0:
                tries += [(gap, self.taken) for gap in (7, 12, 20)]
            found = next((p for gap, avoided in tries for p in places(x, y, width, gap)
                          if self.is_free(box(p, width), avoided)), None)
            if found:
                self.taken.append(box(found, width))
                self.text(*found, text, kind + " halo", more=f' style="fill:{color}"')

    def is_free(self, rectangle, avoided):
        x0, y0, x1, y1 = rectangle
        if x0 < self.x.begin or x1 > self.x.end or y0 < self.y.end or y1 > self.y.begin:
            return False
        return not any(x0 < t[2] and t[0] < x1 and y0 < t[3] and t[1] < y1 for t in avoided)

    def legend(self, x, y, rows):
        """rows: (text, colour, shape or None, filled, dashed or None: no line)."""
        for text, color, shape, filled, dashed in rows:
            if dashed is not None:
                dash = ' stroke-dasharray="5 4"' if dashed else ""
                self.add(f'<path stroke="{color}" stroke-width="1.8"{dash} d="M{x} {y}h26"/>')
            if shape:
                self.add(symbol(x + 13, y, shape, color, filled))
            self.text(x + 34, y + 4, text)
            y += 22
        return y

    def svg(self):
        self.place_labels()
        return "\n".join(self.parts) + "\n</svg>\n"


def places(x, y, width, gap):
    """Where a label's text may begin beside a mark: right, left, above, below, and the corners."""
    return [(x + gap, y + 4), (x - gap - width, y + 4), (x - width / 2, y - gap),
            (x - width / 2, y + gap + 8), (x + gap - 2, y - gap + 3), (x + gap - 2, y + gap + 6),
            (x - gap + 2 - width, y - gap + 3), (x - gap + 2 - width, y + gap + 6)]


def box(place, width):
    """The rectangle of a text of 11 px that begins there."""
    return place[0] - 1, place[1] - 10, place[0] + width + 1, place[1] + 2


def symbol(x, y, shape, color, filled, title=""):
    m = MARK
    fill = color if filled else "var(--paper)"
    style = f'style="fill:{fill};stroke:{color};stroke-width:1.6"'
    inner = f"<title>{escape(title)}</title>" if title else ""
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{m}" {style}>{inner}</circle>'
    outline = {"square": f"M{x - m:.1f} {y - m:.1f}h{2 * m}v{2 * m}h{-2 * m}z",
               "triangle": f"M{x:.1f} {y - m - 1:.1f}l{m + 1} {2 * m}h{-2 * m - 2}z",
               "diamond": f"M{x - m - 1:.1f} {y:.1f}l{m + 1} {-m - 1}l{m + 1} {m + 1}"
                          f"l{-m - 1} {m + 1}z",
               "cross": f"M{x - m:.1f} {y - m:.1f}l{2 * m} {2 * m}m0 {-2 * m}l{-2 * m} {2 * m}",
               "plus": f"M{x - m:.1f} {y:.1f}h{2 * m}m{-m} {-m}v{2 * m}"}[shape]
    return f'<path d="{outline}" {style}>{inner}</path>'
