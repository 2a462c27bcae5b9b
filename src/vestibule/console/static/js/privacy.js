// The box to try a text in: sends it, shows what was found.

import { post } from "./post.js";

const form = document.getElementById("check");
const text = document.getElementById("text");
const report = document.getElementById("report");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  report.setAttribute("aria-busy", "true");
  try {
    const response = await post("/console/privacy/check", { text: text.value });
    report.innerHTML = await response.text(); // made by our own templates, which escape
  } catch (error) {
    const said = document.createElement("p");
    said.className = "hint";
    said.textContent = error.message;
    report.replaceChildren(said);
  } finally {
    report.removeAttribute("aria-busy");
  }
});
