// Knows how many courses are run on which servers, and how a failing one is made short.
import { startFaultProxy } from "../support/fault.ts";
import { type Course, smaller } from "./course.ts";
import type { Stack } from "./driver.ts";
import type { Surroundings } from "./program.ts";
import { type Address, clean } from "./server.ts";
import { type Told, tell } from "./tell.ts";

/** Opens a stack of a course; its servers can be written in two ways. */
export type Open = (spellings: readonly [Surroundings, Surroundings]) => Promise<Stack>;

export interface Servers {
  readonly a: Address;
  readonly b: Address;
}

let courses = 0;
const session = `${process.pid.toString(36)}${Date.now().toString(36)}`;

/** Runs one course on servers that others use too. */
export async function runCourse(course: Course, servers: Servers, open: Open): Promise<Told> {
  const marker = `course-${session}-${++courses}`;
  await using a = await startFaultProxy(servers.a.adminUrl, { steady: true });
  await using b = await startFaultProxy(servers.b.adminUrl, { steady: true });
  const patience = { timeout: "5", retries: "2" };
  const spelling = (connection: string, written: (url: string) => string): Surroundings => {
    const other = { adminUrl: written(b.url), publicUrl: servers.b.publicUrl, ...patience };
    const own = { adminUrl: written(a.url), publicUrl: servers.a.publicUrl, ...patience };
    const all = { ...own, connections: JSON.stringify({ [connection]: other }) };
    const config = Object.fromEntries(Object.entries(all).map(([key, value]) => [`hydra:${key}`, value]));
    return { marker, host: course.host, watched: course.watched, other, connection, config };
  };
  const spellings = [
    spelling("b", (url) => url),
    spelling("bee", (url) => `${url.replace("http", "HTTP")}/admin/`),
  ] as const;
  const stacks = [await open(spellings), await open(spellings)] as const;
  try {
    return await tell(course, { marker, servers, proxies: { a, b }, stacks });
  } finally {
    for (const stack of stacks) await stack.close();
    await Promise.all([clean(servers.a, marker), clean(servers.b, marker)]);
  }
}

/** The shortest course found that still fails, in so many tries. */
export async function shrink(
  course: Course,
  told: Told,
  run: (course: Course) => Promise<Told>,
  tries: number,
): Promise<[Course, Told]> {
  let best: [Course, Told] = [course, told];
  let left = tries;
  for (let found = true; found; ) {
    found = false;
    for (const next of smaller(best[0])) {
      if (left-- <= 0) return best;
      const again = await run(next);
      if (again.wrong.length === 0 || kindOf(again) !== kindOf(told)) continue;
      best = [next, again];
      found = true;
      break;
    }
  }
  return best;
}

/** What a failure is about, whatever the course calls things. */
export function kindOf({ wrong }: Told): string {
  const [, first = wrong[0] ?? "", second = ""] = wrong;
  return (first.endsWith(":") ? `${first} ${second}` : first)
    .replaceAll(/"[^"]*"|[0-9a-f]{8}-[0-9a-f-]+|(first|second|added|imported)\w*|\d+/g, "…")
    .slice(0, 160);
}
