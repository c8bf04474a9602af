const mark = Symbol.for("shakedown.option-function");

export type OptionFunctionKind = "derived" | "callback";

type AnyFunction = (...input: never[]) => unknown;

/**
 * For engine factories: an option that may be written as `({ db }) => …` gives its value when the stack is loaded,
 * with placeholders for what is not known yet. What is no function passes through.
 */
export function derived<Option>(option: Option): Option {
  return typeof option === "function"
    ? (marked(option as AnyFunction, "derived") as Option)
    : option;
}

/** For engine factories: an option that is code, called later. The plan holds its place. What is no function passes through. */
export function callback<Option>(option: Option): Option {
  return typeof option === "function"
    ? (marked(option as AnyFunction, "callback") as Option)
    : option;
}

export function optionFunctionKind(value: unknown): OptionFunctionKind | undefined {
  return typeof value === "function" && mark in value
    ? (value[mark] as OptionFunctionKind)
    : undefined;
}

/** A wrapper, since the user's function may be used elsewhere too. */
function marked(inner: AnyFunction, kind: OptionFunctionKind): AnyFunction {
  const wrapper = (...input: never[]): unknown => inner(...input);
  Object.defineProperty(wrapper, "name", { value: inner.name });
  return Object.assign(wrapper, { [mark]: kind });
}
