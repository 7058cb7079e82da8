// For operators and teachers: who waits for a teacher, with a form to answer, and how answers are rated.

import { get, send } from "./api.js";
import { el, labelled, prose, queryLink, said, scrolling, section, studentLink } from "./dom.js";
import { DASH, count, time } from "./words.js";

const STORED = 1500; // after an event, until its row is stored

/** A list that reads itself again when somebody says something; what is being written in it stays. */
export function waitingList() {
  const list = el("ol", { class: "waiting-list plain", "aria-live": "polite" });
  const none = el("p", { class: "none" }, "Nobody waits for a teacher.");
  const error = el("p", { class: "error", role: "alert" });
  const items = new Map(); // query_id → element
  const answered = new Map(); // query_id → when it was answered here
  let timer = 0;
  let closed = false;

  async function look() {
    try {
      draw((await get("/api/waiting")).waiting);
      error.textContent = "";
    } catch (failure) {
      error.textContent = failure.message;
    }
  }

  function draw(waiting) {
    const current = waiting.filter((each) => !(answered.get(each.query_id) >= Date.parse(each.rated_at)));
    const wanted = new Map(current.map((each) => [each.query_id, each]));
    for (const [id, item] of items) {
      if (!wanted.has(id)) remove(id, item);
    }
    for (const [id, each] of wanted) {
      const shown = items.get(id);
      if (shown && (shown.dataset.rated === each.rated_at || shown.querySelector("textarea").value)) continue;
      const item = waitingItem(each, (at) => answer(id, at));
      items.set(id, item);
      if (shown) shown.replaceWith(item);
      else list.append(item);
    }
    none.hidden = items.size > 0;
  }

  function answer(id, at) {
    answered.set(id, Date.parse(at));
    remove(id, items.get(id));
    none.hidden = items.size > 0;
  }

  function remove(id, item) {
    item?.remove();
    items.delete(id);
  }

  function soon() {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(look, STORED);
  }

  return {
    element: el("div", { id: "waiting" }, error, none, list),
    look,
    soon,
    heard: (name) => name === "feedback" && soon(),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

function waitingItem(found, answered) {
  const text = el("textarea", { id: `words-${found.query_id}`, required: true, maxlength: "8000", rows: "3" });
  const error = el("p", { class: "error", role: "alert" });
  const button = el("button", { type: "submit" }, "Answer");

  async function submit(event) {
    event.preventDefault();
    error.textContent = "";
    button.disabled = true;
    try {
      answered((await send("POST", "/api/teacher-answers", { query_id: found.query_id, text: text.value })).at);
    } catch (failure) {
      error.textContent = failure.message;
      button.disabled = false;
    }
  }

  return el("li", { "data-query": found.query_id, "data-rated": found.rated_at },
    el("p", { class: "head" }, studentLink(found.student_id), found.topic && [" on ", el("strong", {}, found.topic)], " ", time(found.rated_at)),
    el("div", { class: "question" }, said("Question: "), prose(found.question), found.code && labelled(found.language ? `Code sent, ${found.language}` : "Code sent", found.code)),
    el("details", {}, el("summary", {}, `The answer of ${found.agent_name}`), prose(found.text), el("p", { class: "dim" }, queryLink(found.query_id, "Its way through the agents"))),
    el("p", {}, found.rating === "up" ? "It helped, and a teacher is asked for." : "It did not help, and a teacher is asked for.", found.reason && ` “${found.reason}”`),
    el("form", { on: { submit } }, el("label", { for: text.id }, `Your answer to ${found.student_id}`), text, error, button),
  );
}

const HEADS = ["Agent", "Tutor", "Model", "Prompts", "Proof", "Answers", "Up", "Down", "Teacher asked", "Waiting"];
const COUNTS = ["answers", "up", "down", "asked_for_teacher", "waiting_for_teacher"];

/** How answers are rated, by what wrote them. */
export async function ratingSection() {
  const found = await get("/api/ratings").catch((error) => ({ error: error.message, ratings: [] }));
  if (!found.ratings.length) return section("Ratings of answers", el("p", { class: "none" }, found.error ?? "No answer is rated yet."));
  const rows = found.ratings.map((row) => el("tr", {},
    el("th", { scope: "row" }, row.agent),
    [row.tutor, row.claude_model, row.prompt, row.proof].map((value) => el("td", {}, value ?? DASH)),
    COUNTS.map((name) => el("td", { class: "number" }, count(row[name]))),
  ));
  return section("Ratings of answers", scrolling("Ratings of answers", el("table", { class: "ratings" },
    el("caption", { class: "said" }, "How the newest ratings of answers count, by agent, tutor, model, version of the prompts and proof"),
    el("thead", {}, el("tr", {}, HEADS.map((name, at) => el("th", { scope: "col", class: at > 4 ? "number" : null }, name)))),
    el("tbody", {}, rows),
  )));
}
