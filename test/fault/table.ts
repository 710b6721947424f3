// Knows how one cell of the fault table comes about: an operation with a fault, what was seen, and whether it was mended.
import type { Values } from "../../provider/lifecycle/value.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault.ts";
import type { Operation } from "./operation.ts";
import { type Outcome, startStack } from "./stack.ts";

/** The request that does it meets the fault once, or each time; or every request of the operation does. */
export type Mode = "once" | "always" | "everything";

export interface Cell {
  /** How the operation ended: `done`, or what Pulumi is told. */
  readonly ended: string;
  readonly requests: number;
  /** What a person sees; nothing when it went well. */
  readonly message: string;
  /** What the server had then. */
  readonly live: string;
  /** Bytes that came from the server. */
  readonly received: number;
  /** What should not be; nothing when all is well. */
  readonly wrong: readonly string[];
}

const patience = { timeout: 2, retries: 2 };

/**
 * `direct` is where Hydra is; a fault without a proxy is one of the address itself.
 */
export async function cellOf(
  operation: Operation,
  mode: Mode,
  direct: string,
  fault: Fault | { readonly settings: Values },
): Promise<Cell> {
  await using proxy = await startFaultProxy(direct, { steady: true });
  const stack = startStack(operation.type, { adminUrl: proxy.url });
  if (operation.before) await must(stack.up(operation.before));
  const prepared = proxy.seen.length;
  const before = JSON.stringify(stack.recorded());

  const spoiled = "settings" in fault ? fault.settings : { adminUrl: proxy.url };
  const slow = "answer" in fault && typeof fault.answer === "object" && fault.answer.endless ? { timeout: 60 } : {};
  stack.configure({ ...patience, ...slow, ...spoiled });
  if (!("settings" in fault)) spoil(proxy, operation, mode, fault);
  const outcome = await operation.run(stack);
  const requests = proxy.seen.length - prepared;
  proxy.spoil(undefined);
  stack.configure({ adminUrl: proxy.url });

  const ended = "did" in outcome ? "done" : outcome.outcome;
  const live = await operation.live();
  const wrong: string[] = [];
  const say = (complaint: string) => void wrong.push(complaint);
  const isRead = operation.method === "GET";
  if (ended === "done" && live !== (isRead ? "before" : "after")) say(`done, and the server has ${live}`);
  if (ended !== "done" && isRead && JSON.stringify(stack.recorded()) !== before) say("a failed read changed the state");
  // Nobody may be told that nothing was done when something was; a delete is simply done again.
  if (ended === "nothing" && live === "after" && !operation.deletes) say("done, and nobody was told");
  if (ended === "unsure" && live === "after" && !named(outcome))
    say("an object was left, and the message names no way to it");
  if (requests > 30) say(`${requests} requests`);

  if (ended === "unsure") await operation.clean();
  if (!isRead) {
    await must(operation.settle(stack));
    if ((await operation.live()) !== "after") say(`it does not settle: the server has ${await operation.live()}`);
    const again = await operation.settle(stack);
    if (!("did" in again) || again.did !== "nothing") say(`a second up: ${JSON.stringify(again)}`);
  }
  await operation.clean();
  const message = "failed" in outcome ? outcome.failed : "";
  return { ended, requests, message, live, received: proxy.sent(), wrong };
}

function named(outcome: Outcome): boolean {
  return "failed" in outcome && /pulumi import hydra:index:\w+ it /.test(outcome.failed);
}

function spoil(proxy: FaultProxy, { method, path }: Operation, mode: Mode, fault: Fault): void {
  if (mode === "everything") proxy.spoil(() => fault);
  else proxy.spoilFirst(fault, mode === "once" ? 1 : 100, method, path);
}

async function must(outcome: Promise<Outcome>): Promise<void> {
  const ended = await outcome;
  if ("failed" in ended) throw new Error(`without a fault: ${ended.failed}`);
}

/** Runs work on so many at a time. */
export async function eachOf<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
