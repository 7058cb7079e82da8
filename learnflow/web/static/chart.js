// Lines in SVG, drawn here, each with its text.

import { svg } from "./dom.js";

/** A line through values at even distances; it begins at 0 and ends at the highest value, or at `top`. */
export function line(values, { width = 640, height = 120, top = null, label }) {
  const high = top ?? Math.max(1, ...values);
  const x = (at) => (values.length > 1 ? (at / (values.length - 1)) * (width - 8) + 4 : width / 2);
  const y = (value) => height - 4 - (value / high) * (height - 12);
  const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`);
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, class: "line", role: "img", "aria-label": label, preserveAspectRatio: "none" },
    svg("line", { class: "ground", x1: 0, x2: width, y1: height - 4, y2: height - 4 }),
    values.length > 1 && svg("polygon", { class: "under", points: `4,${height - 4} ${points.join(" ")} ${width - 4},${height - 4}` }),
    values.length > 1 && svg("polyline", { class: "stroke", points: points.join(" ") }),
  );
}

/** A level from 0 to 1 over time, in steps: it holds until it changes. `changes` as [milliseconds, level], in order. */
export function steps(changes, from, to, { width = 320, height = 44, mark = 0.85, label }) {
  const span = Math.max(to - from, 1);
  const x = (at) => 2 + ((at - from) / span) * (width - 6);
  const y = (value) => height - 3 - value * (height - 6);
  let path = `M ${x(from).toFixed(1)} ${y(0).toFixed(1)}`;
  for (const [at, value] of changes) path += ` H ${x(at).toFixed(1)} V ${y(value).toFixed(1)}`;
  path += ` H ${x(to).toFixed(1)}`;
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, class: "line", role: "img", "aria-label": label, preserveAspectRatio: "none" },
    svg("line", { class: "mark", x1: 0, x2: width, y1: y(mark), y2: y(mark) }),
    svg("path", { class: "stroke", d: path }),
  );
}
