import { describe, expect, test } from "vitest";
import { reduceRun } from "../../src/events/reduce-run.ts";
import { junit } from "../../src/reports/junit.ts";
import { exampleRun, hostileRun } from "./example-run.ts";

describe("junit", () => {
  test("writes one suite a file, with the services' lines beside a failure", () => {
    expect(junit(reduceRun(exampleRun))).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="shakedown 2026-11-21-0912-3f9a" tests="3" failures="1" errors="0" skipped="1" time="6.812">
        <testsuite name="tests/cameras.test.ts" timestamp="2026-11-18T11:06:40.100Z" tests="3" failures="1" errors="0" skipped="1" time="0.375">
          <testcase classname="tests/cameras.test.ts" name="cameras › lists cameras" time="0.340">
            <properties>
              <property name="slot" value="0"/>
            </properties>
          </testcase>
          <testcase classname="tests/cameras.test.ts" name="cameras › deletion › takes its events along" time="0.035">
            <properties>
              <property name="slot" value="1"/>
              <property name="retries" value="1"/>
              <property name="tag" value="api"/>
              <property name="tag" value="slow"/>
            </properties>
            <failure message="expected 404 to be 204" type="failure">expected 404 to be 204
      - Expected
      + Received

      - 204
      + 404
          at /app/tests/cameras.test.ts:12:5
          at run (/app/node_modules/x.js:1:1)</failure>
            <system-out>--- wrote to db: cameras (1 row), events (3 rows)
      --- api (slot 1)
      2026-11-21T09:12:00.620Z out DELETE /api/cameras/front_door 404
      --- mail, other tests' lines included
      2026-11-21T09:12:00.621Z out delivered
      --- data of db is kept: psql postgres://127.0.0.1:4000/kept_1</system-out>
          </testcase>
          <testcase classname="tests/cameras.test.ts" name="is for later" time="0.000">
            <properties>
              <property name="slot" value="0"/>
            </properties>
            <skipped/>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `);
  });

  test("holds nothing that XML 1.0 refuses, whatever tests are called", () => {
    const xml = junit(reduceRun(hostileRun));
    // oxlint-disable-next-line no-control-regex
    expect(xml).not.toMatch(/[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/);
    expect(xml.isWellFormed()).toBe(true);
    expect(xml).not.toContain("]]>");
    expect(xml.match(/<\/system-out>/g)).toHaveLength(1);
    expect(xml).toContain('name="a&lt;b&gt;&amp;&quot;.test.ts"');
    expect(xml.split("\n").filter((line) => line.includes("<testcase"))).toMatchInlineSnapshot(`
      [
        "    <testcase classname="a&lt;b&gt;&amp;&quot;.test.ts" name="red › two&#10;lines › ]]&gt; � � � half � &amp; &lt;script&gt;" time="0.001">",
      ]
    `);
  });
});
