import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { userCacheFolder } from "../../src/kit/user-cache-folder.ts";

test("an XDG folder counts only as an absolute path, and a home only where it says something", () => {
  expect(userCacheFolder({ XDG_CACHE_HOME: "/var/cache/me", HOME: "/home/me" })).toBe(
    "/var/cache/me",
  );
  const own = process.platform === "darwin" ? join("Library", "Caches") : ".cache";
  for (const XDG_CACHE_HOME of ["", "cache", undefined])
    expect(userCacheFolder({ XDG_CACHE_HOME, HOME: "/home/me" })).toBe(join("/home/me", own));
  expect(userCacheFolder({ HOME: "" })).toBe(join(homedir(), own));
});
