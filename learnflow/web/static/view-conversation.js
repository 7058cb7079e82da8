// What a student asked and was answered last, from what is stored, what is pushed, and what core still knows.

import { el, labelled, prose, queryLink } from "./dom.js";
import { answerParts } from "./view-ask.js";
import { time } from "./words.js";

const MOST = 20;
const STORED = 2; // whole; so is what is pushed to a student's own page
const TURN = 1; // cut, and without its code

/** A list, the newest question first, where each question stands once, with the most that is known of it. */
export function conversation() {
  const list = el("ol", { class: "conversation plain" });
  const none = el("p", { class: "none" }, "Nothing was said yet.");
  const known = new Map(); // query_id → {rank, item}

  function add(answer, rank) {
    const before = known.get(answer.query_id);
    if (before && before.rank >= rank) return;
    const asked = Date.parse(answer.asked_at ?? answer.at);
    const item = answered(answer);
    item.dataset.asked = asked;
    before?.item.remove();
    list.insertBefore(item, [...list.children].find((other) => Number(other.dataset.asked) <= asked) ?? null);
    known.set(answer.query_id, { rank, item });
    none.hidden = true;
    while (list.children.length > MOST) {
      known.delete(list.lastChild.dataset.query);
      list.lastChild.remove();
    }
  }

  return {
    parts: [none, el("p", { class: "dim" }, `The last ${MOST} answers at most, the newest question first.`), list],
    stored: (answers) => [...answers].reverse().forEach((each) => add(each, STORED)),
    pushed: (answer) => answer.text !== null && add(answer, STORED),
    turns: (turns) => turns.forEach((turn) => add({ ...turn, asked_at: turn.at, agent_name: turn.agent, text: turn.answer, status: "completed" }, TURN)),
  };
}

function answered(answer) {
  return el("li", { "data-query": answer.query_id },
    el("div", { class: "question" },
      el("p", { class: "dim" }, time(answer.asked_at ?? answer.at)),
      prose(answer.question ?? "…"),
      answer.code && labelled(answer.language ? `Code sent, ${answer.language}` : "Code sent", answer.code),
    ),
    el("div", { class: "answer" },
      answerParts(answer),
      el("p", { class: "dim" }, queryLink(answer.query_id, "Its way through the agents")),
    ),
  );
}
