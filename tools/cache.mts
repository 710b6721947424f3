// Knows the folder for what is made once, and how it gets there whole.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** A place in `.cache` of the repository, or in `PULUMI_HYDRA_CACHE`. */
export function cached(...names: readonly string[]): string {
  return resolve(process.env.PULUMI_HYDRA_CACHE ?? join(import.meta.dirname, "../.cache"), ...names);
}

/**
 * A file or folder, made unless it is there.
 *
 * @example
 * const file = await madeOnce(cached("hello"), (attempt) => writeFile(attempt, "hello"));
 */
export async function madeOnce(place: string, make: (attempt: string) => Promise<unknown>): Promise<string> {
  if (existsSync(place)) return place;
  // A name of its own for each attempt, then a rename: runs in parallel and killed runs cannot break each other.
  const attempt = `${place}.${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(dirname(place), { recursive: true });
    await make(attempt);
    await rename(attempt, place).catch((error: unknown) => {
      if (!existsSync(place)) throw error;
    });
    return place;
  } finally {
    await rm(attempt, { recursive: true, force: true });
  }
}
