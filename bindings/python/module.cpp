#include "bindings/python/module.h"

#include <nanobind/stl/string.h>

#include "bindings/python/call.h"
#include "core/backbones/weights_folders.h"
#include "core/base/device.h"
#include "core/base/version.h"

namespace nb = nanobind;

NB_MODULE(_adrep, module) {
  module.doc() = "adrep's C++ functions as the package adrep calls them";
  module.def("version", &adrep::version, "adrep's version");
  module.def("libtorch_version", &adrep::libtorch_version, "the LibTorch that this was compiled for");
  module.def(
      "add_weights_folder", [](const std::string& folder) { adrep::add_weights_folder(folder); }, nb::arg("folder"),
      "a folder in which weights are looked for last");
  module.def(
      "set_threads", [](int64_t threads) { return adrep::set_threads(threads); }, nb::arg("threads"),
      "how many threads compute, of LibTorch in this process; 0: one a core; returns the number");
  adrep::python::add_messages(module);
  adrep::python::add_metrics(module);
  adrep::python::add_model(module);
  adrep::python::add_backbone(module);
  adrep::python::add_results(module);
}
