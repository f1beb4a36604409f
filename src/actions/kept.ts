// A measurement's files, from the moment on at which all is measured. What comes after it, a device that is given back,
// may take long or never end, and whoever has no patience for that must not lose what was measured.
import type { Measurement } from "../measurement/measurement.ts";
import { type OutputFlags, type Presentation, present } from "./output.ts";

/** Saves early, and replaces the files when the measurement has changed since. */
export class Kept {
  readonly #flags: OutputFlags;
  readonly #presentationOf: (measurement: Measurement) => Presentation;
  #measurement: Measurement | undefined;
  #presentation: Presentation | undefined;
  #files: string[] | undefined;

  constructor(flags: OutputFlags, presentationOf: (measurement: Measurement) => Presentation) {
    this.#flags = flags;
    this.#presentationOf = presentationOf;
  }

  /** The files that are on the disk; undefined while there are none. */
  get files(): readonly string[] | undefined {
    return this.#files;
  }

  /** Saves it now. A file that cannot be written is not told of yet: `finish` tries again. */
  keep(measurement: Measurement): void {
    this.#measurement = measurement;
    this.#presentation = this.#presentationOf(measurement);
    try {
      this.#files = this.#presentation.save();
    } catch {
      this.#files = undefined;
    }
  }

  /**
   * Prints the measurement, saved before or now.
   * @param measurement what was kept, or what has become of it: then its files are replaced.
   * @returns the files, and the exit code. @throws PhasebitError RESULTS
   */
  finish(measurement: Measurement): {
    readonly files: readonly string[];
    readonly exitCode: number;
  } {
    const document = this.#files?.[0];
    const isKept = document !== undefined && measurement === this.#measurement;
    const presentation = isKept ? this.#presentation! : this.#presentationOf(measurement);
    const save = () => (isKept ? this.#files! : presentation.save(document));
    const files = present(this.#flags, { ...presentation, save });
    return { files, exitCode: presentation.exitCode };
  }
}
