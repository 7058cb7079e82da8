// An answer that is not there yet: what is being done for it, its words as they come, and a button that stops it.

import { send } from "./api.js";
import { el, prose } from "./dom.js";

/** Where an answer will stand: `progress(found)` shows how far it is, `answered(parts)` puts it there. */
export function answerUnderWay(id, student) {
  const stage = el("p", { class: "waiting", role: "status" }, "On its way …");
  // Read aloud as a whole when it is there: half sentences that come again and again would talk over it.
  const words = el("div", { class: "words", "aria-live": "off" });
  const button = el("button", { type: "button", class: "quiet stop", on: { click: stop } }, "Stop");
  const problem = el("p", { class: "error", role: "alert" });
  const element = el("div", { class: "answer under-way" }, stage, words, button, problem);
  let stopping = false;

  async function stop() {
    if (stopping) return;
    stopping = true;
    button.setAttribute("aria-disabled", "true"); // a disabled one would lose the focus
    stage.textContent = "Stopping …";
    problem.textContent = "";
    try {
      await send("POST", `/api/questions/${encodeURIComponent(id)}/stop`, { student_id: student });
    } catch (failure) {
      stopping = false;
      button.removeAttribute("aria-disabled");
      problem.textContent = failure.message;
    }
  }

  function progress(found) {
    if (!stopping && stage.textContent !== found.stage) stage.textContent = found.stage;
    if (found.text !== words.dataset.text) {
      words.dataset.text = found.text ?? "";
      words.replaceChildren(...(found.text ? [prose(found.text)] : []));
    }
  }

  function answered(parts) {
    const focused = element.contains(document.activeElement);
    element.classList.remove("under-way");
    element.replaceChildren(...parts);
    if (!focused) return;
    element.tabIndex = -1;
    element.focus();
  }

  return { element, progress, answered };
}
