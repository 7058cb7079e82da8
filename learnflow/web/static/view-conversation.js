// What a student asked and was answered last, from what is stored, what is pushed, and what core still knows.

import { answerUnderWay } from "./answer-under-way.js";
import { get } from "./api.js";
import { el, labelled, prose, queryLink } from "./dom.js";
import { answerParts } from "./view-ask.js";
import { time } from "./words.js";

const MOST = 20;
const STORED = 2; // whole; so is what is pushed to a student's own page
const TURN = 1; // cut, and without its code
const UNDER_WAY = 0;

/** A list, the newest question first, where each question stands once, with the most that is known of it. */
export function conversation(student) {
  const list = el("ol", { class: "conversation plain" });
  const none = el("p", { class: "none" }, "Nothing was said yet.");
  const known = new Map(); // query_id → {rank, item, place}, the last where its answer is under way

  function add(answer, rank) {
    const before = known.get(answer.query_id);
    if (before && before.rank >= rank) return;
    const place = el("div", { class: "answer" }, ...answerParts(answer), way(answer.query_id));
    const focused = before?.item.contains(document.activeElement);
    put(answer, item(answer, place), { rank });
    if (!focused) return;
    place.tabIndex = -1; // who was at the button that is gone goes on at the answer
    place.focus();
  }

  function put(answer, shown, how) {
    const at = Date.parse(answer.asked_at ?? answer.at);
    shown.dataset.asked = at;
    known.get(answer.query_id)?.item.remove();
    list.insertBefore(shown, [...list.children].find((other) => Number(other.dataset.asked) <= at) ?? null);
    known.set(answer.query_id, { ...how, item: shown });
    none.hidden = true;
    while (list.children.length > MOST) {
      known.delete(list.lastChild.dataset.query);
      list.lastChild.remove();
    }
  }

  function progress(found) {
    if (!known.has(found.query_id)) {
      const place = answerUnderWay(found.query_id, student);
      put(found, item(found, place.element), { rank: UNDER_WAY, place });
      void tellQuestion(found);
    }
    known.get(found.query_id).place?.progress(found);
  }

  /** What was asked does not come with each word of the answer. */
  async function tellQuestion({ query_id: id }) {
    const stored = await get(`/api/queries/${encodeURIComponent(id)}`).catch(() => null);
    const entry = known.get(id);
    if (!stored || entry?.rank !== UNDER_WAY) return;
    const { timestamp, query_text: question, code_snippet: code, language } = stored.question;
    entry.item.querySelector(".question").replaceWith(asked({ asked_at: timestamp, question, code, language }));
  }

  return {
    progress,
    parts: [none, el("p", { class: "dim" }, `The last ${MOST} answers at most, the newest question first.`), list],
    stored: (answers) => [...answers].reverse().forEach((each) => add(each, STORED)),
    pushed: (answer) => answer.text !== null && add(answer, STORED),
    turns: (turns) => turns.forEach((turn) => add({ ...turn, asked_at: turn.at, agent_name: turn.agent, text: turn.answer, status: "completed" }, TURN)),
  };
}

function item(answer, place) {
  return el("li", { "data-query": answer.query_id }, asked(answer), place);
}

function asked(answer) {
  return el("div", { class: "question" },
    el("p", { class: "dim" }, time(answer.asked_at ?? answer.at)),
    prose(answer.question ?? "…"),
    answer.code && labelled(answer.language ? `Code sent, ${answer.language}` : "Code sent", answer.code),
  );
}

function way(id) {
  return el("p", { class: "dim" }, queryLink(id, "Its way through the agents"));
}
