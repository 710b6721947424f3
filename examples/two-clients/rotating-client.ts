// A client with a secret that you rotate by a second client, which has a new id and a new secret.
import * as pulumi from "@pulumi/pulumi";
import * as hydra from "pulumi-hydra";

export interface RotatingClientArgs {
  /** A name for each generation, the oldest first: one, or two while a rotation is under way. */
  generations: string[];
  /** What all generations have in common. Each generation has another id and another secret. */
  client: Omit<hydra.OAuth2ClientArgs, "clientId" | "clientSecret" | "secretRotation" | "recreateTrigger">;
}

/** A client for each generation. The outputs are those of the newest. */
export class RotatingClient extends pulumi.ComponentResource {
  readonly clientId: pulumi.Output<string>;
  readonly clientSecret: pulumi.Output<string | undefined>;

  constructor(name: string, { generations, client }: RotatingClientArgs, opts?: pulumi.ComponentResourceOptions) {
    super("example:index:RotatingClient", name, {}, opts);
    const clients = generations.map(
      (generation) => new hydra.OAuth2Client(`${name}-${generation}`, client, { parent: this }),
    );
    const newest = clients.at(-1);
    if (!newest) throw new pulumi.RunError(`${name} needs at least one generation`);
    this.clientId = newest.clientId;
    this.clientSecret = newest.clientSecret;
    this.registerOutputs({ clientId: this.clientId, clientSecret: this.clientSecret });
  }
}
