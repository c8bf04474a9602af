export { defineStack, type Stack, type StackOptions } from "../stack/define-stack.ts";
export type {
  HandleOf,
  HandlesOf,
  Lifetime,
  References,
  Service,
  Services,
} from "../stack/service.ts";
export type { ErrorCode } from "../errors/codes.ts";
export { isShakedownError, ShakedownError } from "../errors/shakedown-error.ts";
export { until, type UntilOptions } from "../kit/until.ts";
