// node page.mjs SCENARIO JSON: plays a scenario in Chromium; prints {found, faults} as JSON.
// `faults`: requests to another host, violations of the content-security policy, and errors of scripts.
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const GRAVE = new Set(["serious", "critical"]);
const NARROW = { width: 360, height: 740 };
const WIDE = { width: 1280, height: 900 };

const [scenario, given] = [process.argv[2], JSON.parse(process.argv[3])];
const browser = await chromium.launch({ executablePath: given.chromium, args: ["--no-sandbox", "--disable-gpu"] });
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

async function post(question, web = given.web) {
  const response = await fetch(`${web}/api/questions`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ student_id: given.student, ...question }),
  });
  return (await response.json()).query_id;
}

const SCENARIOS = {
  async asks() {
    const page = await opened();
    await visit(page, "/ask");
    await live(page);
    const asked = await ask(page, given.text, given);
    return { ...asked, politely: await page.locator("#asked").getAttribute("aria-live") };
  },

  async underWay() {
    const page = await opened();
    await visit(page, "/ask");
    await live(page);
    await page.evaluate(() => {
      window.seen = [];
      new MutationObserver(() => {
        const place = document.querySelector("#asked .under-way");
        if (place) window.seen.push([place.querySelector(".waiting").textContent, place.querySelector(".words").innerText]);
      }).observe(document.getElementById("asked"), { childList: true, subtree: true, characterData: true });
    });
    const asked = await ask(page, given.text);
    const seen = await page.evaluate(() => window.seen);
    return { ...asked, seen };
  },

  async stops() {
    const page = await opened({ width: NARROW });
    await visit(page, "/ask");
    await live(page);
    await page.getByLabel("Student").fill(given.student);
    await page.getByLabel("Question").fill(given.text);
    await page.getByRole("button", { name: "Ask" }).focus();
    await page.keyboard.press("Enter");
    const place = page.locator("#asked .answer").first();
    await place.locator(".words p").first().waitFor();
    const own = await page.context().newPage(); // the student's own page, where the question was not asked
    await own.goto(`${given.web}/#/student/${given.student}`);
    await own.locator(".conversation .under-way .words p").first().waitFor();
    const elsewhere = await own.locator(".conversation .under-way").innerText();
    const faults = [];
    for (const scheme of ["light", "dark"]) {
      for (const [name, each] of [["ask", page], ["student", own]]) {
        await each.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        const { violations } = await new AxeBuilder({ page: each }).analyze();
        faults.push(...violations.filter((violation) => GRAVE.has(violation.impact)).map((violation) => `${name} ${scheme}: ${violation.id}`));
        if (given.pictures) await each.screenshot({ path: `${given.pictures}/under-way-${name}-${scheme}.png`, fullPage: true });
      }
    }
    await page.bringToFront();
    const widths = [await page.evaluate(() => document.documentElement.scrollWidth), await own.evaluate(() => document.documentElement.scrollWidth)];
    await page.getByRole("link", { name: "way through" }).first().focus();
    await page.keyboard.press("Shift+Tab");
    const button = await page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press("Enter");
    await page.locator("#asked > li .error:text('No answer')").first().waitFor();
    const focused = await page.evaluate(() => document.activeElement.classList.contains("answer"));
    if (given.pictures) await page.screenshot({ path: `${given.pictures}/stopped.png`, fullPage: true });
    await own.locator(".conversation .by").first().waitFor();
    const there = await own.locator(".conversation .answer").first().innerText();
    return { id: await page.locator("#asked > li").first().getAttribute("data-query"), text: await place.innerText(), there, elsewhere, faults, widths, button, focused };
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

  async opened() {
    const page = await opened();
    await visit(page, `/student/${given.student}`);
    await page.locator(`.conversation > li:nth-child(${given.answers})`).waitFor();
    const queries = () => page.locator(".conversation > li").evaluateAll((items) => items.map((item) => item.dataset.query));
    const before = await queries();
    const blocks = await page.locator(".conversation figure").evaluateAll((figures) => figures.map((figure) => [figure.querySelector("figcaption").textContent, figure.querySelector("code").textContent]));
    await live(page);
    const id = await post(given.question);
    await page.locator(`.conversation > li[data-query="${id}"] .by`).waitFor();
    const after = await queries();
    await page.waitForTimeout(5000); // until it is stored, and was read again
    const stored = await queries();
    await page.reload();
    await page.locator(`.conversation > li[data-query="${id}"] .by`).waitFor();
    const markup = await page.locator(".conversation img, .conversation script").count();
    return { before, blocks, id, after, stored, reloaded: await queries(), markup };
  },

  async rates() {
    const page = await opened(given.narrow ? { width: NARROW } : {});
    const teacher = await page.context().newPage();
    await visit(page, `/student/${given.student}`);
    await live(page);
    const item = page.locator(`.conversation > li[data-query="${given.query}"]`);
    const pressed = () => item.locator(".thumb").evaluateAll((thumbs) => thumbs.map((each) => each.getAttribute("aria-pressed")));
    const picture = async (name, of = page) => {
      for (const colorScheme of given.pictures ? ["light", "dark"] : []) {
        await of.emulateMedia({ colorScheme });
        await of.screenshot({ path: `${given.pictures}/${name}-${given.narrow ? "narrow" : "wide"}-${colorScheme}.png`, fullPage: true });
      }
    };
    const found = { before: await pressed() };
    await item.getByRole("button", { name: "It did not help" }).focus();
    await page.keyboard.press("Enter");
    await item.getByRole("status").filter({ hasText: "You said that it did not help." }).waitFor();
    found.focused = await page.evaluate(() => document.activeElement.tagName);
    await page.keyboard.type(given.reason);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await picture("rating");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await item.getByRole("status").filter({ hasText: "A teacher will look at it." }).waitFor();
    found.said = await item.getByRole("status").innerText();
    found.pressed = await pressed();
    found.back = await page.evaluate(() => document.activeElement.textContent);
    await page.waitForResponse(async (response) => response.url().includes("/feedback") && (await response.json()).answers.some((each) => each.waits_for_teacher));
    await page.reload();
    await item.getByRole("status").filter({ hasText: "A teacher will look at it." }).waitFor();
    found.reloaded = [await item.getByRole("status").innerText(), await pressed()];

    await visit(teacher, "/");
    await live(teacher);
    const waiting = teacher.locator(`#waiting li[data-query="${given.query}"]`);
    await waiting.waitFor();
    found.waiting = await waiting.innerText();
    found.answer = await waiting.locator("details .prose").textContent();
    await picture("waiting", teacher);
    await waiting.getByLabel(/^Your answer to/).focus();
    await teacher.keyboard.type(given.words);
    await teacher.keyboard.press("Tab");
    await teacher.keyboard.press("Enter");
    await waiting.waitFor({ state: "detached" });
    await teacher.goto(`${given.web}/#/class`);
    await teacher.locator(".ratings tbody tr").first().waitFor();
    found.ratings = await teacher.locator(".ratings tbody tr").allInnerTexts();
    found.widths = [await page.evaluate(() => document.documentElement.scrollWidth), await teacher.evaluate(() => document.documentElement.scrollWidth)];
    await picture("class", teacher);

    await item.locator(".addition").waitFor(); // without a reload
    found.addition = await item.locator(".addition").innerText();
    await picture("addition");
    const { violations } = await new AxeBuilder({ page }).include(".rating").analyze();
    found.violations = violations.filter((each) => GRAVE.has(each.impact)).map((each) => each.id);
    await page.reload();
    await item.locator(".addition").waitFor();
    found.afterwards = [await item.locator(".addition").count(), await item.getByRole("status").innerText(), await item.locator(".rating img, .rating script").count()];
    await page.route("**/ratings", (route) => route.fulfill({ status: 422, json: { error: "reason: must have at most 1,000 characters" } }));
    await item.getByRole("button", { name: "It helped" }).click();
    await item.getByRole("alert").filter({ hasText: "reason:" }).waitFor();
    found.refused = [await item.getByRole("alert").innerText(), await pressed()];
    return found;
  },

  async between() {
    const page = await opened();
    const asked = [];
    const asking = (async () => {
      for (let number = 0; number < given.questions; number += 1) {
        asked.push(await post({ student_id: given.student, query_text: `What is a loop, ${number}?` }));
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    })();
    await visit(page, `/student/${given.student}`);
    await asking;
    await page.locator(`.conversation > li:nth-child(${given.questions})`).waitFor();
    const shown = await page.locator(".conversation > li").evaluateAll((items) => items.map((item) => item.dataset.query));
    return { asked, shown };
  },

  async away() {
    const page = await opened();
    await visit(page, `/student/${given.student}`);
    await live(page);
    const line = await page.locator(".away").innerText();
    const id = await post({ query_text: given.text }, given.other);
    await page.locator(`.conversation > li[data-query="${id}"] .by`).waitFor();
    const text = await page.locator(`.conversation > li[data-query="${id}"]`).innerText();
    await visit(page, "/");
    return { line, text, now: await page.locator(".away").innerText() };
  },

  async escapes() {
    const page = await opened();
    const code = "</code></pre><img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
    const answer = { query_id: "0", student_id: given.student, at: "2026-01-01T00:00:00Z", asked_at: "2026-01-01T00:00:00Z", status: "completed", agent_name: "debug", language: "python" };
    await page.route("**/answers?limit=20", (route) => route.fulfill({ json: { answers: [{ ...answer, question: code, code, text: code, code_examples: [`one\n${code}`] }] } }));
    await visit(page, `/student/${given.student}`);
    await page.locator('.conversation > li[data-query="0"]').waitFor();
    const blocks = await page.locator('.conversation > li[data-query="0"] figure code').allInnerTexts();
    return { blocks, code, markup: await page.locator(".conversation img, .conversation script").count(), title: await page.title() };
  },

  async answers() {
    const page = await opened();
    await visit(page, "/");
    return await page.locator("#answers > li").evaluateAll((items) => items.map((item) => item.dataset.query));
  },

  async sorts() {
    const page = await opened();
    await visit(page, `/class?students=${given.students.join(",")}&topics=${given.topic}`);
    const rows = () => page.locator(".heat tbody th a").allInnerTexts();
    const heads = () => page.locator(".heat thead th").evaluateAll((cells) => cells.map((cell) => [cell.textContent, cell.getAttribute("aria-sort")]));
    const status = () => page.locator("#shown").innerText();
    const found = { unsorted: await heads(), orders: {} };
    for (const [name] of found.unsorted) {
      await page.getByRole("button", { name, exact: true }).focus();
      await page.keyboard.press("Enter");
      const ascending = [await rows(), Object.fromEntries(await heads())[name], await status()];
      await page.keyboard.press("Space");
      const descending = [await rows(), Object.fromEntries(await heads())[name], await status()];
      const focused = await page.evaluate(() => document.activeElement.textContent);
      found.orders[name] = { ascending, descending, focused, sorted: (await heads()).filter(([, sort]) => sort !== "none").length };
    }
    await page.getByRole("searchbox", { name: "Student" }).fill(given.students[1].toUpperCase());
    found.text = [await rows(), await status()];
    await page.getByRole("searchbox", { name: "Student" }).fill("nobody at all");
    found.nobody = [await rows(), await status()];
    await page.getByRole("searchbox", { name: "Student" }).fill("");
    await page.getByLabel("State", { exact: true }).selectOption("struggling");
    found.struggling = [await rows(), await status()];
    return found;
  },

  async tables() {
    const page = await opened();
    await visit(page, "/tables");
    const names = await page.locator("tbody th").allInnerTexts();
    await page.getByRole("link", { name: "progress", exact: true }).click();
    await page.getByRole("heading", { name: "progress", exact: true }).waitFor();
    const partitions = await page.locator("tbody th").count();
    await page.getByRole("textbox", { name: "Student" }).fill(given.student);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Found for" }).waitFor();
    const value = JSON.parse(await page.locator("main pre code").innerText());
    await page.getByRole("textbox", { name: "Student" }).fill("nobody at all");
    await page.keyboard.press("Enter");
    await page.locator("main .none").waitFor();
    return { names, partitions, value, nobody: await page.locator("main .none").innerText() };
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
        const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] });
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
