// Has the process load the addon that PHASEBIT_SANITIZED_ADDON names in the place of the built one.
const Module = require("node:module");
const path = require("node:path");

const built = path.join(__dirname, "../../native/build/Release/phasebit.node");
const sanitized = new Module(built);
process.dlopen(sanitized, process.env.PHASEBIT_SANITIZED_ADDON);
sanitized.loaded = true;
Module._cache[built] = sanitized;
