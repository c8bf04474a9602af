import { createHash } from "node:crypto";

/**
 * A content security policy for a page whose scripts stand in it: those run and no others, and nothing is loaded from
 * anywhere. `connect` are the places that the page may ask.
 */
export function pagePolicy(page: string, connect: readonly string[] = []): string {
  const scripts = Array.from(page.matchAll(inlineScript), ([, attributes = "", source = ""]) =>
    dataScript.test(attributes) || source === "" ? [] : [hashOf(source)],
  ).flat();
  return [
    "default-src 'none'",
    `script-src ${scripts.length === 0 ? "'none'" : scripts.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    "font-src data:",
    `connect-src ${["data:", ...connect].join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

const inlineScript = /<script\b([^>]*)>([\s\S]*?)<\/script>/g;
/** What is no script to a browser. */
const dataScript = /\btype="application\//;

function hashOf(source: string): string {
  return `'sha256-${createHash("sha256").update(source).digest("base64")}'`;
}
