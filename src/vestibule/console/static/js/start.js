// The three-step start of a first visit. What was done and whether it was dismissed is remembered in this browser.

const KEY = "vestibule.start";

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function done(step) {
  const state = remembered();
  localStorage.setItem(KEY, JSON.stringify({ ...state, done: [...new Set([...(state.done ?? []), step])] }));
  show();
}

export function show() {
  const start = document.getElementById("start");
  if (!start) return;
  const state = remembered();
  start.hidden = Boolean(state.dismissed);
  for (const step of start.querySelectorAll("[data-step]")) {
    step.classList.toggle("done", (state.done ?? []).includes(step.dataset.step));
  }
}

document.getElementById("start-dismiss")?.addEventListener("click", () => {
  localStorage.setItem(KEY, JSON.stringify({ ...remembered(), dismissed: true }));
  show();
  document.getElementById("main").focus();
});
show();
