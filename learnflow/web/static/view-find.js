// Find questions, and open a student.

import { get } from "./api.js";
import { el, section, studentLink } from "./dom.js";
import { questionList } from "./view-student.js";

const AGENTS = ["concepts", "code-review", "debug", "exercise", "progress"];
const STATES = ["pending", "processing", "completed", "failed"];

export async function findView({ content, search }) {
  const choice = (name, values) => el("select", { id: name, name }, el("option", { value: "" }, "any"), values.map((value) => el("option", { value, selected: search.get(name) === value }, value)));
  const input = (name) => el("input", { id: name, name, value: search.get(name) ?? "", autocomplete: "off" });
  const field = (name, label, control) => el("div", {}, el("label", { for: name }, label), control);
  const student = el("input", { id: "open", required: true, autocomplete: "off" });
  content.append(
    el("h1", {}, "Find"),
    el("form", { class: "inline", on: { submit: open } }, field("open", "Open a student", student), el("button", { type: "submit" }, "Open")),
    section("Questions",
      el("form", { class: "inline", role: "search", on: { submit: find } },
        field("text", "Words", input("text")), field("student", "Student", input("student")),
        field("agent", "Agent", choice("agent", AGENTS)), field("status", "State", choice("status", STATES)),
        el("button", { type: "submit" }, "Find"),
      ),
      await results(search),
    ),
  );

  function open(event) {
    event.preventDefault();
    location.hash = `/student/${encodeURIComponent(student.value.trim())}`;
  }

  function find(event) {
    event.preventDefault();
    const given = [...new FormData(event.target)].filter(([, value]) => value.trim());
    location.hash = `/find?${new URLSearchParams(given)}`;
  }
}

async function results(search) {
  if (![...search].length) return el("p", { class: "none" }, "Say what to look for.");
  const found = await get(`/api/search?${search}`);
  return found.found.length ? questionList(found.found, { student: (each) => studentLink(each.student_id) }) : el("p", { class: "none", role: "status" }, "Nothing was found.");
}
