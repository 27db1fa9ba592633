#include "detectors/pipeline/pipeline.h"

#include <ATen/Parallel.h>

#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/image/test_images.h"
#include "core/io/sealed_tensors.h"
#include "detectors/pipeline/example_pipeline.h"
#include "support/program.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const DetectorEntry& named_detector(const std::string& name) {
  return DetectorRegistry::instance().get(name, "detector");
}

/// What loading says, "" when it loads.
std::string refusal_to_load(const fs::path& file, const PipelineOptions& options) {
  try {
    Pipeline::load(file, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a pipeline scores as its parts do, one image or several, in any thread, from files or memory",
          "[pipeline]") {
  const std::string kind = GENERATE("raw", "residual", "pretrained");
  for_every_detector([&](const DetectorEntry& entry) {
    CAPTURE(kind);
    const TemporaryFolder folder;
    const Artefact saved = example_artefact(entry, kind, folder);
    save_artefact(folder / "a.safetensors", saved);
    const Pipeline pipeline = Pipeline::load(folder / "a.safetensors", example_options(folder));
    const std::vector<ImageFile> files = example_images(folder, "test", 8, 500);
    const std::vector<Image> images = decoded_images(files);
    const Scores all = pipeline.score(images);
    REQUIRE(all.maps.sizes() == at::IntArrayRef({8, example_side, example_side}));

    // its parts, called by hand
    const auto backbone = load_backbone("torchscript:" + (folder / "net.pt").string(), {}, at::kCPU);
    std::vector<at::Tensor> inputs;
    for (const Image& image : images) inputs.push_back(normalised(image, backbone->info().mean, backbone->info().std));
    const Scores expected =
        saved.fitted->score(represented(saved.representation, backbone->forward(at::stack(inputs))));
    CHECK(all.maps.equal(expected.maps));
    CHECK(all.image_scores.equal(expected.image_scores));
    CHECK(pipeline.score_files(files).maps.equal(all.maps));

    const double largest = all.maps.abs().max().item<double>();
    for (int64_t i = 0; i < 8; ++i) {
      const Scores alone = pipeline.score({images[static_cast<size_t>(i)]});
      CHECK((alone.maps[0] - all.maps[i]).abs().max().item<double>() <= 1e-5 * largest);
      CHECK(relative_difference(alone.image_scores[0], all.image_scores[i]) <= 1e-5);
    }

    std::vector<Scores> of_thread(4);
    std::vector<std::jthread> threads;
    for (Scores& scores : of_thread) threads.emplace_back([&] { scores = pipeline.score(images); });
    threads.clear();
    for (const Scores& scores : of_thread) {
      CHECK(scores.maps.equal(all.maps));
      CHECK(scores.image_scores.equal(all.image_scores));
    }
  });
}

TEST_CASE("a list longer than a pass goes through in several; images that cannot be used are named", "[pipeline]") {
  const TemporaryFolder folder;
  Artefact saved = example_artefact(named_detector("feature_norm"), "raw", folder);
  saved.batch = 3;
  save_artefact(folder / "a.safetensors", saved);
  const Pipeline pipeline = Pipeline::load(folder / "a.safetensors", example_options(folder));
  std::vector<ImageFile> files = example_images(folder, "test", 7, 500);
  std::vector<Image> images = decoded_images(files);
  const Scores all = pipeline.score(images);
  REQUIRE(all.image_scores.size(0) == 7);
  const Scores first = pipeline.score({images.begin(), images.begin() + 3});
  CHECK(first.maps.equal(all.maps.narrow(0, 0, 3)));
  CHECK(pipeline.score(std::vector<Image>{}).maps.sizes() == at::IntArrayRef({0, example_side, example_side}));

  images[1] = Image(40, 70, 3);
  images[4] = Image(70, 70, 1);
  CHECK_THROWS_WITH(pipeline.score(images), Contains("image 4") && Contains("1 channels"));
  write_file_atomically(files[5].path, "no image");
  CHECK_THROWS_WITH(pipeline.score_files(files), Contains(files[5].path.string()));
}

TEST_CASE("many files are predicted in order to the bits of each by itself, by any number of threads", "[pipeline]") {
  for_every_detector([&](const DetectorEntry& entry) {
    const TemporaryFolder folder;
    save_artefact(folder / "a.safetensors", example_artefact(entry, "pretrained", folder));
    const Pipeline pipeline = Pipeline::load(folder / "a.safetensors", example_options(folder));
    std::vector<ImageFile> files = example_images(folder, "test", 24, 500);  // eight a thread: side by side
    write_file_atomically(files[5].path, "no image");
    std::vector<FilePrediction> alone;
    for (const ImageFile& file : files)
      pipeline.predict_files({file}, 1, [&](FilePrediction made) {
        alone.push_back(std::move(made));
        return true;
      });
    const int own = at::get_num_threads();
    for (const int threads : {1, 2, 3}) {
      CAPTURE(threads);
      size_t next = 0;
      pipeline.predict_files(files, threads, [&](const FilePrediction& made) {
        const FilePrediction& expected = alone.at(next);
        CHECK(made.index == next++);
        CHECK(made.error == expected.error);
        REQUIRE(made.prediction.has_value() == expected.prediction.has_value());
        if (made.prediction) {
          CHECK(made.prediction->score == expected.prediction->score);
          CHECK(made.prediction->map.equal(expected.prediction->map));
        }
        return true;
      });
      CHECK(next == files.size());
      int of_others = 0;
      std::thread([&] { of_others = at::get_num_threads(); }).join();
      CHECK(of_others == own);
      CHECK(at::get_num_threads() == own);
    }
    CHECK_THAT(alone[5].error, Contains(files[5].path.string()));
    size_t seen = 0;
    pipeline.predict_files(files, 2, [&](const FilePrediction&) { return ++seen < 3; });
    CHECK(seen == 3);
  });
}

TEST_CASE("a pipeline reads files as its cell's were read", "[pipeline]") {
  const TemporaryFolder folder;
  Artefact saved = example_artefact(named_detector("feature_norm"), "raw", folder);
  saved.reading.bits = 10;
  saved.reading.upright = true;
  saved.reading.range = {-1.0, 0.5};
  save_artefact(folder / "a.safetensors", saved);
  const Pipeline pipeline = Pipeline::load(folder / "a.safetensors", example_options(folder));
  CHECK(pipeline.reading() == saved.reading);
  std::vector<uint8_t> rows;
  for (int i = 0; i < example_side * example_side; ++i)
    for (const int byte : {i % 4, i * 37 % 256}) rows.push_back(static_cast<uint8_t>(byte));  // ten bits
  const PngFile wide{.width = example_side, .height = example_side, .depth = 16};
  ImageFile file = write_bytes(folder / "wide.png", wide.bytes(rows));
  const Scores scores = pipeline.score_files({file});
  CHECK_FALSE(scores.maps.equal(pipeline.score({decode_rgb(file)}).maps));
  file.reading = saved.reading;
  CHECK(scores.maps.equal(pipeline.score({decode_rgb(file)}).maps));
}

TEST_CASE("a backbone that is code needs trust and its very file; both are said in one line", "[pipeline]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "a.safetensors";
  save_artefact(file, example_artefact(named_detector("padim"), "residual", folder));
  const PipelineOptions good = example_options(folder);
  CHECK(refusal_to_load(file, good).empty());
  const auto with = [&](const std::function<void(PipelineOptions&)>& change) {
    PipelineOptions options = good;
    change(options);
    const std::string line = refusal_to_load(file, options);
    CHECK(line.find('\n') == std::string::npos);
    return line;
  };
  CHECK_THAT(with([](PipelineOptions& o) { o.trust_code = false; }),
             Contains("a.safetensors") && Contains("net.pt") && Contains("trust_code=true"));
  CHECK_THAT(with([](PipelineOptions& o) { o.weights.clear(); }), Contains("net.pt") && Contains("weights=FILE"));
  CHECK_THAT(with([&](PipelineOptions& o) { o.weights = folder / "none.pt"; }), Contains("none.pt: no such file"));
  // another file is not run: it would not even load
  write_file_atomically(folder / "other.pt", "no script");
  CHECK_THAT(with([&](PipelineOptions& o) { o.weights = folder / "other.pt"; }), Contains("needs net.pt with SHA-256"));
  CHECK_THAT(with([](PipelineOptions& o) { o.device = "gpu"; }), Contains("device=gpu"));
}

TEST_CASE("the self-test goes through all stages", "[pipeline]") {
  const TemporaryFolder folder;
  const fs::path file = folder / "a.safetensors";
  const auto changed = [&](const std::function<void(SealedTensors&)>& change) {
    save_artefact(file, example_artefact(named_detector("padim"), "pretrained", folder));
    const SealKind kind{"adrep detector", 2};
    SealedTensors content = read_sealed(file, kind);
    for (auto& [name, tensor] : content.tensors) tensor = tensor.clone();
    change(content);
    write_sealed(file, kind, content);
    return refusal_to_load(file, example_options(folder));
  };
  CHECK(changed([](SealedTensors&) {}).empty());
  CHECK_THAT(changed([](SealedTensors& c) { c.tensors["test/image"].fill_(255); }), Contains("self-test"));
  CHECK_THAT(changed([](SealedTensors& c) { c.tensors["bank/0"].zero_(); }), Contains("self-test"));
  CHECK_THAT(changed([](SealedTensors& c) { c.tensors["projector/l1_proj.x_ref"].mul_(-3); }), Contains("self-test"));
}

TEST_CASE("embedded weights need no file, others are found and compared by their hash", "[pipeline]") {
  const std::string weights = installed_weights();
  REQUIRE_FALSE(weights.empty());
  const at::NoGradGuard no_grad;
  const TemporaryFolder folder;
  const auto backbone = load_backbone("efficientnet_lite0", weights, at::kCPU);
  const std::vector<Image> images = decoded_images(example_images(folder, "normal", 3, 1));
  std::vector<at::Tensor> inputs;
  for (const Image& image : images) inputs.push_back(normalised(image, backbone->info().mean, backbone->info().std));
  const Levels levels = backbone->forward(at::stack(inputs));
  Artefact made;
  made.detector = "padim";
  made.geometry = {example_side, example_side};
  made.backbone = {"efficientnet_lite0", fs::path(weights).filename(), sha256_of_file(weights)};
  made.fitted = fitted(named_detector("padim"), levels);
  made.probe = {at::tensor(images[0].pixels, at::kByte).view({example_side, example_side, 3}), levels.narrow(0, 1)};
  save_artefact(folder / "plain.safetensors", made);
  const Pipeline pipeline = Pipeline::load(folder / "plain.safetensors", {.weights = weights});
  const Scores expected = pipeline.score(images);
  // passes of other sizes at once change nothing: this backbone packs its weights for the size that it saw last
  std::vector<Scores> of_thread(4);
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < 4; ++i)
    threads.emplace_back([&, i] { of_thread[i] = pipeline.score({images.begin(), images.begin() + (i % 2 ? 1 : 3)}); });
  threads.clear();
  for (const Scores& scores : of_thread)
    CHECK(relative_difference(scores.maps, expected.maps.narrow(0, 0, scores.maps.size(0))) <= 1e-5);

  const std::string bytes = read_file(weights);
  made.backbone.embedded = at::tensor(std::vector<uint8_t>(bytes.begin(), bytes.end()), at::kByte);
  save_artefact(folder / "whole.safetensors", made);
  CHECK(artefact_owner(folder / "whole.safetensors")->embedded);
  CHECK_FALSE(artefact_owner(folder / "plain.safetensors")->embedded);
  made.backbone.embedded = made.backbone.embedded.clone();
  made.backbone.embedded[1000] = 255 - made.backbone.embedded[1000];
  save_artefact(folder / "changed.safetensors", made);

  const char* before = std::getenv("ADREP_CACHE");
  const std::string cache = before ? before : "";
  setenv("ADREP_CACHE", (folder / "empty").c_str(), 1);
  CHECK(Pipeline::load(folder / "whole.safetensors").score(images).maps.equal(expected.maps));
  CHECK_THAT(refusal_to_load(folder / "plain.safetensors", {}),
             Contains("plain.safetensors") && Contains("weights=FILE"));
  CHECK_THAT(refusal_to_load(folder / "changed.safetensors", {}), Contains("what it embeds has"));
  write_file_atomically(folder / "other.pth", bytes + "x");
  CHECK_THAT(refusal_to_load(folder / "plain.safetensors", {.weights = folder / "other.pth"}),
             Contains("with SHA-256") && Contains("other.pth"));
  before ? setenv("ADREP_CACHE", cache.c_str(), 1) : unsetenv("ADREP_CACHE");
}
