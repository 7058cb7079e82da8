// Elements from code. Whatever comes from a student becomes text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: attributes by name, `on` handlers by event, children as nodes, text, or lists of them. */
export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, handler] of Object.entries(on)) element.addEventListener(event, handler);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A section with its heading, which names it for screen readers. */
export function section(title, ...children) {
  const id = `section-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return el("section", { "aria-labelledby": id }, el("h2", { id }, title), children);
}

export function link(route, ...children) {
  return el("a", { href: `#${route}` }, ...children);
}

export function studentLink(id) {
  return el("a", { href: `#/student/${encodeURIComponent(id)}`, class: "id" }, id);
}

export function queryLink(id, text) {
  return link(`/query/${encodeURIComponent(id)}`, text);
}

/** Words that only a screen reader says. */
export function said(text) {
  return el("span", { class: "said" }, text);
}

/** A term and what it is, for a <dl>. */
export function fact(term, ...value) {
  return el("div", {}, el("dt", {}, term), el("dd", {}, ...value));
}

/** A wide table that scrolls by itself, also by keyboard. */
export function scrolling(label, table) {
  return el("div", { class: "scrolling", role: "region", "aria-label": label, tabindex: "0" }, table);
}

/** Code with a line above it that says whose it is. */
export function labelled(label, text) {
  return el("figure", {}, el("figcaption", {}, label), code(text, label));
}

/** Prose with ``` blocks and `code`, as text nodes. */
export function prose(text) {
  const parts = String(text).split(/```[^\n`]*\n([\s\S]*?)(?:```|$)/);
  return el("div", { class: "prose" }, parts.map((part, at) => (at % 2 ? code(part) : paragraphs(part))));
}

export function code(text, label = "Code") {
  return el("pre", { tabindex: "0", role: "region", "aria-label": label }, el("code", {}, text.replace(/\n$/, "")));
}

function paragraphs(text) {
  return text.split(/\n\s*\n/).filter((part) => part.trim()).map((part) => el("p", {}, inline(part.replace(/^\n+|\s+$/g, ""))));
}

function inline(text) {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/).map((part) => {
    if (/^`.+`$/s.test(part)) return el("code", {}, part.slice(1, -1));
    if (/^\*\*.+\*\*$/s.test(part)) return el("strong", {}, part.slice(2, -2));
    return part;
  });
}
