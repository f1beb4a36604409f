// Registers by name and by field, before and after the controller is enabled. Nothing is written until then.
import { open, Register } from "phasebit";

await using device = await open(process.argv[2] ?? "embedded?size=16m");
const { registers } = device;

const { MQES, TO } = registers.fields(Register.CAP_LO);
console.log(
  `NVMe ${registers.version()}, queues of ${MQES! + 1} entries, ready within ${TO! * 500} ms`,
);
console.log(`CAP ${registers.read64(Register.CAP_LO).toString(16)}h`);

await device.enable({ asq: 8, acq: 4 });
const { EN, IOSQES, IOCQES } = registers.fields(Register.CC);
console.log(`CC.EN ${EN}, entries of ${2 ** IOSQES!} and ${2 ** IOCQES!} bytes`);
const { ASQS, ACQS } = registers.fields(Register.AQA);
console.log(`admin queues of ${ASQS! + 1} and ${ACQS! + 1} entries`);
console.log(`CSTS.RDY ${registers.fields(Register.CSTS).RDY}`);

const ids = [0, 2].map((at) => device.config.read16(at).toString(16).padStart(4, "0"));
console.log(`vendor and device ${ids.join(":")}`); // of the configuration space
