// What every detector must do, checked for all that are registered: a new one is covered without a change here.
#include <ATen/Parallel.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/io/tensor_parts.h"
#include "detectors/every_detector.h"
#include "detectors/least_memory.h"
#include "support/allocated.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

void require_good(const Scores& scores, int64_t images) {
  REQUIRE(scores.maps.sizes() == at::IntArrayRef({images, contract_image_size, contract_image_size}));
  REQUIRE(scores.image_scores.sizes() == at::IntArrayRef({images}));
  REQUIRE(scores.maps.scalar_type() == at::kFloat);
  REQUIRE(scores.image_scores.scalar_type() == at::kFloat);
  REQUIRE(scores.maps.isfinite().all().item<bool>());
  REQUIRE(scores.image_scores.isfinite().all().item<bool>());
}

}  // namespace

TEST_CASE("every detector is documented and gives well-formed scores", "[detectors]") {
  for_every_detector([](const DetectorEntry& entry) {
    REQUIRE_FALSE(entry.doc_text.empty());
    for (const Param& param : entry.params->all()) REQUIRE_FALSE(param.doc.empty());
    require_good(fitted(entry, normal_levels(7, 1))->score(normal_levels(3, 2)), 3);
  });
}

TEST_CASE("an image's scores do not depend on its batch", "[detectors]") {
  for_every_detector([](const DetectorEntry& entry) {
    const auto detector = fitted(entry, normal_levels(7, 1));
    const Levels test = normal_levels(5, 2);
    const Scores together = detector->score(test);
    for (int64_t i = 0; i < 5; ++i) {
      Levels one{{}, contract_image_size};
      for (const at::Tensor& map : test.maps) one.maps.push_back(map.narrow(0, i, 1));
      const Scores alone = detector->score(one);
      REQUIRE(relative_difference(alone.maps[0], together.maps[i]) <= 1e-5);
      REQUIRE(relative_difference(alone.image_scores, together.image_scores.narrow(0, i, 1)) <= 1e-5);
    }
  });
}

TEST_CASE("a saved and loaded detector gives bit-equal scores", "[detectors]") {
  for_every_detector([](const DetectorEntry& entry) {
    const auto detector = fitted(entry, normal_levels(7, 1));
    const TemporaryFolder folder;
    write_safetensors(folder / "state.safetensors", detector->state());
    const auto loaded = entry.make(entry.quick_params);
    loaded->load(read_safetensors(folder / "state.safetensors").tensors);
    const Scores a = detector->score(normal_levels(3, 2)), b = loaded->score(normal_levels(3, 2));
    REQUIRE(a.maps.equal(b.maps));
    REQUIRE(a.image_scores.equal(b.image_scores));
  });
}

TEST_CASE("a state that lacks a tensor or has a wrong shape is refused", "[detectors]") {
  int with_state = 0;
  for_every_detector([&](const DetectorEntry& entry) {
    const TensorMap state = fitted(entry, normal_levels(7, 1))->state();
    for (const auto& [key, tensor] : state) {
      CAPTURE(key);
      TensorMap changed = state;
      changed[key] = at::zeros({1, 2, 3, 4, 5});
      REQUIRE_THROWS_AS(entry.make(entry.quick_params)->load(changed), InputError);
    }
    if (!state.empty()) {
      ++with_state;
      TensorMap shorter = state;
      shorter.erase(shorter.begin());
      REQUIRE_THROWS_AS(entry.make(entry.quick_params)->load(shorter), InputError);
    }
  });
  REQUIRE(with_state >= 5);  // all but FeatureNorm
}

TEST_CASE("a detector that can be updated learns from further images, any other says that it cannot", "[detectors]") {
  int updated = 0;
  for_every_detector([&](const DetectorEntry& entry) {
    const auto detector = fitted(entry, normal_levels(20, 1), 5), loaded = entry.make(entry.quick_params);
    const TensorMap before = copies_of(detector->state());
    loaded->load(before);
    const Levels test = other_normal_levels(3, 2), usual = normal_levels(3, 3);
    const Scores unusual = detector->score(test);
    const MemoryFeatures more(other_normal_levels(12, 4));
    REQUIRE(detector->update(more, Quiet(5).context) == entry.is_updatable);
    REQUIRE(loaded->update(more, Quiet(5).context) == entry.is_updatable);
    require_equal(loaded->state(), detector->state());
    if (!entry.is_updatable || before.empty()) return require_equal(detector->state(), before);
    ++updated;
    require_good(detector->score(usual), 3);
    REQUIRE(detector->score(test).image_scores.max().item<float>() < unusual.image_scores.min().item<float>() / 2);
    loaded->load(copies_of(detector->state()));
    REQUIRE(loaded->score(test).maps.equal(detector->score(test).maps));
    REQUIRE(loaded->score(usual).image_scores.equal(detector->score(usual).image_scores));
  });
  REQUIRE(updated >= 2);  // PaDiM and PatchCore
}

TEST_CASE("an update that fails says why and leaves the detector as it was", "[detectors]") {
  struct Stop final : FitObserver {
    explicit Stop(int64_t call) : last(call) {}
    void progress(const std::string&, int64_t, int64_t) override {
      if (--last <= 0) throw Interrupted("stopped");
    }
    int64_t last;
  };
  for_every_detector([](const DetectorEntry& entry) {
    if (!entry.is_updatable) return;
    const auto detector = fitted(entry, normal_levels(9, 1));
    const TensorMap before = copies_of(detector->state());
    const auto update = [&](const Levels& more, const FitContext& context) {
      static_cast<void>(detector->update(MemoryFeatures(more), context));
    };
    Quiet quiet(0);
    Levels broken = normal_levels(6, 1);
    broken.maps[2][4][2][1][3] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH(update(broken, quiet.context), Catch::Contains("level 2, image 4, channel 2, row 1, column 3"));
    CHECK_THROWS_WITH(update(normal_levels(0, 1), quiet.context), Catch::Contains("no training image"));
    Quiet counting(0);
    CHECK(fitted(entry, normal_levels(9, 1))->update(MemoryFeatures(normal_levels(6, 1)), counting.context));
    for (const int64_t call : {int64_t{1}, counting.calls / 2, counting.calls}) {
      Stop stop(call);
      CHECK_THROWS_AS(update(normal_levels(6, 1), FitContext{.observer = stop}), Interrupted);
    }
    if (!before.empty()) {
      CHECK_THROWS_WITH(update(normal_levels(2, 2, {{6, 8, 8}, {10, 4, 4}, {16, 4, 5}}), quiet.context),
                        Catch::Contains("16x4x5"));
      quiet.context.memory_bytes = 1;
      CHECK_THROWS_WITH(update(normal_levels(6, 1), quiet.context), Catch::Contains("raise memory="));
    }
    require_equal(detector->state(), before);
  });
}

TEST_CASE("the same seed gives the same scores", "[detectors]") {
  for_every_detector([](const DetectorEntry& entry) {
    const Levels test = normal_levels(3, 2);
    const Scores a = fitted(entry, normal_levels(7, 1), 5)->score(test),
                 b = fitted(entry, normal_levels(7, 1), 5)->score(test);
    REQUIRE(a.maps.equal(b.maps));
    REQUIRE(a.image_scores.equal(b.image_scores));
  });
}

TEST_CASE("a trained detector reports its epochs, continues bit for bit and keeps the best epoch", "[detectors]") {
  struct Reports final : FitObserver {
    void progress(const std::string&, int64_t, int64_t) override {}
    void epoch(const EpochReport& report) override { reports.push_back(report); }
    std::vector<EpochReport> reports;
  };
  for_every_detector([](const DetectorEntry& entry) {
    const Levels normals = normal_levels(7, 1), test = normal_levels(3, 2);
    const auto fit = [&](const FitContext& context) {
      auto detector = entry.make(entry.quick_params);
      detector->fit(MemoryFeatures(normals), context);
      return detector;
    };
    Reports reports;
    FitContext context{.observer = reports, .seed = 3};
    std::vector<at::Tensor> maps;
    context.quality = [&](const Detector& detector) {
      maps.push_back(detector.score(test).maps);
      return maps.size() == 1 ? 1.0 : 0.0;
    };
    const auto best = fit(context);
    REQUIRE(maps.size() == reports.reports.size());
    if (!entry.is_trained) {
      REQUIRE(reports.reports.empty());
      return;
    }
    REQUIRE(std::ssize(reports.reports) == reports.reports.back().epochs);
    for (const EpochReport& report : reports.reports) REQUIRE(std::isfinite(report.loss));
    REQUIRE(best->score(test).maps.equal(maps.front()));
    REQUIRE_FALSE(best->score(test).maps.equal(maps.back()));
    context.quality = {};
    require_continues(context, [&](const FitContext& c) { return fit(c)->state(); });
  });
}

TEST_CASE("scores do not depend on the number of threads that search for neighbours", "[detectors]") {
  const int threads = at::get_num_threads();
  for_every_detector([&](const DetectorEntry& entry) {
    if (entry.is_trained || !entry.params->find("index")) return;
    const auto scores = [&](int count) {
      at::set_num_threads(count);
      return fitted(entry, normal_levels(30, 1))->score(normal_levels(4, 2));
    };
    const Scores one = scores(1), two = scores(2);
    at::set_num_threads(threads);
    REQUIRE(one.maps.equal(two.maps));
  });
}

TEST_CASE("unusual features: constant, one image, fewer images than channels, a 1x1 grid, one level", "[detectors]") {
  for_every_detector([](const DetectorEntry& entry) {
    Levels constant = normal_levels(4, 1);
    for (at::Tensor& map : constant.maps) map = at::full_like(map, 0.7);
    require_good(fitted(entry, constant)->score(constant), 4);
    require_good(fitted(entry, constant)->score(normal_levels(2, 2)), 2);
    require_good(fitted(entry, normal_levels(1, 1))->score(normal_levels(2, 2)), 2);
    require_good(fitted(entry, normal_levels(3, 1))->score(normal_levels(2, 2)), 2);
    require_good(fitted(entry, normal_levels(40, 1))->score(normal_levels(2, 2)), 2);
    const std::vector<LevelShape> points{{6, 1, 1}, {9, 1, 1}};
    require_good(fitted(entry, normal_levels(12, 1, points))->score(normal_levels(2, 2, points)), 2);
    const std::vector<LevelShape> wide{{5, 3, 7}};
    require_good(fitted(entry, normal_levels(5, 1, wide))->score(normal_levels(1, 2, wide)), 1);
  });
}

TEST_CASE("the least memory of a detector is what its fit asks for", "[detectors]") {
  for_every_detector([](const DetectorEntry& entry) {
    const MemoryFeatures normals(normal_levels(7, 1));
    const auto fit_with = [&](const LeastMemory& allowed) {
      Quiet quiet(0);
      quiet.context.memory_bytes = allowed.working;
      quiet.context.state_bytes = allowed.learnt;
      const auto detector = entry.make(entry.quick_params);
      detector->fit(normals, quiet.context);
      return detector->state();
    };
    const LeastMemory least = entry.least_memory(entry.quick_params, normals.shapes(), normals.size());
    constexpr int64_t plenty = int64_t{8} << 30;
    require_equal(fit_with(least), fit_with({plenty, plenty}));
    const bool learns = entry.name != "feature_norm";
    REQUIRE((least.working > 0) == learns);
    REQUIRE((least.learnt > 0) == learns);
    if (!learns) return;
    CHECK_THROWS_WITH(fit_with({least.working - 1, least.learnt}),
                      Catch::Contains(memory_text(least.working)) && Catch::Contains("raise memory="));
    CHECK_THROWS_WITH(fit_with({least.working, least.learnt - 1}), Catch::Contains(memory_text(least.learnt)));
  });
}

TEST_CASE("a fit holds no more than the least memory that its detector names, and learns no more",
          "[slow][detectors]") {
  for_every_detector([](const DetectorEntry& entry) {
    const Levels levels = normal_levels(40, 1, {{32, 16, 16}, {48, 16, 16}, {64, 8, 8}});
    const MemoryFeatures normals(levels);
    const LeastMemory least = entry.least_memory(entry.quick_params, normals.shapes(), normals.size());
    const auto detector = entry.make(entry.quick_params);
    Quiet quiet(0);
    quiet.context.memory_bytes = least.working;
    const int64_t held = most_bytes_held([&] { detector->fit(normals, quiet.context); });
    int64_t learnt = 0;
    for (const auto& [key, tensor] : detector->state()) learnt += static_cast<int64_t>(tensor.nbytes());
    constexpr int64_t small = 128 << 10;  // an image in double, shapes and the like
    CAPTURE(least.working, least.learnt, held, learnt);
    CHECK(learnt <= least.learnt + small);
    CHECK(held <= least.working + least.learnt + small);
  });
}

TEST_CASE("an update holds no more than fitting on all images would need", "[slow][detectors]") {
  struct OneThread {
    int before = at::get_num_threads();
    OneThread() { at::set_num_threads(1); }  // only the tensors of one are counted
    ~OneThread() { at::set_num_threads(before); }
  } const one_thread;
  int updated = 0;
  for_every_detector([&](const DetectorEntry& entry) {
    if (!entry.is_updatable) return;
    const Levels levels = normal_levels(60, 1, {{32, 16, 16}, {48, 16, 16}, {64, 8, 8}});
    const MemoryFeatures more(levels.narrow(20, 40));
    const LeastMemory least = entry.least_memory(entry.quick_params, more.shapes(), 60);
    const auto detector = fitted(entry, levels.narrow(0, 20));
    Quiet quiet(0);
    quiet.context.memory_bytes = least.working;
    const int64_t held = most_bytes_held([&] { CHECK(detector->update(more, quiet.context)); });
    constexpr int64_t small = 128 << 10;  // an image in double, shapes and the like
    CAPTURE(least.working, least.learnt, held);
    CHECK(held <= least.working + least.learnt + small);
    ++updated;
  });
  REQUIRE(updated >= 3);  // PaDiM, PatchCore, FeatureNorm
}

TEST_CASE("NaN, no image and another shape are refused, saying where", "[detectors]") {
  int with_state = 0;
  for_every_detector([&](const DetectorEntry& entry) {
    Levels broken = normal_levels(6, 1);
    broken.maps[1][4][2][1][3] = std::numeric_limits<float>::quiet_NaN();
    REQUIRE_THROWS_WITH(fitted(entry, broken), Catch::Contains("level 1, image 4, channel 2, row 1, column 3"));
    const auto detector = fitted(entry, normal_levels(6, 1));
    REQUIRE_THROWS_WITH(detector->score(broken), Catch::Contains("level 1, image 4"));
    broken.maps[1][4][2][1][3] = std::numeric_limits<float>::infinity();
    REQUIRE_THROWS_WITH(detector->score(broken), Catch::Contains("level 1, image 4"));
    REQUIRE_THROWS_WITH(fitted(entry, normal_levels(0, 1)), Catch::Contains("no training image"));
    if (!detector->state().empty()) {
      ++with_state;
      REQUIRE_THROWS_WITH(detector->score(normal_levels(2, 2, {{6, 8, 8}, {10, 4, 4}, {16, 4, 5}})),
                          Catch::Contains("16x4x5"));
      REQUIRE_THROWS_AS(detector->score(normal_levels(2, 2, {{6, 8, 8}})), Error);
    }
  });
  REQUIRE(with_state >= 5);  // all but FeatureNorm
}

TEST_CASE("a planted defect scores above every normal image, where it is", "[detectors]") {
  for_every_detector([](const DetectorEntry& entry) {
    const auto detector = fitted(entry, normal_levels(20, 1));
    const Levels normals = normal_levels(6, 2);
    Levels defects = normal_levels(6, 3);
    for (at::Tensor& map : defects.maps) {
      const int64_t half = map.size(2) / 2;
      map.narrow(2, 0, half).narrow(3, half, half).mul_(3).add_(2);  // the upper right quarter
    }
    const Scores usual = detector->score(normals), unusual = detector->score(defects);
    const float highest = usual.image_scores.max().item<float>();
    const float spread = highest - usual.image_scores.min().item<float>();
    REQUIRE(unusual.image_scores.min().item<float>() > highest + spread);  // the margin: once more what normals span
    constexpr int64_t patch = contract_image_size / 8;                     // a neighbour of the quarter sees it too
    for (int64_t i = 0; i < 6; ++i) {
      const int64_t brightest = unusual.maps[i].argmax().item<int64_t>();
      REQUIRE(brightest / contract_image_size < contract_image_size / 2 + patch);
      REQUIRE(brightest % contract_image_size >= contract_image_size / 2 - patch);
    }
  });
}

TEST_CASE("an interruption ends the fitting of every detector", "[detectors]") {
  struct Stop final : FitObserver {
    void progress(const std::string&, int64_t done, int64_t total) override {
      REQUIRE(done <= total);
      throw Interrupted("stopped");
    }
  };
  for_every_detector([](const DetectorEntry& entry) {
    Stop stop;
    REQUIRE_THROWS_AS(
        entry.make(entry.quick_params)->fit(MemoryFeatures(normal_levels(5, 1)), FitContext{.observer = stop}),
        Interrupted);
  });
}

TEST_CASE("on frozen features nothing is computed twice: only GLASS runs the backbone, on images it has changed",
          "[detectors]") {
  struct Counting final : TrainingImages {
    at::Tensor image(int64_t) const override {
      return ++asked, at::zeros({3, contract_image_size, contract_image_size});
    }
    at::Tensor normalise(const at::Tensor& colours) const override { return colours; }
    Levels features(const at::Tensor& images) const override { return ++asked, normal_levels(images.size(0), 9); }
    mutable int64_t asked = 0;
  };
  for_every_detector([](const DetectorEntry& entry) {
    const Counting images;
    Quiet quiet(0);
    quiet.context.images = &images;
    entry.make(entry.quick_params)->fit(MemoryFeatures(normal_levels(9, 1)), quiet.context);
    REQUIRE((images.asked > 0) == (entry.name == "glass"));  // how often exactly: glass_test.cpp
  });
}
