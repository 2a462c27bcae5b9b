// The lamp that says whether a page is being kept up to date.

const live = document.getElementById("live");
function say(state, text) {
  if (live.textContent !== text) live.textContent = text;
  live.dataset.state = state;
}
document.addEventListener("htmx:sseOpen", () => say("open", "Live"));
document.addEventListener("htmx:sseError", () => say("lost", "Reconnecting"));
