// The kernel the guest boots: a Debian package, fetched once into a folder outside the repository
// and unpacked there. Nothing is installed on the host.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "./tools.ts";

export interface Kernel {
  /** As in /lib/modules, for example 6.12.117+deb12-amd64. */
  readonly release: string;
  readonly image: string;
  readonly modules: string;
}

const prefix = "linux-image-";

// 6.12 has VFIO's groups and containers and no IOMMUFD; a long-term kernel, so Debian keeps it.
const packagePattern = /^linux-image-6\.12\.\d+\+[a-z0-9.]+-amd64$/;

export function cacheFolder(): string {
  const { PHASEBIT_CACHE, XDG_CACHE_HOME } = process.env;
  const folder = PHASEBIT_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "phasebit");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The newest kernel apt offers; the newest in the cache where apt offers none or cannot reach it. */
export function kernel(): Kernel {
  const offered = newest(offeredPackages());
  if (offered !== undefined && existsSync(join(cacheFolder(), offered))) {
    return unpacked(offered);
  }
  const cached = newest(readdirSync(cacheFolder()));
  try {
    return unpacked(fetched(offered));
  } catch (error) {
    if (cached === undefined) {
      throw error;
    }
    console.warn(`guest: ${(error as Error).message}\nguest: taking ${cached} from the cache`);
    return unpacked(cached);
  }
}

function offeredPackages(): string[] {
  const lines = run("apt-cache", ["search", "--names-only", "^linux-image-6[.]12[.].*-amd64$"]);
  return lines
    .toString()
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");
}

function newest(names: readonly string[]): string | undefined {
  return names
    .filter((name) => packagePattern.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1);
}

// Unpacks beside its final name and renames last: a folder by that name is always whole.
function fetched(name: string | undefined): string {
  if (name === undefined) {
    throw new Error("guest machine: apt knows no linux-image-6.12.*-amd64; run apt-get update");
  }
  const started = performance.now();
  const work = mkdtempSync(join(cacheFolder(), "fetch-"));
  try {
    run("apt-get", ["download", "-q", "-o", "APT::Sandbox::User=root", name], { cwd: work });
    const file = readdirSync(work).find((entry) => entry.endsWith(".deb"));
    if (file === undefined) {
      throw new Error(`guest machine: apt-get download ${name} left no .deb in ${work}`);
    }
    run("dpkg-deb", ["-x", file, "root"], { cwd: work });
    renameSync(join(work, "root"), join(cacheFolder(), name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  console.log(`guest: fetched ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return name;
}

function unpacked(name: string): Kernel {
  const root = join(cacheFolder(), name);
  const release = name.slice(prefix.length);
  return {
    release,
    image: join(root, "boot", `vmlinuz-${release}`),
    modules: join(root, "lib", "modules", release),
  };
}
