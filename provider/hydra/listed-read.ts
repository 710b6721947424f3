// Reads of clients that come in a burst, answered from pages of a list. Knows nothing of HTTP and paths.

import type { HydraJson } from "./json.ts";

/** Where clients are read. */
export interface ClientSource {
  /** One client; fails when the server says that it is gone. */
  one(id: string, signal: AbortSignal): Promise<HydraJson>;
  /** A page of the list of all clients, under the name that the page before gave it; asked for once. */
  page(name: string, signal: AbortSignal): Promise<Page>;
  /** The name of the first page. */
  readonly first: string;
  /** Milliseconds that only ever grow. */
  now(): number;
  readonly writes: WriteCount;
}

/**
 * Grows with each write to a server: every page listed before is too old from then on. It is shared by all connections
 * to the server.
 */
export interface WriteCount {
  count: number;
}

export interface Page {
  readonly items: readonly HydraJson[];
  /** The name of the page that follows, if there is one. */
  readonly next: string | undefined;
}

export type ReadClient = (id: string, signal?: AbortSignal) => Promise<HydraJson>;

/**
 * So many clients have to be read within a second before the first page is asked for. Fewer are a handful, and cost a
 * handful of calls. With more, a refresh of a thousand, whose pages are fetched anew every two seconds, would leave its
 * twenty calls where it takes seven seconds.
 */
const enough = 8;
const burst = 1_000;

/** What a page says is believed for so many milliseconds, counted from before it was asked for; longer nobody waits. */
const oldest = 2_000;

/** A page as it was, and when. */
interface Seen {
  readonly since: number;
  readonly writes: number;
  readonly items: ReadonlyMap<string, HydraJson>;
}

/** A read under way, and how many wait for it. */
interface Call {
  readonly answer: Promise<HydraJson>;
  readonly stop: AbortController;
  /** When it began: its answer may be as old. */
  readonly since: number;
  waiting: number;
}

/**
 * Reads one client, from a listed page where many are read at once. The answer is that of a single read: what no page
 * shows is asked for by itself, and a list that cannot be had is done without.
 *
 * Never more calls than reads, plus one for the life of the process: a page is asked for only while at least as many
 * reads were answered without a call of their own as pages were asked for. The one is the first page: no answer to a
 * single read tells whether any of ours is on it, so that it has to be tried, once.
 */
export function createReadClient({ one, page, first, now, writes }: ClientSource): ReadClient {
  const calls = new Map<string, Call>();
  /** When each client was read last, in that order. */
  const recent = new Map<string, number>();
  const pages = new Map<string, Seen>();
  /** The page on which a client was seen last. */
  const places = new Map<string, string>();
  /** The page after the last one that was worth it. */
  let next: string | undefined = first;
  let asking: Promise<void> | undefined;
  /** Reads answered without a call of their own, less the pages asked for. */
  let credit = 0;
  let broken = false;
  let writesSeen = writes.count;

  /** What begins after a write has nothing to do with what was read before it. */
  function forgetBeforeWrite(): void {
    if (writesSeen === writes.count) return;
    writesSeen = writes.count;
    calls.clear();
    recent.clear();
  }

  function isBurst(): boolean {
    for (const [id, time] of recent) {
      if (time > now() - burst) break;
      recent.delete(id);
    }
    return recent.size >= enough;
  }

  function fresh(id: string): HydraJson | undefined {
    const seen = pages.get(places.get(id) ?? "");
    return seen && seen.writes === writes.count && seen.since > now() - oldest ? seen.items.get(id) : undefined;
  }

  /** The page that should show a client: the one that did, or the first that nobody has seen. */
  function placeOf(id: string): string | undefined {
    const place = places.get(id);
    return place !== undefined && pages.get(place)?.items.has(id) ? place : next;
  }

  async function look(name: string): Promise<void> {
    const [since, before] = [now(), writes.count];
    credit--;
    try {
      const { items, next: following } = await page(name, AbortSignal.timeout(oldest));
      const listed = new Map(items.map((item) => [String(item.client_id), item]));
      pages.set(name, { since, writes: before, items: listed });
      for (const id of listed.keys()) places.set(id, name);
      // A page on which nobody is that was asked for is one of many: ours are few among those of others.
      const pays = [...calls.keys(), ...recent.keys()].some((id) => listed.has(id));
      if (name === next) next = pays && following !== undefined && !pages.has(following) ? following : undefined;
    } catch {
      // Whatever keeps the list from us, single reads need not be kept by it; and it is not tried twice.
      broken = true;
    }
  }

  async function answer(id: string, signal: AbortSignal): Promise<HydraJson> {
    const began = now();
    for (;;) {
      const listed = fresh(id);
      if (listed) {
        credit++;
        return listed;
      }
      const place = placeOf(id);
      const worthwhile = asking !== undefined || (!broken && credit >= 0 && isBurst());
      if (place === undefined || !worthwhile || signal.aborted || now() - began > oldest) return one(id, signal);
      asking ??= look(place).finally(() => {
        asking = undefined;
      });
      await asking;
    }
  }

  function begin(id: string): Call {
    const stop = new AbortController();
    const call: Call = {
      answer: answer(id, stop.signal).finally(() => end(id, call)),
      stop,
      since: now(),
      waiting: 0,
    };
    // Those who waited may all have left.
    call.answer.catch(() => undefined);
    calls.set(id, call);
    return call;
  }

  function end(id: string, call: Call): void {
    if (calls.get(id) === call) calls.delete(id);
  }

  return async (id, signal) => {
    if (signal?.aborted) return one(id, signal);
    forgetBeforeWrite();
    recent.delete(id);
    recent.set(id, now());
    const underWay = calls.get(id);
    const shared = underWay && underWay.since > now() - oldest ? underWay : undefined;
    if (shared) credit++;
    const call = shared ?? begin(id);
    call.waiting++;
    const answered = await unlessAborted(call.answer, signal);
    if (answered) return answered;
    if (--call.waiting === 0) {
      call.stop.abort();
      end(id, call);
    }
    // With a signal that has come, it fails as a single read does, before anything is sent.
    return one(id, signal as AbortSignal);
  };
}

/** What is waited for, or nothing when the signal comes first. */
async function unlessAborted<T>(awaited: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return awaited;
  let stop = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener("abort", stop);
  });
  return Promise.race([awaited, aborted]).finally(() => signal.removeEventListener("abort", stop));
}
