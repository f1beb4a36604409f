// Events of the stepped controller: a threshold below its temperature makes one.
import { expect, test } from "vitest";
import { Feature } from "../../assembly/spec/commands.ts";
import { decode } from "../../src/decode/decode.ts";
import { smartLog } from "../../src/decode/log-smart.ts";
import type { Place } from "../../src/nvme/carried.ts";
import { type ArrivedEvent, enableEvents, watchEvents } from "../../src/nvme/events.ts";
import { setFeature } from "../../src/nvme/feature.ts";
import { broughtUp } from "./devices.ts";

async function tooHot(mask: number): Promise<Place> {
  const { controller, device } = await broughtUp();
  const place = { controller, memory: device.memory };
  await setFeature(place, { fid: Feature.TEMPERATURE_THRESHOLD }, { value: 274, save: false });
  await enableEvents(place, mask);
  return place;
}

/** What comes within so many looks, each of which lasts 100 ms at most. */
async function watched(place: Place, options: { clear?: boolean; most: number; looks?: number }) {
  const found: ArrivedEvent[] = [];
  let looks = options.looks ?? 100;
  const mayEnd = (): boolean => found.length >= options.most || looks-- <= 0;
  for await (const event of watchEvents(place, { clear: options.clear ?? true, mayEnd })) {
    found.push(event);
  }
  return found;
}

test("what is masked is no event, and the requests stay outstanding", async () => {
  const place = await tooHot(0);
  expect(await watched(place, { most: 1, looks: 3 })).toEqual([]);
  expect(place.controller.admin.outstanding).toBe(place.controller.identity.eventRequests);
});

test("an event comes with its log page, whose reading has the next one come", async () => {
  const [first, second] = await watched(await tooHot(0x2), { most: 2 });
  expect(first).toMatchObject({ type: 1, name: "Temperature Threshold", lid: 2, dw0: 0x020101 });
  const fields = decode(smartLog, first!.page!);
  expect(fields.find(({ name }) => name === "CW")?.value).toBe(0x2);
  expect(second).toMatchObject({ name: "Temperature Threshold" });
});

test("without its log page a type is reported once only", async () => {
  const found = await watched(await tooHot(0x2), { clear: false, most: 2, looks: 3 });
  expect(found).toMatchObject([{ name: "Temperature Threshold", page: null }]);
});
