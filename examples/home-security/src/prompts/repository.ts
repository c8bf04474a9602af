import type { Pool, PoolClient } from "pg";
import { inTransaction } from "../database.ts";
import { table } from "../sql/table.ts";
import type { NewPrompt, PromptConfig } from "./prompt-config.ts";

/** Versions are never changed: a new one takes the place of the one that is in use. */
export function promptRepository(pool: Pool) {
  return {
    async active(model: string): Promise<PromptConfig | undefined> {
      const { rows } = await pool.query<PromptConfig>(
        "select * from prompt_configs where model = $1 and is_active",
        [model],
      );
      return rows[0];
    },

    /** The newest first. */
    async versions(model: string): Promise<readonly PromptConfig[]> {
      const { rows } = await pool.query<PromptConfig>(
        "select * from prompt_configs where model = $1 order by version desc",
        [model],
      );
      return rows;
    },

    async add(model: string, prompt: NewPrompt): Promise<PromptConfig> {
      return await inTransaction(pool, async (client) => {
        await lockModel(client, model);
        await deactivate(client, model);
        const { rows } = await client.query<{ next: number }>(
          "select coalesce(max(version), 0) + 1 as next from prompt_configs where model = $1",
          [model],
        );
        return await table<PromptConfig>(client, { name: "prompt_configs", kind: "Prompt" }).insert(
          { model, version: rows[0]?.next ?? 1, is_active: true, ...prompt },
        );
      });
    },

    /** Undefined when there is no such version: then the one in use stays. */
    async activate(model: string, version: number): Promise<PromptConfig | undefined> {
      return await inTransaction(pool, async (client) => {
        await lockModel(client, model);
        const { rowCount } = await client.query(
          "select from prompt_configs where model = $1 and version = $2",
          [model, version],
        );
        if (rowCount === 0) return undefined;
        await deactivate(client, model);
        const { rows } = await client.query<PromptConfig>(
          "update prompt_configs set is_active = true where model = $1 and version = $2 returning *",
          [model, version],
        );
        return rows[0];
      });
    },
  };
}

/** There may be no row to lock: two first versions at the same time would both be number 1. */
async function lockModel(client: PoolClient, model: string): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtext($1))", [`prompt ${model}`]);
}

async function deactivate(client: PoolClient, model: string): Promise<void> {
  await client.query("update prompt_configs set is_active = false where model = $1 and is_active", [
    model,
  ]);
}
