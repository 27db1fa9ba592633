#include <cstring>
#include <thread>

#include "bindings/c/adrep.h"
#include "core/base/atomic_file.h"
#include "core/base/hash.h"
#include "core/base/version.h"
#include "core/image/test_images.h"
#include "detectors/pipeline/pipeline.h"
#include "support/golden.h"
#include "support/script_backbone.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

constexpr int c_side = 32;

/// What good images are said to have scored.
Calibration c_calibration() {
  Calibration made;
  made.images = GoodScores({0.25, 0.5, 0.75, 1.0});
  made.false_alarm = 0.2;
  made.threshold = 0.75;
  made.pixel_threshold = 0.18;
  made.regions = GoodScores({0, 0, 64, 128});
  made.region_area = 64;
  return made;
}

/// A model whose detector learns nothing, on a backbone of one level, the image in cells of 8 x 8 pixels, that refuses
/// white images, or does `before` first.
fs::path write_c_model(const TemporaryFolder& folder, const std::optional<Calibration>& calibration,
                       Geometry geometry = {c_side, c_side},
                       const std::string& before = "    assert bool(x.mean() <= 2.0), \"a white image\"\n") {
  const std::string name = write_script_backbone(folder / "net.pt", before);
  const auto backbone = load_backbone(name, {}, at::kCPU);
  const Image black(c_side, c_side, 3);
  Artefact made;
  made.detector = "feature_norm";
  made.geometry = geometry;
  made.backbone = {"torchscript:FILE", "net.pt", sha256_of_file(folder / "net.pt")};
  made.fitted = DetectorRegistry::instance().get("feature_norm", "detector").make({});
  made.probe.image = at::tensor(black.pixels, at::kByte).view({c_side, c_side, 3});
  made.probe.levels = backbone->forward(normalised(black, backbone->info().mean, backbone->info().std).unsqueeze(0));
  made.calibration = calibration;
  made.licence = "no weights, so nobody's";
  save_artefact(folder / "model.adrep", made);
  return folder / "model.adrep";
}

/// A model as C has it, freed at the end.
struct CModel {
  adrep_model* handle = nullptr;
  adrep_status status = ADREP_FAILURE;
  explicit CModel(const fs::path& file, bool trust_code = true)
      : status(adrep_model_load(file.c_str(), "cpu", (file.parent_path() / "net.pt").c_str(), trust_code, 0, &handle)) {
  }
  CModel(const CModel&) = delete;
  CModel& operator=(const CModel&) = delete;
  ~CModel() { adrep_model_free(handle); }
};

struct CPrediction {
  adrep_prediction* handle = nullptr;
  adrep_status status = ADREP_FAILURE;
  CPrediction(const CModel& model, const Image& image)
      : status(adrep_model_predict(model.handle, image.pixels.data(), image.width, image.height, 0, ADREP_RGB, 0, 0, 0,
                                   0, &handle)) {}
  CPrediction(const CModel& model, const ImageView& view, int order)
      : status(adrep_model_predict(model.handle, view.pixels, view.width, view.height, view.stride, order,
                                   view.region.left, view.region.top, view.region.width, view.region.height, &handle)) {
  }
  CPrediction(const CPrediction&) = delete;
  CPrediction& operator=(const CPrediction&) = delete;
  ~CPrediction() { adrep_prediction_free(handle); }
};

/// The map as a tensor of its own, [S, S].
at::Tensor c_map(const CPrediction& prediction) {
  const at::Tensor map =
      at::empty({adrep_prediction_map_height(prediction.handle), adrep_prediction_map_width(prediction.handle)});
  std::copy_n(adrep_prediction_map(prediction.handle), map.numel(), map.mutable_data_ptr<float>());
  return map;
}

void check_c_line(const std::string& words) {
  const std::string line = adrep_last_error();
  CHECK(line.find('\n') == std::string::npos);
  CHECK_THAT(line, Contains(words));
}

}  // namespace

TEST_CASE("the C interface gives what the pipeline does, of every order of bytes", "[bindings]") {
  const TemporaryFolder folder;
  const bool calibrated = GENERATE(true, false);
  const Geometry geometry = GENERATE(Geometry{c_side, c_side}, Geometry{c_side, c_side, Fit::pad});
  const fs::path file = write_c_model(folder, calibrated ? std::optional(c_calibration()) : std::nullopt, geometry);
  const Pipeline pipeline = Pipeline::load(file, {.weights = folder / "net.pt", .trust_code = true});
  const CModel model(file);
  REQUIRE(model.status == ADREP_OK);
  CHECK(std::string(adrep_model_detector(model.handle)) == "feature_norm");
  CHECK(std::string(adrep_model_backbone(model.handle)) == "torchscript:FILE");
  CHECK(std::string(adrep_model_licence(model.handle)) == "no weights, so nobody's");
  CHECK(adrep_model_side(model.handle) == c_side);

  const Image buffer = noise_image(100, 60, 4, 3);  // bytes of any meaning
  constexpr std::pair<int, PixelOrder> orders[] = {{ADREP_RGB, PixelOrder::rgb},
                                                   {ADREP_BGR, PixelOrder::bgr},
                                                   {ADREP_RGBA, PixelOrder::rgba},
                                                   {ADREP_BGRA, PixelOrder::bgra},
                                                   {ADREP_GREY, PixelOrder::grey}};
  size_t regions_seen = 0;
  for (const auto& [number, order] : orders) {
    CAPTURE(number);
    const ImageView view{buffer.pixels.data(), 90, 55, 400, order, {11, 6, 70, 48}};
    const Prediction expected = pipeline.predict(view);
    const CPrediction prediction(model, view, number);
    REQUIRE(prediction.status == ADREP_OK);
    CHECK(adrep_prediction_score(prediction.handle) == expected.score);
    CHECK(adrep_prediction_score(prediction.handle) == pipeline.score(view).image_scores.item<float>());
    CHECK(c_map(prediction).equal(pipeline.score(view).maps[0]));
    CHECK(adrep_prediction_width(prediction.handle) == 70);
    CHECK(adrep_prediction_height(prediction.handle) == 48);
    int left = -1, top = -1, width = -1, height = -1;
    REQUIRE(adrep_prediction_content(prediction.handle, &left, &top, &width, &height) == ADREP_OK);
    CHECK(Content{left, top, width, height} == content_of(70, 48, geometry));
    REQUIRE(adrep_prediction_regions(prediction.handle) == std::ssize(expected.regions));
    regions_seen += expected.regions.size();
    for (size_t i = 0; i < expected.regions.size(); ++i) {
      adrep_region found;
      REQUIRE(adrep_prediction_region(prediction.handle, static_cast<int>(i), &found) == ADREP_OK);
      const Region& region = expected.regions[i];
      CHECK(std::array{found.left, found.top, found.width, found.height, found.peak_x, found.peak_y} ==
            std::array{region.left, region.top, region.width, region.height, region.peak_x, region.peak_y});
      CHECK(std::array{found.area, found.peak, found.p_value} == std::array{region.area, region.peak, region.p_value});
    }
    if (calibrated) {
      CHECK(adrep_prediction_p_value(prediction.handle) == c_calibration().images.p_value(expected.score));
      CHECK(adrep_prediction_is_defect(prediction.handle) == (expected.score > 0.75 ? 1 : 0));
    } else {
      CHECK(std::isnan(adrep_prediction_p_value(prediction.handle)));
      CHECK(adrep_prediction_is_defect(prediction.handle) == -1);
    }
  }
  CHECK((regions_seen > 0) == calibrated);
  const double threshold = adrep_model_threshold(model.handle);
  CHECK((calibrated ? threshold == 0.75 : std::isnan(threshold)));
  CHECK(adrep_model_guarantee(model.handle) == (calibrated ? guarantee_of(c_calibration()) : ""));
}

TEST_CASE("the C interface says both of good and of defective images", "[bindings]") {
  const TemporaryFolder folder;
  const CModel model(write_c_model(folder, c_calibration()));
  REQUIRE(model.status == ADREP_OK);
  Image grey(c_side, c_side, 3);
  std::fill(grey.pixels.begin(), grey.pixels.end(),
            uint8_t{116});  // about the mean of the normalisation: features of 0
  const CPrediction good(model, grey), dark(model, Image(c_side, c_side, 3));
  CHECK(adrep_prediction_is_defect(good.handle) == 0);
  CHECK(adrep_prediction_p_value(good.handle) == 1);
  CHECK(adrep_prediction_regions(good.handle) == 0);
  CHECK(adrep_prediction_is_defect(dark.handle) == 1);
  CHECK(adrep_prediction_p_value(dark.handle) == 0.2);
  REQUIRE(adrep_prediction_regions(dark.handle) == 1);
  adrep_region all;
  REQUIRE(adrep_prediction_region(dark.handle, 0, &all) == ADREP_OK);
  CHECK(std::array{all.left, all.top, all.width, all.height} == std::array{0, 0, c_side, c_side});
  CHECK(all.area == c_side * c_side);
}

TEST_CASE("what a C program must not change is as it was: numbers, versions", "[bindings]") {
  // written out, as compiled programs have them
  CHECK(std::array<int, 3>{ADREP_OK, ADREP_FAILURE, ADREP_WRONG_INPUT} == std::array{0, 1, 2});
  CHECK(std::array<int, 5>{ADREP_RGB, ADREP_BGR, ADREP_RGBA, ADREP_BGRA, ADREP_GREY} == std::array{0, 1, 2, 3, 4});
  CHECK(adrep_abi_version() == 1);
  CHECK(adrep_version() == version());
}

TEST_CASE("no mistake of a C program goes further than an error line", "[bindings]") {
  const TemporaryFolder folder;
  const fs::path file = write_c_model(folder, c_calibration());
  adrep_model* model = reinterpret_cast<adrep_model*>(1);
  const auto load = [&](const char* path, const char* device, bool trust, int threads) {
    model = reinterpret_cast<adrep_model*>(1);
    const adrep_status status = adrep_model_load(path, device, (folder / "net.pt").c_str(), trust, threads, &model);
    CHECK(model == nullptr);
    return status;
  };
  CHECK(load((folder / "none.adrep").c_str(), "cpu", true, 0) == ADREP_WRONG_INPUT);
  check_c_line("none.adrep");
  CHECK(load(file.c_str(), "cpu", false, 0) == ADREP_WRONG_INPUT);
  check_c_line("trust_code=true");
  CHECK(load(file.c_str(), "gpu", true, 0) == ADREP_WRONG_INPUT);
  check_c_line("device=gpu");
  CHECK(load(file.c_str(), "cpu", true, -1) == ADREP_WRONG_INPUT);
  check_c_line("threads=-1");
  CHECK(load(nullptr, "cpu", true, 0) == ADREP_WRONG_INPUT);
  check_c_line("the model's path is a null pointer");
  write_file_atomically(folder / "damaged.adrep", read_bytes(file).substr(0, 500));
  CHECK(load((folder / "damaged.adrep").c_str(), nullptr, true, 0) == ADREP_WRONG_INPUT);
  check_c_line("damaged.adrep");
  CHECK(adrep_model_load(file.c_str(), nullptr, nullptr, 1, 0, nullptr) == ADREP_WRONG_INPUT);
  check_c_line("where the model goes is a null pointer");

  const CModel loaded(file);
  REQUIRE(loaded.status == ADREP_OK);
  const Image image = noise_image(40, 50, 3, 1);
  const auto predict = [&](int width, ptrdiff_t stride, int order, int left, int region_width) {
    adrep_prediction* prediction = reinterpret_cast<adrep_prediction*>(1);
    const adrep_status status = adrep_model_predict(loaded.handle, image.pixels.data(), width, 50, stride, order, left,
                                                    0, region_width, region_width ? 50 : 0, &prediction);
    CHECK((prediction == nullptr) == (status != ADREP_OK));
    if (status == ADREP_OK) adrep_prediction_free(prediction);
    return status;
  };
  CHECK(predict(40, 0, ADREP_RGB, 0, 0) == ADREP_OK);
  CHECK(predict(40, 120, ADREP_BGR, 8, 32) == ADREP_OK);
  CHECK(predict(0, 0, ADREP_RGB, 0, 0) == ADREP_WRONG_INPUT);
  check_c_line("0 × 50 pixels");
  CHECK(predict(40, 119, ADREP_RGB, 0, 0) == ADREP_WRONG_INPUT);
  check_c_line("stride of 119 bytes");
  CHECK(predict(40, -120, ADREP_RGB, 0, 0) == ADREP_WRONG_INPUT);
  for (const int order : {-1, 5, 1000}) {
    CHECK(predict(40, 0, order, 0, 0) == ADREP_WRONG_INPUT);
    check_c_line("pixel order " + std::to_string(order));
  }
  CHECK(predict(40, 0, ADREP_RGB, 9, 32) == ADREP_WRONG_INPUT);
  check_c_line("region of interest");
  adrep_prediction* prediction = nullptr;
  CHECK(adrep_model_predict(loaded.handle, nullptr, 40, 50, 0, 0, 0, 0, 0, 0, &prediction) == ADREP_WRONG_INPUT);
  check_c_line("without pixels");
  CHECK(adrep_model_predict(nullptr, image.pixels.data(), 40, 50, 0, 0, 0, 0, 0, 0, &prediction) == ADREP_WRONG_INPUT);
  check_c_line("the model is a null pointer");
  CHECK(adrep_model_predict(loaded.handle, image.pixels.data(), 40, 50, 0, 0, 0, 0, 0, 0, nullptr) ==
        ADREP_WRONG_INPUT);

  Image white(c_side, c_side, 3);
  std::fill(white.pixels.begin(), white.pixels.end(), uint8_t{255});
  const CPrediction refused(loaded, white);  // what the code of the backbone throws
  CHECK(refused.status == ADREP_WRONG_INPUT);
  CHECK(refused.handle == nullptr);
  check_c_line("a white image");

  const CPrediction said(loaded, Image(c_side, c_side, 3));
  REQUIRE(said.status == ADREP_OK);
  const int regions = adrep_prediction_regions(said.handle);
  adrep_region region;
  for (const int number : {-1, regions}) {
    CHECK(adrep_prediction_region(said.handle, number, &region) == ADREP_WRONG_INPUT);
    check_c_line("no region " + std::to_string(number));
  }
  CHECK(adrep_prediction_region(said.handle, 0, nullptr) == ADREP_WRONG_INPUT);
  CHECK(adrep_prediction_content(said.handle, nullptr, nullptr, nullptr, nullptr) == ADREP_OK);
}

TEST_CASE("what the machine cannot do is no mistake of a C program", "[bindings][out_of_memory]") {
  const TemporaryFolder folder;
  const CModel model(write_c_model(folder, c_calibration(), {c_side, c_side}, out_of_memory_for_bright_images));
  REQUIRE(model.status == ADREP_OK);
  Image white(c_side, c_side, 3);
  std::fill(white.pixels.begin(), white.pixels.end(), uint8_t{255});
  const CPrediction refused(model, white);
  CHECK(refused.status == ADREP_FAILURE);
  CHECK(refused.handle == nullptr);
  check_c_line("out of memory");
  CHECK(CPrediction(model, Image(c_side, c_side, 3)).status == ADREP_OK);
}

TEST_CASE("C functions of a null pointer give what is no result", "[bindings]") {
  adrep_model_free(nullptr);
  adrep_prediction_free(nullptr);
  CHECK(std::string(adrep_model_detector(nullptr)).empty());
  check_c_line("the model is a null pointer");
  CHECK(std::string(adrep_model_backbone(nullptr)).empty());
  CHECK(std::string(adrep_model_licence(nullptr)).empty());
  CHECK(std::string(adrep_model_guarantee(nullptr)).empty());
  CHECK(adrep_model_side(nullptr) == 0);
  CHECK(std::isnan(adrep_model_threshold(nullptr)));
  CHECK(std::isnan(adrep_prediction_score(nullptr)));
  check_c_line("the prediction is a null pointer");
  CHECK(std::isnan(adrep_prediction_p_value(nullptr)));
  CHECK(adrep_prediction_is_defect(nullptr) == -1);
  CHECK(adrep_prediction_width(nullptr) == 0);
  CHECK(adrep_prediction_height(nullptr) == 0);
  CHECK(adrep_prediction_map(nullptr) == nullptr);
  CHECK(adrep_prediction_map_width(nullptr) == 0);
  CHECK(adrep_prediction_map_height(nullptr) == 0);
  CHECK(adrep_prediction_regions(nullptr) == -1);
  int left = 7;
  CHECK(adrep_prediction_content(nullptr, &left, nullptr, nullptr, nullptr) == ADREP_WRONG_INPUT);
  CHECK(left == 7);
  adrep_region region;
  CHECK(adrep_prediction_region(nullptr, 0, &region) == ADREP_WRONG_INPUT);
}

TEST_CASE("threads share a model of C, each with errors of its own; a prediction outlives its model", "[bindings]") {
  const TemporaryFolder folder;
  const fs::path file = write_c_model(folder, c_calibration());
  std::vector<Image> images;
  for (uint64_t i = 0; i < 6; ++i) images.push_back(noise_image(40 + static_cast<int>(i), 50, 3, i));
  const Pipeline pipeline = Pipeline::load(file, {.weights = folder / "net.pt", .trust_code = true});
  std::optional<CModel> model(file);
  REQUIRE(model->status == ADREP_OK);

  std::array<std::vector<std::unique_ptr<CPrediction>>, 2> predictions;
  std::array<std::string, 2> errors;
  std::vector<std::jthread> threads;
  for (size_t t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      if (t == 1) adrep_model_side(nullptr);
      for (const Image& image : images) predictions[t].push_back(std::make_unique<CPrediction>(*model, image));
      errors[t] = adrep_last_error();
    });
  }
  threads.clear();
  model.reset();
  CHECK(errors[0].empty());
  CHECK(errors[1] == "the model is a null pointer");
  for (const auto& list : predictions) {
    for (size_t i = 0; i < images.size(); ++i) {
      REQUIRE(list[i]->status == ADREP_OK);
      const Scores expected = pipeline.score({images[i]});
      CHECK(adrep_prediction_score(list[i]->handle) == expected.image_scores.item<float>());
      CHECK(c_map(*list[i]).equal(expected.maps[0]));
    }
  }
}
