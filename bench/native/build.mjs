// Builds bench/native/build/Release/bench.node.
import { buildAddon } from "../../native/node-gyp.mjs";

buildAddon(import.meta.dirname, "the benchmark's addon");
