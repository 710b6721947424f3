// Knows to whom each secret goes: observed by servers that record all that reaches them, and written as a table into docs/secrets.md.
import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { selfSigned } from "../support/certificate.ts";
import { hydra } from "../support/hydra.ts";
import { startForwardProxy } from "./forward-proxy.ts";
import { startTerminator, type Terminator } from "./terminator.ts";
import { startPacked } from "./way.ts";

const page = "docs/secrets.md";
const marks = /(<!-- recipients -->\n)[\s\S]*?(<!-- \/recipients -->)/;

const value = (name: string) => `marker-${name}-${randomUUID()}`;

const secrets = {
  "`hydra:accessToken`": value("token"),
  "`hydra:username` and `hydra:password`": value("password"),
  "`hydra:oauth2ClientSecret`": value("grant"),
  "The token fetched with `hydra:oauth2ClientSecret`": value("fetched"),
  "`hydra:headers`": value("header"),
  "`hydra:clientCertificate`": value("certificate"),
  "`hydra:clientKey`": value("key"),
  "User and password of the proxy": value("proxy"),
  "`clientSecret` of a client": value("client"),
  "`metadata` of a client": value("metadata"),
} as const;

const recipients = ["admin API", "public API", "token endpoint", "proxy, https", "proxy, http", "engine"] as const;
type Recipient = (typeof recipients)[number];

/** The ways to prove oneself to the admin API. */
const proofs = (tokenUrl: string): Record<string, string>[] => [
  { accessToken: secrets["`hydra:accessToken`"] },
  { username: "user", password: secrets["`hydra:username` and `hydra:password`"] },
  {
    oauth2TokenUrl: tokenUrl,
    oauth2ClientId: "deployer",
    oauth2ClientSecret: secrets["`hydra:oauth2ClientSecret`"],
  },
];

it("shows each secret to those alone that the page names", async () => {
  const seen: Record<Recipient, string[]> = {
    "admin API": [],
    "public API": [],
    "token endpoint": [],
    "proxy, https": [],
    "proxy, http": [],
    engine: [],
  };
  const issued = JSON.stringify({
    access_token: secrets["The token fetched with `hydra:oauth2ClientSecret`"],
    token_type: "bearer",
    expires_in: 3600,
  });
  const own = selfSigned();
  await using adminFront = await startTerminator({ target: hydra.adminUrl, asks: true });
  await using publicFront = await startTerminator({ target: hydra.publicUrl, asks: true });
  await using issuer = await startTerminator({ target: hydra.publicUrl, asks: true, answer: issued });
  const authorities = [adminFront, publicFront, issuer].map(({ certificate }) => certificate.cert).join("");
  const fronts: [Recipient, Terminator][] = [
    ["admin API", adminFront],
    ["public API", publicFront],
    ["token endpoint", issuer],
  ];
  const named = (front: Terminator) => `https://hydra.test:${front.port}`;
  const portOf = (url: string) => new URL(url).port;
  const places: [Recipient, Record<string, string>][] = [
    [
      "proxy, https",
      { adminUrl: named(adminFront), publicUrl: named(publicFront), tokenUrl: `${named(issuer)}/token` },
    ],
    [
      "proxy, http",
      {
        adminUrl: `http://hydra.test:${portOf(hydra.adminUrl)}`,
        publicUrl: `http://hydra.test:${portOf(hydra.publicUrl)}`,
        tokenUrl: `http://hydra.test:${issuer.plainPort}/token`,
      },
    ],
  ];
  for (const [through, { adminUrl = "", publicUrl = "", tokenUrl = "" }] of places) {
    for (const proof of proofs(tokenUrl)) {
      await using proxy = await startForwardProxy({});
      const credentials = `user:${secrets["User and password of the proxy"]}`;
      const env = { http_proxy: `${credentials}@${proxy.host}`, https_proxy: `${credentials}@${proxy.host}` };
      const shared = {
        adminUrl,
        publicUrl,
        checkSecrets: "true",
        retries: "0",
        caCertificate: authorities,
        headers: JSON.stringify({ "X-Forwarded-Proto": "https", "X-Marker": secrets["`hydra:headers`"] }),
        clientCertificate: own.cert,
        clientKey: own.key,
      };
      await using engine = await startPacked({ config: { ...shared, ...proof }, env });
      const clientSecret = secrets["`clientSecret` of a client"];
      const news = { clientSecret, metadata: { note: secrets["`metadata` of a client"] } };
      const { inputs } = await engine.check("OAuth2Client", news);
      const { id, properties } = await engine.create("OAuth2Client", inputs);
      expect((await engine.read("OAuth2Client", id, properties)).id).toBe(id);
      await engine.delete("OAuth2Client", id, properties);
      seen[through].push(...proxy.asked.map((asked) => JSON.stringify(asked)), ...proxy.bytes());
      seen.engine.push(JSON.stringify(engine.logged), JSON.stringify(properties), engine.written());
    }
  }
  for (const [recipient, front] of fronts) {
    expect(front.received.length).toBeGreaterThan(0);
    for (const arrived of front.received) {
      const shown = arrived.presented ? secrets["`hydra:clientCertificate`"] : "";
      seen[recipient].push(JSON.stringify(arrived), shown);
    }
  }
  const table = tableOf(seen, own.key);
  if (process.env.RECIPIENT_TABLE) {
    const text = await readFile(page, "utf8");
    await writeFile(
      page,
      text.replace(marks, (_, begin, end) => `${begin}${table}\n${end}`),
    );
  }
  expect(marks.exec(await readFile(page, "utf8"))?.[0]).toBe(`<!-- recipients -->\n${table}\n<!-- /recipients -->`);
});

/** What was sent, with what was encoded in it. */
function readable(texts: readonly string[], key: string): string {
  const all = texts.join("\n");
  const decoded = [...all.matchAll(/[\w+/=-]{24,}/g)].map(([found]) => Buffer.from(found, "base64").toString("latin1"));
  return `${all}\n${decoded.join("\n")}`.replaceAll(key.split("\n")[1] ?? key, secrets["`hydra:clientKey`"]);
}

function tableOf(seen: Readonly<Record<Recipient, readonly string[]>>, key: string): string {
  const texts = Object.fromEntries(recipients.map((name) => [name, readable(seen[name], key)]));
  const rows = Object.entries(secrets).map(([what, marker]) => {
    const cells = recipients.map((name) => (texts[name]?.includes(marker) ? "yes" : "–"));
    return `| ${[what, ...cells].join(" | ")} |`;
  });
  return [`| Secret | ${recipients.join(" | ")} |`, `|${" --- |".repeat(recipients.length + 1)}`, ...rows].join("\n");
}
