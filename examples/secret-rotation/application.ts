// How the application says which secret it uses: it answers with the SHA-256 of that secret, in hexadecimal digits.
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** Waits until the application uses this secret. Fails after so many seconds, and then the update changes nothing. */
export async function untilApplicationUses(
  url: string,
  clientSecret: pulumi.Input<string>,
  seconds = 300,
): Promise<void> {
  const secret = await new Promise<string>((resolve) => pulumi.output(clientSecret).apply(resolve));
  const expected = createHash("sha256").update(secret).digest("hex");
  const end = Date.now() + seconds * 1_000;
  let answer = "";
  while (answer !== expected) {
    if (Date.now() > end) {
      throw new Error(
        `the application does not use the new secret after ${seconds} seconds: ${url} answers "${answer.slice(0, 80)}"`,
      );
    }
    if (answer !== "") await setTimeout(1_000);
    answer = await answerOf(url);
  }
}

async function answerOf(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return (await response.text()).trim();
  } catch (error) {
    // It may be starting with the new secret at this moment.
    return String(error);
  }
}
