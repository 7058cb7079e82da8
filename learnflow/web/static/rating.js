// Under each stored answer of a student: whether it helped, why, whether a teacher is asked for, and what one has added.

import { send, student as path } from "./api.js";
import { el, prose, svg } from "./dom.js";
import { time } from "./words.js";

const THUMB = "M2 10h4v11H2zM8 10l4-8c1.7 0 2.6 1.2 2.2 2.9L13.4 9H20c1.4 0 2.3 1.1 2 2.4l-1.9 8c-.2.9-1 1.6-2 1.6H8z";
const CHOICES = [["up", "It helped"], ["down", "It did not help"]];

/** Keep what was said of each answer in the items of a conversation. */
export function ratings(student) {
  const widgets = new Map(); // query_id → its widget

  /** Show what is stored of answers, in the items that are in `list`. */
  function show(list, answers) {
    for (const answer of answers) {
      const place = [...list.children].find((item) => item.dataset.query === answer.query_id)?.querySelector(".answer");
      if (!place) continue;
      if (!widgets.has(answer.query_id)) widgets.set(answer.query_id, ratingWidget(student, answer.query_id));
      const widget = widgets.get(answer.query_id);
      if (widget.element.parentElement !== place) place.append(widget.element);
      widget.stored(answer);
    }
  }

  return { show };
}

function ratingWidget(student, query) {
  const name = (part) => `${part}-${query}`;
  const additions = el("div", { class: "additions", "aria-live": "polite" });
  const buttons = new Map(CHOICES.map(([rating, words]) => [rating, thumb(rating, words, () => choose(rating))]));
  const reason = el("textarea", { id: name("reason"), rows: "2", maxlength: "1000" });
  const teacher = el("input", { id: name("teacher"), type: "checkbox" });
  const button = el("button", { type: "submit", class: "quiet" }, "Send");
  const form = el("form", { hidden: true, on: { submit } },
    el("label", { for: reason.id }, "Why? (You may leave this empty.)"), reason,
    el("label", { class: "check", for: teacher.id }, teacher, " Please have a teacher look"),
    button,
  );
  const state = el("p", { class: "dim", role: "status" });
  const error = el("p", { class: "error", role: "alert" });
  let rating = null; // that was accepted
  let chosen = null; // that was pressed last, which `Send` sends again where it was not
  let sentAt = 0; // what is stored from before it is older than what was said here
  let addedBefore = "";

  async function choose(pressed) {
    chosen = pressed;
    form.hidden = false;
    if (rating !== chosen) await submitRating();
    reason.focus();
  }

  async function submit(event) {
    event.preventDefault();
    if (await submitRating()) {
      form.hidden = true;
      buttons.get(rating).focus();
    }
  }

  async function submitRating() {
    error.textContent = "";
    button.disabled = true;
    const said = { query_id: query, rating: chosen, reason: reason.value.trim() || null, ask_teacher: teacher.checked };
    try {
      const { at } = await send("POST", path(student, "ratings"), said);
      sentAt = Date.parse(at);
      draw({ ...said, waits_for_teacher: said.ask_teacher });
      return true;
    } catch (failure) {
      error.textContent = failure.message;
      return false;
    } finally {
      button.disabled = false;
    }
  }

  function draw(said) {
    rating = said.rating;
    for (const [each, element] of buttons) element.setAttribute("aria-pressed", String(each === rating));
    const words = [rating && (rating === "up" ? "You said that it helped." : "You said that it did not help."), said.reason && `“${said.reason}”`, said.waits_for_teacher && "A teacher will look at it."];
    const text = words.filter(Boolean).join(" ");
    if (state.textContent !== text) state.textContent = text;
  }

  function stored(answer) {
    const text = JSON.stringify(answer.additions);
    if (text !== addedBefore) additions.replaceChildren(...answer.additions.map(addition));
    addedBefore = text;
    if (answer.rated_at && Date.parse(answer.rated_at) < sentAt) return;
    if (!answer.rated_at && sentAt) return;
    draw(answer);
    if (form.hidden) {
      reason.value = answer.reason ?? "";
      teacher.checked = answer.ask_teacher;
    }
  }

  const group = el("div", { class: "thumbs", role: "group", "aria-label": "Did this answer help?" }, el("span", { class: "dim" }, "Did this help?"), [...buttons.values()]);
  return { element: el("div", { class: "rating" }, additions, group, form, state, error), stored };
}

function thumb(rating, words, chosen) {
  return el("button", { type: "button", class: `quiet thumb ${rating}`, "aria-pressed": "false", on: { click: chosen } },
    svg("svg", { viewBox: "0 0 24 24", width: "18", height: "18", "aria-hidden": "true" }, svg("path", { d: THUMB })), words);
}

function addition(found) {
  const by = found.answered_by === "operator" ? "" : `, ${found.answered_by}`;
  return el("div", { class: "addition", "data-message": found.message_id },
    el("p", { class: "head" }, el("strong", {}, `From a teacher${by}`), " ", time(found.at)), prose(found.text));
}
