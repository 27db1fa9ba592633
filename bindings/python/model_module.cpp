// Models that `adrep fit` writes: loading, scoring, fitting.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <ATen/Parallel.h>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/fitting/fit_model.h"
#include "benchmarks/fitting/fit_report.h"
#include "benchmarks/prediction/input_images.h"
#include "bindings/python/arrays.h"
#include "bindings/python/call.h"
#include "bindings/python/module.h"
#include "core/base/device.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "detectors/pipeline/artefact_format.h"
#include "detectors/pipeline/pipeline.h"

namespace nb = nanobind;

namespace adrep::python {
namespace {

/// A model as Python holds it.
struct LoadedModel {
  Pipeline pipeline;
  std::string detector, backbone, licence;
};

LoadedModel load_model(const std::string& file, const PipelineOptions& options) {
  LoadedModel model{Pipeline::load(file, options), {}, {}, {}};
  if (const auto description = sealed_description(file, artefact_seal)) {
    model.detector = description->at("detector").get<std::string>();
    model.backbone = description->at("backbone").at("name").get<std::string>();
    model.licence = description->value("licence", "");
  }
  return model;
}

/// What the model says of one image, by its name.
struct NamedPrediction {
  std::string name;
  Prediction said;
};

nb::dict dict_of(const NamedPrediction& made) {
  const Prediction& said = made.said;
  nb::list regions;
  for (const Region& region : said.regions) {
    nb::dict one;
    one["left"] = region.left, one["top"] = region.top;
    one["width"] = region.width, one["height"] = region.height;
    one["area"] = region.area, one["peak"] = region.peak;
    one["peak_x"] = region.peak_x, one["peak_y"] = region.peak_y;
    one["p_value"] = region.p_value;
    regions.append(one);
  }
  nb::dict all;
  all["image"] = made.name;
  all["score"] = said.score;
  all["p_value"] = nb::cast(said.p_value);
  all["is_defect"] = nb::cast(said.is_defect);
  all["width"] = said.width, all["height"] = said.height;
  all["content"] = nb::make_tuple(said.content.left, said.content.top, said.content.width, said.content.height);
  all["map"] = floats_of(said.map);
  all["regions"] = regions;
  return all;
}

std::vector<nb::dict> dicts_of(const std::vector<NamedPrediction>& made) {
  std::vector<nb::dict> all;
  for (const NamedPrediction& one : made) all.push_back(dict_of(one));
  return all;
}

std::vector<NamedPrediction> predict_files(const LoadedModel& model, const std::vector<std::string>& paths) {
  const std::vector<InputImage> images = input_images(paths);
  std::vector<ImageFile> files;
  for (const InputImage& image : images) files.emplace_back(image.file);
  std::vector<NamedPrediction> made;
  model.pipeline.predict_files(files, at::get_num_threads(), [&](FilePrediction one) {
    stop_if_interrupted();
    if (!one.prediction) throw InputError(one.error);
    made.push_back({images[one.index].name, std::move(*one.prediction)});
    return true;
  });
  return made;
}

/// [N, H, W, C] with C = 1, 3 or 4, uint8, as views of images.
std::vector<ImageView> views_of(const GivenArray& given, const std::string& order) {
  const Array array = array_of(given, "images");
  if (array.type != NumberType::u1 || array.shape.size() != 4 || array.fortran)
    throw_input("images: expected uint8 [N, H, W, C], contiguous");
  const int64_t count = array.shape[0], height = array.shape[1], width = array.shape[2], channels = array.shape[3];
  const std::map<std::pair<std::string, int64_t>, PixelOrder> orders = {
      {{"rgb", 3}, PixelOrder::rgb},  {{"bgr", 3}, PixelOrder::bgr},  {{"rgb", 4}, PixelOrder::rgba},
      {{"bgr", 4}, PixelOrder::bgra}, {{"rgb", 1}, PixelOrder::grey}, {{"bgr", 1}, PixelOrder::grey}};
  const auto found = orders.find({order, channels});
  if (found == orders.end())
    throw_input(
        "images: {} channels in order '{}': expected 3, 4 or 1 channels, the last axis, in order 'rgb' or 'bgr'",
        channels, order);
  if (height > INT32_MAX || width > INT32_MAX) throw_input("images: sides of {} x {} pixels", height, width);
  std::vector<ImageView> views;
  for (int64_t i = 0; i < count; ++i)
    views.push_back(
        {.pixels = reinterpret_cast<const uint8_t*>(array.bytes.view.data()) + i * height * width * channels,
         .width = static_cast<int>(width),
         .height = static_cast<int>(height),
         .order = found->second});
  return views;
}

std::vector<NamedPrediction> predict_views(const LoadedModel& model, const std::vector<ImageView>& views) {
  std::vector<NamedPrediction> made;
  for (const ImageView& view : views) {
    stop_if_interrupted();
    made.push_back({std::to_string(made.size()), model.pipeline.predict(view)});
  }
  return made;
}

/// `adrep fit`: writes the file and says what became of it.
std::string fit(const std::vector<std::string>& words, const std::string& output) {
  const ModelRequest request = read_fit("", words);
  if (request.run.settings.threads > 0) set_threads(request.run.settings.threads);
  open_device(request.run.settings.device);
  const FitData data = prepare_fit(request, output);
  const FittedModel model = fit_model(request, data, output + ".training");
  for (const std::string& note : model.artefact.calibration->notes) log_warning(note);
  move_to_previous(output);
  save_artefact(output, model.artefact);
  return fit_text(model, output);
}

template <class Value>
Value of_calibration(const LoadedModel& model, const Value& otherwise, Value (*value)(const Calibration&)) {
  const Calibration* calibration = model.pipeline.calibration();
  return calibration ? value(*calibration) : otherwise;
}

}  // namespace

void add_model(nb::module_& module) {
  nb::class_<LoadedModel>(module, "LoadedModel", "a model's file that is loaded")
      .def(
          "predict_files",
          [](const LoadedModel& model, const std::vector<std::string>& paths) {
            return dicts_of(released([&] { return predict_files(model, paths); }));
          },
          nb::arg("paths"))
      .def(
          "predict_arrays",
          [](const LoadedModel& model, const GivenArray& images, const std::string& order) {
            return dicts_of(released([&] { return predict_views(model, views_of(images, order)); }));
          },
          nb::arg("images"), nb::arg("order"))
      .def_ro("detector", &LoadedModel::detector)
      .def_ro("backbone", &LoadedModel::backbone)
      .def_ro("licence", &LoadedModel::licence)
      .def_prop_ro("side", [](const LoadedModel& model) { return model.pipeline.geometry().crop; })
      .def_prop_ro("threshold",
                   [](const LoadedModel& model) {
                     return of_calibration<std::optional<double>>(model, std::nullopt, [](const Calibration& known) {
                       return std::optional<double>(known.threshold);
                     });
                   })
      .def_prop_ro("guarantee", [](const LoadedModel& model) {
        return of_calibration<std::string>(model, "", [](const Calibration& known) { return guarantee_of(known); });
      });
  module.def(
      "load",
      [](const std::string& file, const std::string& device, const std::string& weights, bool trust_code) {
        return released(
            [&] { return load_model(file, {.device = device, .weights = weights, .trust_code = trust_code}); });
      },
      nb::arg("file"), nb::arg("device"), nb::arg("weights"), nb::arg("trust_code"));
  module.def(
      "fit",
      [](const std::vector<std::string>& settings, const std::string& output) {
        return released([&] { return fit(settings, output); });
      },
      nb::arg("settings"), nb::arg("output"));
}

}  // namespace adrep::python
