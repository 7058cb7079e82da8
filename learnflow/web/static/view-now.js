// The platform at this moment: agents, figures, struggles and answers as they come.

import { get } from "./api.js";
import { line } from "./chart.js";
import { el, fact, queryLink, section, studentLink } from "./dom.js";
import { struggleItem } from "./struggle.js";
import { waitingList } from "./teacher.js";
import { DASH, count, duration, rate, state, time } from "./words.js";

const LOOK = 5000; // where nothing is pushed, it is asked for
const STORED = 2000;
const MOST_STRUGGLES = 20;
const MOST_ANSWERS = 12;

export async function nowView({ content }) {
  const agents = el("div", { id: "agents" });
  const figures = el("div", { id: "figures" });
  const struggles = el("ol", { class: "struggles plain", id: "struggles", "aria-live": "polite" });
  const answers = el("ol", { class: "answers plain", id: "answers" });
  const noStruggles = el("p", { class: "none" }, "None so far. A struggle is three similar questions, or five failed submissions, on a topic within 24 hours.");
  const away = el("p", { class: "away", role: "status" });
  const waiting = waitingList();
  const noAnswers = el("p", { class: "none" }, "None so far.");
  let answersTimer, closed = false;
  const pushedAt = { health: 0, figures: 0 };

  const draw = {
    health: (found) => agents.replaceChildren(...problemList(found.problems), agentTable(found)),
    figures: (found) => figures.replaceChildren(figureList(found)),
  };

  async function look(name, path, accept) {
    if (Date.now() - pushedAt[name] < 2 * LOOK) return;
    try {
      draw[name](await get(path, { accept }));
    } catch (error) {
      const place = name === "health" ? agents : figures;
      if (!place.firstChild) place.replaceChildren(el("p", { class: "none" }, error.message));
      if (error.status === 401) throw error;
    }
  }

  const lookAll = () => Promise.all([look("health", "/health", [503]), look("figures", "/api/figures", [])]);

  function addStruggle(found) {
    noStruggles.remove();
    const item = struggleItem(found);
    item.dataset.of = JSON.stringify([found.student_id, found.topic]); // a struggle that has grown is one, not two
    [...struggles.children].find((other) => other.dataset.of === item.dataset.of)?.remove();
    struggles.prepend(item);
    while (struggles.children.length > MOST_STRUGGLES) struggles.lastChild.remove();
  }

  function addAnswer(found) {
    const item = answerItem(found); // an answer that was stored and pushed is one, not two
    [...answers.children].find((other) => other.dataset.query === found.query_id)?.remove();
    const at = Date.parse(found.at);
    item.dataset.at = at;
    const later = [...answers.children].find((other) => Number(other.dataset.at) <= at);
    answers.insertBefore(item, later ?? null);
    while (answers.children.length > MOST_ANSWERS) answers.lastChild.remove();
    noAnswers.hidden = true;
  }

  async function recentAnswers() {
    try {
      for (const each of (await get(`/api/answers?limit=${MOST_ANSWERS}`)).answers) addAnswer(each);
      away.textContent = "";
    } catch (error) {
      away.textContent = error.status === 503 ? "The database cannot be asked now. New answers still come." : error.message;
      answersIn(LOOK);
    }
  }

  // One chain of tries at a time, and none for a view that is closed.
  function answersIn(milliseconds) {
    clearTimeout(answersTimer);
    if (!closed) answersTimer = setTimeout(recentAnswers, milliseconds);
  }

  async function recentStruggles() {
    const found = await get("/api/struggles").catch(() => null);
    for (const each of [...(found?.struggles ?? [])].reverse()) addStruggle(each);
  }

  await Promise.all([lookAll(), recentStruggles(), recentAnswers(), waiting.look()]);
  const timer = setInterval(() => lookAll().catch(() => {}), LOOK);
  content.append(
    el("h1", {}, "Right now"),
    el("div", { class: "columns" },
      el("div", {}, section("Struggles", noStruggles, struggles, el("h3", {}, "Waiting for a teacher"), waiting.element)),
      el("div", {}, section("Questions", figures), section("Last answers", away, noAnswers, answers)),
    ),
    section("Agents and components", agents),
  );
  if (struggles.firstChild) noStruggles.remove();

  return {
    heard(name, found) {
      if (name in draw) {
        pushedAt[name] = Date.now();
        draw[name](found);
      }
      if (name === "struggle") addStruggle(found);
      if (name === "answer") addAnswer(found);
      waiting.heard(name);
    },
    again() {
      lookAll().catch(() => {});
      recentAnswers();
      waiting.soon();
      answersIn(STORED); // what was answered just before the connection came may not be stored yet
    },
    close() {
      closed = true;
      clearInterval(timer);
      clearTimeout(answersTimer);
      waiting.close();
    },
  };
}

function problemList(problems) {
  return problems?.length ? [el("ul", { class: "problems" }, problems.map((problem) => el("li", {}, problem)))] : [];
}

function agentTable(found) {
  const rows = [...(found.agents ?? []), ...(found.components ?? [])];
  const heads = [["Agent"], ["State"], ["Waiting", "number"], ["Questions, 1 h", "number"], ["Errors, 1 h", "number"], ["Mean", "number wide"], ["p95", "number wide"], ["Workers", "number wide"]];
  return el("table", { class: "agents" },
    el("caption", { class: "said" }, "Agents and components with their state and the messages that wait for them"),
    el("thead", {}, el("tr", {}, heads.map(([name, kind]) => el("th", { scope: "col", class: kind }, name)))),
    el("tbody", {}, rows.map(agentRow)),
  );
}

function agentRow(agent) {
  const problems = agent.problems ?? [];
  const number = (value, more = "") => el("td", { class: `number ${more}` }, value);
  return el("tr", { "data-agent": agent.agent_name },
    el("th", { scope: "row" }, agent.agent_name),
    el("td", {}, state(agent.status), problems.map((problem) => el("span", { class: "reason" }, problem))),
    number(count(agent.current_queue_depth)),
    number(count(agent.queries_last_hour)),
    number(count(agent.error_count_last_hour)),
    number(duration(agent.avg_response_time_ms), "wide"),
    number(duration(agent.p95_response_time_ms), "wide"),
    number(count(agent.replica_count), "wide"),
  );
}

function figureList(found) {
  const minutes = found.minutes.map((minute) => minute.questions);
  const now = minutes.at(-1) ?? 0;
  const most = Math.max(0, ...minutes);
  const label = `Questions per minute over the last ${minutes.length} minutes: now ${rate(now)}, at most ${rate(most)}.`;
  return el("div", {},
    el("dl", { class: "facts" },
      fact("in the last hour", count(found.questions)),
      fact("this minute", count(now)),
      fact("median answer", duration(found.latency_median_ms)),
      fact("p95", duration(found.latency_p95_ms)),
    ),
    minutes.length > 1 && line(minutes, { label }),
    minutes.length > 1 && el("p", { class: "axis", "aria-hidden": "true" }, el("span", {}, `${minutes.length} min ago`), el("span", {}, `most ${rate(most)}`), el("span", {}, "now")),
  );
}

function answerItem(found) {
  const failed = found.status === "failed";
  return el("li", { "data-query": found.query_id },
    time(found.at), " ",
    queryLink(found.query_id, failed ? "failed" : `${found.agent_name} answered`), " ",
    studentLink(found.student_id), " ",
    el("span", { class: "dim" }, failed ? found.agent_name : [found.topic, duration(found.processing_time_ms)].filter((part) => part && part !== DASH).join(" · ")),
  );
}
