// Knows that `jwks` of a client accepts the `publicKey` of JsonWebKeys: TypeScript programs on both hosts, and a service that signs its
// way in while its key is rotated.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { Workspace } from "../../tools/workspace.mts";
import { admin, hydra, token, tokenUrl } from "../support/hydra.ts";
import { generateKey, type SigningKey, signJwt } from "../support/key.ts";
import { recorded } from "../support/state.ts";
import { workspace } from "../support/workspace.ts";

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");
const [first, second] = [generateKey("ES256", "first"), generateKey("ES256", "second")];

/** A client whose keys are those of the names, declared in the same program. */
function program(module: string, set: string, names: readonly string[]): Record<string, string> {
  const keys = names.map(
    (name) =>
      `const ${name} = new hydra.JsonWebKey("${name}", { set: "${set}", privateKey: config.requireSecretObject("${name}") });`,
  );
  const text = `import * as pulumi from "@pulumi/pulumi";
import * as hydra from "${module}";
const config = new pulumi.Config();
${keys.join("\n")}
const client = new hydra.OAuth2Client("payments", {
  grantTypes: ["client_credentials"],
  scope: "ledger.write",
  tokenEndpointAuthMethod: "private_key_jwt",
  tokenEndpointAuthSigningAlg: "ES256",
  jwks: { keys: [${names.map((name) => `${name}.publicKey`).join(", ")}] },
});
export const clientId = client.clientId;
`;
  return { "index.ts": text };
}

const whole = ({ privateKey, publicJwk }: SigningKey) =>
  JSON.stringify({ ...publicJwk, ...privateKey.export({ format: "jwk" }) });

/** Whether a client that signs with a key gets a token. */
async function entersWith(stack: Workspace, key: SigningKey): Promise<boolean> {
  const id = String((await stack.outputs()).clientId);
  const { status } = await token(
    { id },
    {
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: signJwt(key, { iss: id, sub: id, aud: tokenUrl }),
    },
  );
  return status === 200;
}

describe.each(["pulumi-hydra", "pulumi-hydra/plugin"])("a client with the keys of a program, from %s", (module) => {
  it("signs its way in with each key, and with none that was removed", async () => {
    const set = `payments-${randomUUID()}`;
    await using stack = await workspace({
      files: program(module, set, ["first"]),
      path: [plugin],
      config: {
        "hydra:adminUrl": hydra.adminUrl,
        first: { secret: whole(first) },
        second: { secret: whole(second) },
      },
    });
    const up = async (...names: string[]) => {
      await stack.write(program(module, set, names));
      const { code, operations, stdout, stderr } = await stack.up();
      expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
      return operations;
    };

    expect(await up("first")).toEqual({ "JsonWebKey first": "create", "OAuth2Client payments": "create" });
    expect([await entersWith(stack, first), await entersWith(stack, second)]).toEqual([true, false]);
    expect(await up("first")).toEqual({ "JsonWebKey first": "same", "OAuth2Client payments": "same" });
    expect(await up("first", "second")).toEqual({
      "JsonWebKey first": "same",
      "JsonWebKey second": "create",
      "OAuth2Client payments": "update",
    });
    expect([await entersWith(stack, first), await entersWith(stack, second)]).toEqual([true, true]);
    expect(await up("second")).toEqual({
      "JsonWebKey first": "delete",
      "JsonWebKey second": "same",
      "OAuth2Client payments": "update",
    });
    expect([await entersWith(stack, first), await entersWith(stack, second)]).toEqual([false, true]);

    const { outputs } = (await recorded(stack))["OAuth2Client payments"] ?? {};
    expect(outputs?.jwks).toEqual({ keys: [second.publicJwk] });
    expect((await admin.get(`/admin/clients/${outputs?.clientId}`)).body.jwks).toEqual({ keys: [second.publicJwk] });
    expect((await stack.destroy()).code).toBe(0);
  });
});
