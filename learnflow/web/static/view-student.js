// One student: progress, mastery over time, struggles, and what was said.

import { ApiError, get, student as path } from "./api.js";
import { steps } from "./chart.js";
import { el, fact, link, prose, queryLink, scrolling, section } from "./dom.js";
import { struggleItem } from "./struggle.js";
import { band, count, level, rate, time } from "./words.js";

const AGAIN = 1500; // after an event, until its row is stored

export async function studentView({ content, parameters: [id], session }) {
  const parts = el("div", { class: "parts" });
  let timer = 0;

  async function draw() {
    const [progress, mastery, struggle, conversation, questions] = await Promise.all(
      ["progress", "mastery", "struggle", "conversation", "questions?limit=20"].map((what) => optional(path(id, what))),
    );
    if (![progress, mastery, struggle, conversation, questions].some(Boolean)) throw new ApiError(404, `Nobody knows a student ${id}.`);
    parts.replaceChildren(...[
      progress && progressSection(progress),
      mastery && masterySection(mastery),
      struggle && struggleSection(struggle),
      conversation && conversationSection(conversation),
      questions && questionSection(questions),
    ].filter(Boolean));
  }

  await draw();
  content.append(
    el("h1", { class: "id" }, session.role === "student" ? "My progress" : id),
    el("p", {}, link(`/ask?student=${encodeURIComponent(id)}`, session.role === "student" ? "Ask a question" : "Ask as this student")),
    parts,
  );

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => draw().catch(() => {}), AGAIN);
  }

  return {
    heard: (_name, found) => found.student_id === id && soon(),
    again: soon,
    close: () => clearTimeout(timer),
  };
}

/** What is there, or null where nothing is known of a student yet. */
async function optional(address) {
  try {
    return await get(address);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

function progressSection(progress) {
  const topics = (names) => (names?.length ? names.join(", ") : "none yet");
  return section("Progress",
    el("dl", { class: "facts" },
      fact("questions", count(progress.total_queries)),
      fact("a day", rate(progress.learning_velocity)),
      fact("exercises solved", count(progress.completed_exercises)),
      fact("topics mastered", count(progress.topics_mastered?.length)),
    ),
    el("dl", { class: "rows" },
      fact("Strengths", topics(progress.strengths)),
      fact("Weaknesses", topics(progress.weaknesses)),
      fact("Achievements", topics(progress.achievements)),
      fact("Last active", time(progress.last_activity)),
    ),
  );
}

function masterySection({ levels, ledger }) {
  const topics = Object.keys(levels).sort((one, other) => levels[other] - levels[one]);
  if (!topics.length) return section("Mastery over time", el("p", { class: "none" }, "No level yet."));
  const changes = new Map(topics.map((topic) => [topic, []]));
  for (const row of [...ledger].sort((one, other) => new Date(one.at) - new Date(other.at))) {
    changes.get(row.topic)?.push([Date.parse(row.at), row.new_level]);
  }
  const all = [...changes.values()].flat().map(([at]) => at);
  const [from, to] = all.length ? [Math.min(...all), Date.now()] : [Date.now() - 1, Date.now()];
  return section("Mastery over time",
    el("table", { class: "mastery" },
      el("caption", { class: "said" }, "The level of each topic from 0 to 1, and how it came about"),
      el("thead", {}, el("tr", {}, ["Topic", "Level", "Over time"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, topics.map((topic) => topicRow(topic, levels[topic], changes.get(topic), from, to))),
    ),
    el("p", { class: "dim" }, "The dotted line is 0.85, mastered."),
    el("details", {}, el("summary", {}, `Every change (${ledger.length})`), scrolling("Changes of mastery", ledgerTable(ledger))),
  );
}

function topicRow(topic, value, changes, from, to) {
  const first = changes[0]?.[1];
  const label = first === undefined ? `${topic}: ${level(value)}` : `${topic}: ${changes.length} changes, from ${level(first)} to ${level(value)}`;
  return el("tr", {},
    el("th", { scope: "row" }, topic),
    el("td", {}, el("strong", {}, level(value)), " ", el("span", { class: "dim" }, band(value))),
    el("td", { class: "over-time" }, steps(changes, from, to, { label })),
  );
}

function ledgerTable(ledger) {
  return el("table", {},
    el("thead", {}, el("tr", {}, ["When", "Topic", "Level", "Why"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, ledger.map((row) => el("tr", {},
      el("td", {}, time(row.at)),
      el("td", {}, row.topic),
      el("td", {}, `${level(row.old_level ?? 0)} → ${level(row.new_level)}`),
      el("td", {}, row.reason, row.set_by && ` (by ${row.set_by})`),
    ))),
  );
}

function struggleSection(found) {
  const history = found.history ?? [];
  const open = found.open.map((each) => ({ ...each, struggle_level: each.level, query_count: each.count, at: each.newest }));
  return section("Struggles",
    open.length ? el("ol", { class: "struggles plain" }, open.map((each) => struggleItem(each, { student: false }))) : el("p", { class: "none" }, "None is open."),
    history.length > 0 && el("details", {}, el("summary", {}, `Everything that was told (${history.length})`),
      el("ol", { class: "struggles plain" }, history.map((row) => (row.resolved_by ? resolvedItem(row) : struggleItem(row, { student: false }))))),
  );
}

function resolvedItem(row) {
  return el("li", { class: "struggle" }, el("p", { class: "head" }, "Ended by ", row.resolved_by, ": ", el("strong", {}, row.topic), " ", time(row.at)), el("p", { class: "dim" }, row.reason));
}

function conversationSection(found) {
  const turns = found.turns ?? [];
  return section("Conversation",
    turns.length ? el("ol", { class: "conversation plain" }, turns.map((turn) => el("li", {},
      el("div", { class: "question" }, el("p", { class: "dim" }, time(turn.at)), prose(turn.question)),
      el("div", { class: "answer" }, prose(turn.answer), el("p", { class: "dim by" }, turn.agent, " · ", queryLink(turn.query_id, "its way"))),
    ))) : el("p", { class: "none" }, "Nothing was said yet."),
  );
}

function questionSection(found) {
  const questions = found.questions ?? [];
  return section("Questions", questions.length ? questionList(questions) : el("p", { class: "none" }, "None yet."));
}

function short(text) {
  return text.length > 140 ? `${text.slice(0, 140)} …` : text;
}

/** Questions as a list, each with its state and a link to its way. */
export function questionList(questions, { student } = {}) {
  return el("ol", { class: "questions plain" }, questions.map((each) => el("li", {},
    queryLink(each.query_id, short(each.query_text ?? each.snippet)),
    el("p", { class: "dim" }, [student?.(each), time(each.timestamp), [each.status, each.routed_to_agent, each.topic].filter(Boolean).join(" · ")].filter(Boolean).map((part, at) => [at ? " · " : "", part])),
  )));
}
