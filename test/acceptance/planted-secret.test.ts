// Knows every secret there can be, plants a recognisable one in each place, and looks for them in all that was written.
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import type { Operation } from "../../tools/workspace.mts";
import { selfSigned } from "../support/certificate.ts";
import { startGateway } from "../support/gateway.ts";
import { admin, hydra } from "../support/hydra.ts";
import { generateKey } from "../support/key.ts";
import { filesOf, found, type Written, watchCommands } from "../support/planted.ts";
import { json } from "../support/program.ts";
import { workspace } from "../support/workspace.ts";

const installation = inject("installation");
const hosts = { dynamic: "pulumi-hydra", plugin: "pulumi-hydra/plugin" } as const;

/** A word that stands nowhere by itself, in letters that every encoding leaves alone. */
const word = () => `zq${randomBytes(12).toString("hex")}`;

/** A private key as a JSON Web Key. */
const privateJwk = () => {
  const { privateKey, publicJwk } = generateKey();
  return { ...publicJwk, d: String(privateKey.export({ format: "jwk" }).d) };
};

/** The provider's own executable behind one that keeps what it writes, with every log of its libraries switched on. */
async function listenedTo(folder: string): Promise<string> {
  const launcher = "pulumi-resource-pulumi-nodejs";
  const place = installation.path.split(delimiter).find((known) => existsSync(join(known, launcher))) ?? "";
  const executables = {
    "pulumi-resource-hydra": join(installation.folder, "node_modules/pulumi-hydra/pulumi-resource-hydra"),
    [launcher]: join(place, launcher),
  };
  for (const [name, real] of Object.entries(executables)) {
    const log = join(folder, `${name}-$$`);
    const lines = [
      "#!/bin/sh",
      "export GRPC_VERBOSITY=DEBUG GRPC_TRACE=all NODE_DEBUG=undici",
      `"${real}" "$@" 2> "${log}.err" | tee "${log}.out"`,
      "",
    ];
    await writeFile(join(folder, name), lines.join("\n"));
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

describe.each(["dynamic", "plugin"] as const)("secrets on the %s host", (host) => {
  it("stand nowhere in clear in what an operation writes, however it ends", { timeout: 600_000 }, async () => {
    await using gateway = await startGateway({ target: hydra.adminUrl });
    await using issuer = await startGateway({ target: hydra.publicUrl });
    using commands = watchCommands();
    const { cert, key } = selfSigned();
    const planted = {
      ...{ given: word(), next: word(), metadata: word(), name: word(), misplaced: word(), mistyped: word() },
      ...{ token: word(), environment: word(), password: word(), header: word(), grant: word(), granted: word() },
      ...{ introspected: word(), explicit: word(), imported: word() },
    };
    const [jwk, member, stored] = [privateJwk(), privateJwk(), privateJwk()];
    issuer.answer({
      status: 200,
      body: json({ access_token: planted.granted, token_type: "bearer", expires_in: 3600 }),
    });
    const [adminUrl, retries] = [gateway.url, 0];
    const connections = {
      basic: { adminUrl, retries, username: "user", password: planted.password },
      grant: {
        ...{ adminUrl, retries, oauth2TokenUrl: `${issuer.url}/token` },
        ...{ oauth2ClientId: "c", oauth2ClientSecret: planted.grant },
      },
      mtls: { adminUrl, retries, clientCertificate: cert, clientKey: key },
    };
    const declare = (...statements: string[]) => ({
      "index.js": [
        `const [pulumi, hydra] = [require("@pulumi/pulumi"), require("${hosts[host]}")];`,
        "const planted = JSON.parse(process.env.PLANTED);",
        ...statements,
        "",
      ].join("\n"),
    });
    const life = (secret: string, trigger: string) =>
      declare(
        `const given = new hydra.OAuth2Client("given", { clientSecret: planted.${secret}, clientName: pulumi.secret(planted.name), metadata: pulumi.secret({ deep: [planted.metadata] }), keepRegistrationToken: true });`,
        `const made = new hydra.OAuth2Client("made", { connection: "basic", secretRotation: { trigger: "${trigger}" } });`,
        'new hydra.OAuth2Client("granted", { connection: "grant" });',
        'new hydra.OAuth2Client("mtls", { connection: "mtls" });',
        ...(host === "plugin"
          ? [
              `const other = new hydra.Provider("other", { adminUrl: "${adminUrl}", accessToken: planted.explicit });`,
              'new hydra.OAuth2Client("explicit", {}, { provider: other });',
              "const told = hydra.introspectToken.output({ token: pulumi.secret(planted.introspected) });",
              "exports.active = told.active;",
            ]
          : []),
        "exports.made = made.clientSecret;",
        "exports.registration = given.registrationAccessToken;",
      );

    const scratch = await mkdtemp(join(installation.folder, "planted-"));
    await mkdir(join(scratch, "tmp"));
    await using stack = await workspace({
      files: life("given", "1"),
      config: {
        "hydra:adminUrl": adminUrl,
        "hydra:retries": "0",
        "hydra:accessToken": { secret: planted.token },
        "hydra:headers": { secret: json({ "X-Api-Key": planted.header }) },
        "hydra:connections": { secret: json(connections) },
      },
      path: [await listenedTo(scratch)],
      env: {
        PLANTED: json({ ...planted, jwk, member }),
        PULUMI_HYDRA_ACCESS_TOKEN: planted.environment,
        TMPDIR: join(scratch, "tmp"),
      },
    });
    const written: Written = new Map();
    const keep = (name: string, { code, stdout, stderr }: Pick<Operation, "code" | "stdout" | "stderr">) => {
      written.set(`the output of ${name}`, `${stdout}\n${stderr}`);
      return code;
    };
    const echo = () =>
      gateway.answer((sent) => {
        const text = `${json(sent.headers)} ${sent.body}`;
        return {
          status: 400,
          body: json({ error: "invalid_request", error_description: `${text} ${btoa(encodeURIComponent(text))}` }),
        };
      });

    expect(keep("up", await stack.up())).toBe(0);
    const first = await stack.outputs();
    const secrets = {
      generated: String(first.made).slice(0, 24),
      registration: String(first.registration).slice(0, 24),
    };
    const tokens = new Set(gateway.received.map(({ authorization }) => authorization));
    expect([...tokens]).toEqual(
      expect.arrayContaining([
        `Bearer ${planted.token}`,
        `Bearer ${planted.granted}`,
        `Basic ${btoa(`user:${planted.password}`)}`,
      ]),
    );

    await stack.write(life("next", "2"));
    expect(keep("preview --diff", await stack.preview("--diff"))).toBe(0);
    echo();
    expect(keep("a failing up", await stack.up("--diff"))).not.toBe(0);
    expect(keep("a failing refresh", await stack.refresh())).not.toBe(0);
    gateway.answer(undefined);
    expect(keep("up --diff", await stack.up("--diff"))).toBe(0);
    const rotated = String((await stack.outputs()).made).slice(0, 24);
    expect(rotated).not.toBe(secrets.generated);
    expect(keep("refresh --diff", await stack.refresh("--diff"))).toBe(0);
    expect(keep("stack", await stack.run("stack", "--show-ids", "--stack", "dev"))).toBe(0);

    const trust = `issuer: "i", allowAnySubject: true, expiresAt: "2099-01-31T00:00:00Z"`;
    const wrong = {
      "a wrong property": 'new hydra.OAuth2Client("wrong", { clientSekret: planted.misplaced });',
      "a wrong type": 'new hydra.OAuth2Client("wrong", { clientSecret: [planted.mistyped] });',
      "a secret of a wrong type": 'new hydra.OAuth2Client("wrong", { scope: pulumi.secret([planted.mistyped]) });',
      "a private jwk": `new hydra.TrustedJwtIssuer("wrong", { ${trust}, jwk: planted.jwk });`,
      "a private jwk as an output": `new hydra.TrustedJwtIssuer("wrong", { ${trust}, jwk: pulumi.output(planted.jwk) });`,
      "private jwks as an output":
        'new hydra.OAuth2Client("wrong", { jwks: pulumi.output({ keys: [planted.member] }) });',
    };
    for (const [name, statement] of Object.entries(wrong)) {
      await stack.write(declare(statement));
      expect(keep(`up with ${name}`, await stack.up("--diff")), name).not.toBe(0);
    }

    if (host === "plugin") {
      const id = randomUUID();
      await admin.post("/admin/clients", { client_id: id, client_secret: planted.imported, jwks: { keys: [stored] } });
      expect(
        keep(
          "import",
          await stack.run(
            "import",
            "hydra:index:OAuth2Client",
            "imported",
            id,
            "--yes",
            "--stack",
            "dev",
            "--protect=false",
            "--generate-code=false",
            "--skip-preview",
          ),
        ),
      ).toBe(0);
      const schema = await stack.run("package", "get-schema", join(scratch, "pulumi-resource-hydra"));
      keep("the schema", schema);
    }
    written.set("the exported state", await stack.exportStack());
    await stack.write(life("next", "2"));
    echo();
    expect(keep("a failing destroy", await stack.destroy())).not.toBe(0);
    gateway.answer(undefined);
    // What was imported where servers have names is not deleted before a program has named it.
    const imported = "urn:pulumi:dev::program::hydra:index:OAuth2Client::imported";
    await stack.run("state", "delete", imported, "--yes", "--stack", "dev");
    expect(keep("destroy", await stack.destroy())).toBe(0);

    for (const [place, content] of await filesOf(stack)) written.set(place, content);
    for (const [place, content] of await filesOf({ ...stack, folder: join(scratch, "tmp") }))
      written.set(place, content);
    written.set("command lines", [...commands.seen].join("\n"));
    written.set(
      "the manual of the package",
      await readFile(join(installation.folder, "node_modules/pulumi-hydra/README.md"), "utf8"),
    );
    const everything = {
      ...planted,
      ...secrets,
      rotated,
      ...{ jwk: jwk.d.slice(0, 24), member: member.d.slice(0, 24), stored: stored.d.slice(0, 24) },
      clientKey: String(key.split("\n")[2]).slice(8, 40),
    };

    expect(Object.keys(everything).length).toBeGreaterThanOrEqual(20);
    expect(commands.seen.size).toBeGreaterThan(0);
    const kinds = [
      /history/,
      /\.bak$/,
      /stacks\/.*\.json$/,
      /events-/,
      /\.err$/,
      /\.out$/,
      /the output of/,
      /exported state/,
    ];
    expect(kinds.filter((kind) => ![...written.keys()].some((place) => kind.test(place)))).toEqual([]);
    expect(written.get("the exported state")).toContain('"__clientId"');
    expect(found(written, everything)).toEqual([]);
  });
});
