// The mastery of a class: students by topics, each level as text and as a shade.

import { get } from "./api.js";
import { el, scrolling, studentLink } from "./dom.js";
import { band, level, shade } from "./words.js";

const SHADES = [0, 0.1, 0.3, 0.5, 0.7, 0.85]; // where each begins

export async function classView({ content, search }) {
  const { topics, students } = await get(`/api/class?${search}`);
  const cells = new Map();
  const key = (student, topic) => JSON.stringify([student, topic]);

  function cell(student, topic, value) {
    const shown = value === undefined ? el("td", { class: "empty" }, el("span", { "aria-hidden": "true" }, "·")) : filled(el("td"), value);
    cells.set(key(student, topic), shown);
    return shown;
  }

  function filled(place, value) {
    place.className = `shade-${shade(value)}`;
    place.title = band(value);
    place.textContent = level(value);
    return place;
  }

  const rows = students.map((student) => el("tr", {},
    el("th", { scope: "row" }, studentLink(student.student_id), student.name && student.name !== student.student_id && el("span", { class: "dim name" }, student.name)),
    topics.map((topic) => cell(student.student_id, topic, student.levels[topic])),
  ));
  const table = el("table", { class: "heat" },
    el("caption", { class: "said" }, "Mastery levels from 0 to 1: a row for each student, a column for each topic"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Student"), topics.map((topic) => el("th", { scope: "col", class: "topic" }, el("span", {}, topic))))),
    el("tbody", {}, rows),
  );
  content.append(
    el("h1", {}, "Class"),
    el("p", {}, "How far each student is on each topic, from 0 to 1. Levels change here as they change."),
    students.length && topics.length ? scrolling("Mastery of the class", table) : el("p", { class: "none" }, "Nobody has a level yet."),
    el("ul", { class: "legend plain", "aria-label": "Shades" }, SHADES.map((value) => el("li", {}, el("span", { class: `swatch shade-${shade(value)}`, "aria-hidden": "true" }), `from ${level(value)}, ${band(value)}`))),
  );

  return {
    heard(name, found) {
      const place = name === "mastery" && cells.get(key(found.student_id, found.topic));
      if (place) filled(place, found.new_level).classList.add("fresh");
    },
  };
}
