// Backbones by name.
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <ATen/core/grad_mode.h>

#include "bindings/python/arrays.h"
#include "bindings/python/call.h"
#include "bindings/python/module.h"
#include "core/backbones/backbone.h"
#include "core/base/device.h"

namespace nb = nanobind;

namespace adrep::python {
namespace {

struct OpenBackbone {
  at::Device device;
  std::unique_ptr<Backbone> backbone;
};

std::unique_ptr<OpenBackbone> open_backbone(const std::string& name, const std::string& weights,
                                            const std::string& device, const std::string& precision) {
  const at::Device where = open_device(device);
  return std::make_unique<OpenBackbone>(OpenBackbone{where, load_backbone(name, weights, where, precision)});
}

std::vector<at::Tensor> levels_of(const OpenBackbone& open, const GivenArray& images) {
  const at::Tensor batch = tensor_of(images, "images");
  if (batch.dim() != 4 || batch.size(1) != 3 || batch.size(0) < 1)
    throw_input("images: an array of shape [{}]: expected [B, 3, H, W]", fmt::join(batch.sizes(), ", "));
  if (batch.scalar_type() != at::kFloat)
    throw_input("images: expected float32, normalised by the backbone's mean and std");
  open.backbone->shapes(batch.size(2), batch.size(3));  // says what it cannot take
  const at::NoGradGuard no_gradients;
  std::vector<at::Tensor> levels = open.backbone->forward(batch.contiguous().to(open.device)).maps;
  for (at::Tensor& level : levels) level = level.to(at::kCPU).contiguous();
  return levels;
}

using Shape = std::tuple<int64_t, int64_t, int64_t>;

}  // namespace

void add_backbone(nb::module_& module) {
  nb::class_<OpenBackbone>(module, "OpenBackbone", "a backbone that is loaded")
      .def(
          "levels",
          [](const OpenBackbone& open, const GivenArray& images) {
            std::vector<NumpyFloats> levels;
            for (const at::Tensor& level : released([&] { return levels_of(open, images); }))
              levels.push_back(floats_of(level));
            return levels;
          },
          nb::arg("images"))
      .def(
          "shapes",
          [](const OpenBackbone& open, int64_t height, int64_t width) {
            return released([&] {
              std::vector<Shape> shapes;
              for (const LevelShape& shape : open.backbone->shapes(height, width))
                shapes.emplace_back(shape.channels, shape.height, shape.width);
              return shapes;
            });
          },
          nb::arg("height"), nb::arg("width"))
      .def_prop_ro("mean", [](const OpenBackbone& open) { return open.backbone->info().mean; })
      .def_prop_ro("std", [](const OpenBackbone& open) { return open.backbone->info().std; })
      .def_prop_ro("weights_file", [](const OpenBackbone& open) { return open.backbone->info().weights_file.string(); })
      .def_prop_ro("weights_sha256", [](const OpenBackbone& open) { return open.backbone->info().weights_sha256; })
      .def_prop_ro("parameters", [](const OpenBackbone& open) { return open.backbone->info().parameters; });
  module.def(
      "open_backbone",
      [](const std::string& name, const std::string& weights, const std::string& device, const std::string& precision) {
        return released([&] { return open_backbone(name, weights, device, precision); });
      },
      nb::arg("name"), nb::arg("weights"), nb::arg("device"), nb::arg("precision"));
  module.def(
      "backbones",
      [] {
        std::vector<std::string> names;
        for (const auto& [name, entry] : BackboneRegistry::instance().all()) names.push_back(name);
        return names;
      },
      "the names of all backbones");
}

}  // namespace adrep::python
