import { describe } from "vitest";
import { askService } from "../../src/pipeline/ask-service.ts";
import {
  type AnalyzedBatch,
  type Assessment,
  assessmentSchema,
} from "../../src/pipeline/assessment.ts";
import { sidecarDetector } from "../../src/pipeline/detector.ts";
import { guarded } from "../../src/pipeline/guarded.ts";
import { ruleAnalyzer } from "../../src/pipeline/rule-analyzer.ts";
import { circuitBreaker } from "../../src/resilience/circuit-breaker.ts";
import { answeringServer, type Answer } from "../fixtures/answering-server.ts";
import { testClock } from "../fixtures/clock.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const noon = new Date("2026-01-05T12:00:00Z");

function batchOf(
  seen: readonly (readonly [object_type: string, confidence: number])[],
  detected_at = noon,
): AnalyzedBatch {
  return {
    batch_id: "b1",
    camera_id: "front_door",
    detections: seen.map(([object_type, confidence], index) => ({
      id: index + 1,
      file_path: `/export/foscam/front_door/${index}.jpg`,
      object_type,
      confidence,
      detected_at,
    })),
  };
}

const assessment: Assessment = { risk_score: 71, summary: "A stranger", reasoning: "It is late" };

describe("the rules that judge without a model", { tags: ["services"] }, () => {
  const score = async (...given: Parameters<typeof batchOf>) =>
    (await ruleAnalyzer(batchOf(...given))).risk_score;

  stackTest(
    "a person weighs more than a dog, and a sure one more than a doubtful one",
    async ({ expect }) => {
      const scores = [
        await score([["dog", 0.9]]),
        await score([["person", 0.5]]),
        await score([["person", 0.9]]),
      ];

      expect(scores).toEqual([9, 30, 54]);
    },
  );

  stackTest("the gravest counts, however much else was seen", async ({ expect }) => {
    expect(
      await score([
        ["cat", 1],
        ["person", 0.9],
        ["dog", 1],
      ]),
    ).toBe(54);
  });

  stackTest.for([
    ["21:59:59", 54],
    ["22:00:00", 74],
    ["05:59:59", 74],
    ["06:00:00", 54],
  ] as const)("at %s it is %s", async ([clock, wanted], { expect }) => {
    expect(await score([["person", 0.9]], new Date(`2026-01-05T${clock}Z`))).toBe(wanted);
  });

  stackTest("a crowd at night is not above 100", async ({ expect }) => {
    const crowd = Array.from({ length: 5 }, () => ["person", 1] as const);

    expect(await score(crowd)).toBe(75);
    expect(await score(crowd, new Date("2026-01-05T23:00:00Z"))).toBe(95);
  });

  stackTest("it says what it saw, and why", async ({ expect }) => {
    expect(
      await ruleAnalyzer(
        batchOf(
          [
            ["dog", 1],
            ["cat", 1],
            ["dog", 1],
          ],
          new Date("2026-01-05T23:00:00Z"),
        ),
      ),
    ).toMatchObject({ summary: "cat, dog at front_door", reasoning: "3 detections, at night" });
  });
});

describe("asking a model", { tags: ["services"] }, () => {
  const test = stackTest
    .extend("server", async ({ task: _ }, { onCleanup }) => {
      const server = await answeringServer({ body: assessment });
      onCleanup(() => server[Symbol.asyncDispose]());
      return server;
    })
    .extend(
      "ask",
      ({ server }) =>
        (question: AnalyzedBatch, timeoutMs = 5000) =>
          askService({ url: server.url, timeoutMs, schema: assessmentSchema }, question),
    );

  test("it is told what was seen, and its answer is taken", async ({ server, ask, expect }) => {
    const batch = batchOf([["person", 0.9]]);

    expect(await ask(batch)).toEqual(assessment);
    expect(server.questions).toEqual([JSON.parse(JSON.stringify(batch))]);
  });

  test.for([
    { what: "a status that says no", answer: { status: 500, body: assessment } },
    { what: "a risk above 100", answer: { body: { ...assessment, risk_score: 101 } } },
    { what: "a risk that is a text", answer: { body: { ...assessment, risk_score: "71" } } },
    { what: "an answer without a reason", answer: { body: { risk_score: 1, summary: "x" } } },
    { what: "text that is not JSON", answer: { body: "Sure! Here is the JSON:" } },
    { what: "a connection that breaks", answer: "hang up" },
  ] satisfies { what: string; answer: Answer }[])(
    "$what is an error",
    async ({ answer }, { server, ask, expect }) => {
      server.answerWith(answer);

      await expect(ask(batchOf([["person", 0.9]]))).rejects.toThrow();
    },
  );

  test("no answer in time is an error", async ({ server, ask, expect }) => {
    server.answerWith("silence");

    await expect(ask(batchOf([["person", 0.9]]), 50)).rejects.toThrow("timeout");
  });

  test("while it fails the rules judge, and after a few failures it is not asked any more", async ({
    server,
    ask,
    expect,
  }) => {
    const clock = testClock();
    const breaker = circuitBreaker({
      name: "analyzer",
      failures: 2,
      openMs: 1000,
      nowMs: clock.nowMs,
    });
    const analyze = guarded({ breaker, ask, fallback: ruleAnalyzer });
    const batch = batchOf([["person", 0.9]]);
    server.answerWith({ status: 503, body: "" });
    for (let time = 0; time < 4; time++)
      expect((await analyze(batch)).summary).toBe("person at front_door");
    expect(server.questions).toHaveLength(2);

    server.answerWith({ body: assessment });
    expect((await analyze(batch)).summary, "it is back, but nobody has looked").toBe(
      "person at front_door",
    );
    clock.advance(1000);

    expect(await analyze(batch)).toEqual(assessment);
    expect(breaker.report()).toMatchObject({ state: "closed", rejected: 3 });
  });
});

describe("what a camera writes beside a picture", { tags: ["services"] }, () => {
  const test = stackTest.extend("lookAt", ({ tempFolder }) => async (sidecar?: string) => {
    if (sidecar !== undefined) await tempFolder.write("1.jpg.json", sidecar);
    return await sidecarDetector({
      camera_id: "front_door",
      file_path: tempFolder.join("1.jpg"),
      media_type: "image",
    });
  });

  test("it is what was seen", async ({ lookAt, expect }) => {
    const detections = [
      { object_type: "person", confidence: 0.9, bbox: [1, 2, 3, 4], picture: [640, 480] },
      { object_type: "dog", confidence: 0.7 },
    ];

    expect(await lookAt(JSON.stringify({ detections }))).toEqual(detections);
  });

  test("nothing beside it: something moved", async ({ lookAt, expect }) => {
    expect(await lookAt()).toEqual([{ object_type: "motion", confidence: 0.5 }]);
  });

  test("nothing in it: nothing was seen", async ({ lookAt, expect }) => {
    expect(await lookAt('{"detections": []}')).toEqual([]);
  });

  test.for([
    ["half a file", '{"detections": [{"object_'],
    ["a confidence above 1", '{"detections": [{"object_type": "dog", "confidence": 90}]}'],
    ["a list", "[]"],
  ] as const)("%s is an error", async ([, sidecar], { lookAt, expect }) => {
    await expect(lookAt(sidecar)).rejects.toThrow();
  });
});
