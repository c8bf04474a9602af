import { readdirSync } from "node:fs";
import { readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkout, imports } from "./checkout.ts";

/** A plan is not kept when one of its files is as young as the load; these loads follow at once. */
const path = process.env["PATH"] ?? "";

describe("a plan is kept", () => {
  const counted = (more = "") =>
    `console.log("evaluated");\n${imports}import { size } from "./size.ts";\nexport default defineStack({ db: fake({ size, ${more} }) });\n`;

  async function counting(files: Readonly<Record<string, string>> = {}) {
    const place = await checkout({
      "shakedown.stack.ts": counted(),
      "size.ts": "export const size = 1;\n",
      ...files,
    });
    const evaluated = async (environment: Readonly<Record<string, string>> = { PATH: path }) => {
      const { plan, printed } = await place.load({ environment });
      return { again: printed.includes("evaluated"), options: plan.services[0]?.options };
    };
    return { place, evaluated };
  }

  test("and given within 5 ms while nothing has changed", async () => {
    const { place, evaluated } = await counting();
    await using _ = place;
    expect(await evaluated()).toEqual({ again: true, options: { size: 1 } });
    const times: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const start = performance.now();
      const { again, options } = await evaluated();
      times.push(performance.now() - start);
      expect({ again, options }).toEqual({ again: false, options: { size: 1 } });
    }
    expect(times.toSorted((left, right) => left - right)[4]).toBeLessThan(5);
  });

  test("until a file that it imports changes, or is gone", async () => {
    const { place, evaluated } = await counting();
    await using _ = place;
    await evaluated();
    await place.write({ "size.ts": "export const size = 2;\n" });
    expect(await evaluated()).toEqual({ again: true, options: { size: 2 } });
    expect((await evaluated()).again).toBe(false);
    await rm(join(place.folder, "size.ts"));
    await expect(evaluated()).rejects.toThrow("size.ts");
    await place.write({ "size.ts": "export const size = 2;\n" });
    expect((await evaluated()).options).toEqual({ size: 2 });
  });

  test("when a file is only touched", async () => {
    const { place, evaluated } = await counting();
    await using _ = place;
    await evaluated();
    await utimes(join(place.folder, "size.ts"), new Date(), new Date());
    expect((await evaluated()).again).toBe(false);
  });

  test("until a tsconfig.json appears, which may bring aliases", async () => {
    const { place, evaluated } = await counting();
    await using _ = place;
    await evaluated();
    await place.write({ "tsconfig.json": "{}" });
    expect((await evaluated()).again).toBe(true);
  });

  test("until a variable that it read has another value", async () => {
    const { place, evaluated } = await counting({
      "shakedown.stack.ts": counted("mode: process.env.MODE, ci: 'CI' in process.env"),
    });
    await using _ = place;
    await evaluated({ PATH: path, MODE: "a" });
    expect((await evaluated({ PATH: path, MODE: "a", OTHER: "1" })).again).toBe(false);
    expect(await evaluated({ PATH: path, MODE: "b" })).toEqual({
      again: true,
      options: { size: 1, mode: "b", ci: false },
    });
    expect(await evaluated({ PATH: path, CI: "1" })).toEqual({
      again: true,
      options: { size: 1, ci: true },
    });
  });

  test.each([
    ["copies the environment", "env: { ...process.env }"],
    ["imports it from node:process", "env: Object.keys((await import('node:process')).env)"],
  ])("until any variable changes, when it %s", async (_how, option) => {
    const { place, evaluated } = await counting({ "shakedown.stack.ts": counted(option) });
    await using _ = place;
    await evaluated({ PATH: path });
    expect((await evaluated({ PATH: path })).again).toBe(false);
    expect((await evaluated({ PATH: path, OTHER: "1" })).again).toBe(true);
  });

  test("in a folder that git ignores, readable for its owner only", async () => {
    const { place, evaluated } = await counting();
    await using _ = place;
    await evaluated();
    expect(await readFile(join(place.folder, ".shakedown/.gitignore"), "utf8")).toBe("*\n");
    const folder = join(place.folder, ".shakedown/cache/plans");
    const [name = ""] = readdirSync(folder);
    const { stat } = await import("node:fs/promises");
    expect(((await stat(join(folder, name))).mode & 0o777).toString(8)).toBe("600");
    await writeFile(join(folder, name), "{ half a file");
    expect((await evaluated()).again).toBe(true);
  });

  test("and ten loads at once evaluate it once", async () => {
    const { place } = await counting();
    await using _ = place;
    const loads = await Promise.all(Array.from({ length: 10 }, () => place.load()));
    expect(new Set(loads.map(({ plan }) => JSON.stringify(plan))).size).toBe(1);
    expect(
      loads.flatMap(({ printed }) => printed).filter((line) => line === "evaluated"),
    ).toHaveLength(1);
    expect(readdirSync(join(place.folder, ".shakedown/cache/plans"))).toHaveLength(1);
  });
});
