// Knows what a step takes: its time, and the processor time of each of our processes that has a part in it.
import { readdirSync, readFileSync } from "node:fs";
import type { ChildResult } from "../child.mts";

export const steps = ["up", "no-change up", "refresh", "destroy"];

/** Whose process it is, in the order in which the picture has them. */
export const parts = ["program", "engine", "provider", "Hydra"];

/** By step: milliseconds (`up`), and seconds of processor time (`up: engine`). `bytes` are those of state of a resource. */
export type Life = Record<string, number>;

// Every process below this one inherits it, and so is told from others of the same name.
process.env.PULUMI_BENCH = `bench-${process.pid}-`;

/** Does a step, and writes what it took into the life. */
export async function timed(life: Life, step: string, work: () => Promise<ChildResult>): Promise<void> {
  const before = sample(new Map());
  const last = new Map(before);
  const timer = setInterval(() => sample(last), 50);
  const start = performance.now();
  const { code, stdout, stderr } = await work().finally(() => clearInterval(timer));
  life[step] = performance.now() - start;
  if (code !== 0) throw new Error(`${step} failed:\n${stdout}${stderr}`);
  for (const [key, { part, seconds }] of sample(last)) {
    const place = `${step}: ${part}`;
    life[place] = (life[place] ?? 0) + seconds - (before.get(key)?.seconds ?? 0);
  }
}

/** The processor time, so far, of each process that counts; one that has ended keeps what it had last. Linux tells it in /proc. */
function sample(into: Map<string, { part: string; seconds: number }>) {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, "utf8");
    try {
      const part = partOf(read("cmdline").replaceAll("\0", " "));
      if (!part || !read("environ").includes(process.env.PULUMI_BENCH ?? "")) continue;
      const fields = read("stat")
        .replace(/^.*\) /s, "")
        .split(" ");
      // A tick is a hundredth of a second on every Linux that Node.js runs on; field 19 is when the process began.
      into.set(`${pid} ${fields[19]}`, { part, seconds: (Number(fields[11]) + Number(fields[12])) / 100 });
    } catch {
      // It has just ended.
    }
  }
  return into;
}

function partOf(command: string): string | undefined {
  if (/pulumi-resource-|cmd\/dynamic-provider|terraform-provider-/.test(command)) return "provider";
  if (/pulumi-language-nodejs|cmd\/run/.test(command)) return "program";
  if (/^\S*\b(pulumi (up|refresh|destroy)|terraform (apply|plan|destroy))/.test(command)) return "engine";
  return /^\S*hydra\S* serve/.test(command) ? "Hydra" : undefined;
}
