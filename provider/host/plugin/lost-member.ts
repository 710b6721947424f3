// Says of a message's bytes what Pulumi's protocol library does not keep of them while it reads. Knows nothing of what they say.

import type { CheckFailure } from "../check-failure.ts";

/** The library loses a member of this name. In a message it stands as the key of a map's entry. */
const lostKey = Buffer.from("\n\t__proto__");

/** A reader of messages, and whether each of them loses a member by being read. */
export function noticing<Message extends object>(read: (bytes: Buffer) => Message): (bytes: Buffer) => Message {
  return (bytes) => Object.assign(read(bytes), { losesMember: bytes.includes(lostKey) });
}

/** What is wrong with a message that lost a member. */
export function failuresOfReading(message: object): CheckFailure[] {
  if (!("losesMember" in message) || message.losesMember !== true) return [];
  return [{ property: "", reason: "a member is named __proto__, which Pulumi loses; choose another name" }];
}
