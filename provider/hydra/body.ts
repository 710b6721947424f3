// What a request carries and what an answer brings, as text. Knows no address.

import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { largestBody, type Received, tooLarge, UnreadableAnswer } from "./exchange.ts";
import type { HydraRequest } from "./transport.ts";

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

// Nobody asks for these, but what stands before Hydra may compress all the same.
const decoders: Readonly<Record<string, (body: Buffer, limit: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** The text of an answer; throws, in words, where it is none that we can read. */
export async function textOf(
  { headers, body }: Pick<Received, "headers" | "body">,
  largest = largestBody,
): Promise<string> {
  const coding = String(headers["content-encoding"] ?? "identity")
    .trim()
    .toLowerCase();
  if (coding === "identity" || body.length === 0) return body.toString("utf8");
  const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (decode === undefined)
    throw new UnreadableAnswer(`the response is encoded as ${JSON.stringify(coding)}, which was not asked for`);
  try {
    return (await decode(body, { maxOutputLength: largest })).toString("utf8");
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(largest);
    throw new UnreadableAnswer(`the response says that it is encoded as ${coding}, and is not`);
  }
}
