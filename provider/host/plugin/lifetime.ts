// When the engine that started this process is gone, however it went. Knows nothing of what the process does.

import { fstatSync } from "node:fs";

const betweenLooks = 2_000;

/** Calls `gone` once the engine is: it holds the other end of our input, or is our parent. */
export function whenEngineIsGone(gone: () => void): void {
  let isTold = false;
  const tell = () => {
    if (!isTold) gone();
    isTold = true;
  };
  // A language host gives no pipe, but an input that is at its end from the start.
  if (inputIsPipe()) process.stdin.on("end", tell).on("close", tell).on("error", tell).resume();
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && tell(), betweenLooks).unref();
}

function inputIsPipe(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false;
  }
}
