// Knows how to run a course on Pulumi's own engine without the CLI: each command has a provider of its own, as if just started.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "../../provider/host/plugin/server.ts";
import { account } from "../../tools/events.mts";
import { startGate } from "../support/gate.ts";
import type { Values } from "./declared.ts";
import type { Command, Interruption, Recorded, Result, Stack } from "./driver.ts";
import { providerText, serveDynamic } from "./dynamic-server.ts";
import { type Registered, registrations, type Surroundings } from "./program.ts";

type Json = Record<string, unknown>;

interface Deployment {
  resources?: Resource[];
  pending_operations?: { type: string }[];
}

export interface Resource {
  urn: string;
  type: string;
  id?: string;
  custom: boolean;
  outputs?: Json;
  protect?: boolean;
  delete?: boolean;
  taint?: boolean;
}

interface Answer {
  readonly id: number;
  readonly error?: string;
  readonly state?: Deployment;
  readonly events: Json[];
}

/** The engine as a process that serves many stacks. */
export interface EngineProcess extends AsyncDisposable {
  ask(request: Json): { readonly id: number; readonly answer: Promise<Answer> };
  stop(id: number, how: "cancel" | "kill"): void;
}

export function startEngineProcess(program: string): EngineProcess {
  // What the engine finds in the environment must not differ from machine to machine.
  const child: ChildProcessWithoutNullStreams = spawn(program, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  let written = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (written = (written + text).slice(-10_000)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = JSON.parse(line) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ended = new Promise<void>((resolve) =>
    child.on("close", () => {
      for (const [id, tell] of waiting) tell({ id, error: `the engine is gone: ${written}`, events: [] });
      resolve();
    }),
  );
  let last = 0;
  const send = (message: Json) => child.stdin.write(`${JSON.stringify(message)}\n`);
  return {
    ask: (request) => {
      const id = ++last;
      const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve));
      send({ id, ...request });
      return { id, answer };
    },
    stop: (id, how) => void send({ id, stop: how }),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      child.kill();
      await ended;
    },
  };
}

const ending = 3_300;

const about = { version: "0.1.0", schema: () => "{}", mapping: () => "{}" };

/** `spoil` puts a fault into the provider's answers: into those to `diff`, or to `delete`. */
export function engineStack(
  engine: EngineProcess,
  spellings: readonly [Surroundings, Surroundings],
  spoil: "diff" | "delete" | "" = "",
): Stack {
  let state: Deployment | undefined;
  let around = spellings[0];
  const urnOf = (name: string) => live().find((one) => nameOf(one.urn) === name && !one.delete)?.urn;
  const live = () => (state?.resources ?? []).filter(isOwn);
  const urnIn = (declared: Registered[], name: string): string => {
    const type = declared.find((one) => one.name === name)?.type;
    return type === undefined ? (urnOf(name) ?? "") : `urn:pulumi:dev::program::${type}::${name}`;
  };
  return {
    run: async (command, program, interruption) => {
      const declared = registrations(around, program, providerText);
      if (command.clear && state)
        state.pending_operations = state.pending_operations?.filter(({ type }) => type !== "creating") ?? [];
      const plugin = around.host === "plugin";
      const served = await (plugin ? Promise.all([1, 2, 3, 4].map(() => serve(about, ""))) : dynamicServers(command));
      const gates =
        interruption?.what === "kill the provider" ? await Promise.all(served.map(({ port }) => startGate(port))) : [];
      const names = (list: Command["replace"]) =>
        (list ?? []).map((name) => urnIn(declared, name)).filter((urn) => urn !== "");
      const { id, answer } = engine.ask({
        command: command.verb === "refresh" || command.verb === "import" ? command.verb : "update",
        preview: command.verb === "preview",
        state,
        program: declared,
        providers: {
          [plugin ? "hydra" : "pulumi-nodejs"]: served.map(({ port }, at) => `127.0.0.1:${gates[at]?.port ?? port}`),
        },
        config: around.config,
        spoil,
        refresh: command.refresh ?? false,
        replace: names(command.replace),
        targets: names(command.target),
        imports: (command.imports ?? []).map((one) => ({ ...one, type: `hydra:index:${one.type}` })),
      });
      let killed = false;
      if (interruption?.what.startsWith("kill")) void interruption.moment.then(() => (killed = true));
      interrupt(interruption, { cancel: () => engine.stop(id, "cancel"), kill: () => engine.stop(id, "kill"), gates });
      const { error, state: next, events } = await answer;
      await Promise.all(served.map((one) => one.stop()));
      for (const gate of gates) await gate[Symbol.asyncDispose]();
      // A provider that was killed does no more; here it is told to end, and ends within its time.
      if (killed) await sleep(ending);
      if (command.verb !== "preview") state = next ?? state;
      return resultOf(error, events, command.verb === "preview" ? undefined : next);
    },
    recorded: async () => live().map(recordedOf),
    pending: async () => state?.pending_operations?.length ?? 0,
    state: async (edit, name) => {
      for (const one of live().filter(({ urn }) => nameOf(urn) === name)) {
        if (edit === "taint") one.taint = true;
        else one.protect = false;
      }
    },
    rename: async (name, next) => {
      const urn = urnOf(name);
      if (urn === undefined) return;
      const renamed = urn.replace(/::[^:]*$/, `::${next}`);
      state = JSON.parse(JSON.stringify(state).replaceAll(`"${urn}"`, `"${renamed}"`));
    },
    respell: async () => {
      around = around === spellings[0] ? spellings[1] : spellings[0];
    },
    close: async () => undefined,
  };
}

/** What looks at the resources first has a server of its own. */
async function dynamicServers({ refresh }: Command): Promise<{ readonly port: number; stop(): Promise<void> }[]> {
  const first = await serveDynamic();
  return refresh ? [first, await serveDynamic()] : [first];
}

function interrupt(
  interruption: Interruption | undefined,
  by: { cancel(): void; kill(): void; gates: readonly { away(ms: number): Promise<void> }[] },
): void {
  void interruption?.moment.then(() => {
    if (interruption.what === "Ctrl-C") by.cancel();
    else if (interruption.what === "kill the CLI") by.kill();
    else for (const gate of by.gates) void gate.away(0);
  });
}

/** Steps and messages as the event log has them, values included. */
export function resultOf(error: string | undefined, events: readonly Json[], state?: Deployment): Result {
  const { operations, diagnostics } = account(events.map((event) => JSON.stringify(event)).join("\n"));
  const of = (severity: string) =>
    diagnostics.filter((one) => one.severity === severity).map(({ message }) => message.replaceAll(/<\{%\w+%\}>/g, ""));
  const outputs: Record<string, Values> = {};
  const unknown = new Set<string>();
  for (const event of events) {
    const step = (event.resOutputsEvent as { metadata: Step } | undefined)?.metadata;
    if (!step?.new || !isOwn(step)) continue;
    const name = nameOf(step.urn);
    // Of a replacement, the other steps tell what was there before; of a refresh, what was found.
    if (["create", "update", "same", "create-replacement"].includes(step.op)) outputs[name] = step.new.outputs ?? {};
    if (/04da6b54-80e4-46f7-96ec-b56ff0331ba9/.test(JSON.stringify(step.new.inputs ?? {}))) unknown.add(name);
  }
  for (const one of (state?.resources ?? []).filter((each) => isOwn(each) && !each.delete))
    outputs[nameOf(one.urn)] = plain(one.outputs ?? {}) as Values;
  return {
    green: error === undefined || error === "",
    errors: [...of("error"), ...(error ? [error] : [])],
    warnings: of("warning"),
    operations: Object.fromEntries(
      Object.entries(operations).map(([key, op]) => [key.slice(key.indexOf(" ") + 1), op]),
    ),
    outputs,
    unknown,
  };
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly new?: { readonly inputs?: Values; readonly outputs?: Values };
}

export function recordedOf({
  urn,
  type,
  id = "",
  outputs = {},
  protect = false,
  delete: deleted = false,
}: Resource): Recorded {
  return { urn, type, name: nameOf(urn), id, outputs: plain(outputs) as Values, protect, deleted };
}

export function isOwn({ urn }: { readonly urn: string }): boolean {
  return /::(pulumi-nodejs:dynamic\/hydra|hydra:index):\w+::/.test(urn.replace("pulumi:pulumi:Stack$", ""));
}

export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

const signature = "4dabf18193072939515e22adb298388d";

/** A value without marks; secrets are encoded, not encrypted, in the states of this driver. */
export function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const { ciphertext, plaintext } = value as { ciphertext?: string; plaintext?: string };
  if (signature in value && plaintext !== undefined) return JSON.parse(plaintext);
  if (signature in value && ciphertext !== undefined)
    return plain(JSON.parse(Buffer.from(ciphertext, "base64").toString()));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
