// phasebit as a library: open a device, enable its controller, reach its registers and queues, run workloads, read
// results. docs/library.md shows how.
export {
  AdminOpcode,
  AsynchronousEventType,
  Cns,
  ErrorEvent,
  Feature,
  FeatureSelect,
  LogPage,
  NvmOpcode,
  SmartEvent,
} from "../assembly/spec/commands.ts";
export { IdentifyController, IdentifyNamespace } from "../assembly/spec/identify.ts";
export {
  ALL_ONES,
  DOORBELLS,
  PAGE_BYTES,
  Register,
  ShutdownNotification,
  ShutdownStatus,
} from "../assembly/spec/registers.ts";
export { Status } from "../assembly/spec/status.ts";
export { type DecodedField, decode, decodeValue } from "./decode/decode.ts";
export { type DecodedEvent, decodeEvent } from "./decode/events.ts";
export { decodeFeature, decodeFeatureData } from "./decode/features.ts";
export { identifyController } from "./decode/identify-controller.ts";
export { identifyNamespace } from "./decode/identify-namespace.ts";
export {
  decodeControllerList,
  decodeDescriptors,
  decodeNamespaceList,
  type NamespaceDescriptor,
} from "./decode/lists.ts";
export { decodeEffects, type Listed } from "./decode/log-effects.ts";
export { decodeErrorLog, type ErrorEntry } from "./decode/log-error.ts";
export { firmwareLog } from "./decode/log-firmware.ts";
export { smartLog } from "./decode/log-smart.ts";
export { type DecodedStatus, decodeStatus, statusName } from "./decode/status.ts";
export type { Structure } from "./decode/structure.ts";
export { draw } from "./draw/queue.ts";
export { type DrawOptions, drawRings, type RingGroup } from "./draw/rings.ts";
export { type ErrorCode, type ErrorFacts, exitCodes, PhasebitError } from "./ground/errors.ts";
export { type Group, groupsOf } from "./measurement/groups.ts";
export type * from "./measurement/measurement.ts";
export { parseWorkload, type Workload } from "./measurement/workload.ts";
export type { WorkloadOptions } from "./measurement/workload-options.ts";
export type { Span } from "./memory/arena.ts";
export type {
  Capability,
  ControllerMemory,
  ControllerMemoryKind,
} from "./memory/controller-memory.ts";
export type { FaultReport, FaultWatch, IommuFault } from "./memory/faults.ts";
export type { Access, Iommu } from "./memory/iommu.ts";
export type {
  AllocateOptions,
  LinearMemory,
  MemoryKind,
  MemoryLimits,
} from "./memory/linear-memory.ts";
export type { DmaMapping, MapOptions } from "./memory/mappings.ts";
export type {
  PageAnswers,
  PageAnswerWord,
  PageDecision,
  PageRequest,
  PageRequestGroup,
} from "./memory/page-requests.ts";
export type { Region } from "./memory/region.ts";
export { type Carried, type CarriedOptions, carry, type Place } from "./nvme/carried.ts";
export type { CmbFacts } from "./nvme/cmb.ts";
export type { CmbLayout } from "./nvme/cmb-layout.ts";
export { type CmbProof, proveCmb } from "./nvme/cmb-proof.ts";
export { type Completion, completionError } from "./nvme/completion.ts";
export type { CompletionQueue, ReapOptions } from "./nvme/completion-queue.ts";
export type { Controller } from "./nvme/controller.ts";
export type { Configuration, Health, ResetKind } from "./nvme/controller-state.ts";
export { type CopyOptions, type CopyRange, copyIn, copyOut } from "./nvme/copy.ts";
export {
  Device,
  type EnableOptions,
  type EndSignal,
  type OpenOptions,
  open,
  type Permit,
} from "./nvme/device.ts";
export { type ArrivedEvent, enableEvents, type WatchOptions, watchEvents } from "./nvme/events.ts";
export { type FeatureRange, getFeature, setFeature } from "./nvme/feature.ts";
export { crc16, crc64 } from "./nvme/guard.ts";
export type { ControllerData, NamespaceData, SglSupport } from "./nvme/identify.ts";
export { type Maskable, maskInterrupts, unmaskInterrupts } from "./nvme/interrupt-mask.ts";
export type { CompletionQueueOptions, SubmissionQueueOptions } from "./nvme/io-queues.ts";
export { errorEntryOf, type LogAnswer, type LogRange, readLog } from "./nvme/log.ts";
export {
  type BarPlace,
  type MsixState,
  type MsixVector,
  maskFunction,
  maskVector,
  readMsix,
  unmaskVector,
  type Vectored,
} from "./nvme/msix.ts";
export { addTransport } from "./nvme/open-transport.ts";
export type { OwnMemory } from "./nvme/own-memory.ts";
export { type PeerWindow, reachPeer } from "./nvme/peer.ts";
export type { PmrFacts, PmrHealth } from "./nvme/pmr.ts";
export { listPages, prps } from "./nvme/prp.ts";
export type { QueueState } from "./nvme/queue.ts";
export type { MemorySource, QueueMemory } from "./nvme/queue-memory.ts";
export {
  type AccessOptions,
  type Capabilities,
  type Fields,
  fieldsOf,
  type RegisterAccess,
  type Registers,
  type Trace,
  type UntilOptions,
} from "./nvme/registers.ts";
export { type Restored, type RestoreOptions, restore } from "./nvme/restore.ts";
export { type Rewirable, rewireInterrupt } from "./nvme/rewire.ts";
export type { CarriedPart } from "./nvme/scattered.ts";
export { type SglOptions, type SglPart, type SglPointer, sgl, sglBytes } from "./nvme/sgl.ts";
export type {
  CompletionEntry,
  CompletionEntryState,
  CompletionSnapshot,
  EntryOwner,
  SubmissionEntry,
  SubmissionEntryState,
  SubmissionSnapshot,
} from "./nvme/snapshot.ts";
export * as sqe from "./nvme/sqe.ts";
export { StopFailure, type StopStep } from "./nvme/stop-failure.ts";
export type { PostOptions, QueuePairPlace, SubmissionQueue } from "./nvme/submission-queue.ts";
export {
  allocatePrimary,
  assignResources,
  mostResources,
  type PrimaryCapabilities,
  primaryCapabilities,
  type ResourceCounts,
  type SecondaryController,
  secondaryControllers,
  setOnline,
} from "./nvme/virtualization.ts";
export { type Taken, type TakeOptions, take } from "./pci/bind.ts";
export type { ConfigAccess, ConfigSpace } from "./pci/config-space.ts";
export { type Drive, type Held, inventory, type Namespace } from "./pci/inventory.ts";
export type { Use, UseKind } from "./pci/use-kinds.ts";
export {
  setVirtualFunctions,
  type VirtualFunctionOptions,
  type VirtualFunctions,
  virtualFunctionsOf,
} from "./pci/virtual-functions.ts";
export { type Result, readResult } from "./results/read.ts";
export { type RunOptions, runWorkload } from "./run/runner.ts";
export type { InterruptKind, Transport, TransportKind } from "./transport/transport.ts";
export type { Masking, Wiring } from "./transport/wiring.ts";
