// Two WebAssembly modules of a few bytes each: a function that does nothing, to stand for the clock, and
// a loop around `sweep`, so that no call from JavaScript is counted with each sweep.

/** Sweeps until so many commands are reaped; returns how many were not there. */
export type Driver = (commands: number) => number;

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** (func (export "f")) */
const EMPTY = [
  ...section(1, [1, ...[0x60, 0, 0]]), // types: [] -> []
  ...section(3, [1, 0]), // functions: one, of type 0
  ...section(7, [1, 1, 0x66, 0, 0]), // exports: "f", function 0
  ...section(10, [1, ...sized([0, 0x0b])]), // code: no locals, end
];

/**
 * (import "e" "s" (func $sweep (result i32)))
 * (func (export "f") (param $left i32) (result i32) (local $reaped i32)
 *   (block (loop
 *     (br_if 1 (i32.eqz (local.get $left)))
 *     (br_if 1 (i32.eqz (local.tee $reaped (call $sweep))))
 *     (local.set $left (i32.sub (local.get $left) (local.get $reaped)))
 *     (br 0)))
 *   (local.get $left))
 */
const DRIVE = [
  ...section(1, [2, ...[0x60, 0, 1, 0x7f], ...[0x60, 1, 0x7f, 1, 0x7f]]),
  ...section(2, [1, 1, 0x65, 1, 0x73, 0, 0]),
  ...section(3, [1, 1]),
  ...section(7, [1, 1, 0x66, 0, 1]),
  ...section(10, [
    1,
    ...sized([
      ...[1, 1, 0x7f], // one local
      ...[0x02, 0x40, 0x03, 0x40],
      ...[0x20, 0, 0x45, 0x0d, 1],
      ...[0x10, 0, 0x22, 1, 0x45, 0x0d, 1],
      ...[0x20, 0, 0x20, 1, 0x6b, 0x21, 0],
      ...[0x0c, 0, 0x0b, 0x0b],
      ...[0x20, 0, 0x0b],
    ]),
  ]),
];

/** A WebAssembly function that does nothing. */
export function emptyFunction(): () => void {
  return instance(EMPTY, {}) as () => void;
}

/** The loop around `sweep`. */
export function driverOf(exports: { sweep(): number }): Driver {
  return instance(DRIVE, { e: { s: exports.sweep } }) as Driver;
}

function instance(body: number[], imports: Record<string, Record<string, unknown>>): unknown {
  const module = new WebAssembly.Module(Uint8Array.from([...HEADER, ...body]));
  return new WebAssembly.Instance(module, imports).exports.f;
}

function section(id: number, content: number[]): number[] {
  return [id, ...sized(content)];
}

/** Contents shorter than 128 bytes, after their length. */
function sized(content: number[]): number[] {
  return [content.length, ...content];
}
