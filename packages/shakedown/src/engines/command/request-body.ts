/** What is sent for what a test gives: JSON for plain data, other bodies as they are. */
export async function toRequestBody(
  body: unknown,
): Promise<{ bytes: Buffer | undefined; type: string | undefined }> {
  if (body === undefined) return { bytes: undefined, type: undefined };
  if (typeof body === "string")
    return { bytes: Buffer.from(body), type: "text/plain;charset=UTF-8" };
  if (isWebBody(body)) {
    const carried = new Response(body);
    return {
      bytes: Buffer.from(await carried.arrayBuffer()),
      type: carried.headers.get("content-type") ?? undefined,
    };
  }
  return { bytes: Buffer.from(JSON.stringify(body)), type: "application/json" };
}

function isWebBody(body: unknown): body is NonNullable<ConstructorParameters<typeof Response>[0]> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  const prototype: unknown = Object.getPrototypeOf(body);
  // Naming FormData loads all of Node's fetch; what nearly every test sends goes without.
  if (prototype === Object.prototype || prototype === null) return false;
  return (
    body instanceof FormData ||
    body instanceof URLSearchParams ||
    body instanceof Blob ||
    body instanceof ReadableStream ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  );
}
