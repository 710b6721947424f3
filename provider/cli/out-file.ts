// The file that a command writes: a new one, unless its user wants the one that is there replaced.

import { constants } from "node:fs";
import { lstat, writeFile } from "node:fs/promises";
import { CommandError } from "./command.ts";
import { printable } from "./printable.ts";

/** Refuses what is there. `replaces` allows a file, and no symbolic link: what it leads to may be anything. */
export async function requireWritable(path: string, replaces: boolean): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isSymbolicLink()) {
    const message = `${printable(path)} is a symbolic link`;
    throw new CommandError({ code: "file-unwritten", message, advice: "give the path of the file itself" });
  }
  if (there !== undefined && !replaces) throw alreadyThere(path);
}

/** Writes the file. What came to be there since it was looked at is kept all the same. */
export async function writeOut(path: string, text: string, replaces: boolean): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW = 0 } = constants;
  const flag = O_WRONLY | O_CREAT | (replaces ? O_TRUNC | O_NOFOLLOW : O_EXCL);
  try {
    await writeFile(path, text, { flag });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw alreadyThere(path);
    const message = `${printable(path)} cannot be written (${code})`;
    throw new CommandError({ code: "file-unwritten", message, advice: "check its path" }, error);
  }
}

function alreadyThere(path: string): CommandError {
  const message = `${printable(path)} exists already and was kept`;
  return new CommandError({ code: "file-unwritten", message, advice: "give another path, or replace it with --force" });
}
