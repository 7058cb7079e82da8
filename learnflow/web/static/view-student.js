// One student: progress, mastery over time, struggles, and what was said.

import { get, student as path } from "./api.js";
import { steps } from "./chart.js";
import { el, fact, link, queryLink, scrolling, section } from "./dom.js";
import { ratings } from "./rating.js";
import { struggleItem } from "./struggle.js";
import { conversation } from "./view-conversation.js";
import { band, count, level, rate, time } from "./words.js";

const STORED = 1500; // after an event, until its row is stored
const RECENT = 120_000; // a question that is younger may still be answered
const LOOK = 30_000; // so that nothing is missing for longer, whatever was not pushed
const AWAY = "The database cannot be asked now: what is stored may be missing here. New answers still come.";
const ADDRESSES = ["progress", "mastery", "struggle", "conversation", "answers?limit=20", "feedback?limit=20", "questions?limit=20"];

export async function studentView({ content, parameters: [id], session }) {
  const away = el("p", { class: "away", role: "status" });
  const parts = new Map(ADDRESSES.map((address) => [address, el("div")]));
  const talk = conversation(id);
  const rated = ratings(id);
  parts.get("conversation").append(section("Conversation", talk.parts));
  const draw = {
    progress: (found) => progressSection(found),
    mastery: (found) => masterySection(found),
    struggle: (found) => struggleSection(found),
    "questions?limit=20": (found) => questionSection(found),
  };
  const drawn = new Map(); // address → JSON
  let timer = 0;
  let open = true;

  async function look() {
    clearTimeout(timer);
    const found = await Promise.allSettled(ADDRESSES.map((address) => optional(path(id, address))));
    const failure = found.find((each) => each.status === "rejected" && each.reason.status !== 503);
    if (failure) throw failure.reason;
    const absent = found.some((each) => each.status === "rejected");
    const values = new Map(ADDRESSES.map((address, at) => [address, found[at].value ?? null]));
    away.textContent = absent ? AWAY : "";
    for (const [address, value] of values) if (value && draw[address]) redraw(address, value);
    talk.stored(values.get("answers?limit=20")?.answers ?? []);
    talk.turns(values.get("conversation")?.turns ?? []);
    rated.show(parts.get("conversation").querySelector(".conversation"), values.get("feedback?limit=20")?.answers ?? []);
    const questions = values.get("questions?limit=20")?.questions ?? [];
    const waiting = questions.some((each) => !["completed", "failed"].includes(each.status) && Date.now() - Date.parse(each.timestamp) < RECENT);
    soon(waiting || absent ? 2 * STORED : LOOK);
  }

  /** Draw a part where it has changed; what was folded out stays so. */
  function redraw(address, value) {
    const text = JSON.stringify(value);
    if (drawn.get(address) === text) return;
    drawn.set(address, text);
    const part = parts.get(address);
    const unfolded = [...part.querySelectorAll("details")].map((details) => details.open);
    part.replaceChildren(draw[address](value));
    part.querySelectorAll("details").forEach((details, at) => { details.open = unfolded[at] ?? false; });
  }

  function soon(milliseconds = STORED) {
    clearTimeout(timer);
    if (open) timer = setTimeout(() => look().catch(() => soon(LOOK)), milliseconds);
  }

  await look();
  content.append(
    el("h1", { class: "id" }, session.role === "student" ? "My progress" : id),
    el("p", {}, link(`/ask?student=${encodeURIComponent(id)}`, session.role === "student" ? "Ask a question" : "Ask as this student")),
    away,
    el("div", { class: "parts" }, ...parts.values()),
  );

  return {
    heard(name, found) {
      if (found.student_id !== id) return;
      if (name === "progress") return void talk.progress(found);
      if (name === "answer") talk.pushed(found);
      soon();
    },
    again: () => look().then(() => soon()).catch(() => soon()), // and once more, for what was not stored yet
    close() {
      open = false;
      clearTimeout(timer);
    },
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
