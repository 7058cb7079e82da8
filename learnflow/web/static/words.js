// How times, numbers and states read.

import { el } from "./dom.js";

const DAY = 86_400_000;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

export const DASH = "–";

/** A moment: the time of day when it is not long ago, else with its date. */
export function time(iso) {
  const at = new Date(iso);
  const text = Date.now() - at < DAY ? clock.format(at) : date.format(at);
  return el("time", { datetime: iso, title: at.toLocaleString("en-GB") }, text);
}

export function count(value) {
  return value === null || value === undefined ? DASH : whole.format(value);
}

export function rate(value) {
  return value === null || value === undefined ? DASH : tenth.format(value);
}

export function duration(ms) {
  if (ms === null || ms === undefined) return DASH;
  return ms < 1000 ? `${whole.format(ms)} ms` : `${tenth.format(ms / 1000)} s`;
}

export function size(bytes) {
  return bytes < 1000 ? `${whole.format(bytes)} B` : bytes < 1e6 ? `${tenth.format(bytes / 1000)} kB` : `${tenth.format(bytes / 1e6)} MB`;
}

export function minutes(value) {
  if (value < 60) return `${whole.format(value)} min`;
  return `${tenth.format(value / 60)} h`;
}

export function level(value) {
  return Number(value).toFixed(2);
}

/** Which of the shades 0 to 5 a mastery level has; 5 is mastered. */
export function shade(value) {
  return [0.1, 0.3, 0.5, 0.7, 0.85].filter((edge) => value >= edge).length;
}

export function band(value) {
  if (value >= 0.95) return "expert";
  if (value >= 0.85) return "mastered";
  if (value >= 0.5) return "learning";
  return "beginning";
}

const SHAPES = { active: "●", idle: "○", starting: "◐", stopping: "◑", error: "▲", unknown: "?" };

/** A state in a shape, a colour and a word. */
export function state(name) {
  const known = SHAPES[name] ? name : "unknown";
  return el("span", { class: `state ${known}` }, el("span", { class: "shape", "aria-hidden": "true" }, SHAPES[known]), name);
}

const BARS = { low: "▂", medium: "▂▄", high: "▂▄▆" };

/** A struggle's level in bars and a word. */
export function struggleLevel(name) {
  return el("span", { class: `level ${name}` }, el("span", { class: "shape", "aria-hidden": "true" }, BARS[name] ?? "▂"), name);
}
