// Ask a question, and see its answer come.

import { get, send } from "./api.js";
import { answerUnderWay } from "./answer-under-way.js";
import { el, labelled, prose, queryLink, said } from "./dom.js";
import { DASH, duration } from "./words.js";

const LANGUAGES = [["python", "Python"], ["javascript", "JavaScript"], ["java", "Java"], ["cpp", "C++"], ["go", "Go"], ["rust", "Rust"]];
const ASK_AGAIN = 1500; // for an answer whose words were not pushed

export function askView({ content, search, session }) {
  const own = session.role === "student" ? session.student_id : null;
  const student = el("input", { id: "student", required: true, maxlength: "255", autocomplete: "off", value: own ?? search.get("student") ?? "", readonly: Boolean(own) });
  const text = el("textarea", { id: "text", required: true, maxlength: "5000", rows: "4" });
  const snippet = el("textarea", { id: "code", maxlength: "10000", rows: "8", spellcheck: "false", class: "code" });
  const language = el("select", { id: "language" }, LANGUAGES.map(([value, name]) => el("option", { value }, name)));
  const error = el("p", { class: "error", role: "alert", id: "ask-error" });
  const button = el("button", { type: "submit" }, "Ask");
  const asked = el("ol", { class: "asked plain", id: "asked", "aria-live": "polite" });
  const waiting = new Map();

  content.append(
    el("h1", {}, "Ask a question"),
    el("form", { on: { submit } },
      el("label", { for: "student" }, "Student"), student,
      el("label", { for: "text" }, "Question"), text,
      el("details", {},
        el("summary", {}, "With code"),
        el("label", { for: "language" }, "Language"), language,
        el("label", { for: "code" }, "Code"), snippet,
      ),
      error, button,
    ),
    el("section", { "aria-labelledby": "answers-title" }, el("h2", { id: "answers-title", class: "said" }, "Answers"), asked),
  );

  async function submit(event) {
    event.preventDefault();
    error.textContent = "";
    button.disabled = true;
    const question = { student_id: student.value.trim(), query_text: text.value };
    if (snippet.value.trim()) Object.assign(question, { code_snippet: snippet.value, language: language.value });
    try {
      const { query_id: id } = await send("POST", "/api/questions", question);
      add(id, question);
      text.value = snippet.value = "";
    } catch (failure) {
      error.textContent = failure.message;
    } finally {
      button.disabled = false;
      text.focus();
    }
  }

  const early = new Map(); // answers that are here before their question is known to be accepted

  function add(id, question) {
    const place = answerUnderWay(id, question.student_id);
    asked.prepend(el("li", { "data-query": id },
      el("div", { class: "question" }, said("Question: "), prose(question.query_text), question.code_snippet && labelled("Code sent", question.code_snippet)),
      place.element,
      el("p", { class: "dim" }, queryLink(id, "Its way through the agents")),
    ));
    waiting.set(id, place);
    if (early.has(id)) arrived(early.get(id));
  }

  function arrived(answer) {
    const place = waiting.get(answer.query_id);
    if (!place) {
      early.set(answer.query_id, answer);
      if (early.size > 50) early.delete(early.keys().next().value);
      return;
    }
    if (answer.text === null) return void fetchWords(answer, place);
    waiting.delete(answer.query_id);
    place.answered(answerParts(answer));
  }

  async function fetchWords(answer, place) {
    for (let tries = 0; tries < 20 && place.element.isConnected; tries += 1) {
      const found = await get(`/api/queries/${answer.query_id}`).catch(() => null);
      const text = found?.response?.response_text;
      if (text) return arrived({ ...answer, text, code_examples: found.response.code_examples ?? [] });
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
    }
    return undefined;
  }

  async function missed() {
    for (const [id, place] of waiting) await fetchWords({ query_id: id, status: "completed", text: null }, place);
  }

  function heard(name, found) {
    if (name === "answer") arrived(found);
    if (name === "progress") waiting.get(found.query_id)?.progress(found);
  }

  return { heard, again: missed };
}

/** An answer's words, its code, and who gave it. */
export function answerParts(answer) {
  const failed = answer.status === "failed";
  const by = [answer.agent_name, answer.confidence === null || answer.confidence === undefined ? null : `confidence ${answer.confidence.toFixed(2)}`, duration(answer.processing_time_ms)];
  return [
    failed && el("p", { class: "error" }, "No answer:"),
    prose(answer.text ?? ""),
    ...(answer.code_examples ?? []).filter((each) => !answer.text?.includes(each)).map((each) => labelled("Code in the answer", each)),
    el("p", { class: "dim by" }, by.filter((part) => part && part !== DASH).join(" · ")),
  ].filter(Boolean);
}
