// Asks a market with a stock client, as its users write it, and prints what came back as one JSON object.
// The environment names the market: DENDRA_API is the base URL, DENDRA_API_KEY the key, DENDRA_TEXT_UID the neuron
// whose answers are known beforehand.
import OpenAI from "openai";

const baseURL = process.env.DENDRA_API;
const client = new OpenAI({ baseURL, apiKey: process.env.DENDRA_API_KEY });
const chat = (content, more) => ({ model: "text", messages: [{ role: "user", content }], ...more });

// refusal returns what the client throws for a call that must fail.
async function refusal(call) {
  try {
    await call();
  } catch (e) {
    if (e instanceof OpenAI.APIError) return { kind: e.constructor.name, status: e.status, code: e.code, message: e.message };
    throw e;
  }
  return null;
}

const out = {};

const { data: whole, response } = await client.chat.completions
  .create(chat("What is a schipperke?"))
  .withResponse();
out.whole = whole;
out.request = response.headers.get("dendra-request-id");

const pin = (subnet) => ({ dendra: { uids: [Number(process.env[`DENDRA_${subnet}_UID`])] } });
const pinned = await client.chat.completions.create(chat("What is a schipperke?", pin("TEXT")));
out.pinned = pinned.choices[0].message.content;

const stream = await client.chat.completions.create(
  chat("What is 12 * 34?", { model: "text", stream: true, stream_options: { include_usage: true }, ...pin("TEXT") }),
);
out.pieces = 0;
out.streamed = "";
for await (const chunk of stream) {
  out.pieces++;
  out.streamed += chunk.choices[0]?.delta?.content ?? "";
  out.finish = chunk.choices[0]?.finish_reason ?? out.finish;
  out.usage = chunk.usage ?? out.usage;
}

out.models = [];
for await (const model of client.models.list()) out.models.push(model.id);
out.model = await client.models.retrieve("collective");

out.unknown = await refusal(() => client.chat.completions.create(chat("hello", { model: "nothing-of-this-name" })));
const stranger = new OpenAI({ baseURL, apiKey: "wrong" });
out.wrongKey = await refusal(() => stranger.chat.completions.create(chat("hello")));

console.log(JSON.stringify(out));
