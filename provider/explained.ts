// Errors and warnings that are written for people: what happened and why, the next step, and a code. All else is a defect.

import { type Code, onTheWay } from "./code.ts";

/** What a person is told of one failure, or warned of. */
export interface Explanation {
  /** The kind of failure: what programs recognise it by, and people find it by. */
  readonly code: Code;
  /** What happened, and why. Holds no secret. */
  readonly message: string;
  /** The one next step, where there is one to name. */
  readonly advice?: string | undefined;
}

/** An error that is written for people. What led to it is its `cause`. */
export abstract class ExplainedError extends Error implements Explanation {
  readonly code: Code;
  readonly advice: string | undefined;

  constructor({ code, message, advice }: Explanation, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.advice = advice;
  }
}

const toDoctor = "; to test each step of the way to Hydra, run `npx pulumi-hydra doctor --stack <stack>`";

/** An explanation as people read it: what happened and why, what to do, and the code at its end. */
export function inWords(explanation: Explanation): string {
  const { code } = explanation;
  return `${withAdvice(explanation)}${onTheWay.has(code) ? toDoctor : ""} [${code}]`;
}

/** What happened and why, and what to do. */
export function withAdvice({ message, advice }: Pick<Explanation, "message" | "advice">): string {
  return advice === undefined ? message : `${message}; ${advice}`;
}

/** What there is to tell of any error. */
export function explanationOf(error: unknown): Explanation {
  if (error instanceof ExplainedError) return error;
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "defect", message: "a defect in pulumi-hydra", advice: `please report it with these lines: ${trace}` };
}
