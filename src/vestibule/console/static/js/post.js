// Posts to our own server: JSON, with the token that proves the page is ours.

const formToken = document.querySelector("meta[name=form-token]").content;

export class Refused extends Error {}

/** Post `body`; return the response, or throw `Refused` with what to tell the reader. */
export async function post(url, body, signal) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-form-token": formToken },
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("The server does not answer. Is it running?");
  }
  if (!response.ok) throw new Refused(await messageOf(response));
  return response;
}

async function messageOf(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return `The server answered with status ${response.status}.`;
  }
}

/** Yield `{name, data}` for every server-sent event of a response, as it arrives. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      held += value;
      const complete = held.split("\n\n");
      held = complete.pop();
      for (const block of complete) yield parse(block);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parse(block) {
  const lines = block.split("\n");
  const of = (field) => lines.filter((l) => l.startsWith(`${field}: `)).map((l) => l.slice(field.length + 2));
  return { name: of("event")[0] ?? "message", data: JSON.parse(of("data").join("\n") || "null") };
}
