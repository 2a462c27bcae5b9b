// A small client over the types: an operation is named as the reference names it, and what it takes and gives follows.

import type { ChatBody, ChatCompletionChunk, Citation, Control, ErrorBody, Surface } from "./vestibule.js";

type Operation = keyof Surface;
type Part<Key extends Operation, Name extends string> = Surface[Key] extends Record<Name, infer Value> ? Value : never;
type Asked<Key extends Operation> = Omit<Surface[Key], "reply" | "event">;

export class Refused extends Error {
  constructor(readonly status: number, readonly error: ErrorBody["error"]) {
    super(error.message);
  }
}

export class Vestibule {
  constructor(private readonly url: string, private readonly key: string) {}

  async ask<Key extends Operation>(operation: Key, asked: Asked<Key>): Promise<Part<Key, "reply">> {
    const response = await this.send(operation, asked);
    return (await response.json()) as Part<Key, "reply">;
  }

  /** The answer piece by piece; the last chunk has `vestibule`, which says where it came from. */
  async *stream(body: ChatBody): AsyncGenerator<ChatCompletionChunk> {
    const response = await this.send("POST /v1/chat/completions", { body: { ...body, stream: true } });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const events = (held + read.value).split("\n\n");
      held = events.pop() ?? "";
      for (const event of events) {
        const data = event.replace(/^data: /, "");
        if (data !== "[DONE]") yield JSON.parse(data) as ChatCompletionChunk;
      }
    }
  }

  private async send(operation: Operation, asked: { path?: object; query?: object; body?: unknown }): Promise<Response> {
    const [method = "GET", template = ""] = operation.split(" ");
    const names = new Map(Object.entries(asked.path ?? {}));
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names.get(name))));
    const url = new URL(path, this.url);
    for (const [name, value] of Object.entries(asked.query ?? {})) url.searchParams.set(name, String(value));
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/json" };
    const body = asked.body === undefined ? null : JSON.stringify(asked.body);
    const response = await fetch(url, { method, headers, body });
    if (!response.ok) throw new Refused(response.status, ((await response.json()) as ErrorBody).error);
    return response;
  }
}

/** Ask, and give the text with what it rests on. */
export async function cited(house: Vestibule, question: string): Promise<{ text: string; citations: Citation[] }> {
  const answer = await house.ask("POST /v1/chat/completions", {
    body: {
      model: "auto",
      messages: [{ role: "user", content: question }],
      vestibule: { controls: { citations: true }, privacy: { class: "restricted" } },
    },
  });
  return { text: answer.choices[0]?.message.content ?? "", citations: answer.vestibule.citations };
}

/** What a page needs to draw a control. */
export async function switches(house: Vestibule): Promise<Control[]> {
  const { data } = await house.ask("GET /v1/controls", {});
  return data.filter((control) => control.kind === "switch");
}

export async function modelNamed(house: Vestibule, model: string): Promise<string> {
  return (await house.ask("GET /v1/models/{model}", { path: { model } })).owned_by;
}
