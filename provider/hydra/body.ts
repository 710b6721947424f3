// What a request carries and what an answer brings, as text. Knows no address.

import type { HydraRequest } from "./request.ts";

/** No answer of the admin API comes near this; more is not read into memory. */
const largestBody = 32 * 1024 * 1024;

/** The body of a request, and the header that says what it is. */
export function encode(request: HydraRequest): { body: string | null; type: Record<string, string> } {
  if (request.form) {
    return {
      body: new URLSearchParams(request.form).toString(),
      type: { "content-type": "application/x-www-form-urlencoded" },
    };
  }
  if (request.body === undefined) return { body: null, type: {} };
  return { body: JSON.stringify(request.body), type: { "content-type": "application/json" } };
}

type Body = AsyncIterable<Uint8Array> & { text(): Promise<string>; destroy(): unknown };

/** The text of an answer that announces so many bytes, or does not say how many. */
export async function readBounded(body: Body, announced: number | undefined): Promise<string> {
  if (announced !== undefined) {
    if (announced > largestBody) throw tooLarge(body);
    // An answer ends where it said that it would.
    return body.text();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > largestBody) throw tooLarge(body);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tooLarge(body: Body): Error {
  body.destroy();
  return new Error(`the answer is larger than ${largestBody / 1024 / 1024} MiB`);
}
