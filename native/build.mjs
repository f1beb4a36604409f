// Builds native/build/Release/phasebit.node.
import { buildAddon } from "./node-gyp.mjs";

buildAddon(import.meta.dirname, "the native addon");
