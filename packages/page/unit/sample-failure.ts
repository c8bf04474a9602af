import type { LogSlice, TestError } from "../../shakedown/src/events/run-event.ts";

/** What a failed test of a sample run fails with: three kinds in turn. */
export function sampleErrors(
  index: number,
  { file, strange }: { readonly file: string; readonly strange: string | undefined },
): TestError[] {
  const stack = [
    "AssertionError: expected",
    `    at /srv/home-security/${file}:41:24`,
    "    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)",
    "    at async file:///srv/home-security/node_modules/vitest/dist/chunks/run.js:2864:20",
  ].join("\n");
  if (strange !== undefined)
    return [{ message: strange, stack: `${stack}\n${strange}`, diff: strange, codeFrame: strange }];
  if (index % 3 === 0) {
    return [
      {
        message: `expected 500 to be 200 // Object.is equality`,
        stack,
        diff: "\u001B[32m- Expected\u001B[39m\n\u001B[31m+ Received\u001B[39m\n\n\u001B[32m- 200\u001B[39m\n\u001B[31m+ 500\u001B[39m",
        codeFrame: frame("  expect(response.status).toBe(200);", 27),
      },
    ];
  }
  if (index % 3 === 1) {
    return [
      {
        message:
          'The stack\'s service "api" did not answer within 5 s: GET /health/ready, last answer 503 {"status":"degraded","services":{"redis":"unhealthy"}}\n→ Look at its log: shakedown logs api',
        stack: stack.replace("AssertionError: expected", "ShakedownError: …"),
      },
    ];
  }
  return [
    {
      message: "expected { …(7) } to deeply equal { …(7) }",
      stack,
      diff: [
        "\u001B[32m- Expected\u001B[39m",
        "\u001B[31m+ Received\u001B[39m",
        "",
        "\u001B[33m@@ -6,9 +6,9 @@\u001B[39m",
        '\u001B[2m    "camera_id": "front_door",\u001B[22m',
        '\u001B[2m    "detections": [\u001B[22m',
        '\u001B[32m-     "person",\u001B[39m',
        '\u001B[31m+     "person",\u001B[39m',
        '\u001B[31m+     "vehicle",\u001B[39m',
        "\u001B[2m    ],\u001B[22m",
        '\u001B[32m-   "risk_score": 85,\u001B[39m',
        '\u001B[31m+   "risk_score": 62,\u001B[39m',
        '\u001B[2m    "reviewed": false,\u001B[22m',
        "\u001B[2m  }\u001B[22m",
      ].join("\n"),
      codeFrame: frame("  expect(await events.latest()).toEqual({", 33),
    },
  ];
}

function frame(code: string, column: number): string {
  return [
    '  38 | test("takes its events along when it is removed", async ({ api, db }) => {',
    "  39 |   // The cascade is the database's, not ours.",
    "  40 |   const response = await api.delete(`/api/cameras/${camera.id}`, { timeoutMs: 2_000 });",
    `> 41 | ${code}`,
    `     | ${" ".repeat(column - 1)}^`,
    '  42 |   const left = await db.query("SELECT count(*) FROM events WHERE camera_id = $1", [camera.id]);',
    '  43 |   expect(left.rows[0].count).toBe("0");',
  ].join("\n");
}

/** What its services wrote meanwhile. */
export function sampleLogs(
  start: number,
  { slot, strange }: { readonly slot: number; readonly strange: string | undefined },
): LogSlice[] {
  const at = (ms: number, text: string): string => `${new Date(start + ms).toISOString()} ${text}`;
  const extra =
    strange === undefined
      ? []
      : [
          at(5, `out ${strange}`),
          strange,
          ...(strange.startsWith("very") ? ["x".repeat(1_000_000)] : []),
        ];
  return [
    {
      service: "api",
      slot,
      shared: false,
      lines: [
        at(1, "out POST /api/cameras 201 2 ms"),
        at(3, "out POST /api/events 201 3 ms"),
        at(
          6,
          "err DELETE /api/cameras/camera_3be84174 failed: TypeError: Cannot read properties of undefined (reading 'record')",
        ),
        at(6, "err     at src/cameras/routes.ts:48:17"),
        at(
          7,
          "out \u001B[33mDELETE\u001B[39m /api/cameras/camera_3be84174 \u001B[31m500\u001B[39m 3 ms",
        ),
        ...extra,
      ],
    },
    {
      service: "db",
      shared: true,
      lines: [
        at(
          2,
          "out LOG:  statement: INSERT INTO cameras (id, name, folder_path) VALUES ($1, $2, $3)",
        ),
        at(
          5,
          'out ERROR:  insert or update on table "events" violates foreign key constraint "events_camera_id_fkey"',
        ),
        at(5, 'out DETAIL:  Key (camera_id)=(camera_3be84174) is not present in table "cameras".'),
      ],
    },
    {
      service: "mail",
      shared: true,
      used: false as const,
      lines: [at(4, "out accepted a message for nobody@example.test")],
    },
  ];
}
