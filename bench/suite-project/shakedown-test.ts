import { stackTest } from "shakedown/vitest";
import stack from "../../examples/home-security/shakedown.stack.ts";

export const test = stackTest(stack);
