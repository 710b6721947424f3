// The way to a server, step by step, with what a person can do where it ends. Makes a connection as requests do; sends none.

import { isIP, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Code } from "../code.ts";
import type { Explanation } from "../explained.ts";
import { breakdownOf } from "./breakdown.ts";
import { conceal } from "./conceal.ts";
import { createConnector, type Milestone } from "./connection.ts";
import { line } from "./error.ts";
import { Interruption } from "./exchange.ts";
import { directBecause, type ProxyVariables } from "./proxy.ts";
import { reachedBy, routeOf, type Target } from "./request.ts";

/** What came of one step. */
export interface Finding {
  readonly step: string;
  readonly state: "ok" | "warning" | "failed" | "skipped";
  /** What was tried, and what came of it. */
  readonly said: string;
  /** What to do. */
  readonly advice?: string | undefined;
  /** Of a failure or a warning. */
  readonly code?: Code;
}

/** What is wrong, as what came of a step. */
export function findingOf(step: string, state: "failed" | "warning", { code, message, advice }: Explanation): Finding {
  return { step, state, said: message, advice, code };
}

/** The certificate of a server, or of an authority that stands for it. */
interface Certificate {
  readonly name: string;
  readonly until: Date;
}

/** So many days before its end a certificate is worth a warning. */
const soon = 14;

/** The steps to a server, up to the first that fails. */
export async function trace(target: Target, variables: ProxyVariables): Promise<Finding[]> {
  const route = routeOf(target);
  const host = (route.proxy ?? route.url).hostname.replace(/^\[(.+)\]$/, "$1");
  const addresses = new Set<string>();
  const begun = performance.now();
  /** What stands, by the name of its step. */
  const stands = new Map<string, Finding>();
  const ok = (step: string, said: string) => void stands.set(step, { step, state: "ok", said });
  if (isIP(host)) ok("name", `${host} is an address`);
  const failure = await connectOnce(target, (milestone) => {
    if (milestone.reached === "address") ok("name", `${host} is ${[...addresses.add(milestone.address)].join(", ")}`);
    if (milestone.reached === "port") ok("connection", connectionOf(milestone.socket, performance.now() - begun));
    if (milestone.reached === "tunnel") ok("tunnel", `the proxy connects to ${route.url.host}`);
    if (milestone.reached === "server") stands.set("TLS", tlsOf(milestone.socket, target));
  });
  const isSecure = route.url.protocol === "https:";
  if (!isSecure) ok("TLS", `none: ${target.key} is http`);
  const order = ["name", "connection", ...(route.proxy && isSecure ? ["tunnel"] : []), "TLS"];
  // A server may end a connection of which everything stands.
  const last = failure && (order.find((step) => !stands.has(step)) ?? "TLS");
  const done = order.slice(0, last === undefined ? order.length : order.indexOf(last));
  const found = [proxyOf(target, variables), ...done.flatMap((step) => stands.get(step) ?? [])];
  return failure === undefined ? found : [...found, await failedAt(String(last), failure.error, target)];
}

/** Makes a connection and ends it; what failed, if anything did. */
async function connectOnce(
  target: Parameters<typeof routeOf>[0],
  observe: (milestone: Milestone) => void,
): Promise<{ error: unknown } | undefined> {
  try {
    const socket = await createConnector(routeOf(target), observe)();
    socket.destroy();
    return undefined;
  } catch (error) {
    return { error };
  }
}

async function failedAt(step: string, error: unknown, target: Target): Promise<Finding> {
  const { code, reason, advice } = breakdownOf(new Interruption("error", false, error), reachedBy(target));
  const said = conceal(line(reason), target.secrets);
  const chain = step === "TLS" ? await chainOf(target) : [];
  const shown = chain.length === 0 ? said : `${said}; the server shows ${namesOf(chain)}`;
  return { step, state: "failed", said: shown, advice, code };
}

function proxyOf({ proxy, url }: Target, variables: ProxyVariables): Finding {
  const to = new URL(url);
  const said =
    proxy === undefined
      ? `none: ${directBecause(to, variables)}`
      : `${new URL(proxy).host}, by ${to.protocol === "https:" ? "https_proxy" : "http_proxy"}`;
  return { step: "proxy", state: "ok", said };
}

function connectionOf({ remoteAddress = "", remotePort = 0 }: Socket, ms: number): string {
  const address = isIP(remoteAddress) === 6 ? `[${remoteAddress}]` : remoteAddress;
  return `${address}:${remotePort} answers, after ${Math.round(ms)} ms`;
}

function tlsOf(socket: Socket, { tls }: Target): Finding {
  const chain = certificatesOf(socket);
  const version = socket instanceof TLSSocket ? (socket.getProtocol() ?? "TLS") : "TLS";
  const presented = tls.cert === undefined ? "" : `; presents ${tls.certKey}`;
  const trusted = tls.verify ? "" : "; not verified";
  const said = `${version}; ${namesOf(chain)}${trusted}${presented}`;
  const end = Math.min(...chain.map(({ until }) => until.getTime()));
  const days = Math.floor((end - Date.now()) / 86_400_000);
  if (!tls.verify) {
    const advice = `set ${tls.caKey} to the certificate of your authority instead`;
    return { step: "TLS", state: "warning", said, advice, code: "tls-unverified" };
  }
  if (days < soon) {
    const advice = `renew the certificate that expires in ${days} days: after that, nothing works`;
    return { step: "TLS", state: "warning", said, advice, code: "tls-expired" };
  }
  return { step: "TLS", state: "ok", said };
}

/** What a server shows that is not trusted: looked at once more, without a client certificate. */
async function chainOf(target: Target): Promise<Certificate[]> {
  const tls = { ...target.tls, cert: undefined, key: undefined, verify: false };
  let chain: Certificate[] = [];
  await connectOnce({ ...target, tls }, (milestone) => {
    if (milestone.reached === "server") chain = certificatesOf(milestone.socket);
  });
  return chain;
}

function certificatesOf(socket: Socket): Certificate[] {
  const chain: Certificate[] = [];
  if (!(socket instanceof TLSSocket)) return chain;
  for (let one = socket.getPeerX509Certificate(); one !== undefined && chain.length < 10; one = one.issuerCertificate) {
    const name = one.subject?.replaceAll("\n", ", ") || one.subjectAltName || "a certificate without a name";
    chain.push({ name: line(name), until: new Date(one.validTo) });
  }
  return chain;
}

function namesOf(chain: readonly Certificate[]): string {
  return chain.map(({ name, until }) => `${name} (until ${until.toISOString().slice(0, 10)})`).join(", signed by ");
}
