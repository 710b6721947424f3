// Which proxy a URL is reached through, by the variables that curl and others know. Knows neither connection nor process.

import { BlockList, isIP } from "node:net";

/** What http_proxy, https_proxy and no_proxy say; an empty string is unset. */
export interface ProxyVariables {
  readonly http: string;
  readonly https: string;
  readonly none: string;
}

/** The proxy for a URL: `undefined` for none, a string that says what is wrong with the variable otherwise. */
export function proxyFor(url: URL, { http, https, none }: ProxyVariables): URL | string | undefined {
  const secure = url.protocol === "https:";
  const named = secure ? https : http;
  if (named === "" || isLoopback(url.hostname) || isExcepted(url, none)) return undefined;
  return parseProxy(named, secure ? "https_proxy" : "http_proxy");
}

/** Why a URL is reached without a proxy. */
export function directBecause(url: URL, { http, https }: ProxyVariables): string {
  const [named, variable] = url.protocol === "https:" ? [https, "https_proxy"] : [http, "http_proxy"];
  if (named === "") return `${variable} is not set`;
  return isLoopback(url.hostname) ? `${url.hostname} is this machine` : `no_proxy names ${url.hostname}`;
}

/** Whether a host is this machine by its name or address. What is meant for it never leaves it. */
export function isLoopback(hostname: string): boolean {
  return /^((.+\.)?localhost\.?|127(\.\d+){3}|\[::1\])$/i.test(hostname);
}

// As curl does, a proxy without a scheme is an http proxy.
function parseProxy(named: string, variable: string): URL | string {
  const written = /^[a-z][a-z\d+.-]*:\/\//i.test(named) ? named : `http://${named}`;
  if (!URL.canParse(written)) return `${variable} is not the URL of a proxy, such as http://proxy.example:3128`;
  const found = new URL(written);
  return /^https?:$/.test(found.protocol)
    ? found
    : `${variable} names a proxy of the kind ${found.protocol.slice(0, -1)}; only http and https proxies can be used`;
}

/** Whether no_proxy names this host: by name, domain, address or network (CIDR), each with or without a port. */
function isExcepted(url: URL, none: string): boolean {
  const host = withoutDot(url.hostname.replace(/^\[(.+)\]$/, "$1"));
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return none
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const { name, port: only } = split(entry);
      return (only === undefined || only === port) && (name === "*" || isNamed(host, name));
    });
}

/** `[::1]:443`, `[::1]`, `::1`, `host:80` and `host`. */
function split(entry: string): { name: string; port: string | undefined } {
  const [, bracketed, after] = /^\[([^\]]+)\](?::(\d+))?$/.exec(entry) ?? [];
  if (bracketed !== undefined) return { name: bracketed, port: after };
  const [, name, port] = /^([^:]+):(\d+)$/.exec(entry) ?? [];
  return name === undefined ? { name: entry, port: undefined } : { name, port };
}

function isNamed(host: string, name: string): boolean {
  const family = isIP(host);
  if (family !== 0) return isAddressed(host, family, name);
  const domain = withoutDot(name.replace(/^\*?\./, ""));
  // `*.example.com` is what is below; `.example.com` and `example.com` are the domain too.
  return domain !== "" && ((host === domain && !name.startsWith("*")) || host.endsWith(`.${domain}`));
}

function isAddressed(host: string, family: number, name: string): boolean {
  const [address = "", prefix, ...rest] = name.split("/");
  if (rest.length > 0 || isIP(address) !== family) return false;
  const [kind, bits] = family === 4 ? (["ipv4", 32] as const) : (["ipv6", 128] as const);
  const length = prefix === undefined ? bits : Number(prefix);
  if (prefix === "" || !Number.isInteger(length) || length < 0 || length > bits) return false;
  const network = new BlockList();
  network.addSubnet(address, length, kind);
  return network.check(host, kind);
}

function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
