// Which point is meant: by the pointer, or by an arrow key from the point before.
import type { Point } from "./chart.ts";

export type Direction = "left" | "right" | "up" | "down";

/** The point nearest to a place; inside a bar or a cell the distance is 0. Undefined without points. */
export function nearestPoint(points: readonly Point[], x: number, y: number): Point | undefined {
  return least(points, (point) => {
    const dx = Math.max(0, Math.abs(point.x - x) - (point.width ?? 0) / 2);
    const dy = Math.max(0, Math.abs(point.y - y) - (point.height ?? 0) / 2);
    return dx * dx + dy * dy;
  });
}

/** The next point of the series, or the point of the next series that lies above or below; else the same. */
export function neighbour(points: readonly Point[], from: Point, direction: Direction): Point {
  const sideways = direction === "left" || direction === "right";
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  const ahead = points.filter((point) => {
    if (point === from) return false;
    return sideways
      ? point.series === from.series && (point.x - from.x) * sign > 0
      : point.series !== from.series && (point.y - from.y) * sign > 0;
  });
  const found = sideways
    ? least(ahead, (point) => Math.abs(point.x - from.x))
    : // Nearly below is better than near: a column counts more than a row.
      least(ahead, (point) => Math.abs(point.x - from.x) * 4 + Math.abs(point.y - from.y));
  return found ?? alone(points, from, sideways ? sign : 0) ?? from;
}

/** Left and right of a point that is all its series has go through all points. */
function alone(points: readonly Point[], from: Point, step: number): Point | undefined {
  const companions = points.some((point) => point !== from && point.series === from.series);
  return companions ? undefined : points[points.indexOf(from) + step];
}

function least(points: readonly Point[], distance: (point: Point) => number): Point | undefined {
  let found: Point | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const point of points) {
    const length = distance(point);
    if (length < shortest) {
      shortest = length;
      found = point;
    }
  }
  return found;
}
