// What every page has: theme, toasts, copying, local times, signing in and out.

import { post, Refused } from "./post.js";
import { done } from "./start.js";
import { toast } from "./toast.js";

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = getComputedStyle(root).colorScheme === "dark" || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("vestibule.theme", root.dataset.theme);
  document.dispatchEvent(new Event("theme-changed"));
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  done("code");
  try {
    await navigator.clipboard.writeText(source.innerText);
    toast("Copied.");
  } catch {
    getSelection().selectAllChildren(source);
    toast("Selected: copy it with your keyboard.");
  }
});

const places = document.querySelector(".places");
const here = places?.querySelector("[aria-current]");
if (here) places.scrollLeft = here.offsetLeft - (places.clientWidth - here.offsetWidth) / 2;

function localTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    time.textContent =
      "day" in time.dataset
        ? moment.toLocaleString([], { dateStyle: "medium", timeStyle: "short", hour12: false })
        : moment.toLocaleTimeString([], { hour12: false });
  }
}
document.addEventListener("htmx:afterSwap", localTimes);
localTimes();

document.getElementById("sign-in")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const key = document.getElementById("key");
  try {
    await post("/console/sign-in", { key: key.value });
    location.assign("/console/");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    document.getElementById("sign-in-error").textContent = error.message;
    key.setAttribute("aria-invalid", "true");
    key.focus();
  }
});

for (const [id, everywhere] of [["sign-out", false], ["sign-out-everywhere", true]]) {
  document.getElementById(id)?.addEventListener("click", async () => {
    try {
      await post("/console/sign-out", { everywhere });
    } finally {
      location.assign("/console/sign-in");
    }
  });
}

document.getElementById("try-toast")?.addEventListener("click", () => toast("A toast says what was done."));
