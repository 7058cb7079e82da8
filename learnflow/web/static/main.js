// The frame: who is here, which view is shown, and what is pushed to it.

import { ApiError, get, send } from "./api.js";
import { el, link } from "./dom.js";
import { listen } from "./live.js";
import { askView } from "./view-ask.js";
import { classView } from "./view-class.js";
import { findView } from "./view-find.js";
import { loginView } from "./view-login.js";
import { nowView } from "./view-now.js";
import { queryView } from "./view-query.js";
import { studentView } from "./view-student.js";
import { tableView, tablesView } from "./view-tables.js";

const OPERATORS = [["/", "Now"], ["/class", "Class"], ["/find", "Find"], ["/ask", "Ask"], ["/tables", "Tables"]];
const ROUTES = [
  [/^\/$/, nowView],
  [/^\/class$/, classView],
  [/^\/find$/, findView],
  [/^\/ask$/, askView],
  [/^\/student\/([^/]+)$/, studentView],
  [/^\/tables$/, tablesView],
  [/^\/tables\/([^/]+)$/, tableView],
  [/^\/query\/([^/]+)$/, queryView],
];

const ENTERED = "learnflow.entered"; // the token itself is in a cookie that scripts cannot read

const main = document.getElementById("main");
const connection = document.getElementById("connection");
const leave = document.getElementById("leave");

let session = null; // {role, student_id}; null until it is known
let shown = null; // the view's {heard, again, close}
let turn = 0; // of the view that is being made; a later one wins
let early = []; // what is pushed while a view is being made
let openedEarly = false; // whether the connection came while a view was being made

const live = listen(
  (name, content) => (shown ? shown.heard?.(name, content) : early.push([name, content])),
  (connected) => {
    connection.textContent = connected ? "live" : session?.role ? "not connected" : "";
    connection.className = `connection ${connected ? "on" : "off"}`;
    if (!connected) return;
    if (shown) shown.again?.();
    else openedEarly = true;
  },
);

/** Where the address points: a path, and what stands behind its question mark. */
function place() {
  const [path, search] = (location.hash.slice(1) || "/").split("?");
  return { path, search: new URLSearchParams(search) };
}

function home() {
  return session?.role === "student" ? `/student/${encodeURIComponent(session.student_id)}` : "/";
}

function navigation(path) {
  const own = session?.role === "student" ? [[home(), "My progress"], ["/ask", "Ask"]] : OPERATORS;
  const items = own.map(([route, name]) => {
    const item = link(route, name);
    if (route === path) item.setAttribute("aria-current", "page");
    return el("li", {}, item);
  });
  document.getElementById("nav").replaceChildren(...(session?.role ? [el("ul", {}, items)] : []));
}

async function show({ focus = true } = {}) {
  const { path, search } = place();
  if (session?.role === "student" && path === "/") return location.replace(`#${home()}`);
  const mine = ++turn;
  shown?.close?.();
  shown = null;
  navigation(path);
  const [view, parameters] = found(path);
  main.setAttribute("aria-busy", "true");
  const content = el("div", { class: "view" });
  let made = null;
  try {
    if (!session) session = await get("/api/session");
    if (mine !== turn) return undefined;
    navigation(path);
    early = [];
    openedEarly = false;
    if (session.role) live.follow(view === studentView && session.role === "operator" ? parameters[0] : null);
    made = session.role ? await view({ content, parameters, search, session }) : loginView({ content, entered });
  } catch (error) {
    if (mine !== turn) return undefined;
    if (error instanceof ApiError && error.status === 401) {
      session = { role: null };
      made = loginView({ content, entered });
    } else {
      failed(content, error);
    }
  }
  if (mine !== turn) return made?.close?.();
  shown = made ?? {};
  for (const [name, content] of early) shown.heard?.(name, content);
  if (openedEarly) shown.again?.(); // what was asked for before may lack what happened before the connection came
  main.replaceChildren(content);
  main.removeAttribute("aria-busy");
  leave.hidden = !(session?.role && localStorage.getItem(ENTERED)); // where no token is needed, there is no way out
  const heading = content.querySelector("h1");
  document.title = heading ? `${heading.textContent} · LearnFlow` : "LearnFlow";
  if (focus && heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  return undefined;
}

function found(path) {
  for (const [pattern, view] of ROUTES) {
    const match = pattern.exec(path);
    if (match) return [view, match.slice(1).map(decodeURIComponent)];
  }
  return [lost, []];
}

function lost({ content }) {
  content.append(el("h1", {}, "Nothing is here"), el("p", {}, link(home(), "Go to the beginning")));
}

function failed(content, error) {
  if (!(error instanceof ApiError)) console.error(error);
  const words = error instanceof ApiError ? error.message : "Something went wrong on this page.";
  const again = el("button", { type: "button", on: { click: () => show() } }, "Try again");
  const title = error.status === 404 ? "Not found" : error.status === 403 ? "Not yours to see" : "This cannot be shown now";
  content.replaceChildren(el("h1", {}, title), el("p", {}, words), el("p", {}, again));
}

function entered(found) {
  session = found;
  localStorage.setItem(ENTERED, "yes");
  show();
}

leave.addEventListener("click", async () => {
  await send("DELETE", "/api/session");
  localStorage.removeItem(ENTERED);
  session = null;
  live.stop();
  show();
});

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address's hash is the view
  main.focus();
});

addEventListener("hashchange", () => show());

await show({ focus: false });
