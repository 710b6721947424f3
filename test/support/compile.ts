// Knows how programs in documents are compiled: as users' programs are, all at once, on the types of the source.
import { join } from "node:path";
import ts from "typescript";

/** A program, and where people read it. */
export interface Program {
  readonly place: string;
  readonly text: string;
}

/**
 * What the compiler says of programs, each in a file of its own that only it sees. One whose first line is `// shop.ts` is the file of
 * that name, which other programs of the same page import. Programs that use nothing need no types (`alone`), which take seconds to read.
 */
export function errorsIn(programs: readonly Program[], { alone = false } = {}): string[] {
  const root = process.cwd();
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    // Node.js is no browser.
    ...(alone ? { noLib: true, types: [] } : { lib: ["lib.es2022.d.ts"], types: ["node"] }),
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    paths: { "pulumi-hydra": [join(root, "sdk/index.ts")], "pulumi-hydra/plugin": [join(root, "sdk/plugin.ts")] },
  };
  const files = new Map(programs.map((program, index) => [join(root, nameOf(program, index)), program]));
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  // The folders of the pages exist for the compiler alone.
  delete host.directoryExists;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, language, ...rest) => {
    const program = files.get(name);
    return program ? ts.createSourceFile(name, program.text, language) : getSourceFile(name, language, ...rest);
  };
  const compiled = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([name, { place }]) => {
    const file = compiled.getSourceFile(name);
    const found = [...compiled.getSyntacticDiagnostics(file), ...compiled.getSemanticDiagnostics(file)];
    return found.map(({ messageText }) => `${place}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  });
}

function nameOf({ place, text }: Program, index: number): string {
  const [, name] = /^\/\/ ([\w.-]+\.ts)\n/.exec(text) ?? [];
  return name ? join(place.replace(/\.md:\d+$/, ""), name) : `program-${index}.ts`;
}
