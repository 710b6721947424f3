// The codes of what can go wrong, one for each kind that asks something else of people. docs/troubleshooting.md has a row for each.

/** Every code, in the order of the page. A message ends with its code; programs and searches find it by that. */
export const codes = [
  // Configuration.
  "setting-missing", // nothing says where Hydra is
  "setting-invalid", // a setting cannot be used
  "connection-unknown", // a resource names a server that is not configured
  "credentials-unused", // warning: the environment's credentials are not for this server
  "secret-plain", // warning: a stack keeps a credential in plain text
  "plain-http", // warning: anybody between can read everything
  "tls-unverified", // warning: any certificate is accepted
  "admin-url-changed", // warning: it may lead to another Hydra
  // Reaching Hydra.
  "unreachable", // no connection
  "no-answer", // Hydra has the request and did not answer in time
  "proxy-unreachable", // no connection to the proxy, or none through it
  "proxy-refused", // the proxy does not connect to the server
  "proxy-credentials", // the proxy asks for a user and a password
  "tls-untrusted", // the authority of the server's certificate is not known
  "tls-expired", // the server's certificate has ended, or soon will
  "tls-other-host", // the server's certificate is for another name
  "tls-failed", // the handshake failed for another reason
  "client-certificate", // the server wants a client certificate, or another one
  "not-hydra", // something else answers at this address
  "gateway", // something before Hydra stands in the way
  "forwarded-proto", // Hydra takes the request for one without TLS
  "server-error", // Hydra failed
  "clock-differs", // warning: this machine and the server have different times
  // Credentials.
  "unauthorized", // 401
  "forbidden", // 403
  "token-missing", // the token endpoint gave no token
  // Limits and time.
  "limited", // the server allows no call for too long
  "still-trying", // warning: no answer after some seconds
  "calls-wait", // warning: the server limits calls, so they wait
  "stopped", // whoever runs Pulumi wanted an end
  "time-limit", // customTimeouts are over
  "list-moving", // the list changed while it was read
  // Objects.
  "exists-already", // the server has it, and no state does
  "declared-twice", // two resources of the program are one object
  "not-found", // what the program names is not on the server
  "gone", // what is recorded is no longer on the server
  "in-doubt", // it may have been done, and may not
  "not-kept", // the server dropped a field without a word
  "refused", // Hydra does not accept what was sent
  "conflict", // somebody changes the same object
  "not-ours", // warning: what is there now belongs to another resource or program
  "unaddressable", // no URL of this server leads to an object of that name
  "server-too-old", // the server cannot do this yet
  "input-invalid", // no check saw these inputs, and they cannot be used
  "likely-mistake", // warning: it is accepted, and means something else
  "needs-replacement", // it cannot change in place
  "two-owners", // two resources would undo each other's lifespans
  "other-lifespans", // the client has lifespans that this resource or stack did not set
  "unknown-type", // the plugin has no such resource or function
  "defect", // ours
  // Secrets.
  "secret-too-long", // the server cannot hash it
  "secret-unkept", // warning: what was generated is shown once, or never
  "secret-ended", // warning: the server keeps no previous secret
  // Keys and trusts.
  "other-key", // one issuer and kid have one key, and it is another one
  "shared-key", // other trusts would lose their key
  "taken-along", // Hydra deleted the trusts of one key together
  "key-unread", // the server does not show the key of a trust
  "trust-expires", // warning: it has ended, or soon will
  "signing-key", // warning: Hydra signs with another key from now on
  "keys-unread", // there are no keys at this URL
  // Imports.
  "not-importable", // no import can take it
  "import-server", // an import does not say which server it means
  // Commands.
  "usage", // the command was not given what it takes
  "stack-unread", // `pulumi config` failed
  "file-unread", // a file is not what the command needs
  "file-unwritten", // a file is there already, or cannot be written
  "server-unnamed", // the exports do not say which server is asked
  "nothing-to-adopt", // the filters leave nothing
] as const;

export type Code = (typeof codes)[number];

/** Failures on the way to a server, of which the doctor finds the place. */
export const onTheWay: ReadonlySet<Code> = new Set([
  "unreachable",
  "no-answer",
  "proxy-unreachable",
  "proxy-refused",
  "proxy-credentials",
  "tls-untrusted",
  "tls-expired",
  "tls-other-host",
  "tls-failed",
  "client-certificate",
  "not-hydra",
]);
