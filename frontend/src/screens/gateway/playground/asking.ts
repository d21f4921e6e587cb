/** One prompt as the endpoint of a model takes it. Pure. */
import type { Callable, Known } from "../../../lib/gateway";

export type Endpoint = "chat/completions" | "images/generations" | "embeddings";

export interface Prompt {
  system: string;
  text: string;
  /** Data URLs. */
  pictures: readonly string[];
}

const DRAWS = /(^|[-/.])(dall-e|gpt-image|chatgpt-image|imagen|flux|stable-diffusion|sdxl|image)([-.]|\d|$)/i;
const MEANS = /embed/i;

/** What a model is for: its own word, the directory's, or its name. */
export function endpointOf(model: Callable, known: Known | null): Endpoint {
  if (model.endpoints?.length) return model.endpoints.includes("chat/completions") ? "chat/completions" : model.endpoints.some((one) => one.startsWith("images")) ? "images/generations" : "embeddings";
  const kind = model.slot === "image" || model.slot === "embedding" ? model.slot : known?.type === "image" || known?.type === "embedding" ? known.type : null;
  const name = model.upstream.model;
  if (kind === "image" || (!kind && !known && DRAWS.test(name))) return "images/generations";
  if (kind === "embedding" || (!kind && !known && MEANS.test(name))) return "embeddings";
  return "chat/completions";
}

export function bodyOf(endpoint: Endpoint, model: string, prompt: Prompt): Record<string, unknown> {
  if (endpoint === "images/generations") return { model, prompt: prompt.text, n: 1, stream: false };
  if (endpoint === "embeddings") return { model, input: prompt.text };
  const content = prompt.pictures.length ? [{ type: "text", text: prompt.text }, ...prompt.pictures.map((url) => ({ type: "image_url", image_url: { url } }))] : prompt.text;
  return { model, messages: [...(prompt.system.trim() ? [{ role: "system", content: prompt.system }] : []), { role: "user", content }] };
}

/** What one event adds to an answer: words, thoughts, pictures, or a vector. */
export interface Piece {
  text?: string;
  thought?: string;
  picture?: string;
  vector?: number[];
}

interface Event {
  choices?: { delta?: Said; message?: Said }[];
  data?: { b64_json?: string; url?: string; embedding?: number[] }[];
  b64_json?: string;
  output_format?: string;
}
interface Said {
  content?: string | null;
  refusal?: string | null;
  reasoning_content?: string | null;
  reasoning?: string | null;
}

export function pieceOf(value: unknown): Piece {
  const event = value as Event;
  const said = event.choices?.[0]?.delta ?? event.choices?.[0]?.message;
  if (said) return { text: said.content ?? said.refusal ?? undefined, thought: said.reasoning_content ?? said.reasoning ?? undefined };
  const made = event.data?.[0];
  if (made?.embedding) return { vector: made.embedding };
  const bytes = made?.b64_json ?? event.b64_json;
  // Only bytes that came with the answer are shown: an address elsewhere would tell that server who looks.
  if (bytes) return { picture: `data:image/${event.output_format ?? "png"};base64,${bytes}` };
  return {};
}
