// An asynchronous event (5.2), made by a threshold below the temperature, and the log page that clears it.
import { enableEvents, Feature, open, setFeature, watchEvents } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const controller = await device.bringUp({ ioQueues: 0 });
const place = { controller, memory: device.memory };
await enableEvents(place, 0b10); // temperature (5.21.1.11)
const over = { fid: Feature.TEMPERATURE_THRESHOLD };
await setFeature(place, over, { value: 274, save: false }); // kelvins; gone with the next reset

let events = 0;
const deadline = performance.now() + 10_000;
const mayEnd = (): boolean => events > 0 || performance.now() > deadline;
for await (const { typeName, name, logPage, page } of watchEvents(place, { mayEnd })) {
  events++;
  // Critical Warning and Composite Temperature of the SMART / Health log (5.14.1.2)
  const [warning = 0, low = 0, high = 0] = page ?? [];
  const kelvins = low | (high << 8);
  console.log(`${typeName}: ${name}; ${logPage}: warning ${warning.toString(2)}b, ${kelvins} K`);
}
if (events === 0) console.log("no event within 10 s");
