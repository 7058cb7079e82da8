// One struggle: how much, on what, what to do, and the questions behind it.

import { el, queryLink, said, studentLink } from "./dom.js";
import { minutes, struggleLevel, time } from "./words.js";

export function struggleItem(found, { student = true } = {}) {
  const within = found.time_window_minutes ? ` within ${minutes(found.time_window_minutes)}` : "";
  return el("li", { class: "struggle" },
    el("p", { class: "head" },
      struggleLevel(found.struggle_level), " ",
      student && studentLink(found.student_id), student && " on ",
      el("strong", {}, found.topic), " ",
      time(found.at),
    ),
    el("p", {}, found.recommendation),
    el("p", { class: "dim" },
      `${found.query_count} similar questions or failed submissions${within}: `,
      el("span", { class: "evidence" }, (found.evidence ?? []).map((id, at) => [at ? " " : "", queryLink(id, [said("question "), String(at + 1)])])),
      signals(found.signals),
    ),
  );
}

function signals(found) {
  if (!found) return null;
  const words = [];
  if (found.failed_runs) words.push(`${found.failed_runs} failed runs`);
  if (found.repeated_errors) words.push(`${found.repeated_errors} repeated errors`);
  if (found.wheel_spinning) words.push("many tries without getting on");
  if (found.answer_seeking >= 0.5) words.push("mostly asks for the answer");
  return words.length ? ` · ${words.join(", ")}` : null;
}
