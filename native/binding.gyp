{
  "targets": [
    {
      "target_name": "phasebit",
      # it includes all the others
      "sources": ["phasebit.cc"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=9", "NAPI_DISABLE_CPP_EXCEPTIONS", "_FILE_OFFSET_BITS=64"],
      "cflags": ["-O2", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "cflags_cc": ["-std=c++17"],
      # a handler of signals outlives the thread that loaded it
      "ldflags": ["-Wl,-z,nodelete"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "configurations": { "Release": { "cflags!": ["-O3"] } }
    }
  ]
}
