// One question's way through the agents.

import { ApiError, get } from "./api.js";
import { el, fact, labelled, prose, section, studentLink } from "./dom.js";
import { answerParts } from "./view-ask.js";
import { duration, time } from "./words.js";

const AGAIN = 1500;
const HOUR = 3_600_000; // beyond it, the client gave the question another time
const KINDS = { routing_decision: "routing decision", request: "request", response: "response", collaboration: "collaboration" };

export async function queryView({ content, parameters: [id] }) {
  const parts = el("div", { class: "parts" });
  let timer = 0;
  let open = true;

  async function draw() {
    const found = await get(`/api/queries/${encodeURIComponent(id)}`).catch((error) => {
      if (error.status === 404) return null;
      throw error;
    });
    parts.replaceChildren(...(found ? sections(found) : [el("p", { role: "status" }, "This question is not stored yet, or there is none.")]));
    const status = found?.question.status;
    if (open && status !== "completed" && status !== "failed") soon();
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => draw().catch(() => {}), AGAIN);
  }

  await draw();
  content.append(el("h1", {}, "A question’s way"), parts);
  return {
    heard: (name, found) => name === "answer" && found.query_id === id && soon(),
    again: soon,
    close() {
      open = false;
      clearTimeout(timer);
    },
  };
}

function sections({ question: query, response, flow }) {
  return [
    section("Question",
      el("div", { class: "question" }, prose(query.query_text), query.code_snippet && labelled(`Code sent, ${query.language}`, query.code_snippet)),
      el("dl", { class: "rows" },
        fact("Student", studentLink(query.student_id)),
        fact("Asked", time(query.timestamp)),
        fact("State", query.status),
        query.detected_intent && fact("Intent", query.detected_intent.replace("_", " ")),
        query.topic && fact("Topic", query.topic),
        query.triage_confidence !== null && query.triage_confidence !== undefined && fact("Confidence", Number(query.triage_confidence).toFixed(2)),
      ),
    ),
    section("Way", el("ol", { class: "way plain" }, step(query.timestamp, null, ["student", "triage"], "question", "The question is asked"), flow.map((message) =>
      step(message.timestamp, Date.parse(message.timestamp) - Date.parse(query.timestamp), [message.source_agent, message.destination_agent], KINDS[message.message_type] ?? message.message_type, message.message_content)))),
    outcome(query, response),
  ].filter(Boolean);
}

function step(at, after, [from, to], kind, words) {
  return el("li", { class: `step-${kind.replace(" ", "-")}` },
    el("p", { class: "head" }, el("strong", {}, from), el("span", { "aria-label": " to " , role: "img" }, " → "), el("strong", {}, to), " ", el("span", { class: "kind" }, kind)),
    el("p", {}, words),
    el("p", { class: "dim" }, time(at), after !== null && after >= 0 && after < HOUR && ` · after ${duration(after)}`),
  );
}

function outcome(query, response) {
  if (query.status === "failed") return section("Answer", ...answerParts({ status: "failed", text: query.failure_reason, agent_name: query.routed_to_agent }));
  if (!response) return section("Answer", el("p", { class: "waiting", role: "status" }, "Not there yet …"));
  return section("Answer", ...answerParts({ ...response, status: "completed", text: response.response_text, agent_name: response.agent_type, confidence: response.confidence_score === null ? null : Number(response.confidence_score) }));
}
