// Courses that were once gone wrong, or that no part of the generator may lose: each is told by both drivers.
import type { Course, Turn } from "./course.ts";
import type { Declared } from "./declared.ts";

const client = (args: Declared["args"], name = "web", options: Declared["options"] = {}): Declared => ({
  uid: name,
  type: "OAuth2Client",
  name,
  args,
  options,
});

const trust = (args: Declared["args"], name = "idp"): Declared => ({
  uid: name,
  type: "TrustedJwtIssuer",
  name,
  args: { issuer: "slashed", subject: "alice", key: "k1", expiresAt: "2099-01-01T00:00:00Z", ...args },
  options: {},
});

const up = { verb: "up", at: 0 } as const;
const turn = (change: Turn["change"], more: Partial<Turn> = {}): Turn => ({ stack: 0, command: up, change, ...more });
const course = (program: readonly Declared[], ...turns: readonly Turn[]): Course => ({
  host: "plugin",
  watched: false,
  programs: [program, []],
  turns,
});

const refused = { fault: { kind: "403", at: 1, of: "writes", done: false }, onward: true } as const;
const none = { kind: "none" } as const;

interface Written {
  readonly course: Course;
  /** Where it is told through the CLI, which takes its time. */
  readonly hosts: readonly Course["host"][];
  /** The fault, put back into the provider's answers, that the course has to find. */
  readonly spoil?: "diff" | "delete";
}

export const written: Readonly<Record<string, Written>> = {
  "an edit of a trust whose POST is refused, and taken back": {
    hosts: ["plugin", "dynamic"],
    course: course(
      [trust({ scope: ["read"] })],
      turn({ kind: "edit", at: 0, field: 3, value: 2 }, refused),
      turn({ kind: "revert", turns: 1 }),
    ),
  },
  "an edit that replaces a client of a fixed id, whose POST is refused, and taken back": {
    hosts: ["plugin"],
    course: course(
      [client({ clientId: "x", clientName: "A" }, "web", { replaceOnChanges: ["clientName"] })],
      turn({ kind: "edit", at: 0, field: 1, value: 1 }, refused),
      turn({ kind: "revert", turns: 1 }),
    ),
    spoil: "diff",
  },
  "a client that changes its id and back, with a refused DELETE": {
    hosts: ["plugin"],
    course: course(
      [client({ clientId: "x" })],
      turn({ kind: "edit", at: 0, field: 0, value: 2 }, refused),
      turn({ kind: "revert", turns: 1 }),
    ),
    spoil: "delete",
  },
  "drift that an edit of another field leaves, and a refresh puts back": {
    hosts: ["plugin"],
    course: course(
      [client({ clientName: "A", contacts: ["a@example.com"] })],
      turn({ kind: "drift", at: 0, field: 2, value: 0 }),
      turn({ kind: "edit", at: 0, field: 1, value: 1 }),
      turn(none, { command: { verb: "up --refresh", at: 0 } }),
    ),
  },
  "a replacement, a taint, a rename in the state": {
    hosts: ["plugin"],
    course: course(
      [client({ clientId: "x", clientName: "A" })],
      turn(none, { command: { verb: "up --replace", at: 0 } }),
      turn(none, { command: { verb: "taint", at: 0 } }),
      turn(none, { command: { verb: "state rename", at: 0 } }),
    ),
  },
  "a rename with aliases, one without, and a removal": {
    hosts: ["plugin", "dynamic"],
    course: course(
      [client({ clientName: "A" }), trust({ scope: ["read"] })],
      turn({ kind: "rename", at: 0, aliases: true }),
      turn({ kind: "rename", at: 0, aliases: false }),
      turn({ kind: "remove", at: 1 }),
    ),
  },
};
