#include "bindings/c/adrep.h"

#include <limits>

#include "core/base/device.h"
#include "core/base/failure.h"
#include "core/base/version.h"
#include "detectors/pipeline/artefact_format.h"
#include "detectors/pipeline/pipeline.h"

struct adrep_model {
  adrep::Pipeline pipeline;
  std::string detector, backbone, guarantee{}, licence{};
};

struct adrep_prediction {
  adrep::Prediction said;
};

namespace {

thread_local std::string c_last_error;

void set_c_error(const std::string& line) noexcept {
  try {
    c_last_error = line;
  } catch (...) {
    c_last_error = "out of memory";  // short enough for a string's own bytes: cannot throw
  }
}

/// Runs what may throw, and says how it ended.
template <class Action>
adrep_status c_status_of(const Action& action) noexcept {
  try {
    action();
    return ADREP_OK;
  } catch (...) {
    try {
      const adrep::Failure failure = adrep::current_failure();
      set_c_error(failure.line);
      return failure.code == adrep::ExitCode::usage ? ADREP_WRONG_INPUT : ADREP_FAILURE;
    } catch (...) {
      set_c_error("out of memory");
      return ADREP_FAILURE;
    }
  }
}

void require_pointer(const void* pointer, const char* what) {
  if (!pointer) adrep::throw_input("{} is a null pointer", what);
}

/// What a handle says, or `nothing` when it is null.
template <class Handle, class Result, class Action>
Result read_handle(const Handle* handle, Result nothing, const Action& action) noexcept {
  Result result = nothing;
  c_status_of([&] {
    require_pointer(handle, std::is_same_v<Handle, adrep_model> ? "the model" : "the prediction");
    result = action(*handle);
  });
  return result;
}

std::string text_or(const char* text, const char* otherwise) {
  return text && *text ? text : otherwise;
}

constexpr double c_nothing = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<adrep_model> loaded_model(const std::filesystem::path& file, const adrep::PipelineOptions& options) {
  auto model = std::make_unique<adrep_model>(adrep_model{adrep::Pipeline::load(file, options), {}, {}});
  if (const auto description = adrep::sealed_description(file, adrep::artefact_seal)) {
    model->detector = description->at("detector").get<std::string>();
    model->backbone = description->at("backbone").at("name").get<std::string>();
    model->licence = description->value("licence", "");
  }
  if (const adrep::Calibration* calibration = model->pipeline.calibration())
    model->guarantee = adrep::guarantee_of(*calibration);
  return model;
}

}  // namespace

const char* adrep_version(void) {
  static const std::string version = adrep::version();
  return version.c_str();
}

int adrep_abi_version(void) {
  return ADREP_ABI_VERSION;
}

const char* adrep_last_error(void) {
  return c_last_error.c_str();
}

adrep_status adrep_model_load(const char* path, const char* device, const char* weights, int trust_code, int threads,
                              adrep_model** model) {
  if (model) *model = nullptr;
  return c_status_of([&] {
    require_pointer(model, "where the model goes");
    require_pointer(path, "the model's path");
    if (threads < 0) adrep::throw_input("threads={}: must be at least 1, or 0 to leave them as they are", threads);
    if (threads > 0) adrep::set_threads(threads);
    *model =
        loaded_model(path,
                     {.device = text_or(device, "cpu"), .weights = text_or(weights, ""), .trust_code = trust_code != 0})
            .release();
  });
}

void adrep_model_free(adrep_model* model) {
  delete model;
}

const char* adrep_model_detector(const adrep_model* model) {
  return read_handle(model, "", [](const adrep_model& m) { return m.detector.c_str(); });
}

const char* adrep_model_backbone(const adrep_model* model) {
  return read_handle(model, "", [](const adrep_model& m) { return m.backbone.c_str(); });
}

const char* adrep_model_licence(const adrep_model* model) {
  return read_handle(model, "", [](const adrep_model& m) { return m.licence.c_str(); });
}

int adrep_model_side(const adrep_model* model) {
  return read_handle(model, 0, [](const adrep_model& m) { return m.pipeline.geometry().crop; });
}

double adrep_model_threshold(const adrep_model* model) {
  return read_handle(model, c_nothing, [](const adrep_model& m) {
    return m.pipeline.calibration() ? m.pipeline.calibration()->threshold : c_nothing;
  });
}

const char* adrep_model_guarantee(const adrep_model* model) {
  return read_handle(model, "", [](const adrep_model& m) { return m.guarantee.c_str(); });
}

adrep_status adrep_model_predict(const adrep_model* model, const unsigned char* pixels, int width, int height,
                                 ptrdiff_t stride, int order, int left, int top, int region_width, int region_height,
                                 adrep_prediction** prediction) {
  if (prediction) *prediction = nullptr;
  return c_status_of([&] {
    require_pointer(prediction, "where the prediction goes");
    require_pointer(model, "the model");
    if (order < ADREP_RGB || order > ADREP_GREY)
      adrep::throw_input("pixel order {} is none: 0 RGB, 1 BGR, 2 RGBA, 3 BGRA, 4 grey", order);
    adrep::Prediction said = model->pipeline.predict({.pixels = pixels,
                                                      .width = width,
                                                      .height = height,
                                                      .stride = stride,
                                                      .order = static_cast<adrep::PixelOrder>(order),
                                                      .region = {left, top, region_width, region_height}});
    said.map = said.map.contiguous();
    *prediction = new adrep_prediction{std::move(said)};
  });
}

void adrep_prediction_free(adrep_prediction* prediction) {
  delete prediction;
}

double adrep_prediction_score(const adrep_prediction* prediction) {
  return read_handle(prediction, c_nothing, [](const adrep_prediction& p) { return p.said.score; });
}

double adrep_prediction_p_value(const adrep_prediction* prediction) {
  return read_handle(prediction, c_nothing,
                     [](const adrep_prediction& p) { return p.said.p_value.value_or(c_nothing); });
}

int adrep_prediction_is_defect(const adrep_prediction* prediction) {
  return read_handle(prediction, -1,
                     [](const adrep_prediction& p) { return p.said.is_defect ? *p.said.is_defect : -1; });
}

int adrep_prediction_width(const adrep_prediction* prediction) {
  return read_handle(prediction, 0, [](const adrep_prediction& p) { return p.said.width; });
}

int adrep_prediction_height(const adrep_prediction* prediction) {
  return read_handle(prediction, 0, [](const adrep_prediction& p) { return p.said.height; });
}

const float* adrep_prediction_map(const adrep_prediction* prediction) {
  return read_handle(prediction, static_cast<const float*>(nullptr),
                     [](const adrep_prediction& p) { return p.said.map.const_data_ptr<float>(); });
}

int adrep_prediction_map_width(const adrep_prediction* prediction) {
  return read_handle(prediction, 0, [](const adrep_prediction& p) { return static_cast<int>(p.said.map.size(1)); });
}

int adrep_prediction_map_height(const adrep_prediction* prediction) {
  return read_handle(prediction, 0, [](const adrep_prediction& p) { return static_cast<int>(p.said.map.size(0)); });
}

adrep_status adrep_prediction_content(const adrep_prediction* prediction, int* left, int* top, int* width,
                                      int* height) {
  return c_status_of([&] {
    require_pointer(prediction, "the prediction");
    const adrep::Content& content = prediction->said.content;
    if (left) *left = content.left;
    if (top) *top = content.top;
    if (width) *width = content.width;
    if (height) *height = content.height;
  });
}

int adrep_prediction_regions(const adrep_prediction* prediction) {
  return read_handle(prediction, -1,
                     [](const adrep_prediction& p) { return static_cast<int>(std::ssize(p.said.regions)); });
}

adrep_status adrep_prediction_region(const adrep_prediction* prediction, int number, adrep_region* region) {
  return c_status_of([&] {
    require_pointer(prediction, "the prediction");
    require_pointer(region, "where the region goes");
    const std::vector<adrep::Region>& all = prediction->said.regions;
    if (number < 0 || number >= std::ssize(all))
      adrep::throw_input("there is no region {}: the image has {}, counted from 0", number, all.size());
    const adrep::Region& found = all[static_cast<size_t>(number)];
    *region = {found.left,   found.top,  found.width, found.height, found.peak_x,
               found.peak_y, found.area, found.peak,  found.p_value};
  });
}
