import * as v from "valibot";

/** What a model's server said, checked. @throws when it does not answer in time, or not with what was asked for */
export async function askService<Schema extends v.GenericSchema>(
  {
    url,
    timeoutMs,
    schema,
  }: { readonly url: string; readonly timeoutMs: number; readonly schema: Schema },
  question: unknown,
): Promise<v.InferOutput<Schema>> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  return v.parse(schema, await response.json());
}
