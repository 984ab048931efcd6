"""The process that draws: a line of JSON in, a line of JSON out, until nobody asks any more.

It is one of its own because drawing begins with two seconds in which nothing else of its process would be done.
"""

import json
import select
import signal
import sys
from typing import Any

import altair as alt
import vl_convert

INK = {"light": "#18222c", "dark": "#e8edf0", "paper": "#000000"}
LINE = {"light": "#dde2e3", "dark": "#2d3940", "paper": "#bbbbbb"}
BAR = {"light": "#0b6470", "dark": "#7cc7cf", "paper": "#0b6470"}
FONT = {"light": "sans-serif", "dark": "sans-serif", "paper": "Libertinus Serif"}
BAR_HEIGHT = 16
ROOM = 1.12
"""How far the axis goes beyond the longest bar: its number stands there."""
IDLE = 300.0
"""Seconds after which it goes; whoever asks later has another one started."""


def chart(unit: str, bars: list[tuple[str, int]], shade: str, width: int, height: int) -> dict[str, Any]:
    """What is drawn of these numbers, in the words of Vega-Lite."""
    most = max(n for _, n in bars)
    values = [{"name": name, "number": n} for name, n in bars]
    names = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False))
    axis = alt.Axis(format="d", tickCount=min(5, most), domain=False)
    numbers = alt.X("number:Q", title=unit, axis=axis, scale=alt.Scale(domain=[0, ROOM * most], nice=False))
    base = alt.Chart({"values": values}).encode(x=numbers, y=names)
    told = base.mark_text(align="left", dx=4, color=INK[shade]).encode(text="number:Q")
    whole = base.mark_bar(color=BAR[shade], height=BAR_HEIGHT) + told
    # The whole picture gets this size, words at its side included, whatever they are.
    fits = alt.AutoSizeParams(type="fit", contains="padding")
    look = whole.properties(width=width, height=height, autosize=fits, background="transparent")
    look = look.configure(font=FONT[shade]).configure_view(stroke=None)
    look = look.configure_axis(
        labelColor=INK[shade], titleColor=INK[shade], gridColor=LINE[shade], labelFontSize=13, titleFontSize=13
    ).configure_text(fontSize=13)
    spec: dict[str, Any] = look.to_dict()
    return spec


def main() -> None:
    """Draw what is asked for, one after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks; when they go, so does this
    while select.select([sys.stdin], [], [], IDLE)[0] and (asked := sys.stdin.readline()):
        svg = vl_convert.vegalite_to_svg(chart(*json.loads(asked)))
        sys.stdout.write(json.dumps(svg) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
