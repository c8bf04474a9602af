import { get as httpGet } from "node:http";
import { describe } from "vitest";
import { findFile } from "../../src/media/find-file.ts";
import { detectionFactory, eventFactory } from "../fixtures/factories.ts";
import { cameraFolder, picture } from "../fixtures/camera-folder.ts";
import { test } from "../fixtures/stack-test.ts";

const media = "/api/media/cameras/front_door";

test.beforeEach(async ({ db, tempFolder }) => void (await cameraFolder({ db, tempFolder })));

describe("a file of a camera", { tags: ["api"] }, () => {
  test("comes with its type, its length and a promise not to guess", async ({ api, expect }) => {
    const response = await api.get(`${media}/picture.jpg`);

    expect(response.status).toBe(200);
    expect(response.bytes).toEqual(picture);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/jpeg",
      "content-length": String(picture.length),
      "x-content-type-options": "nosniff",
    });
  });

  test.for([
    { path: "2026/01/night.PNG", type: "image/png", says: "a night" },
    { path: "film.mp4", type: "video/mp4", says: "0123456789" },
    { path: "a%20b%20%26%20%C3%BC.jpg", type: "image/jpeg", says: "an odd name" },
    { path: "2026/../film.mp4", type: "video/mp4", says: "0123456789" },
  ])("$path is $type", async ({ path, type, says }, { api, expect }) => {
    const response = await api.get(`${media}/${path}`);

    expect(response.headers.get("content-type")).toBe(type);
    expect(response.bytes.toString()).toBe(says);
  });

  test.for([
    { what: "encoded slashes", path: "..%2foutside.jpg" },
    { what: "encoded dots", path: "%2e%2e%2f%2e%2e%2fetc%2fpasswd" },
    { what: "an absolute path", path: "%2fetc%2fpasswd.jpg" },
    { what: "a neighbour with the same beginning", path: "..%2ffront_door_2%2fother.jpg" },
    { what: "a way through a real folder", path: "2026%2f..%2f..%2foutside.jpg" },
    { what: "a link that leads out", path: "way-out.jpg" },
    { what: "a linked folder", path: "up/outside.jpg" },
    { what: "a link to a type that is not served", path: "disguised.jpg" },
    { what: "a NUL", path: "picture.jpg%00.png" },
  ])("$what is forbidden", async ({ path }, { api, expect }) => {
    const response = await api.get(`${media}/${path}`);

    expect(response.status).toBe(403);
    expect(response.body).toEqual({ detail: "The path leaves the camera's folder" });
  });

  test("dots that no client resolves get no further", async ({ api, expect }) => {
    const status = await rawStatus(api.url, `${media}/../../../../../../etc/passwd`);

    expect([403, 404]).toContain(status);
  });

  test.for(["notes.txt", ".htaccess", "picture.jpg.exe", "picture"])(
    "%s is not of a type that is served",
    async (path, { api, expect }) => {
      const response = await api.get(`${media}/${path}`);

      expect(response.status).toBe(403);
      expect(response.body).toEqual({ detail: "Files of this type are not served" });
    },
  );

  test.for(["missing.jpg", "picture.jpg/inside.jpg", "%252e%252e%252foutside.jpg"])(
    "%s is not found",
    async (path, { api, expect }) => {
      const response = await api.get(`${media}/${path}`);

      expect(response.status).toBe(404);
      expect(response.body.detail).toContain("not found");
    },
  );

  test("a camera that does not exist has none", async ({ api, expect }) => {
    const response = await api.get("/api/media/cameras/nowhere/picture.jpg");

    expect(response.body).toEqual({ detail: "Camera nowhere not found" });
  });

  test("a camera whose folder lies elsewhere shows nothing of it", async ({
    tempFolder,
    expect,
  }) => {
    const folder = tempFolder.join("front_door");
    const elsewhere = { root: tempFolder.join("front_door_2"), folder, path: "picture.jpg" };

    await expect(findFile(elsewhere)).rejects.toMatchObject({ status: 403 });
    await expect(findFile({ ...elsewhere, root: tempFolder.path })).resolves.toMatchObject({
      type: "image/jpeg",
    });
  });
});

describe("a part of a film", { tags: ["api"] }, () => {
  test.for([
    { range: "bytes=0-3", part: "0123", header: "bytes 0-3/10" },
    { range: "bytes=8-", part: "89", header: "bytes 8-9/10" },
    { range: "bytes=-2", part: "89", header: "bytes 8-9/10" },
    { range: "bytes=5-99", part: "56789", header: "bytes 5-9/10" },
  ])("$range is $part", async ({ range, part, header }, { api, expect }) => {
    const response = await api.get(`${media}/film.mp4`, { headers: { range } });

    expect(response.status).toBe(206);
    expect(response.bytes.toString()).toBe(part);
    expect(response.headers.get("content-range")).toBe(header);
  });

  test("what lies behind its end is not there", async ({ api, expect }) => {
    const response = await api.get(`${media}/film.mp4`, { headers: { range: "bytes=10-" } });

    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe("bytes */10");
  });

  test("a range that is none gives all of it", async ({ api, expect }) => {
    const response = await api.get(`${media}/film.mp4`, { headers: { range: "lines=1-2" } });

    expect(response.status).toBe(200);
    expect(response.bytes.toString()).toBe("0123456789");
  });
});

describe("pictures of detections, snapshots and clips", { tags: ["api"] }, () => {
  test("a detection has its image and its thumbnail", async ({ api, db, tempFolder, expect }) => {
    const { id } = await detectionFactory.create(
      { db },
      { file_path: tempFolder.join("front_door/picture.jpg"), thumbnail_path: "2026/01/night.PNG" },
    );

    expect((await api.get(`/api/detections/${id}/image`)).bytes).toEqual(picture);
    expect((await api.get(`/api/detections/${id}/thumbnail`)).bytes.toString()).toBe("a night");
  });

  test("a detection without a thumbnail says so", async ({ api, db, tempFolder, expect }) => {
    const { id } = await detectionFactory.create(
      { db },
      { file_path: tempFolder.join("front_door/picture.jpg") },
    );

    const response = await api.get(`/api/detections/${id}/thumbnail`);

    expect(response.status).toBe(404);
    expect(response.body.detail).toBe(`Thumbnail of detection ${id} not found`);
  });

  test("a detection whose file lies elsewhere shows nothing of it", async ({
    api,
    db,
    tempFolder,
    expect,
  }) => {
    const file_path = tempFolder.join("outside.jpg");
    const { id } = await detectionFactory.create({ db }, { file_path });

    expect((await api.get(`/api/detections/${id}/image`)).status).toBe(403);
  });

  test("a snapshot is the newest picture, not a film", async ({ api, db, tempFolder, expect }) => {
    const rows = [
      { file_path: "picture.jpg", detected_at: "2026-01-01" },
      { file_path: "2026/01/night.PNG", detected_at: "2026-01-02" },
      { file_path: "film.mp4", detected_at: "2026-01-03", media_type: "video" },
    ];
    for (const { file_path, ...row } of rows)
      await detectionFactory.create(
        { db },
        { file_path: tempFolder.join(`front_door/${file_path}`), ...row },
      );

    const response = await api.get("/api/cameras/front_door/snapshot");

    expect(response.bytes.toString()).toBe("a night");
  });

  test("a camera that has seen nothing has no snapshot", async ({ api, expect }) => {
    const response = await api.get("/api/cameras/front_door/snapshot");

    expect(response.status).toBe(404);
    expect(response.body.detail).toBe("Snapshot of camera front_door not found");
  });

  test("an event has its clip", async ({ api, db, tempFolder, expect }) => {
    const { id } = await eventFactory.create({ db });
    expect((await api.get(`/api/events/${id}/clip`)).status).toBe(404);

    await db.sql`update events set clip_path = ${tempFolder.join("front_door/film.mp4")}`;

    expect((await api.get(`/api/events/${id}/clip`)).headers.get("content-type")).toBe("video/mp4");
  });
});

/** Every client of HTTP resolves `..` before it asks: this one sends it as it stands. */
async function rawStatus(base: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(base);
  return await new Promise((resolve, reject) => {
    httpGet({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}
