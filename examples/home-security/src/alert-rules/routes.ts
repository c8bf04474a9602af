import { Hono } from "hono";
import { found, notFound } from "../http/errors.ts";
import { listBody } from "../http/paging.ts";
import { readBody, readQuery, readUuid } from "../http/validation.ts";
import type { Services } from "../services.ts";
import { alertRuleChangesSchema, alertRuleFilterSchema, newAlertRuleSchema } from "./alert-rule.ts";

export function alertRuleRoutes({ alertRules, audit }: Services): Hono {
  const routes = new Hono();

  routes.get("/", async (context) => {
    const filter = readQuery(context, alertRuleFilterSchema);
    return context.json(listBody("rules", await alertRules.list(filter), filter));
  });

  routes.post("/", async (context) => {
    const rule = await alertRules.create(await readBody(context, newAlertRuleSchema));
    await audit.record(context, "rule_created", { type: "alert_rule", id: rule.id });
    return context.json(rule, 201);
  });

  routes.get("/:id", async (context) => {
    const id = readUuid(context);
    return context.json(found("Alert rule", id, await alertRules.find(id)));
  });

  routes.patch("/:id", async (context) => {
    const id = readUuid(context);
    const changes = await readBody(context, alertRuleChangesSchema);
    const rule = found("Alert rule", id, await alertRules.update(id, changes));
    await audit.record(context, "rule_updated", { type: "alert_rule", id, details: changes });
    return context.json(rule);
  });

  routes.delete("/:id", async (context) => {
    const id = readUuid(context);
    if (!(await alertRules.remove(id))) throw notFound("Alert rule", id);
    await audit.record(context, "rule_deleted", { type: "alert_rule", id });
    return context.body(null, 204);
  });

  return routes;
}
