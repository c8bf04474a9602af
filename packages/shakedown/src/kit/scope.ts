/** Closes what was opened, in reverse order: every closer runs, and all failures are told. */
export class Scope implements AsyncDisposable {
  readonly #closers: Array<{
    readonly title: string;
    readonly close: () => Promise<unknown> | unknown;
  }> = [];

  own<Value>(
    title: string,
    value: Value,
    close: (value: Value) => Promise<unknown> | unknown,
  ): Value {
    this.#closers.push({ title, close: () => close(value) });
    return value;
  }

  defer(title: string, close: () => Promise<unknown> | unknown): void {
    this.#closers.push({ title, close });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: Error[] = [];
    for (const { title, close } of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (cause) {
        failures.push(
          new Error(`closing ${title}: ${cause instanceof Error ? cause.message : String(cause)}`, {
            cause,
          }),
        );
      }
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, failures.map((failure) => failure.message).join("; "));
    }
  }
}
