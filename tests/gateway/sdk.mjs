// Drives the gateway with OpenAI's official JavaScript SDK and prints what it saw as one JSON object.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: process.env.API_KEY, maxRetries: 0 });
const seen = {};
const messages = [{ role: "user", content: "Why?" }];

const models = [];
for await (const model of client.models.list()) models.push(model.id);
seen.models = models;

const whole = await client.chat.completions.create({ model: "auto", messages, n: 2 });
seen.chat = whole.choices.map((choice) => choice.message.content);
seen.report = whole.vestibule.privacy.class;

let streamed = "";
const chunks = await client.chat.completions.create({ model: "auto", messages, stream: true });
for await (const chunk of chunks) streamed += chunk.choices[0]?.delta?.content ?? "";
seen.chat_stream = streamed;

const asked = { model: "auto", input: "Why?", tools: [{ type: "file_search", vector_store_ids: ["vs_knowledge"] }] };
const response = await client.responses.create(asked);
seen.response = response.output_text;
seen.annotation = response.output.at(-1).content[0].annotations[0].filename;
const next = await client.responses.create({ model: "auto", input: "And August?", previous_response_id: response.id });
const items = [];
for await (const item of client.responses.inputItems.list(next.id, { limit: 2 })) items.push(item.type);
seen.input_items = items;
seen.retrieved = (await client.responses.retrieve(next.id)).id === next.id;
await client.responses.delete(next.id);
seen.gone = await client.responses.retrieve(next.id).catch((error) => error.status);

const kinds = [];
for await (const event of await client.responses.create({ ...asked, stream: true })) kinds.push(event.type);
seen.events = kinds;
const helped = client.responses.stream(asked);
seen.helped = (await helped.finalResponse()).output_text;

const vectors = await client.embeddings.create({ model: "auto", input: ["a", "b"] });
seen.embeddings = vectors.data.map((row) => row.embedding.length);
seen.moderation = (await client.moderations.create({ input: "The alarm code is 4711." })).results[0].flagged;
seen.error = await client.chat.completions
  .create({ model: "nobody", messages })
  .catch((error) => [error.constructor.name, error.status, error.code]);

console.log(JSON.stringify(seen));
