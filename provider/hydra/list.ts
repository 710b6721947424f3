// Lists of the admin API: one page, and all of them as one list. Knows what a page proves, not what stands on it.

import { HydraError } from "./error.ts";
import type { HydraJson } from "./json.ts";
import type { Page } from "./listed-read.ts";
import type { HydraRequest, Transport } from "./transport.ts";

export type Sender = Pick<Transport, "send">;

interface List {
  readonly items: readonly HydraJson[];
  /** Whether what others write while it is read moves objects from one page to another. */
  readonly shifts: boolean;
}

/** The smallest page of v2.3.0, whose pages shift: fewer objects came in one piece. */
const pieceOfShifting = 250;

/** So often a list is read until it stands still. */
const mostReadings = 10;

/** A million objects, 500 on each page: a list that goes on has no end. */
const mostPages = 2_000;

/**
 * Every object that is `wanted`, each with a text of the name `member` by which it is known. v2.3.0 counts its pages by
 * offsets: an object that is deleted meanwhile moves the next one onto a page that was read already. Such a list is read
 * until two readings in a row have the same objects. Newer servers page by key: there one reading misses nothing.
 */
export async function wholeList(
  client: Sender,
  member: string,
  first: string,
  wanted: (item: HydraJson) => boolean = () => true,
): Promise<HydraJson[]> {
  let before: ReadonlyMap<unknown, HydraJson> | undefined;
  for (let reading = 1; reading <= mostReadings; reading++) {
    const { items, shifts } = await pagedList(client, member, first);
    const found = new Map(items.filter(wanted).map((item) => [item[member], item]));
    if (!shifts || (before?.size === found.size && [...found.keys()].every((id) => before?.has(id)))) {
      return [...found.values()];
    }
    before = found;
  }
  const message = `the list changed while it was read, ${mostReadings} times in a row (GET ${first}): others are writing`;
  const advice = "try again when they are done";
  throw new HydraError({ code: "list-moving", message, advice, method: "GET", path: first });
}

/** All pages, once. */
export async function pagedList(client: Sender, member: string | undefined, first: string): Promise<List> {
  const items: HydraJson[] = [];
  const seen = new Set<string>();
  let offsets = false;
  for (let path: string | undefined = first; path !== undefined; ) {
    if (seen.size === mostPages || seen.has(path)) throw endless(path, seen.size);
    seen.add(path);
    const page: Page = await pageOf(client, member, { path });
    for (const item of page.items) items.push(item);
    offsets ||= page.next !== undefined && isOffset(page.next);
    path = page.next;
  }
  return { items, shifts: offsets && items.length >= pieceOfShifting };
}

/** A page of objects, each with a text of the name `member`: without, it could not be asked about. */
export async function pageOf(
  client: Sender,
  member: string | undefined,
  asked: Pick<HydraRequest, "path" | "signal" | "once">,
): Promise<Page> {
  const has = (item: HydraJson) => member === undefined || typeof item[member] === "string";
  const unexpected = (found: unknown) =>
    areObjects(found) && found.every(has) ? undefined : `a list of objects${member ? ` with ${member}` : ""}`;
  const { json, headers } = await client.send({ method: "GET", ...asked, unexpected });
  const items = json as HydraJson[];
  // v2.3.0 names a next page even after the last trust; no version names one after no consent at all.
  return { items, next: items.length === 0 ? undefined : nextPage(String(headers.link ?? ""), asked.path) };
}

// Page tokens differ between versions; the Link header (RFC 8288) is the one thing that does not. Every version sends it
// with every page, be it the only one: without, nobody knows whether there are more.
function nextPage(header: string, current: string): string | undefined {
  const links = [...header.matchAll(/<([^>]*)>\s*;\s*rel="?(\w+)"?/g)];
  const next = links.find(([, , relation]) => relation === "next")?.[1];
  if (links.length === 0 || next?.includes("?") === false) throw unlinked(current);
  // The query alone is taken over: behind a proxy the link names a host that is not ours.
  return next && current.replace(/\?.*$/, "") + next.slice(next.indexOf("?"));
}

/** Whether a page is followed by one whose address counts objects, as v2.3.0 pages; of an answer that is a list. */
export function countsObjects(link: unknown): boolean {
  const addresses = String(link ?? "").matchAll(/<([^>]*\?[^>]*)>/g);
  return [...addresses].some(([, address = ""]) => isOffset(address));
}

/** Whether the token in a page's address counts objects, as v2.3.0 does: `{"offset":"250","v":2}`. */
function isOffset(path: string): boolean {
  const token = new URLSearchParams(path.slice(path.indexOf("?"))).get("page_token") ?? "";
  return Buffer.from(token, "base64url").toString().includes('"offset"');
}

function unlinked(path: string): HydraError {
  const message = `the list has no Link header that can be read, with which Hydra says whether it goes on (GET ${path})`;
  const advice = "let what stands before Hydra pass the header on";
  return new HydraError({ code: "gateway", message, advice, method: "GET", path });
}

function endless(path: string, pages: number): HydraError {
  const message = `the list has no end: after ${pages} pages it leads to another one (GET ${path})`;
  const advice = "check that hydra:adminUrl points at Hydra's admin API";
  return new HydraError({ code: "not-hydra", message, advice, method: "GET", path });
}

export function isObject(json: unknown): json is HydraJson {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

export function areObjects(json: unknown): json is HydraJson[] {
  return Array.isArray(json) && json.every(isObject);
}
