// The conversation: sends the question with the turns before it, shows the answer as it comes, opens what it cites.

import { render } from "./markdown.js";
import { events, post, Refused } from "./post.js";
import { done } from "./start.js";

const by = (id) => document.getElementById(id);
const thread = by("thread");
const composer = by("composer");
const question = by("question");
let turns = [];
let asking = null;

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (!text || asking) return;
  question.value = "";
  ask(text);
});

question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

document.addEventListener("click", (event) => {
  const example = event.target.closest("[data-question]");
  if (example && !asking) ask(example.dataset.question);
});

by("stop").addEventListener("click", () => asking?.abort());
by("start-ask")?.addEventListener("click", (event) => {
  event.preventDefault();
  const first = document.querySelector("[data-question]");
  if (first && !asking) ask(first.dataset.question);
});
by("renew").addEventListener("click", () => {
  asking?.abort();
  turns = [];
  thread.replaceChildren();
  by("welcome").hidden = false;
  by("renew").hidden = true;
  question.focus();
});

async function ask(text) {
  const exchange = open(text);
  asking = new AbortController();
  working(true);
  try {
    await answer(exchange, text);
  } catch (error) {
    end(exchange, error);
  } finally {
    asking = null;
    working(false);
    exchange.answer.setAttribute("aria-busy", "false");
    exchange.node.querySelectorAll(".waiting").forEach((waiting) => waiting.remove());
  }
}

function open(text) {
  const node = by("exchange").content.firstElementChild.cloneNode(true);
  node.querySelector(".question").textContent = text;
  thread.append(node);
  by("welcome").hidden = true;
  by("renew").hidden = false;
  composer.querySelector(".settings").open = false;
  node.scrollIntoView({ block: "start" });
  const of = (name) => node.querySelector(`.${name}`);
  return { node, answer: of("answer"), summary: of("summary"), sources: of("sources"), how: of("how") };
}

async function answer(exchange, text) {
  const controls = Object.fromEntries(["citations", "knowledge", "cache"].map((name) => [name, by(name).checked]));
  const asked = [...turns, { role: "user", content: text }];
  const body = { turns: asked, model: by("model").value, level: by("level").value, ...controls };
  const response = await post("/console/playground/ask", body, asking.signal);
  let said = "";
  for await (const { name, data } of events(response)) {
    if (name === "delta") {
      if (!said) exchange.answer.replaceChildren();
      said += data.text;
      render(exchange.answer, said);
    } else if (name === "done") {
      complete(exchange, data);
      turns = [...asked, { role: "assistant", content: data.text }];
      done("ask");
      return;
    } else if (name !== "opened") {
      throw new Refused([data.message ?? data.error?.message, data.next_step].filter(Boolean).join(" "));
    }
  }
  throw new Refused("The connection broke off: the answer is not complete. Ask again.");
}

/** Put in what the server made of the report. That is its own HTML, every value in it escaped. */
function complete(exchange, report) {
  render(exchange.answer, report.text);
  const citations = new Map(report.citations.map((citation) => [String(citation.index), citation]));
  for (const part of ["summary", "sources"]) htmx.swap(exchange[part], report[part], { swapStyle: "innerHTML" });
  htmx.swap(exchange.how, report.steps, { swapStyle: "innerHTML" });
  for (const button of exchange.answer.querySelectorAll(".cite")) {
    if (!citations.has(button.dataset.citation)) button.replaceWith(`[${button.textContent}]`);
  }
  exchange.node.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-citation]");
    if (pressed) show(citations.get(pressed.dataset.citation));
  });
  exchange.node.classList.add("complete");
  by("progress").textContent = `Answered, ${citations.size} sources.`;
}

function end(exchange, error) {
  if (error.name !== "AbortError" && !(error instanceof Refused)) throw error;
  const stopped = error.name === "AbortError";
  const notice = document.createElement("div");
  notice.className = `notice tone-${stopped ? "neutral" : "bad"}`;
  notice.setAttribute("role", stopped ? "status" : "alert");
  notice.textContent = stopped ? "Stopped. What there is of the answer is not complete." : error.message;
  exchange.node.querySelectorAll(".cite").forEach((cite) => cite.replaceWith(`[${cite.textContent}]`));
  exchange.summary.replaceChildren(notice);
  exchange.how.remove();
  exchange.node.classList.add("alone");
}

function working(on) {
  by("ask").hidden = on;
  by("stop").hidden = !on;
  if (on) by("progress").textContent = "Answering.";
  else if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches) question.focus({ preventScroll: true });
}

const drawer = by("passage");
const drawerBody = by("passage-body");
by("passage-close").addEventListener("click", () => drawer.close());
drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());

async function show(citation) {
  drawerBody.replaceChildren();
  drawer.showModal();
  try {
    const response = await post("/console/playground/passage", citation);
    htmx.swap(drawerBody, await response.text(), { swapStyle: "innerHTML" });
    drawerBody.querySelector("mark")?.scrollIntoView({ block: "center" });
    done("sources");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    drawerBody.textContent = error.message;
  }
}

if (new URLSearchParams(location.search).get("ask") === "example") {
  history.replaceState(null, "", location.pathname);
  ask(document.querySelector("[data-question]").dataset.question);
}
