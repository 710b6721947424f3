// What names a trust and the key that it shares: on the server, in inputs, and for people.

import type { HydraJson } from "../../hydra/json.ts";
import { textOf, type Values } from "../../lifecycle/value.ts";

/** The pair under which the server keeps a key. */
export interface KeyName {
  readonly issuer: string;
  readonly kid: string;
}

export function keyName(values: Values): KeyName {
  return { issuer: textOf(values.issuer), kid: textOf((values.jwk as Values | undefined)?.kid) };
}

export function keyNameOf(json: HydraJson): KeyName {
  return { issuer: textOf(json.issuer), kid: textOf((json.public_key as Values | undefined)?.kid) };
}

export function sameKeyName(left: KeyName, right: KeyName): boolean {
  return left.issuer === right.issuer && left.kid === right.kid;
}

/** Whom a trust is about: with issuer and kid, what makes it unique. */
export function subjectOf(json: HydraJson): string {
  return json.allow_any_subject === true ? "*" : `=${textOf(json.subject)}`;
}

/** The same of inputs or a state. */
export function subjectIn({ allowAnySubject, subject }: Values): string {
  return allowAnySubject === true ? "*" : `=${textOf(subject)}`;
}

/** Names trusts for people. */
export function describeTrusts(subjects: readonly string[]): string {
  const names = subjects.map((subject) => (subject === "*" ? "any subject" : JSON.stringify(subject.slice(1))));
  return `the trusts for ${names.sort().join(", ")}`;
}
