// The command `audit`: which objects of a Hydra break a rule.

import { findings, rules } from "../audit/audit.ts";
import { ownersOf } from "../audit/key-rule.ts";
import { type Kind, type Level, levels, longest } from "../audit/rule.ts";
import { formatPath } from "../lifecycle/failure.ts";
import { type Command, type Console, found, UsageError } from "./command.ts";
import { counted } from "./counted.ts";
import { type Estate, readEstate } from "./estate.ts";
import { divide, type Exception, readExceptions } from "./exception.ts";
import { optionsOf } from "./option.ts";
import { printable, printableJson } from "./printable.ts";
import { connectionHelp, connectionOption, reach, reachHelp, reachOptions } from "./reach.ts";
import { type Found, sarifOf } from "./sarif.ts";
import { table } from "./table.ts";

const options = {
  ...reachOptions,
  ...connectionOption,
  level: { type: "string" },
  exceptions: { type: "string" },
  "key-set": { type: "string", multiple: true },
  json: { type: "boolean" },
  sarif: { type: "boolean" },
} as const;

export const audit: Command = {
  name: "audit",
  summary: "find clients, trusts and keys that break a security rule",
  options,
  help: `Usage: pulumi-hydra audit [options]

Checks the OAuth 2.0 clients, trusted JWT issuers and keys of a server against the rules of docs/audit.md. The command
only reads, and never shows a secret.

  --level <level>       the lowest level to show: error, warning or note. Defaults to warning
  --exceptions <file>   a JSON file of the findings that you accept, each with a reason and a last day
  --key-set <set>       also judge the keys in this set, besides those that Hydra signs with. Can be repeated
  --json                write JSON instead of a table
  --sarif               write SARIF 2.1.0 instead of a table
${reachHelp}
${connectionHelp}
  -h, --help            this text

The exit code is 0 if there is nothing to show, 7 if there are findings, and another number if the command cannot
tell.
`,

  async run(args, console) {
    const values = optionsOf(args, options);
    const { level = "warning", exceptions: file, json = false, sarif = false, "key-set": sets = [] } = values;
    if (!isLevel(level)) throw new UsageError(`--level must be one of ${levels.join(", ")}`);
    if (json && sarif) throw new UsageError("--json excludes --sarif");
    const exceptions = file === undefined ? [] : await readExceptions(file);
    const server = await reach(values, console);
    const estate = await readEstate(server, sets);
    const now = Date.now();
    const { open, excepted, ended, unused } = divide(judge(estate, now), exceptions, now);
    for (const exception of ended) console.say(`an exception has ended: ${inOneLine(exception)}`);
    for (const exception of unused) console.say(`an exception is for nothing, remove it: ${inOneLine(exception)}`);
    const shown = open.filter(({ rule }) => levels.indexOf(rule.level) <= levels.indexOf(level));
    summarise(estate, { open, shown, excepted }, server.url, console);
    if (sarif) console.result(`${printable(JSON.stringify(sarifOf(server.url, [...shown, ...excepted])))}\n`);
    else if (json) console.result(asJson(server.url, shown, excepted));
    else if (shown.length > 0) console.result(asTable(shown));
    return shown.length > 0 ? found : 0;
  },
};

function isLevel(text: string): text is Level {
  return levels.some((level) => level === text);
}

/** What all rules find, the heaviest first. */
function judge({ objects }: Estate, now: number): Found[] {
  const context = { now, longest, owners: ownersOf(objects.map(({ state }) => state)) };
  const byWeight = [...rules].sort((left, right) => levels.indexOf(left.level) - levels.indexOf(right.level));
  return byWeight.flatMap((rule) =>
    objects.flatMap((object) =>
      findings(rule, object.kind, object.state, context).map(({ path, found }) => ({
        rule,
        object,
        path: formatPath(path),
        found,
      })),
    ),
  );
}

interface Outcome {
  readonly open: readonly Found[];
  readonly shown: readonly Found[];
  readonly excepted: readonly Found[];
}

function summarise({ objects, hidden }: Estate, { open, shown, excepted }: Outcome, url: string, console: Console) {
  const count = (kind: Kind, what: string) => counted(objects.filter((object) => object.kind === kind).length, what);
  const read = [count("OAuth2Client", "client"), count("TrustedJwtIssuer", "trust"), count("JsonWebKey", "key")];
  console.say(`read ${read.join(", ")} at ${url}`);
  for (const what of hidden) console.say(`not judged: ${printable(what)}`);
  const counts = levels.map((level) => counted(open.filter(({ rule }) => rule.level === level).length, level));
  console.say([...counts, ...(excepted.length > 0 ? [`${excepted.length} accepted`] : [])].join(", "));
  const below = open.length - shown.length;
  if (below > 0) console.say(`not shown: ${counted(below, "finding")} below the level; --level note shows all`);
}

function inOneLine({ rule, resource, until, reason }: Exception): string {
  return printable(`${rule} for ${resource}, until ${until}: ${reason}`);
}

function asTable(shown: readonly Found[]): string {
  const rows = shown.map(({ rule, object, path, found }) => {
    const title = object.title === "" ? "" : ` (${object.title})`;
    return [rule.level, rule.name, object.name + title, `${path}: ${found}`];
  });
  const broken = rules.filter((rule) => shown.some((found) => found.rule === rule));
  const mends = broken.map(({ name, clause, mend }) => `${name} (${clause}): ${printable(mend)}\n`);
  return `${table(["level", "rule", "resource", "found"], rows)}\n${mends.join("")}`;
}

function asJson(server: string, shown: readonly Found[], excepted: readonly Found[]): string {
  const plain = ({ rule, object, path, found, exception }: Found) => ({
    rule: rule.name,
    level: rule.level,
    clause: rule.clause,
    resource: object.name,
    title: object.title,
    path,
    found,
    mend: rule.mend,
    ...(exception === undefined ? {} : { reason: exception.reason, until: exception.until }),
  });
  return `${printableJson({ server, findings: shown.map(plain), accepted: excepted.map(plain) })}\n`;
}
