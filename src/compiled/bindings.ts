// Printed by assembly/build.mjs from the compiled modules; do not edit. After a change of an export:
// UPDATE_BINDINGS=1 npx vitest run test/compiled/bindings.test.ts

/** Exports of build/host.wasm. */
export interface HostExports {
  /** doorbell u32, value u32 */
  writeDoorbell(doorbell: number, value: number): void;
  /** doorbell u32, shadow u32, event u32, value u32 */
  ringShadowed(doorbell: number, shadow: number, event: number, value: number): void;
  /** pointer u32; returns u64 */
  loadHalf(pointer: number): bigint;
  /** id u32, pointer u32, entries u32, tailDoorbell u32, tail u32 */
  attachSubmissionQueue(
    id: number,
    pointer: number,
    entries: number,
    tailDoorbell: number,
    tail: number,
  ): void;
  /** pointer u32, entries u32, headDoorbell u32, head u32, phaseTag u32 */
  attachCompletionQueue(
    pointer: number,
    entries: number,
    headDoorbell: number,
    head: number,
    phaseTag: number,
  ): void;
  /** tailShadow u32, tailEvent u32, headShadow u32, headEvent u32 */
  attachShadows(tailShadow: number, tailEvent: number, headShadow: number, headEvent: number): void;
  ring(): void;
  free(): void;
  /** returns u32 */
  head(): number;
  /** returns u32 */
  tail(): number;
  /** returns u32 */
  phaseTag(): number;
  /** out u32, iova u64, bytes u32, list u32, listIova u64 */
  buildPrps(out: number, iova: bigint, bytes: number, list: number, listIova: bigint): void;
  /** buffer u32, bytes u32; returns u32 */
  prpListPages(buffer: number, bytes: number): number;
  /** pointer u32, count u32, buffersIova u64, bytes u32, stride u32, lists u32, listsIova u64 */
  configureSlots(
    pointer: number,
    count: number,
    buffersIova: bigint,
    bytes: number,
    stride: number,
    lists: number,
    listsIova: bigint,
  ): void;
  /** random bool, count u64, slba u64, lbas u32, reads u32, seed u64 */
  configurePattern(
    random: boolean,
    count: bigint,
    slba: bigint,
    lbas: number,
    reads: number,
    seed: bigint,
  ): void;
  /** controlBlock u32, reads u32, writes u32, nsid u32, nlb u32, ahead u32 */
  configure(
    controlBlock: number,
    reads: number,
    writes: number,
    nsid: number,
    nlb: number,
    ahead: number,
  ): void;
  /** controlBlock u32, waitMode u32, spin u64 */
  configureWait(controlBlock: number, waitMode: number, spin: bigint): void;
  /** controlBlock u32, deadline u64, shared bool */
  configureAudit(controlBlock: number, deadline: bigint, shared: boolean): void;
  /** ns i64, perNs f64 */
  configurePause(ns: bigint, perNs: number): void;
  /** atLeast u32, atMost u32 */
  configureBatches(atLeast: number, atMost: number): void;
  start(): void;
  /** reads u32, writes u32, stages u32 */
  countIn(reads: number, writes: number, stages: number): void;
  resetCounters(): void;
  /** returns u32 */
  sweep(): number;
  /** until u64 */
  run(until: bigint): void;
  /** until u64 */
  runStaged(until: bigint): void;
  /** until u64 */
  runShadowed(until: bigint): void;
  /** stageHistograms u32, deviceStamps u32 */
  configureStages(stageHistograms: number, deviceStamps: number): void;
  /** until u64; returns u32 */
  drain(until: bigint): number;
  publish(): void;
  /** count u32 */
  readClocks(count: number): void;
  /** ns u64 */
  setEnd(ns: bigint): void;
  /** ns u32, staged bool; returns bool */
  runSlice(ns: number, staged: boolean): boolean;
  /** returns u64 */
  sliceStart(): bigint;
  /** ms u32; returns bool */
  hasOldCommand(ms: number): boolean;
  /** returns u32 */
  outstanding(): number;
  /** returns u64 */
  oldest(): bigint;
  /** returns u32 */
  oldestSlot(): number;
  /** returns u64 */
  youngest(): bigint;
  /** at u64; returns u32 */
  submittedBy(at: bigint): number;
  /** first u64; returns u32 */
  sweepFrom(first: bigint): number;
  /** first u64; returns u32 */
  sweepShadowed(first: bigint): number;
  /** second u64 */
  sweepStaged(second: bigint): void;
  wait(): void;
  /** reaped u32, count u64, sumNs u64 */
  settle(reaped: number, count: bigint, sumNs: bigint): void;
  /** count u32; returns u64 */
  turn(count: number): bigint;
  /** ns u64 */
  endWaitsAt(ns: bigint): void;
  takeInterrupts(): void;
  /** returns f64 */
  lowNs(): number;
  /** returns f64 */
  highNs(): number;
  /** returns f64 */
  wakeNs(): number;
  /** ns u64; returns u32 */
  countsIndex(ns: bigint): number;
  /** returns u64 */
  draw(): bigint;
  /** bits u64; returns u64 */
  nextLba(bits: bigint): bigint;
  /** a u64, b u64; returns u64 */
  multiplyHigh(a: bigint, b: bigint): bigint;
}

/** How many parameters each export of build/host.wasm takes. */
export const hostArity: Readonly<Record<keyof HostExports, number>> = {
  writeDoorbell: 2,
  ringShadowed: 4,
  loadHalf: 1,
  attachSubmissionQueue: 5,
  attachCompletionQueue: 5,
  attachShadows: 4,
  ring: 0,
  free: 0,
  head: 0,
  tail: 0,
  phaseTag: 0,
  buildPrps: 5,
  prpListPages: 2,
  configureSlots: 7,
  configurePattern: 6,
  configure: 6,
  configureWait: 3,
  configureAudit: 3,
  configurePause: 2,
  configureBatches: 2,
  start: 0,
  countIn: 3,
  resetCounters: 0,
  sweep: 0,
  run: 1,
  runStaged: 1,
  runShadowed: 1,
  configureStages: 2,
  drain: 1,
  publish: 0,
  readClocks: 1,
  setEnd: 1,
  runSlice: 2,
  sliceStart: 0,
  hasOldCommand: 1,
  outstanding: 0,
  oldest: 0,
  oldestSlot: 0,
  youngest: 0,
  submittedBy: 1,
  sweepFrom: 1,
  sweepShadowed: 1,
  sweepStaged: 1,
  wait: 0,
  settle: 3,
  turn: 1,
  endWaitsAt: 1,
  takeInterrupts: 0,
  lowNs: 0,
  highNs: 0,
  wakeNs: 0,
  countsIndex: 1,
  draw: 0,
  nextLba: 1,
  multiplyHigh: 2,
};

/** Parameters of `ringShadowed`. */
export interface RingShadowed {
  readonly doorbell: number;
  readonly shadow: number;
  readonly event: number;
  readonly value: number;
}

export function ringShadowed(wasm: HostExports, given: RingShadowed): void {
  wasm.ringShadowed(given.doorbell, given.shadow, given.event, given.value);
}

/** Parameters of `attachSubmissionQueue`. */
export interface AttachSubmissionQueue {
  readonly id: number;
  readonly pointer: number;
  readonly entries: number;
  readonly tailDoorbell: number;
  readonly tail: number;
}

export function attachSubmissionQueue(wasm: HostExports, given: AttachSubmissionQueue): void {
  wasm.attachSubmissionQueue(
    given.id,
    given.pointer,
    given.entries,
    given.tailDoorbell,
    given.tail,
  );
}

/** Parameters of `attachCompletionQueue`. */
export interface AttachCompletionQueue {
  readonly pointer: number;
  readonly entries: number;
  readonly headDoorbell: number;
  readonly head: number;
  readonly phaseTag: number;
}

export function attachCompletionQueue(wasm: HostExports, given: AttachCompletionQueue): void {
  wasm.attachCompletionQueue(
    given.pointer,
    given.entries,
    given.headDoorbell,
    given.head,
    given.phaseTag,
  );
}

/** Parameters of `attachShadows`. */
export interface AttachShadows {
  readonly tailShadow: number;
  readonly tailEvent: number;
  readonly headShadow: number;
  readonly headEvent: number;
}

export function attachShadows(wasm: HostExports, given: AttachShadows): void {
  wasm.attachShadows(given.tailShadow, given.tailEvent, given.headShadow, given.headEvent);
}

/** Parameters of `buildPrps`. */
export interface BuildPrps {
  readonly out: number;
  readonly iova: bigint;
  readonly bytes: number;
  readonly list: number;
  readonly listIova: bigint;
}

export function buildPrps(wasm: HostExports, given: BuildPrps): void {
  wasm.buildPrps(given.out, given.iova, given.bytes, given.list, given.listIova);
}

/** Parameters of `configureSlots`. */
export interface ConfigureSlots {
  readonly pointer: number;
  readonly count: number;
  readonly buffersIova: bigint;
  readonly bytes: number;
  readonly stride: number;
  readonly lists: number;
  readonly listsIova: bigint;
}

export function configureSlots(wasm: HostExports, given: ConfigureSlots): void {
  wasm.configureSlots(
    given.pointer,
    given.count,
    given.buffersIova,
    given.bytes,
    given.stride,
    given.lists,
    given.listsIova,
  );
}

/** Parameters of `configurePattern`. */
export interface ConfigurePattern {
  readonly random: boolean;
  readonly count: bigint;
  readonly slba: bigint;
  readonly lbas: number;
  readonly reads: number;
  readonly seed: bigint;
}

export function configurePattern(wasm: HostExports, given: ConfigurePattern): void {
  wasm.configurePattern(given.random, given.count, given.slba, given.lbas, given.reads, given.seed);
}

/** Parameters of `configure`. */
export interface Configure {
  readonly controlBlock: number;
  readonly reads: number;
  readonly writes: number;
  readonly nsid: number;
  readonly nlb: number;
  readonly ahead: number;
}

export function configure(wasm: HostExports, given: Configure): void {
  wasm.configure(given.controlBlock, given.reads, given.writes, given.nsid, given.nlb, given.ahead);
}

/** Exports of build/device.wasm. */
export interface DeviceExports {
  /**
   * doorbells u32, doorbellBytes u32, mqes u32, ioQueues u32, vectors u32, mdts u32, dstrd u32,
   * seed u64
   */
  create(
    doorbells: number,
    doorbellBytes: number,
    mqes: number,
    ioQueues: number,
    vectors: number,
    mdts: number,
    dstrd: number,
    seed: bigint,
  ): void;
  /** blocks u64, lbaShift u32, medium u32, pointer u32; returns u32 */
  addNamespace(blocks: bigint, lbaShift: number, medium: number, pointer: number): number;
  /** field u32, index u32, byte u32 */
  identity(field: number, index: number, byte: number): void;
  /** version u32 */
  setVersion(version: number): void;
  /** model u32, ns f64, sigma f64 */
  setLatency(model: number, ns: number, sigma: number): void;
  /**
   * kind u32, match u32, every u32, times u32, probability f64, a u64, b u64,
   * seed u64; returns i32
   */
  addFault(
    kind: number,
    match: number,
    every: number,
    times: number,
    probability: number,
    a: bigint,
    b: bigint,
    seed: bigint,
  ): number;
  /** index u32; returns u64 */
  faultsFired(index: number): bigint;
  /** returns u32 */
  step(): number;
  /** until u64; returns u32 */
  run(until: bigint): number;
  /** ns u32; returns u32 */
  runSlice(ns: number): number;
  /** returns u32 */
  idleMicros(): number;
  /** micros u32; returns bool */
  havePassed(micros: number): boolean;
  /** returns u32 */
  stopped(): number;
  /** returns u32 */
  waiting(): number;
  /** returns u64 */
  nextDue(): bigint;
  /** ns u32, count u32 */
  setPause(ns: number, count: number): void;
  /** count u32; returns u64 */
  turn(count: number): bigint;
  /** pointer u32, units u32, offset u32, szu u32, uses u32, mixes u32, legacyBase u64 */
  setCmb(
    pointer: number,
    units: number,
    offset: number,
    szu: number,
    uses: number,
    mixes: number,
    legacyBase: bigint,
  ): void;
  /** pointer u32, bytes u32, uses u32 */
  setPmr(pointer: number, bytes: number, uses: number): void;
  /** table u32, pending u32, messages u32 */
  setInterrupts(table: number, pending: number, messages: number): void;
  /** support u32 */
  setSgls(support: number): void;
}

/** How many parameters each export of build/device.wasm takes. */
export const deviceArity: Readonly<Record<keyof DeviceExports, number>> = {
  create: 8,
  addNamespace: 4,
  identity: 3,
  setVersion: 1,
  setLatency: 3,
  addFault: 8,
  faultsFired: 1,
  step: 0,
  run: 1,
  runSlice: 1,
  idleMicros: 0,
  havePassed: 1,
  stopped: 0,
  waiting: 0,
  nextDue: 0,
  setPause: 2,
  turn: 1,
  setCmb: 7,
  setPmr: 3,
  setInterrupts: 3,
  setSgls: 1,
};

/** Parameters of `create`. */
export interface Create {
  readonly doorbells: number;
  readonly doorbellBytes: number;
  readonly mqes: number;
  readonly ioQueues: number;
  readonly vectors: number;
  readonly mdts: number;
  readonly dstrd: number;
  readonly seed: bigint;
}

export function create(wasm: DeviceExports, given: Create): void {
  wasm.create(
    given.doorbells,
    given.doorbellBytes,
    given.mqes,
    given.ioQueues,
    given.vectors,
    given.mdts,
    given.dstrd,
    given.seed,
  );
}

/** Parameters of `addNamespace`. */
export interface AddNamespace {
  readonly blocks: bigint;
  readonly lbaShift: number;
  readonly medium: number;
  readonly pointer: number;
}

export function addNamespace(wasm: DeviceExports, given: AddNamespace): number {
  return wasm.addNamespace(given.blocks, given.lbaShift, given.medium, given.pointer);
}

/** Parameters of `addFault`. */
export interface AddFault {
  readonly kind: number;
  readonly match: number;
  readonly every: number;
  readonly times: number;
  readonly probability: number;
  readonly a: bigint;
  readonly b: bigint;
  readonly seed: bigint;
}

export function addFault(wasm: DeviceExports, given: AddFault): number {
  return wasm.addFault(
    given.kind,
    given.match,
    given.every,
    given.times,
    given.probability,
    given.a,
    given.b,
    given.seed,
  );
}

/** Parameters of `setCmb`. */
export interface SetCmb {
  readonly pointer: number;
  readonly units: number;
  readonly offset: number;
  readonly szu: number;
  readonly uses: number;
  readonly mixes: number;
  readonly legacyBase: bigint;
}

export function setCmb(wasm: DeviceExports, given: SetCmb): void {
  wasm.setCmb(
    given.pointer,
    given.units,
    given.offset,
    given.szu,
    given.uses,
    given.mixes,
    given.legacyBase,
  );
}
