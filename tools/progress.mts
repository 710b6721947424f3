// Knows how to show on a terminal, or in a log, that something takes its time.

/**
 * Says what is going on and for how long, and at the end how it went: one line that is kept up to date on a terminal, a line
 * each half minute elsewhere.
 *
 * @example
 * await during("building hydra v2.3.0", () => succeed("go", ["build"]));
 */
export async function during<Result>(doing: string, work: () => Promise<Result>): Promise<Result> {
  const out = process.stderr;
  const started = Date.now();
  const say = (outcome: string) => {
    const seconds = Math.round((Date.now() - started) / 1000);
    const elapsed = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    out.write(out.isTTY ? `\r\x1b[2K${doing} ${outcome} ${elapsed}` : `${doing} ${outcome} ${elapsed}\n`);
  };
  out.write(out.isTTY ? doing : `${doing}\n`);
  const timer = setInterval(() => say("…"), out.isTTY ? 1_000 : 30_000);
  let outcome = "failed after";
  try {
    const result = await work();
    outcome = "took";
    return result;
  } finally {
    clearInterval(timer);
    say(outcome);
    if (out.isTTY) out.write("\n");
  }
}
