// Knows that recreating the trusts that a deletion took along ends in time, whatever the server says. Timers run ahead.
import { randomUUID } from "node:crypto";
import { afterEach, expect, it, vi } from "vitest";
import { createPlugin } from "../../provider/host/plugin/plugin.ts";
import { type CannedAnswer, startGateway } from "../support/gateway.ts";
import { hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";

const second = 1_000;
const json = { "content-type": "application/json" };
const asked = (name: string) => ({ urn: `urn:pulumi:dev::program::hydra:index:TrustedJwtIssuer::${name}` });

afterEach(() => void vi.useRealTimers());

it.each<[string, CannedAnswer]>([
  ["limits calls", { status: 429, headers: { ...json, "retry-after": "1800" }, body: "{}" }],
  ["is away", { status: 503, headers: { ...json, "retry-after": "100" }, body: "{}" }],
])("the recreation of two trusts is given up after seventy seconds where the server %s", async (_, answer) => {
  await using gateway = await startGateway({
    target: hydra.adminUrl,
    refuse: ({ method }) => (method === "POST" ? answer : undefined),
  });
  const plugin = createPlugin(
    () => async () => undefined,
    () => new AbortController().signal,
  );
  const issuer = `idp-${randomUUID()}`;
  const jwk = generateKey("ES256", "k1").publicJwk;
  const inputs = (subject: string) => ({ issuer, subject, scope: ["read"], jwk, expiresAt: "2099-01-31T00:00:00Z" });
  plugin.configure({ adminUrl: hydra.adminUrl });
  const [alice] = [
    await plugin.create(asked("alice"), inputs("alice")),
    await plugin.create(asked("bob"), inputs("bob")),
    await plugin.create(asked("carol"), inputs("carol")),
  ];
  plugin.configure({ adminUrl: gateway.url, timeout: 3_600 });

  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  let message = "";
  void plugin.delete(asked("alice"), alice.id, alice.properties).catch((error: Error) => {
    message = error.message;
  });
  await vi.waitFor(() => expect(gateway.received.at(-1)?.method).toBe("POST"), { timeout: 20 * second, interval: 0 });
  await vi.advanceTimersByTimeAsync(65 * second);
  expect(message).toBe("");
  await vi.advanceTimersByTimeAsync(6 * second);
  const lost = 'the trusts for "bob", "carol" may have been deleted too; run `pulumi refresh`';
  await vi.waitFor(() => expect(message).toContain(lost), { timeout: 5 * second });
});
