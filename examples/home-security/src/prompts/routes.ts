import { Hono } from "hono";
import { found } from "../http/errors.ts";
import { readBody, readSerial } from "../http/validation.ts";
import type { Services } from "../services.ts";
import { newPromptSchema } from "./prompt-config.ts";

export function promptRoutes({ prompts, audit }: Services): Hono {
  const routes = new Hono();

  routes.get("/:model", async (context) => {
    const { model } = context.req.param();
    return context.json(found("Prompt of", model, await prompts.active(model)));
  });

  routes.get("/:model/versions", async (context) => {
    const versions = await prompts.versions(context.req.param("model"));
    return context.json({ versions, count: versions.length });
  });

  routes.post("/:model/versions", async (context) => {
    const { model } = context.req.param();
    const prompt = await prompts.add(model, await readBody(context, newPromptSchema));
    await audit.record(context, "prompt_added", { type: "prompt", id: model });
    return context.json(prompt, 201);
  });

  routes.post("/:model/versions/:version/activate", async (context) => {
    const { model } = context.req.param();
    const version = readSerial(context, "version");
    const prompt = found(
      `Version of ${model}'s prompt`,
      version,
      await prompts.activate(model, version),
    );
    await audit.record(context, "prompt_activated", {
      type: "prompt",
      id: model,
      details: { version },
    });
    return context.json(prompt);
  });

  return routes;
}
