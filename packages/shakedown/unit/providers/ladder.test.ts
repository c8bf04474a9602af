import { expect, test } from "vitest";
import { ShakedownError } from "../../src/errors/shakedown-error.ts";
import {
  chooseProvider,
  type LadderOptions,
  type Rung,
  startChosen,
} from "../../src/providers/ladder.ts";
import { readPolicy } from "../../src/providers/provider-policy.ts";
import type { ProviderOption, ProviderWord } from "../../src/providers/provider-words.ts";
import { parseVersionWish } from "../../src/providers/version-wish.ts";

const absent: Rung<string> = {
  kind: "native",
  look: () => Promise.resolve({ passedOver: "not on PATH" }),
};

const works = (kind: ProviderWord, version = "1.0"): Rung<string> => ({
  kind,
  look: (wish) =>
    Promise.resolve(
      wish.accepts(version)
        ? { found: kind, version: `x ${version}`, reason: "there" }
        : { passedOver: `is ${version}, not ${wish.text}` },
    ),
});

const options = (more: Partial<LadderOptions> = {}): LadderOptions => ({
  service: "db",
  hint: "Install one",
  ...more,
});

test("the first rung that works is taken, and those above it are kept with their reasons", async () => {
  const unseen: Rung<string> = {
    kind: "container",
    look: () => Promise.reject(new Error("looked too far")),
  };
  const chosen = await chooseProvider("x", [absent, works("embedded"), unseen], options());
  expect(chosen).toMatchObject({
    found: "embedded",
    choice: {
      kind: "embedded",
      version: "x 1.0",
      reason: "there",
      passedOver: [{ kind: "native", reason: "not on PATH" }],
    },
  });
});

test("when none works, all reasons are told", async () => {
  await expect(chooseProvider("db: a server", [absent], options())).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    hint: "Install one",
    message: expect.stringContaining("native: not on PATH"),
  });
});

const ladder = [works("external"), works("native"), works("embedded"), works("container")];

async function taken(
  option: ProviderOption | undefined,
  environment: Readonly<Record<string, string>>,
  { hasUrl = false, rungs = ladder.slice(1) } = {},
) {
  const policy = readPolicy({
    service: "db",
    services: ["db", "cache"],
    option,
    hasUrl,
    environment,
  });
  return (await chooseProvider("db: x", rungs, options({ policy }))).choice;
}

test("the environment for this service counts most, then the stack, then the environment for all", async () => {
  const all = { SHAKEDOWN_PREFER: "container" };
  expect((await taken(undefined, {})).kind).toBe("native");
  expect((await taken(undefined, all)).kind).toBe("container");
  expect((await taken({ prefer: "embedded" }, all)).kind).toBe("embedded");
  const own = { SHAKEDOWN_PREFER: "container, db=native, cache=embedded" };
  expect((await taken({ prefer: "embedded" }, own)).kind).toBe("native");
  expect((await taken("embedded", { SHAKEDOWN_REQUIRE_PROVIDER: "container" })).kind).toBe(
    "embedded",
  );
  expect((await taken("embedded", { SHAKEDOWN_REQUIRE_PROVIDER: "db=container" })).kind).toBe(
    "container",
  );
});

test("a URL in the stack is a wish of the stack: the machine's wish for this service only goes before it", async () => {
  const withUrl = { hasUrl: true, rungs: ladder };
  expect((await taken(undefined, { SHAKEDOWN_PREFER: "container" }, withUrl)).kind).toBe(
    "external",
  );
  expect((await taken(undefined, { SHAKEDOWN_PREFER: "db=container" }, withUrl)).kind).toBe(
    "container",
  );
});

test("what anybody forbids is not taken, and whoever said so is named", async () => {
  const choice = await taken(
    { forbid: "native", prefer: ["native", "embedded"] },
    {
      SHAKEDOWN_FORBID: "embedded",
    },
  );
  expect(choice.kind).toBe("container");
  expect(choice.passedOver).toEqual([
    { kind: "native", reason: "the stack forbids it" },
    { kind: "embedded", reason: "SHAKEDOWN_FORBID forbids it" },
  ]);
  await expect(taken("container", { SHAKEDOWN_FORBID: "db=container" })).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    message: expect.stringContaining("container: SHAKEDOWN_FORBID forbids it"),
  });
});

test("what a preference overtook is told, and so is what a requirement left out", async () => {
  expect((await taken({ prefer: "container" }, {})).passedOver).toEqual([
    { kind: "native", reason: "the stack prefers container" },
    { kind: "embedded", reason: "the stack prefers container" },
  ]);
  expect((await taken(undefined, { SHAKEDOWN_REQUIRE_PROVIDER: "embedded" })).passedOver).toEqual([
    { kind: "native", reason: "SHAKEDOWN_REQUIRE_PROVIDER requires embedded" },
    { kind: "container", reason: "SHAKEDOWN_REQUIRE_PROVIDER requires embedded" },
  ]);
});

test("a requirement that the service has no place for says which it has", async () => {
  await expect(
    taken("embedded", {}, { rungs: [works("native"), works("container")] }),
  ).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    hint: "the stack requires embedded, and there is only native, container",
  });
});

test("another version is refused, or taken with a warning where the stack says so", async () => {
  const wish = parseVersionWish("16") ?? { text: "", accepts: () => false };
  const rungs = [works("native", "15.2"), works("embedded", "18.4")];
  await expect(chooseProvider("db: x", rungs, options({ wish }))).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    message: expect.stringMatching(/native: is 15\.2, not 16; embedded: is 18\.4, not 16/),
  });
  const warned = await chooseProvider("db: x", rungs, options({ wish, onOtherVersion: "warn" }));
  expect(warned.choice).toEqual({
    kind: "native",
    version: "x 15.2",
    reason: "there; warning: the stack asks for version 16",
    passedOver: [{ kind: "embedded", reason: "is 18.4, not 16" }],
  });
  const fitting = [...rungs, works("container", "16.3")];
  const fits = await chooseProvider("db: x", fitting, options({ wish, onOtherVersion: "warn" }));
  expect(fits.choice.kind).toBe("container");
});

test("a server that was named is never replaced by another one", async () => {
  const wish = parseVersionWish("16") ?? { text: "", accepts: () => false };
  const rungs: Rung<string>[] = [
    { ...works("external", "15.2"), isNamed: true },
    works("native", "16.1"),
  ];
  await expect(chooseProvider("db: x", rungs, options({ wish }))).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    message: "db: is 15.2, not 16",
  });
  const warned = await chooseProvider("db: x", rungs, options({ wish, onOtherVersion: "warn" }));
  expect(warned.choice.kind).toBe("external");
  expect(warned.choice.reason).toContain("warning");
});

test("an image that cannot be had is told with why nothing before it was taken", async () => {
  const container: Rung<() => Promise<never>> = {
    kind: "container",
    look: () =>
      Promise.resolve({
        found: () => Promise.reject(new ShakedownError("IMAGE_MISSING", "x:1 was not pulled")),
        version: "x:1",
        reason: "there",
      }),
  };
  const native: Rung<() => Promise<never>> = { kind: "native", look: absent.look as never };
  const chosen = await chooseProvider("db: x", [native, container], options());
  await expect(startChosen(chosen)).rejects.toMatchObject({
    code: "IMAGE_MISSING",
    message: "x:1 was not pulled (native: not on PATH)",
    hint: expect.stringMatching(/^Install one/) as string,
  });
  const forbid = [{ word: "native" as const, by: "the stack" }];
  const wanted = await chooseProvider(
    "db: x",
    [native, container],
    options({ policy: { prefer: [], forbid } }),
  );
  await expect(startChosen(wanted)).rejects.toHaveProperty("hint", undefined);
});

test("a survey tells of every rung: taken, would work, or why not; nothing is looked at before somebody asks", async () => {
  let looks = 0;
  const container: Rung<string> = {
    kind: "container",
    look: (wish) => {
      looks += 1;
      return works("container").look(wish);
    },
  };
  const broken: Rung<string> = {
    kind: "embedded",
    look: () => Promise.reject(new Error("looked into a broken folder")),
  };
  const chosen = await chooseProvider(
    "db: x",
    [works("external"), absent, works("local"), broken, container],
    options({ policy: { prefer: [{ word: "local", by: "the stack" }], forbid: [] } }),
  );
  expect(looks).toBe(0);
  expect(await chosen.survey()).toEqual([
    { kind: "external", state: "works", version: "x 1.0", reason: "there" },
    { kind: "native", state: "no", reason: "not on PATH" },
    { kind: "local", state: "taken", version: "x 1.0", reason: "there" },
    { kind: "embedded", state: "no", reason: "looked into a broken folder" },
    { kind: "container", state: "works", version: "x 1.0", reason: "there" },
  ]);
  expect(looks).toBe(1);
  const forbidden = await chooseProvider(
    "db: x",
    [works("native"), works("container")],
    options({ policy: { prefer: [], forbid: [{ word: "container", by: "SHAKEDOWN_FORBID" }] } }),
  );
  expect((await forbidden.survey())[1]).toEqual({
    kind: "container",
    state: "no",
    reason: "SHAKEDOWN_FORBID forbids it",
  });
});
