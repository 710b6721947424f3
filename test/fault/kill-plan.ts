// Knows what is declared in a cycle of kills, and who is killed when. Everything comes from the seed.
import type { Values } from "../../provider/lifecycle/value.ts";
import type { Stage } from "../support/fault.ts";
import type { Random } from "./random.ts";

/** A resource of the program; `of` names the client that it belongs to. */
export interface Declared {
  readonly type: "OAuth2Client" | "ClientLifespans" | "TrustedJwtIssuer";
  readonly name: string;
  readonly args: Values;
  readonly of?: string;
}

export const victims = [
  "cli SIGINT",
  "cli SIGTERM",
  "cli SIGKILL",
  "provider SIGTERM",
  "provider SIGKILL",
  "program SIGKILL",
  "program SIGTERM",
  "Hydra restarted",
  "database away",
] as const;

export type Victim = (typeof victims)[number];

export interface Plan {
  readonly victim: Victim;
  /** After so many milliseconds, or at a stage of the request with that number. */
  readonly at: { readonly ms: number } | { readonly request: number; readonly stage: Stage };
}

const stages: readonly Stage[] = ["arrived", "done", "answered"];

/** Slow victims are rare: a restart and an absence of ten seconds take their time. */
export function plan({ pick, chance, below }: Random): Plan {
  const victim = chance(0.08) ? pick(victims.slice(7)) : pick(victims.slice(0, 7));
  const at = chance(0.15) ? { ms: below(4_000) } : { request: 1 + below(7), stage: pick(stages) };
  return { victim, at };
}

/** What a program declares: some of a set of resources, with values that change from cycle to cycle. */
export function declare(random: Random, marker: string, cycle: number, jwk: Values): Declared[] {
  const { chance, below } = random;
  const clients = [0, 1, 2, 3].filter(() => chance(0.75));
  const declared: Declared[] = clients.map((index) => ({
    type: "OAuth2Client",
    name: `client-${index}`,
    args: {
      owner: marker,
      clientName: `${marker} ${index} ${chance(0.5) ? cycle : "stays"}`,
      ...(index === 3 ? { clientId: `${marker}-chosen-${below(2)}` } : {}),
      ...(index === 2 ? { clientSecret: `a secret of cycle ${below(3)}` } : {}),
      ...(index === 1 ? { secretRotation: { trigger: String(below(3)) } } : {}),
    },
  }));
  for (const index of clients.filter((client) => client < 2 && chance(0.75))) {
    const args = { implicitGrantIdTokenLifespan: `${1 + below(5)}h0m0s` };
    declared.push({ type: "ClientLifespans", name: `client-${index}`, of: `client-${index}`, args });
  }
  for (const subject of ["alice", "bob"].filter(() => chance(0.75))) {
    const args = { issuer: marker, subject, jwk, scope: ["read"], expiresAt: `209${below(3)}-01-01T00:00:00Z` };
    declared.push({ type: "TrustedJwtIssuer", name: subject, args });
  }
  return declared;
}

/** A program that reads what it declares, and writes the ids and secrets that it got. */
export function killProgram(module: string): string {
  return `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const hydra = require(${JSON.stringify(module)});
const made = {};
for (const { type, name, args, of } of JSON.parse(fs.readFileSync("declared.json", "utf8"))) {
  const resource = new hydra[type](name, of ? { ...args, clientId: made[of].clientId } : args);
  if (type === "OAuth2Client") made[name] = resource;
}
const known = Object.entries(made).map(([name, { clientId, clientSecret }]) => [name, { clientId, clientSecret }]);
pulumi.output(Object.fromEntries(known)).apply((values) => fs.writeFileSync("made.json", JSON.stringify(values)));
`;
}
