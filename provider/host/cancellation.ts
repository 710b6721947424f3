// Hears that the engine cancels, in a process whose server does not tell: that of dynamic providers ignores it.

import { subscribe } from "node:diagnostics_channel";

/** After a cancellation, requests in flight have this long to end by themselves. */
export const grace = 3_000;

const call = "/pulumirpc.ResourceProvider/Cancel";

/** Aborted some seconds after the engine has asked this process to cancel. A Node.js without this channel hears nothing. */
export function engineCancellation(): AbortSignal {
  const stop = new AbortController();
  subscribe("http2.server.stream.start", (message) => {
    const { headers } = message as { readonly headers?: Readonly<Record<string, unknown>> };
    if (headers?.[":path"] === call) setTimeout(() => stop.abort(), grace).unref();
  });
  return stop.signal;
}
