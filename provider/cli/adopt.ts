// The command `adopt`: reads a Hydra and writes the file with which `pulumi import` takes over what is there.

import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { configure } from "../config.ts";
import type { Admin, Wire } from "../hydra/admin.ts";
import { judgeClient, judgeTrust, type Verdict } from "./adoptable.ts";
import { type Command, CommandError, type Console } from "./command.ts";
import { forEnvironment } from "./environment.ts";
import { resourceNames } from "./resource-name.ts";

const options = {
  owner: { type: "string" },
  "client-name": { type: "string" },
  issuer: { type: "string" },
  "admin-url": { type: "string" },
  out: { type: "string", short: "o" },
} as const;

/** What is asked of the server at the same time. */
const atOnce = 8;

/** How many objects are read between two signs of life. */
const stride = 1000;

export const adopt: Command = {
  name: "adopt",
  summary: "write a Pulumi import file for the clients and trusted issuers of a Hydra",
  help: `Usage: pulumi-hydra adopt [options]

Reads the OAuth 2.0 clients and trusted JWT issuers of a Hydra and writes an import file for Pulumi. Nothing on the
server changes, and no secret is read or written. What cannot be adopted is told, with the reason, on standard error.

  --owner <owner>       only clients of exactly this owner
  --client-name <name>  only clients of exactly this name
  --issuer <issuer>     only trusts of exactly this issuer
  -o, --out <file>      where the import file goes; standard output unless given
  --admin-url <url>     the base URL of Hydra's admin API; PULUMI_HYDRA_ADMIN_URL unless given
  -h, --help            this text

A filter for clients alone leaves trusts out, and a filter for trusts alone leaves clients out.

How the server is reached is taken from the environment, under the same names as for the provider: PULUMI_HYDRA_ADMIN_URL,
PULUMI_HYDRA_ACCESS_TOKEN, PULUMI_HYDRA_HEADERS, PULUMI_HYDRA_CA_CERTIFICATE and so on. Secrets are taken from nowhere else.

Then, in a Pulumi project that has the plugin:

  pulumi import --file <file>
`,

  async run(args, console) {
    const { values } = parseArgs({ args: [...args], options });
    const server = configure((key) => (key === "adminUrl" ? values["admin-url"] : undefined)).server(
      undefined,
      (danger) => console.say(`warning: ${forEnvironment(danger)}`),
    );
    const verdicts = await judgeAll(server, values, console);
    report(verdicts, server, console);
    const adopted = verdicts.filter(({ leftOut }) => leftOut === undefined);
    if (adopted.length === 0) throw new CommandError("there is nothing to adopt; no file was written");
    const file = importFile(adopted);
    if (values.out === undefined) console.result(file);
    else await writeFile(values.out, file);
    console.say(`next: pulumi import --file ${values.out ?? "<file>"}`);
  },
};

interface Filters {
  readonly owner?: string | undefined;
  readonly "client-name"?: string | undefined;
  readonly issuer?: string | undefined;
}

async function judgeAll(server: Admin, filters: Filters, console: Console): Promise<Verdict[]> {
  const { owner, "client-name": name, issuer } = filters;
  const [byClient, byIssuer] = [owner !== undefined || name !== undefined, issuer !== undefined];
  const verdicts: Verdict[] = [];
  const judge = async (pages: AsyncIterable<readonly Wire[]>, of: (wire: Wire) => Promise<Verdict>, what: string) => {
    let read = 0;
    for await (const page of pages) {
      for (let at = 0; at < page.length; at += atOnce) {
        verdicts.push(...(await Promise.all(page.slice(at, at + atOnce).map(of))));
      }
      const before = read;
      read += page.length;
      if (Math.floor(read / stride) > Math.floor(before / stride)) console.say(`read ${read} ${what} so far`);
    }
  };
  if (byClient || !byIssuer) {
    await judge(server.clientPages({ client_name: name, owner }), (wire) => judgeClient(server, wire), "clients");
  }
  if (byIssuer || !byClient) {
    const now = Date.now();
    await judge(server.trustPages(issuer), (wire) => judgeTrust(server, wire, now), "trusts");
  }
  return verdicts;
}

function report(verdicts: readonly Verdict[], server: Admin, console: Console): void {
  const count = (type: string, of: readonly Verdict[]) => of.filter((verdict) => verdict.type === type).length;
  const total = (of: readonly Verdict[]) =>
    `${counted(count("OAuth2Client", of), "client")} and ${counted(count("TrustedJwtIssuer", of), "trust")}`;
  console.say(`read ${total(verdicts)} at ${server.url}`);
  for (const { label, leftOut, notes } of verdicts) {
    if (leftOut !== undefined) console.say(`left out: ${label}: ${leftOut}`);
    for (const note of notes) console.say(`note: ${label}: ${note}`);
  }
  const adopted = verdicts.filter(({ leftOut }) => leftOut === undefined);
  console.say(`${total(adopted)} can be adopted`);
  if (count("OAuth2Client", adopted) > 0)
    console.say("no server shows client secrets: without clientSecret in the program, clients keep theirs");
}

/**
 * The form is Pulumi's: `pulumi import --help` tells it. `name` becomes an identifier in the generated program. Lifespans
 * come with their client.
 */
function importFile(adopted: readonly Verdict[]): string {
  const names = resourceNames(adopted.map(({ nameable }) => nameable));
  const resources = adopted.map(({ type, id }, index) => {
    const logicalName = names[index] ?? "";
    return { type: `hydra:index:${type}`, name: identifierOf(logicalName), logicalName, id };
  });
  const order = ({ type, logicalName }: (typeof resources)[number]) => `${type} ${logicalName}`;
  resources.sort((left, right) => (order(left) < order(right) ? -1 : 1));
  return `${JSON.stringify({ resources }, null, 2)}\n`;
}

/** `nightly-report-2` → `nightlyReport2`. */
function identifierOf(name: string): string {
  return name.replace(/-(.)/g, (_, next: string) => next.toUpperCase());
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
