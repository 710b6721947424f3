// Knows the engine's event log and makes a short account of it.
import { z } from "zod";

/** One thing the engine did, or in a preview would do, with one resource. */
export interface Step {
  /** `create`, `update`, `same`, `delete`, `create-replacement`, `replace`, `delete-replaced`, … */
  op: string;
  urn: string;
  /** The last part of the type token: `OAuth2Client`. */
  type: string;
  name: string;
  failed: boolean;
  /** The properties that made it a replacement. */
  replaceKeys: string[];
  /** Property path → kind of change; null when the provider gave none. */
  detailedDiff: Record<string, string> | null;
}

/** Something the engine, a provider or the program said. */
export interface Diagnostic {
  /** `error`, `warning`, `info`, or `info#err` for what was written to standard error. */
  severity: string;
  message: string;
  /** Type and name of the resource it is about, `OAuth2Client web`; absent when about none. */
  resource?: string;
}

export interface Account {
  /** Every step in the order it ended; stack and default providers are left out. */
  steps: Step[];
  /**
   * What became of each resource: `{ "OAuth2Client web": "update" }`. A replacement's three steps are one `replace`;
   * what failed is `create failed`.
   */
  operations: Record<string, string>;
  diagnostics: Diagnostic[];
}

const metadata = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  keys: z.array(z.string()).nullish(),
  detailedDiff: z.record(z.string(), z.object({ diffKind: z.string() })).nullish(),
});

const event = z.object({
  resOutputsEvent: z.object({ metadata }).optional(),
  resOpFailedEvent: z.object({ metadata }).optional(),
  diagnosticEvent: z.object({ urn: z.string().optional(), severity: z.string(), message: z.string() }).optional(),
});

/** Reads what `--event-log` wrote. */
export function account(log: string): Account {
  const steps: Step[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const line of log.split("\n").filter((text) => text !== "")) {
    const { resOutputsEvent: ended, resOpFailedEvent: failed, diagnosticEvent: said } = event.parse(JSON.parse(line));
    if (ended) steps.push(step(ended.metadata, false));
    if (failed) steps.push(step(failed.metadata, true));
    if (said && !isNoise(said)) {
      const about = said.urn && isOwn(said.urn) ? { resource: resource(said.urn) } : {};
      diagnostics.push({ severity: said.severity, message: said.message.trim(), ...about });
    }
  }
  const own = steps.filter(({ urn }) => isOwn(urn));
  return { steps: own, operations: operations(own), diagnostics };
}

function step(data: z.infer<typeof metadata>, failed: boolean): Step {
  const { op, urn, keys, detailedDiff } = data;
  const kinds = Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => [path, diffKind]);
  return {
    op,
    urn,
    type: shortType(urn),
    name: nameOf(urn),
    failed,
    replaceKeys: keys ?? [],
    detailedDiff: detailedDiff ? Object.fromEntries(kinds) : null,
  };
}

function operations(steps: readonly Step[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const { op, urn, failed } of steps) {
    const key = resource(urn);
    if (result[key]?.endsWith(" failed")) continue;
    const isReplacement = op === "create-replacement" || op === "delete-replaced";
    result[key] = failed ? `${op} failed` : isReplacement ? "replace" : op;
  }
  return result;
}

/** Nothing a user sees as a message: debug lines, and where a provider was found. */
function isNoise({ severity, message }: { severity: string; message: string }): boolean {
  return severity === "debug" || /^using pulumi-(resource|language)-\S+ from \$PATH/.test(message);
}

function isOwn(urn: string): boolean {
  return !/::pulumi:(pulumi:Stack::|providers:[^:]+::default)/.test(urn);
}

function resource(urn: string): string {
  return `${shortType(urn)} ${nameOf(urn)}`;
}

/** `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`; a name may itself hold colons. */
function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function shortType(urn: string): string {
  return urn.split("::")[2]?.split(":").at(-1) ?? "";
}
