import { createHash } from "node:crypto";
import { defineConfig, type Plugin } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

export default defineConfig({
  base: "./",
  oxc: {
    // Smaller than the automatic runtime's calls by a twentieth of the page.
    jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" },
    jsxInject: 'import { h, Fragment } from "preact"',
  },
  build: {
    target: ["chrome123", "firefox128", "safari17.5"],
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
  },
  plugins: [viteSingleFile({ removeViteModuleLoader: true }), contentSecurityPolicy()],
});

/** Only the page's own script and style may run, by their hashes; the events are data and never run. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const asset of Object.values(bundle)) {
          if (asset.type !== "asset" || !asset.fileName.endsWith(".html")) continue;
          const html = String(asset.source);
          const policy = [
            "default-src 'none'",
            `script-src ${hashes(html, /<script type="module"[^>]*>([\s\S]*?)<\/script>/g)}`,
            `style-src ${hashes(html, /<style[^>]*>([\s\S]*?)<\/style>/g)}`,
            "img-src data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
          ].join("; ");
          asset.source = html.replace("content-security-policy-goes-here", () => policy);
        }
      },
    },
  };
}

function hashes(html: string, inline: RegExp): string {
  const found = [...html.matchAll(inline)].map(
    ([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  );
  if (found.length === 0) throw new Error(`the page has nothing inline that matches ${inline}`);
  return found.join(" ");
}
