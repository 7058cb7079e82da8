// What core's tables hold, of all workers: sizes, partitions, and what is in them for a key.

import { get } from "./api.js";
import { code, el, fact, link, scrolling, section } from "./dom.js";
import { DASH, count, size, time } from "./words.js";

const at = (...parts) => `/tables/${parts.map((part) => `${encodeURIComponent(part)}/`).join("")}`;

export async function tablesView({ content }) {
  const { tables, problems } = await get(at());
  content.append(
    el("h1", {}, "Tables"),
    el("p", {}, "What core remembers of students, spread over its workers. Nothing can be changed here."),
    ...problemList(problems),
    scrolling("Tables", el("table", {},
      el("caption", { class: "said" }, "Each table with what it is for, its keys and its size"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Table"), el("th", { scope: "col", class: "wide" }, "What is in it"), ["Keys", "Size", "Workers"].map((name) => el("th", { scope: "col", class: "number" }, name)))),
      el("tbody", {}, tables.map((table) => el("tr", {},
        el("th", { scope: "row" }, link(`/tables/${table.name}`, table.name)),
        el("td", { class: "wide" }, table.purpose),
        [count(table.keys), size(sum(table.partitions)), count(new Set(table.partitions.map((part) => part.worker).filter(Boolean)).size)].map((value) => el("td", { class: "number" }, value)),
      ))),
    )),
  );
}

export async function tableView({ content, parameters: [name], search }) {
  const table = await get(at(name));
  const key = el("input", { id: "key", required: true, autocomplete: "off", value: search.get("key") ?? "" });
  const query = el("input", { id: "query", required: true, autocomplete: "off", value: search.get("query") ?? "" });
  const open = table.name === "open-queries";
  const found = await lookUp(name, search, open);
  content.append(
    el("h1", {}, name),
    el("p", {}, table.purpose, " ", link("/tables", "All tables")),
    el("form", { class: "inline", role: "search", on: { submit } },
      el("div", {}, el("label", { for: "key" }, "Student"), key),
      open && el("div", {}, el("label", { for: "query" }, "Question’s id"), query),
      el("button", { type: "submit" }, "Look up"),
    ),
    ...found,
    section("Partitions", problemList(table.problems), scrolling("Partitions", el("table", {},
      el("caption", { class: "said" }, "Each partition with its worker, its keys and its size"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Partition"), el("th", { scope: "col" }, "Worker"), ["Keys", "Size"].map((head) => el("th", { scope: "col", class: "number" }, head)))),
      el("tbody", {}, table.partitions.map((part) => el("tr", {},
        el("th", { scope: "row" }, String(part.partition)), el("td", {}, part.worker ?? "moving"),
        el("td", { class: "number" }, count(part.keys)), el("td", { class: "number" }, part.bytes === null ? DASH : size(part.bytes)),
      ))),
    ))),
  );

  function submit(event) {
    event.preventDefault();
    const given = { key: key.value.trim(), ...(open && { query: query.value.trim() }) };
    location.hash = `/tables/${name}?${new URLSearchParams(given)}`;
  }
}

async function lookUp(name, search, open) {
  if (!search.get("key")) return [];
  const key = open ? `${search.get("key")}\n${search.get("query") ?? ""}` : search.get("key");
  try {
    const entry = await get(at(name, key));
    const values = entry.panes.length ? entry.panes : [entry];
    return [section(`Found for ${search.get("key")}`,
      el("dl", { class: "rows" }, fact("Partition", String(entry.partition)), fact("Worker", entry.worker)),
      values.map((each) => [each.start && el("p", { class: "dim" }, time(each.start), " to ", time(each.end)), code(JSON.stringify(each.value, null, 2), "Value")]),
    )];
  } catch (error) {
    if (![404, 503].includes(error.status)) throw error;
    return [el("p", { class: "none", role: "status" }, error.message)];
  }
}

function sum(partitions) {
  return partitions.reduce((total, part) => total + (part.bytes ?? 0), 0);
}

function problemList(problems) {
  return problems.length ? [el("ul", { class: "problems" }, problems.map((problem) => el("li", {}, problem)))] : [];
}
