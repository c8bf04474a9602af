import { describe } from "vitest";
import { alertFactory } from "../fixtures/factories.ts";
import { eventAtTheDoor } from "../fixtures/front-door.ts";
import { ruleFactory } from "../fixtures/rule-factory.ts";
import { test } from "../fixtures/stack-test.ts";

const rules = "/api/alerts/rules";

describe("POST /api/alerts/rules", { tags: ["api"] }, () => {
  test("a name is enough: such a rule holds for every event", async ({ api, expect }) => {
    const response = await api.post(rules, { name: "Everything" });

    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({
      name: "Everything",
      enabled: true,
      severity: "medium",
      risk_threshold: null,
      object_types: null,
      schedule: null,
      dedup_key_template: "{camera_id}:{rule_id}",
      cooldown_seconds: 300,
      channels: [],
    });
  });

  test("all conditions come back as they were sent", async ({ api, expect }) => {
    const rule = {
      name: "People at night",
      risk_threshold: 70,
      object_types: ["person"],
      camera_ids: ["front_door"],
      zone_ids: ["zone_1"],
      min_confidence: 0.75,
      schedule: {
        days: ["friday", "saturday"],
        start_time: "22:00",
        end_time: "06:00",
        timezone: "Europe/Berlin",
      },
      dedup_key_template: "{camera_id}:{object_type}",
      cooldown_seconds: 0,
      channels: ["push"],
    };
    const { body } = await api.post(rules, rule);

    expect((await api.get(`${rules}/${body.id}`)).body).toMatchObject(rule);
  });

  test.for([
    { what: "a threshold above 100", wrong: { risk_threshold: 101 }, at: "risk_threshold" },
    { what: "an empty list of objects", wrong: { object_types: [] }, at: "object_types" },
    { what: "a negative cooldown", wrong: { cooldown_seconds: -1 }, at: "cooldown_seconds" },
    {
      what: "an hour that there is not",
      wrong: { schedule: { start_time: "24:00", end_time: "06:00" } },
      at: "schedule",
    },
    {
      what: "a day that there is not",
      wrong: { schedule: { days: ["funday"], start_time: "22:00", end_time: "06:00" } },
      at: "schedule",
    },
    {
      what: "a time zone that there is not",
      wrong: { schedule: { start_time: "22:00", end_time: "06:00", timezone: "Moon/Crater" } },
      at: "schedule",
    },
    {
      what: "an unknown placeholder",
      wrong: { dedup_key_template: "{camera}:{rule_id}" },
      at: "dedup_key_template",
    },
  ])("$what is refused", async ({ wrong, at }, { api, db, expect }) => {
    const response = await api.post(rules, { name: "Wrong", ...wrong });

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc.slice(0, 2)).toEqual(["body", at]);
    expect(await db.sql`select id from alert_rules`).toEqual([]);
  });

  test("two rules have no common name", async ({ api, expect }) => {
    await api.post(rules, { name: "People" });

    const response = await api.post(rules, { name: "People" });

    expect(response.status).toBe(409);
    expect(response.body.detail).toBe("Alert rule with name 'People' already exists");
  });
});

describe("the rules", { tags: ["api"] }, () => {
  test("come by name, and can be narrowed", async ({ api, db, expect }) => {
    await ruleFactory.create({ db }, { name: "B", severity: "low" });
    await ruleFactory.create({ db }, { name: "A", enabled: false });
    const names = async (query: Record<string, string | boolean>): Promise<string[]> =>
      (await api.get(rules, { query })).body.rules.map(({ name }: { name: string }) => name);

    expect(await names({})).toEqual(["A", "B"]);
    expect(await names({ enabled: true })).toEqual(["B"]);
    expect(await names({ severity: "high" })).toEqual(["A"]);
  });

  test("a condition can be taken away", async ({ api, db, expect }) => {
    const { id, name } = await ruleFactory.create(
      { db },
      { risk_threshold: 50, object_types: ["person"] },
    );

    const { body } = await api.patch(`${rules}/${id}`, { object_types: null });

    expect(body).toMatchObject({ name, risk_threshold: 50, object_types: null });
  });

  test("a rule that is deleted leaves its alerts, without it", async ({ api, db, expect }) => {
    const event_id = await eventAtTheDoor({ db });
    const rule = await ruleFactory.create({ db });
    const alert = await alertFactory.create({ db }, { event_id, rule_id: rule.id });

    expect((await api.delete(`${rules}/${rule.id}`)).status).toBe(204);

    expect((await api.get(`/api/alerts/${alert.id}`)).body).toMatchObject({ rule_id: null });
  });

  test.for(["get", "patch", "delete"] as const)(
    "%s of none is a 404",
    async (method, { api, expect }) => {
      const id = "00000000-0000-4000-8000-000000000000";
      const response = await api.request(method.toUpperCase(), `${rules}/${id}`, {
        body: method === "patch" ? {} : undefined,
      });

      expect(response.status).toBe(404);
      expect(response.body.detail).toBe(`Alert rule ${id} not found`);
    },
  );
});
