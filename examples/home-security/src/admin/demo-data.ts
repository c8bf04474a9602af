import * as v from "valibot";
import { newEventSchema } from "../events/event.ts";
import type { Repositories } from "../repositories.ts";

export interface DemoWish {
  readonly cameras: number;
  readonly events_per_camera: number;
}

export interface Added {
  readonly cameras: number;
  readonly events: number;
}

const places = ["Front door", "Garage", "Garden", "Driveway", "Hall"];
const things = ["person", "car", "dog", "cat", "bicycle"];

/** The same data each time, except for what is there already: that stays as it is. */
export async function addDemoData(
  { cameras, events }: Pick<Repositories, "cameras" | "events">,
  wish: DemoWish,
): Promise<Added> {
  const added = { cameras: 0, events: 0 };
  for (let index = 0; index < wish.cameras; index++) {
    const name = `Demo ${places[index % places.length]} ${index + 1}`;
    const id = `demo_${index + 1}`;
    if ((await cameras.find(id)) !== undefined) continue;
    await cameras.create({ id, name, folder_path: `/export/foscam/${id}`, status: "online" });
    added.cameras++;
    for (let number = 0; number < wish.events_per_camera; number++) {
      const thing = things[(index + number) % things.length];
      await events.create(
        v.parse(newEventSchema, {
          batch_id: `${id}_${number}`,
          camera_id: id,
          risk_score: (index * 31 + number * 17) % 101,
          summary: `A ${thing} was seen`,
          detections: [
            {
              file_path: `/export/foscam/${id}/${number}.jpg`,
              object_type: thing,
              confidence: 0.9,
            },
          ],
        }),
      );
      added.events++;
    }
  }
  return added;
}
