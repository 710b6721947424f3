// Which texts can be one segment of a URL's path. Knows nothing of what they name.

import { HydraError } from "./error.ts";

/** Whether a text can stand as one segment of a path: the dots would lead elsewhere, and half a character is nothing. */
export function isSegment(text: string): boolean {
  return text !== "" && text !== "." && text !== ".." && !/\p{Cs}/u.test(text);
}

export function segment(text: string): string {
  if (isSegment(text)) return encodeURIComponent(text);
  const message = `no server can address an object named ${JSON.stringify(text)}`;
  throw new HydraError({ code: "unaddressable", message, advice: "choose another id", method: "GET", path: "" });
}
