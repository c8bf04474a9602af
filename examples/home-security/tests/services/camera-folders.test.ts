import { rm, symlink, utimes } from "node:fs/promises";
import { describe } from "vitest";
import { cameraFolders } from "../../src/background/camera-folders.ts";
import type { Detector } from "../../src/pipeline/detector.ts";
import type { NewSighting } from "../../src/pipeline/ingest.ts";
import { cameraFactory } from "../fixtures/factories.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

/** Sees one person in every picture. */
const seesPerson: Detector = async () => [{ object_type: "person", confidence: 0.9 }];

const test = stackTest
  .extend("taken", () => [] as NewSighting[])
  .extend("folders", ({ db, taken }) => {
    const make = (detect: Detector = seesPerson) =>
      cameraFolders({
        database: db.pool,
        detect,
        ingest: async (sighting) => {
          taken.push(sighting);
          return { outcome: "duplicate" };
        },
      });
    return { ...make(), seeing: make };
  })
  .extend(
    "camera",
    async ({ db, tempFolder }) =>
      (await cameraFactory.create({ db }, { folder_path: tempFolder.join("door") })).id,
  );

describe("the folders of cameras", { tags: ["services"] }, () => {
  test("a picture is taken in at the second look, when it has not changed since the first", async ({
    folders,
    camera,
    taken,
    tempFolder,
    expect,
  }) => {
    await tempFolder.write("door/1.jpg", "picture");
    const writtenAt = new Date("2026-01-05T12:00:00Z");
    await utimes(tempFolder.join("door/1.jpg"), writtenAt, writtenAt);

    expect(await folders.scan()).toBe(0);
    expect(await folders.scan()).toBe(1);
    expect(taken).toEqual([
      {
        camera_id: camera,
        file_path: tempFolder.join("door/1.jpg"),
        media_type: "image",
        detected_at: writtenAt,
        object_type: "person",
        confidence: 0.9,
      },
    ]);
  });

  test("one that is still being written is left until it is whole", async ({
    folders,
    camera: _,
    taken,
    tempFolder,
    expect,
  }) => {
    for (const content of ["ha", "half a", "half a picture"]) {
      await tempFolder.write("door/1.jpg", content);
      expect(await folders.scan()).toBe(0);
    }

    expect(await folders.scan()).toBe(1);
    expect(taken).toHaveLength(1);
  });

  test("an empty one has only been begun", async ({ folders, camera: _, tempFolder, expect }) => {
    await tempFolder.write("door/1.jpg", "");

    expect([await folders.scan(), await folders.scan(), await folders.scan()]).toEqual([0, 0, 0]);
  });

  test("a picture is taken in once", async ({ folders, camera: _, taken, tempFolder, expect }) => {
    await tempFolder.write("door/1.jpg", "picture");
    for (let look = 0; look < 5; look++) await folders.scan();

    expect(taken).toHaveLength(1);
  });

  test("one that is written over is taken in again", async ({
    folders,
    camera: _,
    taken,
    tempFolder,
    expect,
  }) => {
    await tempFolder.write("door/latest.jpg", "morning");
    await folders.scan();
    await folders.scan();
    await tempFolder.write("door/latest.jpg", "good evening");
    await folders.scan();
    await folders.scan();

    expect(taken).toHaveLength(2);
  });

  test("folders within are looked into; the oldest comes first", async ({
    folders,
    camera: _,
    taken,
    tempFolder,
    expect,
  }) => {
    for (const [name, minute] of [
      ["2026/01/b.JPG", 2],
      ["a.mp4", 3],
      ["2026/c.png", 1],
    ] as const) {
      await tempFolder.write(`door/${name}`, name);
      const at = new Date(Date.UTC(2026, 0, 5, 12, minute));
      await utimes(tempFolder.join(`door/${name}`), at, at);
    }
    await folders.scan();
    await folders.scan();

    expect(taken.map(({ file_path, media_type }) => [file_path, media_type])).toEqual([
      [tempFolder.join("door/2026/c.png"), "image"],
      [tempFolder.join("door/2026/01/b.JPG"), "image"],
      [tempFolder.join("door/a.mp4"), "video"],
    ]);
  });

  test.for(["notes.txt", "1.jpg.json", "1.jpg.part", "jpg", ".jpg"])(
    "%s is no picture",
    async (name, { folders, camera: _, taken, tempFolder, expect }) => {
      await tempFolder.write(`door/${name}`, "something");
      await folders.scan();
      await folders.scan();

      expect(taken).toEqual([]);
    },
  );

  test("a link to outside is not followed", async ({
    folders,
    camera: _,
    taken,
    tempFolder,
    expect,
  }) => {
    await tempFolder.write("private/secret.jpg", "secret");
    await tempFolder.write("door/readme.txt", "");
    await symlink(tempFolder.join("private/secret.jpg"), tempFolder.join("door/link.jpg"));
    await symlink(tempFolder.join("private"), tempFolder.join("door/folder"));
    await folders.scan();
    await folders.scan();

    expect(taken).toEqual([]);
  });

  test("a camera whose folder is not there keeps nobody waiting", async ({
    db,
    folders,
    camera,
    taken,
    tempFolder,
    expect,
  }) => {
    await cameraFactory.create({ db }, { id: "a_first", folder_path: tempFolder.join("nowhere") });
    await tempFolder.write("door/1.jpg", "picture");
    await folders.scan();
    await folders.scan();

    expect(taken.map(({ camera_id }) => camera_id)).toEqual([camera]);
  });

  test("a deleted camera's folder is not looked into", async ({
    db,
    folders,
    camera: _,
    taken,
    tempFolder,
    expect,
  }) => {
    await db.sql`update cameras set deleted_at = now()`;
    await tempFolder.write("door/1.jpg", "picture");
    await folders.scan();
    await folders.scan();

    expect(taken).toEqual([]);
  });

  test("one bad picture keeps no other out, and is tried again", async ({
    folders,
    camera: _,
    taken,
    tempFolder,
    expect,
  }) => {
    let isBroken = true;
    const looking = folders.seeing(async (picture) => {
      if (isBroken && picture.file_path.endsWith("bad.jpg")) throw new Error("not a picture");
      return await seesPerson(picture);
    });
    await tempFolder.write("door/bad.jpg", "bad");
    await tempFolder.write("door/good.jpg", "good");
    await looking.scan();
    expect(await looking.scan()).toBe(1);
    isBroken = false;

    expect(await looking.scan()).toBe(1);
    expect(taken).toHaveLength(2);
  });

  test("one that is gone between two looks is forgotten", async ({
    folders,
    camera: _,
    taken,
    tempFolder,
    expect,
  }) => {
    await tempFolder.write("door/1.jpg", "picture");
    await folders.scan();
    await rm(tempFolder.join("door/1.jpg"));

    expect(await folders.scan()).toBe(0);
    expect(taken).toEqual([]);
  });
});
