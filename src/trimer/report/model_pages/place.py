# SPDX-License-Identifier: Apache-2.0
"""Find a place for each process of a picture, so that lines are short and cross little.

Boxes stand where the table of parts puts them. A process goes to the best of many points around
the species that it changes: short lines, no line through a box, few crossings, no two on one spot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Point: TypeAlias = tuple[float, float]
_Array: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"

CELL = (182.0, 92.0)
"""Width and height of a place of the grid, in pixels."""
MARGIN = 46.0
"""Around the grid."""
SINK = 27.0
"""From a process to its source or sink."""
_RIM = 14.0
"""What a process keeps from the rim of the picture."""
_STEPS = (6, 6)
"""Points a process may take in a cell, across and down."""
_ROOM = 17.0
"""Between a box and the middle of a process."""
_APART = 30.0
"""Between the middles of two processes."""
_ROUNDS = 3
_BOWS = (0.0, *(sign * bow for bow in (40.0, 60.0, 80.0, 100.0, 130.0, 160.0, 200.0, 260.0, 330.0)
                for sign in (1.0, -1.0)))  # fmt: skip
"""How far the control point of a bent line is from the straight one, tried in turn."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node of a picture: its middle and half its size."""

    x: float
    y: float
    half_width: float
    half_height: float

    def edge(self, toward: Point) -> Point:
        """Return where the line from the middle to a point leaves the box."""
        dx, dy = toward[0] - self.x, toward[1] - self.y
        reach = max(abs(dx) / self.half_width, abs(dy) / self.half_height)
        if reach == 0:
            return (self.x, self.y)
        return (self.x + dx / reach, self.y + dy / reach)


@dataclass(frozen=True, slots=True)
class Wish:
    """A process that wants a place: boxes it changes, and boxes that act on it."""

    name: str
    ends: tuple[str, ...]
    actors: tuple[str, ...]


def place(
    boxes: Mapping[str, Box], wishes: Sequence[Wish], fixed: Sequence[tuple[str, str]], size: Point
) -> dict[str, Point]:
    """Return the middle of each process.

    Parameters
    ----------
    boxes : mapping of str to Box
        Everything that stands.
    wishes : sequence of Wish
        Processes to place.
    fixed : sequence of (str, str)
        Lines between boxes that are there anyway.
    size : (float, float)
        Width and height of the picture.

    Returns
    -------
    dict of str to (float, float)
        By the name of the process.
    """
    lines: dict[str, list[tuple[Point, Point]]] = {
        "": [(_middle(boxes[a]), _middle(boxes[b])) for a, b in fixed]
    }
    found: dict[str, Point] = {}
    free = _free_points(boxes, size)
    # The most bound first: those between two boxes, then those that many act on.
    order = sorted(wishes, key=lambda wish: (-len(wish.ends), -len(wish.actors)))
    for _ in range(_ROUNDS):
        for wish in order:
            others = [line for name, some in lines.items() if name != wish.name for line in some]
            taken = [point for name, point in found.items() if name != wish.name]
            best = _best(wish, boxes, free, others, taken, size)
            found[wish.name] = best
            lines[wish.name] = [(_middle(boxes[name]), best) for name in (*wish.ends, *wish.actors)]
            if len(wish.ends) == 1:
                lines[wish.name].append((best, beyond(_middle(boxes[wish.ends[0]]), best, SINK)))
    return found


def beyond(start: Point, stop: Point, length: float) -> Point:
    """Return the point that lies `length` behind `stop`, seen from `start`."""
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    whole = max((dx * dx + dy * dy) ** 0.5, 1e-9)
    return (stop[0] + dx / whole * length, stop[1] + dy / whole * length)


def bent(start: Point, stop: Point, boxes: Sequence[Box]) -> Point | None:
    """Return where a line is to be bent so that it passes no box.

    Parameters
    ----------
    start, stop : (float, float)
        Its ends.
    boxes : sequence of Box
        What it may not pass.

    Returns
    -------
    (float, float) or None
        Control point of a quadratic curve; None if the straight line is free, or no bow is.
    """
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    whole = max((dx * dx + dy * dy) ** 0.5, 1e-9)
    for bow in _BOWS:
        middle = (
            (start[0] + stop[0]) / 2 - dy / whole * bow,
            (start[1] + stop[1]) / 2 + dx / whole * bow,
        )
        if not any(_on_curve(start, middle, stop, box) for box in boxes):
            return middle if bow else None
    return None


def _on_curve(start: Point, middle: Point, stop: Point, box: Box) -> bool:
    for step in range(1, 40):
        t = step / 40
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        x = a * start[0] + b * middle[0] + c * stop[0]
        y = a * start[1] + b * middle[1] + c * stop[1]
        if abs(x - box.x) < box.half_width + 3 and abs(y - box.y) < box.half_height + 3:
            return True
    return False


def _middle(box: Box) -> Point:
    return (box.x, box.y)


def _free_points(boxes: Mapping[str, Box], size: Point) -> _Array:
    steps = (CELL[0] / _STEPS[0], CELL[1] / _STEPS[1])
    # in line with the boxes and between them, so that lines can be straight
    across = MARGIN + CELL[0] / 2 + steps[0] * np.arange(-_STEPS[0], size[0] / steps[0])
    down = MARGIN + CELL[1] / 2 + steps[1] * np.arange(-_STEPS[1], size[1] / steps[1])
    points = np.array([(x, y) for y in down for x in across])
    inside = np.all((points > _RIM) & (points < np.array(size) - _RIM), axis=1)
    points = points[inside]
    ok = np.ones(len(points), dtype=bool)
    for box in boxes.values():
        ok &= (np.abs(points[:, 0] - box.x) > box.half_width + _ROOM) | (
            np.abs(points[:, 1] - box.y) > box.half_height + _ROOM
        )
    kept: _Array = points[ok]
    return kept


def _best(
    wish: Wish,
    boxes: Mapping[str, Box],
    free: _Array,
    others: Sequence[tuple[Point, Point]],
    taken: Sequence[Point],
    size: Point,
) -> Point:
    ends = [boxes[name] for name in wish.ends]
    middle = np.mean([_middle(box) for box in ends], axis=0)
    reach = max((np.hypot(*(np.array(_middle(box)) - middle)) for box in ends), default=0.0)
    points = free[np.hypot(*(free - middle).T) < reach * 0.9 + CELL[0] * 0.75]
    actors = [boxes[name] for name in wish.actors]
    cost = _length(points, ends, actors)
    if len(ends) == 1:
        cost += _at_sink(points, ends[0], actors, boxes, taken, size)
    for name in (*wish.ends, *wish.actors):
        cost += _in_the_way(points, name, boxes, others, taken)
    if others:
        lines = np.array(others)
        near = _distances(points[:, None], lines[None, :, 0], lines[None, :, 1]) < _ROOM
        cost += 120.0 * near.sum(axis=1)
    if taken:
        near = np.hypot(*(points[:, None] - np.array(taken)[None]).T).T < _APART
        cost += 500.0 * near.sum(axis=1)
    # Rounded, so that the last digit of a processor's arithmetic decides nothing.
    at = int(np.argmin(np.round(cost, 3)))
    return (float(points[at, 0]), float(points[at, 1]))


def _length(points: _Array, ends: Sequence[Box], actors: Sequence[Box]) -> _Array:
    """Return what the lengths of the lines to each point cost, and how bent its way is."""
    cost = np.zeros(len(points))
    for box in ends:
        cost += 1.5 * np.hypot(points[:, 0] - box.x, points[:, 1] - box.y)
    if len(ends) > 1:
        # a bent way looks like two
        cost += 2.0 * (cost - 1.5 * np.hypot(ends[0].x - ends[1].x, ends[0].y - ends[1].y))
        first, second = (np.array(_middle(box)) for box in ends[:2])
        cost += 0.6 * _distances(points, first, second)
    for box in actors:
        cost += 0.5 * np.hypot(points[:, 0] - box.x, points[:, 1] - box.y)
    return cost


def _in_the_way(
    points: _Array,
    name: str,
    boxes: Mapping[str, Box],
    others: Sequence[tuple[Point, Point]],
    taken: Sequence[Point],
) -> _Array:
    """Return what boxes, lines and processes cost that the line from a box to each point meets."""
    start = np.array(_middle(boxes[name]))
    cost = 600.0 * _through_boxes(
        start, points, [box for other, box in boxes.items() if other != name]
    )
    if others:
        lines = np.array(others)
        cost += 45.0 * _crossings(start, points, lines[:, 0], lines[:, 1])
    if taken:
        near = _distances(np.array(taken)[None], start, points[:, None]) < _ROOM
        cost += 250.0 * near.sum(axis=1)
    return cost


def _at_sink(
    points: _Array,
    box: Box,
    actors: Sequence[Box],
    boxes: Mapping[str, Box],
    taken: Sequence[Point],
    size: Point,
) -> _Array:
    """Return what the sign for a source or sink, behind each point, costs by its place."""
    middle = np.array(_middle(box))
    d = points - middle
    away = points + d / np.hypot(*d.T)[:, None] * SINK
    cost: _Array = 400.0 * np.any((away < 8) | (away > np.array(size) - 8), axis=1)
    for other in boxes.values():
        cost += 400.0 * (
            (np.abs(away[:, 0] - other.x) < other.half_width + 9)
            & (np.abs(away[:, 1] - other.y) < other.half_height + 9)
        )
    for point in taken:
        cost += 300.0 * (np.hypot(*(away - np.array(point)).T) < 20)
    for actor in actors:
        toward = np.array(_middle(actor)) - points
        behind = away - points
        turn = (toward * behind).sum(axis=1) / (np.hypot(*toward.T) * SINK)
        cost += 200.0 * (turn > 0.85)
    # straight up, down or sideways is calmer than askew
    cost += 0.25 * np.minimum(np.abs(d[:, 0]), np.abs(d[:, 1]))
    return cost


def _through_boxes(start: _Array, points: _Array, boxes: Sequence[Box]) -> _Array:
    """Return how many boxes, a little enlarged, the line from `start` to each point crosses."""
    middles = np.array([_middle(box) for box in boxes]).reshape(-1, 2)
    halves = np.array([(box.half_width, box.half_height) for box in boxes]).reshape(-1, 2) + 5.0
    d = (points - start)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        low = (middles - halves - start)[None] / d
        high = (middles + halves - start)[None] / d
    near, far = np.fmin(low, high), np.fmax(low, high)
    enter = np.fmax(near[..., 0], near[..., 1])
    leave = np.fmin(far[..., 0], far[..., 1])
    hit: _Array = ((enter <= leave) & (leave >= 0) & (enter <= 1)).sum(axis=1).astype(float)
    return hit


def _crossings(start: _Array, points: _Array, starts: _Array, stops: _Array) -> _Array:
    """Return how many of the other lines the line from `start` to each point crosses."""
    p, q = points[:, None, :], starts[None, :, :]
    r, s = p - start, stops[None, :, :] - q
    cross = r[..., 0] * s[..., 1] - r[..., 1] * s[..., 0]
    gap = q - start
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (gap[..., 0] * s[..., 1] - gap[..., 1] * s[..., 0]) / cross
        across = (gap[..., 0] * r[..., 1] - gap[..., 1] * r[..., 0]) / cross
    inside = (along > 0.02) & (along < 0.98) & (across > 0.02) & (across < 0.98)
    counted: _Array = inside.sum(axis=1).astype(float)
    return counted


def _distances(points: _Array, starts: _Array, stops: _Array) -> _Array:
    """Return how far points are from lines, each with each as their shapes go together."""
    d = stops - starts
    whole = np.maximum((d**2).sum(axis=-1), 1e-9)
    along = np.clip(((points - starts) * d).sum(axis=-1) / whole, 0, 1)
    gap = starts + along[..., None] * d - points
    away: _Array = np.hypot(gap[..., 0], gap[..., 1])
    return away
