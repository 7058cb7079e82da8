// The mastery of a class: students by topics, each level as text and as a shade; sorted by any column, and filtered.

import { get } from "./api.js";
import { el, scrolling, section, studentLink } from "./dom.js";
import { ratingSection, waitingList } from "./teacher.js";
import { band, level, shade, time } from "./words.js";

const SHADES = [0, 0.1, 0.3, 0.5, 0.7, 0.85]; // where each begins
const STATES = { struggling: "has a struggle that has not ended", active: "was active in the last seven days", away: "was not" };
const RANKS = Object.keys(STATES); // in which order states are sorted
const DIRECTIONS = { ascending: 1, descending: -1 };

export async function classView({ content, search }) {
  const waiting = waitingList();
  const [{ topics, students }, rated] = await Promise.all([get(`/api/class?${search}`), ratingSection(), waiting.look()]);
  const columns = [
    { name: "Student", value: (student) => nameOf(student).toLowerCase() },
    { name: "State", value: (student) => RANKS.indexOf(student.state) },
    { name: "Last active", value: (student) => (student.last_activity ? Date.parse(student.last_activity) : undefined) },
    ...topics.map((topic) => ({ name: topic, topic, value: (student) => student.levels[topic] })),
  ];
  const rows = students.map((student) => row(student, topics));
  const body = el("tbody");
  const heads = columns.map(head);
  const count = el("p", { class: "dim", role: "status", id: "shown" });
  const text = el("input", { id: "filter", type: "search", autocomplete: "off", on: { input: draw } });
  const state = el("select", { id: "state", on: { change: draw } }, el("option", { value: "" }, "any"), RANKS.map((each) => el("option", { value: each }, each)));
  let sorted = null; // {column, direction}; null: who was active last is first

  function head(column) {
    const button = el("button", { type: "button", class: "sort", on: { click: () => sort(column) } }, el("span", { class: "column" }, column.name), el("span", { class: "arrow", "aria-hidden": "true" }));
    return el("th", { scope: "col", class: column.topic ? "topic" : null, "aria-sort": "none" }, button);
  }

  function sort(column) {
    const direction = sorted?.column === column && sorted.direction === "ascending" ? "descending" : "ascending";
    sorted = { column, direction };
    heads.forEach((each, at) => each.setAttribute("aria-sort", columns[at] === column ? direction : "none"));
    draw();
  }

  function draw() {
    const words = text.value.trim().toLowerCase().split(/\s+/);
    const matching = rows.filter(({ student }) => (!state.value || student.state === state.value) && words.every((word) => `${student.student_id} ${student.name}`.toLowerCase().includes(word)));
    const ordered = sorted ? matching.sort((one, other) => compare(sorted.column.value(one.student), sorted.column.value(other.student), DIRECTIONS[sorted.direction])) : matching;
    body.replaceChildren(...ordered.map((each) => each.element));
    const order = sorted ? `, by ${sorted.column.name}, ${sorted.direction}` : "";
    count.textContent = matching.length ? `${matching.length} of ${rows.length} students${order}.` : "No student fits.";
  }

  draw();
  const table = el("table", { class: "heat" },
    el("caption", { class: "said" }, "Students with their state and their mastery levels from 0 to 1; the head of a column sorts by it"),
    el("thead", {}, el("tr", {}, heads)), body,
  );
  content.append(
    el("h1", {}, "Class"),
    el("p", {}, "How far each student is on each topic, from 0 to 1. Levels change here as they change."),
    ...(students.length && topics.length ? [
      el("form", { class: "inline", role: "search", on: { submit: (event) => event.preventDefault() } },
        el("div", {}, el("label", { for: "filter" }, "Student"), text), el("div", {}, el("label", { for: "state" }, "State"), state),
      ),
      count, scrolling("Mastery of the class", table),
    ] : [el("p", { class: "none" }, "Nobody has a level yet.")]),
    el("ul", { class: "legend plain", "aria-label": "Shades" }, SHADES.map((value) => el("li", {}, el("span", { class: `swatch shade-${shade(value)}`, "aria-hidden": "true" }), `from ${level(value)}, ${band(value)}`))),
    el("p", { class: "dim" }, RANKS.map((each, at) => `${at ? "; " : ""}${each}: ${STATES[each]}`), "."),
    section("Waiting for a teacher", waiting.element),
    rated,
  );

  const byStudent = new Map(rows.map((each) => [each.student.student_id, each]));
  return {
    heard(name, found) {
      const changed = byStudent.get(found.student_id);
      if (name === "mastery") changed?.setLevel(found.topic, found.new_level);
      if (name === "struggle") changed?.setState("struggling");
      waiting.heard(name);
    },
    again: waiting.soon,
    close: waiting.close,
  };
}

function nameOf(student) {
  return student.name || student.student_id;
}

/** Those without a value come last, in either direction. */
function compare(one, other, direction) {
  if (one === undefined || other === undefined) return (one === undefined) - (other === undefined);
  return (one < other ? -1 : Number(one > other)) * direction;
}

function row(student, topics) {
  const state = el("td", { class: `state-cell is-${student.state}` }, student.state);
  const cells = new Map(topics.map((topic) => [topic, el("td", { class: "empty" }, el("span", { "aria-hidden": "true" }, "·"))]));
  for (const [topic, value] of Object.entries(student.levels)) fill(cells.get(topic), value);
  return {
    student,
    element: el("tr", {},
      el("th", { scope: "row" }, studentLink(student.student_id), student.name && student.name !== student.student_id && el("span", { class: "dim name" }, student.name)),
      state, el("td", { class: "dim" }, student.last_activity && time(student.last_activity)), [...cells.values()],
    ),
    setLevel(topic, value) {
      student.levels[topic] = value;
      if (cells.has(topic)) fill(cells.get(topic), value).classList.add("fresh");
    },
    setState(value) {
      student.state = state.textContent = value;
      state.className = `state-cell is-${value}`;
    },
  };
}

function fill(place, value) {
  place.className = `shade-${shade(value)}`;
  place.title = band(value);
  place.textContent = level(value);
  return place;
}
