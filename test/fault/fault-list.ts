// Knows the faults of the table, each as a person would call it.
import type { Fault } from "../support/fault.ts";

const json = { "content-type": "application/json" };
const page = (title: string) => `<html><head><title>${title}</title></head><body>${title}</body></html>`;
const status = (code: number, title: string, forward: Fault["forward"], headers = {}): Fault => ({
  forward,
  answer: { status: code, headers, body: page(title) },
});

/** Being limited is a queue: a limit that stays is waited for. */
export const waitedFor = ["status 429", "status 429 with Retry-After: 1"];

/** `elsewhere` is where redirects lead. */
export function faultList(elsewhere: string): Readonly<Record<string, Fault>> {
  return {
    "reset before the request is passed on": { forward: "nothing", answer: "reset" },
    "reset in the middle of the request": { forward: "half", answer: "reset" },
    "reset after the request is carried out": { forward: "all", answer: "reset" },
    "no headers in time": { forward: "all", answer: "no headers" },
    "no body in time": { forward: "all", answer: "no body" },
    "body truncated": { forward: "all", answer: "truncated" },
    "half of the JSON": { forward: "all", answer: "cut JSON" },
    "garbage with status 200": { forward: "all", answer: { status: 200, headers: json, body: "{]" } },
    "an empty object with status 200": { forward: "nothing", answer: { status: 200, headers: json, body: "{}" } },
    "wrong content type": {
      forward: "all",
      answer: { status: 0, headers: { "content-type": "text/html" }, genuine: true },
    },
    "HTML page with status 200": status(200, "Sign in", "nothing"),
    "HTML page with status 404": status(404, "Not Found", "nothing"),
    "redirect to another host": status(307, "Moved", "nothing", { location: `${elsewhere}/admin/clients` }),
    "status 400 of a conflict in the database": {
      forward: "nothing",
      answer: { status: 400, headers: json, body: '{"error":"Unable to serialize access","error_description":""}' },
    },
    "status 401": { forward: "nothing", answer: { status: 401, headers: json, body: '{"error":"unauthorized"}' } },
    "status 408": status(408, "Request Timeout", "nothing"),
    "status 429": status(429, "Too Many Requests", "nothing"),
    "status 429 with Retry-After: 1": status(429, "Too Many Requests", "nothing", { "retry-after": "1" }),
    "status 429 with Retry-After: 7200": status(429, "Too Many Requests", "nothing", { "retry-after": "7200" }),
    "status 500": { forward: "nothing", answer: { status: 500, headers: json, body: '{"error":"error"}' } },
    "status 500 after the request is carried out": {
      forward: "all",
      answer: { status: 500, headers: json, body: '{"error":"error"}' },
    },
    "status 502": status(502, "Bad Gateway", "nothing"),
    "status 502 after the request is carried out": status(502, "Bad Gateway", "all"),
    "status 503": status(503, "Service Unavailable", "nothing"),
    "status 504 after the request is carried out": status(504, "Gateway Timeout", "all"),
    "huge body": { forward: "all", answer: { status: 200, headers: json, body: '{"a":[1,', endless: true } },
  };
}
