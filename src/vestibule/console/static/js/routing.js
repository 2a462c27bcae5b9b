// The chart of places, the box to try a question in, comparing versions, and what is done only when pressed twice.

import { frame, keep, nothing, places, sent } from "./plot.js";
import { post, Refused } from "./post.js";
import { toast } from "./toast.js";

const by = (id) => document.getElementById(id);
const chart = echarts.init(by("places-chart"));
keep([chart], () => {
  const series = sent();
  chart.setOption({ ...frame(""), title: nothing(series), series: places(series) });
});

/** Put in HTML of our own server, every value in it escaped. */
function put(place, html) {
  htmx.swap(place, html, { swapStyle: "innerHTML" });
}

/** Send a form of the page, show what comes back, or say why nothing did. */
async function ask(place, url, body) {
  place.setAttribute("aria-busy", "true");
  try {
    put(place, await (await post(url, body)).text());
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const said = document.createElement("p");
    said.className = "form-error";
    said.textContent = error.message;
    place.replaceChildren(said);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const values = () => Object.fromEntries(new FormData(event.target));
  if (event.target.id === "try-form") {
    event.preventDefault();
    ask(by("decision"), "/console/routing/try", values());
  } else if (event.target.id === "compare-form") {
    event.preventDefault();
    const { before, after } = values();
    ask(by("difference"), "/console/routing/compare", { before: Number(before), after: Number(after) });
  }
});

const ACTS = {
  "roll-back": ({ version }) => ({
    title: `Roll back to version ${version}?`,
    text: `What version ${version} says becomes a new version, once every worker has it. Requests under way end on the one they began with.`,
    press: "Roll back",
    body: { version: Number(version) },
    done: `What version ${version} says is in force.`,
  }),
  stop: ({ experiment, arm }) => ({
    title: arm ? `Stop the arm ${arm} of ${experiment}?` : `Stop the experiment ${experiment}?`,
    text: arm ? "Nobody gets this arm any more, from now on. The others go on." : "Nobody takes part any more, from now on.",
    press: "Stop",
    body: { experiment, arm: arm ?? "" },
    done: "Stopped.",
  }),
  promote: ({ experiment, arm }) => ({
    title: `Promote the arm ${arm} of ${experiment}?`,
    text: "What this arm does becomes the rule for everybody, as a new version, and the experiment is over.",
    press: "Promote",
    body: { experiment, arm },
    done: `The arm ${arm} is the rule.`,
  }),
};

const dialog = by("confirm");
const reason = by("reason");
let wanted = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const { act } = button.dataset;
  wanted = { ...ACTS[act](button.dataset), url: `/console/routing/${act}`, part: button.closest("[data-part]") };
  by("confirm-title").textContent = wanted.title;
  by("confirm-text").textContent = wanted.text;
  by("confirm-do").querySelector("span").textContent = wanted.press;
  by("confirm-error").textContent = "";
  reason.value = "";
  dialog.showModal();
  reason.focus();
});

by("confirm-leave").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
by("confirm-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const press = by("confirm-do");
  press.disabled = true;
  try {
    const parts = await (await post(wanted.url, { ...wanted.body, reason: reason.value.trim() })).json();
    for (const [part, html] of Object.entries(parts)) put(document.querySelector(`[data-part=${part}]`), html);
    dialog.close();
    wanted.part.focus({ preventScroll: true }); // the button that was pressed may be no more
    toast(wanted.done);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    by("confirm-error").textContent = error.message;
  } finally {
    press.disabled = false;
  }
});
