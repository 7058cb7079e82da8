// node page.mjs SCENARIO JSON: plays a scenario in Chromium; prints {found, faults} as JSON.
// `faults`: requests to another host, violations of the content-security policy, and errors of scripts.
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const GRAVE = new Set(["serious", "critical"]);
const NARROW = { width: 360, height: 740 };
const WIDE = { width: 1280, height: 900 };

const [scenario, given] = [process.argv[2], JSON.parse(process.argv[3])];
const browser = await chromium.launch({ executablePath: given.chromium, args: ["--no-sandbox"] });
const faults = [];

async function opened({ width = WIDE } = {}) {
  const context = await browser.newContext({ viewport: width, colorScheme: "light", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== given.web && protocol !== "data:") faults.push(`asked another host: ${request.url()}`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) faults.push(`policy: ${message.text()}`);
  });
  return page;
}

async function visit(page, route) {
  await page.goto(`${given.web}/#${route}`);
  await page.reload(); // another hash alone loads nothing
  await page.locator("main h1").waitFor();
}

async function live(page) {
  await page.locator("#connection.on").waitFor();
}

async function ask(page, text, { code, language } = {}) {
  await page.getByLabel("Student").fill(given.student);
  await page.getByLabel("Question").fill(text);
  if (code) {
    await page.getByText("With code").click();
    await page.getByLabel("Language").selectOption(language);
    await page.getByLabel("Code", { exact: true }).fill(code);
  }
  const before = await page.locator("#asked > li").count();
  await page.getByRole("button", { name: "Ask" }).click();
  await page.locator(`#asked > li:nth-child(${before + 1})`).waitFor();
  const item = page.locator("#asked > li").first();
  await item.locator(".by").waitFor();
  return { id: await item.getAttribute("data-query"), answer: await item.locator(".answer").innerText() };
}

const SCENARIOS = {
  async asks() {
    const page = await opened();
    await visit(page, "/ask");
    await live(page);
    const asked = await ask(page, given.text, given);
    return { ...asked, politely: await page.locator("#asked").getAttribute("aria-live") };
  },

  async struggles() {
    const page = await opened();
    await visit(page, "/");
    await live(page);
    const loads = await page.evaluate(() => performance.timeOrigin);
    for (let time = 0; time < 3; time += 1) {
      await page.evaluate(([student, text]) => fetch("/api/questions", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ student_id: student, query_text: text }),
      }), [given.student, given.text]);
    }
    const item = page.locator("#struggles > li", { hasText: given.student });
    await item.waitFor();
    const evidence = await item.locator(".evidence a").evaluateAll((links) => links.map((link) => link.hash));
    return { words: await item.innerText(), evidence, same: loads === (await page.evaluate(() => performance.timeOrigin)) };
  },

  async student() {
    const page = await opened();
    await visit(page, "/find");
    await page.getByLabel("Open a student").fill(given.student);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: given.student }).waitFor();
    const sections = await page.locator("main h2").allInnerTexts();
    const conversation = await page.locator(".conversation").innerText();
    const focused = await page.evaluate(() => document.activeElement.tagName);
    await page.goBack();
    await page.getByRole("heading", { name: "Find", exact: true }).waitFor();
    return { sections, conversation, focused, markup: await page.locator(".conversation img").count() };
  },

  async way() {
    const page = await opened();
    await visit(page, `/query/${given.query}`);
    await page.locator(".way li").nth(given.steps).waitFor();
    await page.locator(".by").waitFor();
    return { steps: await page.locator(".way li .head").allInnerTexts(), text: await page.locator("main").innerText() };
  },

  async token() {
    const page = await opened();
    await visit(page, "/");
    const before = await page.locator("main").innerText();
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
    const refusal = await page.getByRole("alert").innerText();
    await page.getByLabel("Token").fill(given.token);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator("#nav a").first().waitFor();
    await live(page);
    const inside = await page.locator("#nav").innerText();
    const cookies = await page.context().cookies();
    const scripts = await page.evaluate(() => document.cookie);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Token").waitFor();
    return { before, refusal, inside, cookies, scripts };
  },

  async looks() {
    const found = [];
    const page = await opened();
    for (const [name, route] of Object.entries(given.routes)) {
      await visit(page, route);
      await page.waitForTimeout(300);
      for (const scheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme: scheme });
        const axe = new AxeBuilder({ page });
        if (scheme === "dark") axe.withRules(["color-contrast"]); // nothing but colours differs
        const { violations } = await axe.analyze();
        for (const each of violations) {
          if (GRAVE.has(each.impact)) found.push(`${scheme} ${name}: ${each.id}: ${each.nodes.map((node) => node.html.slice(0, 160)).join(" ")}`);
        }
        if (given.pictures) await page.screenshot({ path: `${given.pictures}/${name}-${scheme}.png`, fullPage: true });
      }
    }
    return found;
  },

  async narrow() {
    const widths = {};
    const page = await opened({ width: NARROW });
    for (const [name, route] of Object.entries(given.routes)) {
      await visit(page, route);
      await page.waitForTimeout(300);
      widths[name] = await page.evaluate(() => document.documentElement.scrollWidth);
      if (given.pictures) await page.screenshot({ path: `${given.pictures}/${name}-narrow.png`, fullPage: true });
    }
    return widths;
  },

  async keyboard() {
    const page = await opened();
    await visit(page, "/");
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => document.activeElement.id);
    await page.keyboard.press("Enter");
    const main = await page.evaluate(() => document.activeElement.id);
    const hash = await page.evaluate(() => location.hash);
    await page.getByRole("link", { name: "Ask", exact: true }).focus();
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Ask a question" }).waitFor();
    return { first, main, hash, outline, title: await page.title() };
  },
};

try {
  const found = await SCENARIOS[scenario]();
  console.log(JSON.stringify({ found, faults }));
} finally {
  await browser.close();
}
