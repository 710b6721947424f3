// Knows what is said when two stacks, each with its own session of the provider, have the lifespans of one client.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSession } from "../../provider/host/session.ts";
import type { Values } from "../../provider/lifecycle/value.ts";
import { admin, hydra } from "../support/hydra.ts";

/** One operation of a stack, and what it warned of. */
function operation() {
  const warnings: string[] = [];
  const settings: Readonly<Record<string, string>> = { adminUrl: hydra.adminUrl };
  const session = createSession(
    (key) => settings[key],
    () => new AbortController().signal,
  );
  const call = { warn: (message: string) => void warnings.push(message) };
  return {
    warnings,
    create: (type: string, inputs: Values) => session.create(type, inputs, call),
    read: (type: string, id: string, state: Values) => session.read(type, { id, state }, {}, call),
    update: (type: string, id: string, inputs: Values, state: Values) =>
      session.update(type, { id, inputs, state }, call),
  };
}

const lifespan = "clientCredentialsGrantAccessTokenLifespan";
const warning = (id: string, ...names: string[]) =>
  `the client "${id}" has lifespans that this stack did not set (${names.join(", ")}). If another stack manages them too, ` +
  "each `pulumi up --refresh` reverts the other one; manage the lifespans of a client in one stack [other-lifespans]";

const newClient = async () => String((await admin.post("/admin/clients", { client_id: randomUUID() })).body.client_id);

describe("the lifespans of one client in two stacks", () => {
  it("are told when the second one takes them over, and to each that finds those of the other", async () => {
    const clientId = await newClient();
    const ofOne = { clientId, [lifespan]: "5m" };
    const ofTwo = { clientId, [lifespan]: "10m" };
    const one = operation();
    const first = await one.create("ClientLifespans", ofOne);
    const two = operation();
    const second = await two.create("ClientLifespans", ofTwo);
    expect([one.warnings, two.warnings]).toEqual([[], [warning(clientId, lifespan)]]);

    const refresh = operation();
    const found = await refresh.read("ClientLifespans", clientId, first.state);
    expect([found?.state[lifespan], refresh.warnings]).toEqual(["10m0s", [warning(clientId, lifespan)]]);
    const up = operation();
    const put = await up.update("ClientLifespans", clientId, ofOne, found?.state ?? {});
    expect([put[lifespan], up.warnings]).toEqual(["5m", []]);

    const edit = operation();
    await edit.update("ClientLifespans", clientId, { clientId, [lifespan]: "20m" }, second.state);
    expect(edit.warnings).toEqual([warning(clientId, lifespan)]);
  });

  it("are told to an OAuth2Client about those that it sets, and about no others", async () => {
    const id = randomUUID();
    const made = await operation().create("OAuth2Client", { clientId: id, [lifespan]: "5m" });
    await admin.put(`/admin/clients/${id}/lifespans`, {
      client_credentials_grant_access_token_lifespan: "5m0s",
      refresh_token_grant_access_token_lifespan: "1h",
    });
    const same = operation();
    await same.read("OAuth2Client", id, made.state);
    expect(same.warnings).toEqual([]);
    await admin.put(`/admin/clients/${id}/lifespans`, {});
    const other = operation();
    await other.read("OAuth2Client", id, made.state);
    expect(other.warnings).toEqual([warning(id, lifespan)]);
  });

  it("are no matter of another stack while the program has both resources", async () => {
    const clientId = randomUUID();
    const up = operation();
    await up.create("OAuth2Client", { clientId });
    await admin.put(`/admin/clients/${clientId}/lifespans`, { client_credentials_grant_access_token_lifespan: "1h" });
    // It is not fresh any more.
    await up.read("OAuth2Client", clientId, {});
    const made = await up.create("ClientLifespans", { clientId, [lifespan]: "5m" });
    const again = operation();
    await again.read("ClientLifespans", clientId, made.state);
    expect([up.warnings, again.warnings]).toEqual([[], []]);
  });
});
