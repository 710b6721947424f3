// Knows that an import never takes over, and never ends, what is on another server than the program names.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Hydra, startHydra } from "../../tools/hydra.mts";
import { hydra } from "../support/hydra.ts";
import { json, pluginProgram } from "../support/program.ts";
import { errorsOf } from "../support/state.ts";
import { expectDeployed, start } from "../support/turn.ts";
import { workspace } from "../support/workspace.ts";

const plugin = join(inject("installation").folder, "node_modules/pulumi-hydra");
let eu: Hydra;

beforeAll(async () => {
  eu = await startHydra({ alone: true });
});
afterAll(() => eu.stop());

async function put(server: Pick<Hydra, "adminUrl">, id: string, name: string): Promise<void> {
  const body = JSON.stringify({ client_id: id, client_name: name });
  await fetch(`${server.adminUrl}/admin/clients`, { method: "POST", body });
}

async function nameOn(server: Pick<Hydra, "adminUrl">, id: string): Promise<unknown> {
  const { client_name: name } = (await (await fetch(`${server.adminUrl}/admin/clients/${id}`)).json()) as {
    client_name?: string;
  };
  return name;
}

describe("an import of a client whose connection names another server", () => {
  it("is refused, by the option and by the command; what the message says to do leads to the right client", async () => {
    const id = `shared-${randomUUID()}`;
    await put(hydra, id, "Somebody else's");
    await put(eu, id, "Ours");
    const args = { clientId: id, clientName: "Ours", connection: "eu" };
    const client = (opts: string) => `new hydra.OAuth2Client("web", ${json(args)}, ${opts});`;
    await using stack = await workspace({
      files: pluginProgram(client(`{ import: "${id}" }`)),
      config: {
        "hydra:adminUrl": hydra.adminUrl,
        "hydra:connections": json({ eu: { adminUrl: eu.adminUrl } }),
      },
      path: [plugin],
    });
    expect(errorsOf(await stack.up()).join("\n")).toContain(
      "the object was imported from the server of hydra:adminUrl",
    );

    // Pulumi has recorded it all the same: out of the program, it is not deleted.
    const urn = "urn:pulumi:dev::program::hydra:index:OAuth2Client::web";
    await stack.write(pluginProgram());
    expect(errorsOf(await stack.up()).join("\n")).toContain("Nothing was deleted");
    expect(await nameOn(hydra, id)).toBe("Somebody else's");
    expect((await stack.run("state", "delete", "--force", urn, "--yes")).code).toBe(0);

    // The command imports what is on the server without a name; the program then names another one.
    const imported = await stack.run(
      "import",
      "hydra:index:OAuth2Client",
      "web",
      id,
      "--yes",
      "--protect=false",
      "--generate-code=false",
    );
    expect([imported.code, imported.stderr]).toEqual([0, expect.any(String)]);
    await stack.write(pluginProgram(client("{}")));
    expect(errorsOf(await stack.up()).join("\n")).toContain(
      'and the program names the connection "eu"; nothing was changed',
    );
    expect([await nameOn(hydra, id), await nameOn(eu, id)]).toEqual(["Somebody else's", "Ours"]);

    // As the message says: out of the state, and in through an explicit provider.
    expect((await stack.run("state", "delete", "--force", urn, "--yes")).code).toBe(0);
    await stack.write(
      pluginProgram(
        `const there = new hydra.Provider("eu", { adminUrl: "${eu.adminUrl}" });`,
        `new hydra.OAuth2Client("web", ${json({ clientId: id, clientName: "Ours" })}, { provider: there, import: "${id}" });`,
      ),
    );
    expect(errorsOf(await stack.up())).toEqual([]);
    expect((await stack.up()).operations["OAuth2Client web"]).toBe("same");
    expect(errorsOf(await stack.destroy())).toEqual([]);
    expect([await nameOn(hydra, id), await nameOn(eu, id)]).toEqual(["Somebody else's", undefined]);
  });

  it("and that the program no longer has is put back, deployed and removed, if it is yours, as the message says", async () => {
    const id = `ours-${randomUUID()}`;
    await put(hydra, id, "Ours");
    const client = pluginProgram(`new hydra.OAuth2Client("web", ${json({ clientId: id, clientName: "Ours" })});`);
    await using stack = await start(pluginProgram(), {
      "hydra:adminUrl": hydra.adminUrl,
      "hydra:connections": json({ eu: { adminUrl: eu.adminUrl } }),
    });
    const importing = ["import", "hydra:index:OAuth2Client", "web", id, "--generate-code=false"];
    expect((await stack.run(...importing, "--stack", "dev", "--yes", "--protect=false")).code).toBe(0);
    const refused = errorsOf(await stack.up()).join("\n");
    expect(refused).toContain("if it is, put the resource back into the program, run `pulumi up`, and remove it then");
    expect(await nameOn(hydra, id)).toBe("Ours");

    await stack.write(client);
    await expectDeployed(stack, ["OAuth2Client web"]);
    await stack.write(pluginProgram());
    expect(await expectDeployed(stack, [])).toEqual({ "OAuth2Client web": "delete" });
    expect(await nameOn(hydra, id)).toBe(undefined);
  });
});
