// Knows what the hosts record and promise about secrets where no new one comes: a rotation that is only written in another way,
// and a mark that the program takes away.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Properties, secret, unknown } from "../support/engine.ts";
import { type Held, type Host, startHost } from "../support/host.ts";

const client = "OAuth2Client";

describe.each(["plugin", "dynamic"] as const)("on the %s host", (name) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(name);
  });
  afterAll(() => host[Symbol.asyncDispose]());

  const checked = async (news: Properties, olds: Properties = {}) => {
    const { inputs, failures } = await host.check(client, news, olds);
    expect(failures).toEqual([]);
    return inputs;
  };
  const changes = async (held: Held, inputs: Properties) => (await host.diff(client, held, inputs)).changes;

  it.each(["previousSecrets", "revokeTokens"])("a rotation with %s: null is one without it", async (member) => {
    const clientId = randomUUID();
    const plain = await checked({ clientId, secretRotation: { trigger: "1" } });
    const nothing = await checked({ clientId, secretRotation: { trigger: "1", [member]: null } }, plain);
    for (const [written, rewritten] of [
      [plain, nothing],
      [nothing, plain],
    ] as const) {
      const held = await host.create(client, written);
      expect([await changes(held, written), await changes(held, rewritten)]).toEqual(["NONE", "NONE"]);
      const read = await host.read(client, held, written);
      expect([read?.state, await changes(held, read?.inputs ?? {})]).toEqual([held.state, "NONE"]);

      // Beside another change, it makes no secret either.
      const renamed = await host.update(client, held, { ...rewritten, clientName: "Web" });
      expect(renamed.state.clientSecret).toEqual(held.state.clientSecret);
      expect(await changes(renamed, { ...written, clientName: "Web" })).toBe("NONE");
      await host.delete(client, renamed);
    }
  });

  it("a rotation that begins with a member that is null makes a secret", async () => {
    const inputs = await checked({ clientId: randomUUID() });
    const held = await host.create(client, inputs);
    const rotating = { ...inputs, secretRotation: { trigger: "1", previousSecrets: null } };
    expect(await changes(held, rotating)).toBe("SOME");
    const rotated = await host.update(client, held, rotating);
    expect(rotated.state.clientSecret).not.toEqual(held.state.clientSecret);
    expect(await changes(rotated, rotating)).toBe("NONE");
    await host.delete(client, rotated);
  });
});

describe("on the plugin host", () => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost("plugin");
  });
  afterAll(() => host[Symbol.asyncDispose]());

  it("a rotation that changes without its trigger promises the secret that is there", async () => {
    const [plain, keeping] = [{ trigger: "1" }, { trigger: "1", previousSecrets: "keep" }];
    const clientId = randomUUID();
    for (const [before, after] of [
      [plain, keeping],
      [keeping, plain],
      [keeping, undefined],
      [plain, undefined],
      [plain, { trigger: "1", revokeTokens: true }],
      [plain, { trigger: "1", previousSecrets: "drop" }],
    ]) {
      const asked = (secretRotation: unknown) => ({ clientId, ...(secretRotation ? { secretRotation } : {}) });
      const held = await host.create(client, asked(before));
      expect((await host.diff(client, held, asked(after))).changes).toBe("SOME");
      const preview = await host.engine.update(client, held.id, held.state, asked(after), { preview: true });
      expect(preview.clientSecret).toEqual(held.state.clientSecret);
      const updated = await host.update(client, held, asked(after));
      expect(updated.state.clientSecret).toEqual(held.state.clientSecret);
      expect((await host.diff(client, updated, asked(after))).changes).toBe("NONE");
      await host.delete(client, updated);
    }
    // What makes a secret is not promised.
    const held = await host.create(client, { clientId, secretRotation: plain });
    const next = { clientId, secretRotation: { trigger: "2" } };
    const preview = await host.engine.update(client, held.id, held.state, next, { preview: true });
    expect(preview.clientSecret).toEqual(secret(unknown));
    await host.delete(client, held);
  });

  it("a mark that the program takes away is gone from the state after the next update", async () => {
    const values = { clientName: "Web", owner: "me", contacts: ["a@example.com"], metadata: { team: "a" } };
    const marked = { clientName: secret("Web"), owner: secret("me"), contacts: [secret("a@example.com")] };
    const clientId = randomUUID();
    const held = await host.create(client, { clientId, ...marked, metadata: { team: secret("a") } });
    const names = Object.keys(values) as (keyof typeof values)[];
    for (const name of names) expect(held.state[name]).toEqual(secret(values[name]));

    // Without a mark nothing differs: the engine keeps the state until there is something to write.
    const plain = { clientId, ...values };
    expect((await host.diff(client, held, plain)).changes).toBe("NONE");
    const edit = { ...plain, policyUri: "https://web.example/policy" };
    const preview = await host.engine.update(client, held.id, held.state, edit, { preview: true });
    const updated = await host.update(client, held, edit);
    for (const name of names) expect([preview[name], updated.state[name]]).toEqual([values[name], values[name]]);
    expect(updated.state.clientSecret).toEqual(held.state.clientSecret);

    expect((await host.read(client, updated, edit))?.state).toEqual(updated.state);
    // A value that is marked again is.
    const half = { ...edit, clientName: secret("Web"), policyUri: null };
    const again = await host.update(client, updated, half);
    expect([again.state.clientName, again.state.owner]).toEqual([secret("Web"), "me"]);
    await host.delete(client, again);
  });
});
