// Renders the Markdown that models write, as DOM nodes made one by one. No text of a model is ever parsed as HTML, and
// links are left as text: where they lead is not ours to vouch for.

const INLINE = /`([^`\n]+)`|\*\*(\S(?:[^*\n]|\*(?!\*))*)\*\*|\*(\S[^*\n]*)\*|(?<!\w)_(\S[^_\n]*)_(?!\w)|\[(\d{1,3})\]/g;

/** Bring `container` up to date with `text`. Blocks that did not change keep their nodes, and so their focus. */
export function render(container, text) {
  const blocks = split(text);
  blocks.forEach((block, at) => {
    const old = container.children[at];
    if (old?.markdownSource === block) return;
    const fresh = element(block);
    fresh.markdownSource = block;
    if (old) old.replaceWith(fresh);
    else container.append(fresh);
  });
  while (container.children.length > blocks.length) container.lastElementChild.remove();
}

/** Split into blocks: a fence, a run of list items, of table rows, a heading, or lines of a paragraph. */
function split(text) {
  const blocks = [];
  let kind = "";
  for (const line of text.split("\n")) {
    const last = blocks.length - 1;
    if (kind === "fence") {
      blocks[last] += `\n${line}`;
      if (/^\s*```\s*$/.test(line)) kind = "";
      continue;
    }
    const next = kindOf(line);
    if (next && next === kind && next !== "heading" && next !== "fence") blocks[last] += `\n${line}`;
    else if (next === "paragraph" && (kind === "bullets" || kind === "numbers") && /^\s{2,}/.test(line)) blocks[last] += `\n${line}`;
    else if (next) blocks.push(line);
    if (next !== "paragraph" || !/^\s{2,}/.test(line) || !["bullets", "numbers"].includes(kind)) kind = next;
  }
  return blocks;
}

function kindOf(line) {
  if (!line.trim()) return "";
  if (/^\s*```/.test(line)) return "fence";
  if (/^#{1,6}\s/.test(line)) return "heading";
  if (/^\s*[-*•]\s+/.test(line)) return "bullets";
  if (/^\s*\d{1,3}[.)]\s+/.test(line)) return "numbers";
  if (/^\s*\|/.test(line)) return "table";
  return "paragraph";
}

function element(block) {
  const lines = block.split("\n");
  switch (kindOf(lines[0])) {
    case "fence":
      return fence(lines);
    case "heading":
      return filled("h3", lines[0].replace(/^#+\s+/, ""));
    case "bullets":
      return list("ul", lines, /^\s*[-*•]\s+/);
    case "numbers":
      return list("ol", lines, /^\s*\d{1,3}[.)]\s+/);
    case "table":
      return table(lines);
    default:
      return filled("p", lines.join("\n"));
  }
}

function fence(lines) {
  const pre = document.createElement("pre");
  const code = document.createElement("code");
  code.textContent = lines.slice(1).filter((line) => !/^\s*```\s*$/.test(line)).join("\n");
  pre.tabIndex = 0;
  pre.append(code);
  return pre;
}

function list(tag, lines, marker) {
  const whole = document.createElement(tag);
  const items = [];
  for (const line of lines) {
    if (marker.test(line)) items.push(line.replace(marker, ""));
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  if (tag === "ol") whole.start = parseInt(lines[0], 10) || 1;
  whole.append(...items.map((item) => filled("li", item)));
  return whole;
}

function table(lines) {
  const rows = lines.map((line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim()));
  const headed = rows.length > 1 && rows[1].every((cell) => /^:?-+:?$/.test(cell));
  const wrap = document.createElement("div");
  wrap.className = "table-wrap";
  wrap.tabIndex = 0;
  const whole = document.createElement("table");
  if (headed) whole.createTHead().append(row(rows[0], "th"));
  const body = whole.createTBody();
  for (const cells of headed ? rows.slice(2) : rows) body.append(row(cells, "td"));
  wrap.append(whole);
  return wrap;
}

function row(cells, tag) {
  const line = document.createElement("tr");
  line.append(...cells.map((cell) => filled(tag, cell)));
  return line;
}

function filled(tag, text) {
  const node = document.createElement(tag);
  fill(node, text);
  return node;
}

function fill(node, text) {
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, strong, starred, underscored, number] = match;
    const emphasis = starred ?? underscored;
    node.append(text.slice(from, match.index));
    if (code !== undefined) node.append(plain("code", code));
    else if (strong !== undefined) node.append(filled("strong", strong));
    else if (emphasis !== undefined) node.append(filled("em", emphasis));
    else {
      const mark = /^[.,;:!?)]*/.exec(text.slice(match.index + whole.length))[0];
      node.append(citation(number, mark));
      from = match.index + whole.length + mark.length;
      continue;
    }
    from = match.index + whole.length;
  }
  node.append(text.slice(from));
}

function plain(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

/** A button for a source, kept on one line with the punctuation after it. */
function citation(number, mark) {
  const button = plain("button", number);
  button.type = "button";
  button.className = "cite";
  button.dataset.citation = number;
  button.setAttribute("aria-label", `Source ${number}`);
  const together = document.createElement("span");
  together.className = "together";
  together.append(button, mark);
  return together;
}
