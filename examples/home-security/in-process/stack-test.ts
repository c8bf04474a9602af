import { stackTest } from "shakedown/vitest";
import stack from "./in-process.stack.ts";

export const test = stackTest(stack);
