// Knows the phases in which a request can stall, and that each limit ends each of them in time, on the packed plugin.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listen } from "../../tools/port.mts";
import { failing } from "../support/engine.ts";
import { startPacked } from "./way.ts";

/** A way on which requests stall, and whether the server has them then. */
interface Stalled {
  readonly adminUrl: string;
  readonly env?: Record<string, string>;
  readonly sent?: boolean;
}

const servers: Server[] = [];
const sockets = new Set<Socket>();
let full: ChildProcess;
let folder: string;
let phases: Record<string, Stalled>;

/** A server that says this, and nothing more. */
async function saying(text: string): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.once("data", () => socket.write(text));
  });
  servers.push(server);
  return listen(server);
}

/** The port of a process that is stopped: the kernel takes two connections for it, and answers no more. */
async function startFull(): Promise<number> {
  const program =
    'require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () { console.log(this.address().port) })';
  full = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "ignore"] });
  const port = await new Promise<number>((resolve) =>
    full.stdout?.once("data", (text) => resolve(Number(String(text)))),
  );
  full.kill("SIGSTOP");
  const filling = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  for (const socket of filling) sockets.add(socket);
  return port;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "transport-"));
  const hook = join(folder, "lookup.cjs");
  await writeFile(
    hook,
    'const dns = require("dns"), { lookup } = dns; dns.lookup = (name, ...rest) => name === "hydra.test" || lookup(name, ...rest);',
  );
  const [silent, mute, begun, tunnel] = [
    await saying(""),
    await startFull(),
    await saying("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"),
    await saying("HTTP/1.1 200 OK\r\n\r\n"),
  ];
  phases = {
    name: { adminUrl: "https://hydra.test", env: { NODE_OPTIONS: `--require ${hook}` } },
    connection: { adminUrl: `http://127.0.0.1:${mute}` },
    "TLS handshake": { adminUrl: `https://127.0.0.1:${silent}` },
    CONNECT: { adminUrl: "https://hydra.test", env: { https_proxy: `127.0.0.1:${silent}` } },
    "TLS handshake through a proxy": { adminUrl: "https://hydra.test", env: { https_proxy: `127.0.0.1:${tunnel}` } },
    headers: { adminUrl: `http://127.0.0.1:${silent}`, sent: true },
    body: { adminUrl: `http://127.0.0.1:${begun}`, sent: true },
  };
});

afterAll(async () => {
  full.kill("SIGKILL");
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});

const names = ["name", "connection", "TLS handshake", "CONNECT", "TLS handshake through a proxy", "headers", "body"];

/** Seconds in which a write in doubt is looked for after its end. */
const extra = 0.5;

/** Seconds that a busy machine may add. */
const slack = 2;

describe("a request that stalls in its", () => {
  describe.each(names)("%s", (name) => {
    const start = async (config: object) => {
      const { adminUrl, env = {}, sent = false } = phases[name] as Stalled;
      const engine = await startPacked({ config: { adminUrl, retries: "0", ...config }, env });
      // What is loaded at first is no part of what is measured.
      await engine.check("OAuth2Client", { clientName: "Web" });
      return { engine, sent };
    };
    const seconds = async <T>(work: Promise<T>): Promise<[number, T]> => {
      const from = performance.now();
      const value = await work;
      return [(performance.now() - from) / 1000, value];
    };
    const create = { __clientId: randomUUID() };

    it("is given up after hydra:timeout, and is in doubt only when the server has it", async () => {
      const { engine, sent } = await start({ timeout: "1" });
      await using _ = engine;
      const [taken, [code, message]] = await seconds(failing(engine.create("OAuth2Client", create)));
      expect([code, message]).toEqual([
        sent ? "UNKNOWN" : "FAILED_PRECONDITION",
        expect.stringMatching(sent ? / no answer within 1 s \(/ : / no connection.* within 1 s \(/),
      ]);
      // What is in doubt is looked for, once more within the same limit.
      expect(taken).toBeLessThan((sent ? 2 : 1) + slack);
      expect(taken).toBeGreaterThan(0.9);
    });

    it("is given up after customTimeouts", async () => {
      const { engine, sent } = await start({ timeout: "600" });
      await using _ = engine;
      const [taken, [code, message]] = await seconds(failing(engine.create("OAuth2Client", create, { timeout: 1 })));
      expect(code).toBe(sent ? "UNKNOWN" : "FAILED_PRECONDITION");
      expect(message).toContain("; customTimeouts allows 1 s for it");
      expect(taken).toBeLessThan(1 + slack + (sent ? extra : 0));
    });

    it("ends three seconds after Ctrl-C and after SIGTERM", async () => {
      const [one, other] = [await start({ timeout: "600" }), await start({ timeout: "600" })];
      await using cancelled = one.engine;
      await using terminated = other.engine;
      const [first, second] = [cancelled, terminated].map((engine) =>
        seconds(failing(engine.create("OAuth2Client", create))),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      await cancelled.cancel();
      terminated.process.kill("SIGTERM");
      for (const ended of [await first, await second]) {
        const [taken, [code]] = ended as [number, [string, string]];
        expect(code).toBe(one.sent ? "UNKNOWN" : "CANCELLED");
        expect(taken).toBeLessThan(0.3 + 3.5 + slack + (one.sent ? extra : 0));
      }
      expect(await seconds(terminated.exited)).toEqual([expect.any(Number), 0]);
    });
  });
});
