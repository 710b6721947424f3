// Knows the story of the demo: examples/quickstart deployed to a real Hydra with the real Pulumi CLI, used, disturbed, repaired, removed.
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { type Child, startChild, succeed, tail } from "../child.mts";
import { example } from "../example.mts";
import { type Hydra, startHydra } from "../hydra.mts";
import { type Installation, install, uninstall } from "../installation.mts";
import { parts } from "../part.mts";
import { createWorkspace, type Operation, type Workspace } from "../workspace.mts";
import { createIssuer, type Issuer } from "./issuer.mts";
import { terminalPicture } from "./picture.mts";
import { call } from "./server.mts";
import { closing, command, engine, fact, failure, heading, scenesOf } from "./stage.mts";

const repository = resolve(import.meta.dirname, "../..");

/** What the program exports. */
const outputs = z.object({ webClientId: z.string(), machineClientId: z.string(), machineClientSecret: z.string() });
type Outputs = z.infer<typeof outputs>;

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number() });
const introspection = z.object({ active: z.boolean(), sub: z.string(), scope: z.string() });
const refusal = z.object({ error: z.string() });
const client = z.object({ redirect_uris: z.array(z.string()) });

// It disturbs what it finds, so it must not find anybody's server.
delete process.env.HYDRA_ADMIN_URL;
delete process.env.HYDRA_PUBLIC_URL;

try {
  const { path } = await parts();
  const started = Date.now();
  await demo(path);
  const [option, picture] = process.argv.slice(2);
  // What happens to one redirect URI is enough for a picture.
  if (option === "--picture" && picture)
    await writeFile(picture, terminalPicture("The demo in a terminal", scenesOf([2, 4, 5, 6, 7])));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  closing(`Done in ${seconds} s. Everything that was started is stopped, and nothing is left behind.`);
} catch (error) {
  failure(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

async function demo(path: string): Promise<void> {
  heading("Build and pack the package, start Ory Hydra");
  command("npm run build && npm pack");
  await succeed("npm", ["run", "--silent", "build"], { cwd: repository, env: { ...process.env, PATH: path } });
  const installation = await install();
  await using _guard = guard(installation);
  try {
    await using hydra = await startHydra();
    fact(`Hydra ${hydra.version} listens on ${hydra.adminUrl} (admin) and ${hydra.publicUrl} (public), data in memory`);
    const issuer = await createIssuer();
    await using workspace = await createWorkspace(installation, {
      files: await example("quickstart"),
      config: { "hydra:adminUrl": hydra.adminUrl, issuerKey: issuer.publicKey },
    });
    await story(workspace, hydra, issuer);
  } finally {
    await uninstall(installation);
  }
}

async function story(workspace: Workspace, hydra: Hydra, issuer: Issuer): Promise<void> {
  heading("Deploy examples/quickstart: two clients, lifespans, a trusted issuer");
  command("pulumi up --yes --skip-preview");
  engine(succeeded(await workspace.up()));
  const made = outputs.parse(await workspace.outputs());
  const state = await workspace.exportStack();
  expect(!state.includes(made.machineClientSecret), "the state holds the machine's secret in clear");
  fact("the machine's secret is encrypted in the state");

  heading("Use it: a token for the machine, a token for what the trusted issuer signed");
  await useMachine(hydra, made);
  await useIssuer(hydra, made, issuer);

  heading("Deploy again: nothing to do");
  command("pulumi up --yes --skip-preview");
  const again = succeeded(await workspace.up());
  engine(again);
  expect(
    Object.values(again.operations).every((operation) => operation === "same"),
    `the second up changed something: ${JSON.stringify(again.operations)}`,
  );

  heading("Behind Pulumi's back, somebody adds a redirect URI to the web client");
  const there = `${hydra.adminUrl}/admin/clients/${made.webClientId}`;
  const patch = [{ op: "add", path: "/redirect_uris/-", value: "https://evil.example/callback" }];
  command(`curl -X PATCH ${there} -d '${JSON.stringify(patch)}'`);
  const disturbed = client.parse(await call(there, { method: "PATCH", body: JSON.stringify(patch) }));
  fact(`Hydra now accepts ${disturbed.redirect_uris.join(" and ")}`);

  heading("Refresh shows it");
  command("pulumi refresh --yes --skip-preview --diff");
  const refreshed = succeeded(await workspace.refresh("--diff"));
  engine(refreshed);
  expect(refreshed.operations["OAuth2Client web"] === "update", "refresh did not see the change");

  heading("Deploy reverts it");
  command("pulumi up --yes --skip-preview --diff");
  engine(succeeded(await workspace.up("--diff")));
  const repaired = client.parse(await call(there));
  const uris = repaired.redirect_uris.join(" and ");
  expect(uris === "http://127.0.0.1:5555/callback", `Hydra still accepts ${uris}`);
  fact(`Hydra accepts ${uris} only`);

  heading("Remove everything");
  command("pulumi destroy --yes --skip-preview");
  engine(succeeded(await workspace.destroy()));
  for (const path of ["/admin/clients", "/admin/trust/grants/jwt-bearer/issuers"]) {
    const list = `${hydra.adminUrl}${path}`;
    command(`curl ${list}`);
    const left = z.array(z.unknown()).parse(await call(list));
    expect(left.length === 0, `${left.length} left at ${list}`);
    fact("[]");
  }
}

async function useMachine(hydra: Hydra, made: Outputs): Promise<void> {
  const url = `${hydra.publicUrl}/oauth2/token`;
  command(`curl ${url} -u $ID:$SECRET -d grant_type=client_credentials`);
  const body = new URLSearchParams({ grant_type: "client_credentials" });
  const token = tokenAnswer.parse(await call(url, { method: "POST", body, login: loginOf(made) }));
  // A second may pass between the moment Hydra fixes the end and the moment it counts what is left.
  expect([599, 600].includes(token.expires_in), `the token lives ${token.expires_in} s, but 10m are declared`);
  fact(`a token that expires in ${token.expires_in} s: 10m, as declared, and not Hydra's default of an hour`);
}

async function useIssuer(hydra: Hydra, made: Outputs, issuer: Issuer): Promise<void> {
  const url = `${hydra.publicUrl}/oauth2/token`;
  const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  command(`curl ${url} -u $ID:$SECRET -d grant_type=${grant} -d scope=orders.read -d assertion=$JWT`);
  const ask = async (signer: Issuer, status: number): Promise<unknown> => {
    const assertion = await signer.assertion({ iss: "https://ci.example", sub: "deploy", aud: url });
    const body = new URLSearchParams({ grant_type: grant, scope: "orders.read", assertion });
    return call(url, { method: "POST", body, login: loginOf(made), status });
  };
  const { access_token: token } = tokenAnswer.parse(await ask(issuer, 200));
  const body = new URLSearchParams({ token });
  const seen = introspection.parse(await call(`${hydra.adminUrl}/admin/oauth2/introspect`, { method: "POST", body }));
  expect(seen.active && seen.sub === "deploy" && seen.scope === "orders.read", "the token is not as the issuer said");
  fact(`a token for "${seen.sub}" with scope "${seen.scope}"`);
  const { error } = refusal.parse(await ask(await createIssuer(), 400));
  fact(`the same, signed with another key, is refused: ${error}`);
}

function loginOf(made: Outputs): [string, string] {
  return [made.machineClientId, made.machineClientSecret];
}

/**
 * A process that ends when the folder is gone. It is there for the case that this one is killed: its watchdog then
 * deletes the folder, after the grace that lets Pulumi end first.
 */
function guard({ folder }: Installation): Child {
  const script = `process.on("SIGINT", () => {}); setInterval(() => fs.existsSync(process.argv[1]) || process.exit(), 100)`;
  return startChild(process.execPath, ["-e", script, folder], { scratch: folder });
}

function succeeded(operation: Operation): Operation {
  if (operation.code === 0) return operation;
  const errors = operation.diagnostics.filter(({ severity }) => severity === "error");
  const said = errors.map(({ message, resource }) => `${resource ?? "the program"}: ${message}`);
  throw new Error(`Pulumi failed:\n${said.join("\n") || tail(operation.stdout + operation.stderr)}`);
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`Not as expected: ${otherwise}`);
}
