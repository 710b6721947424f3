// The commands of the `pulumi-hydra` program, and what its own `--help` shows. The one place to edit when adding one.

import { adopt } from "./adopt.ts";
import { audit } from "./audit.ts";
import type { Command } from "./command.ts";
import { doctor } from "./doctor.ts";
import { unmanaged } from "./unmanaged.ts";

export const commands: readonly Command[] = [adopt, audit, unmanaged, doctor];

export const usage = `Usage: pulumi-hydra <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join("\n")}

\`pulumi-hydra <command> --help\` shows the options of a command.
`;
