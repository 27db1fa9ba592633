#include "benchmarks/pretraining/pretrain_file.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "datasets/tree.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
using Texts = std::vector<std::string>;

namespace {

PretrainRequest request_of(const std::string& text, const Texts& assignments = {}) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "p.yaml", text);
  return read_pretrainings(folder / "p.yaml", assignments);
}

Texts outputs_of(const PretrainRequest& request) {
  Texts outputs;
  for (const RequestedPretraining& one : request.pretrainings) outputs.push_back(one.config.settings.output);
  return outputs;
}

std::string error_of(const std::string& text, const Texts& assignments = {}) {
  return test::input_error([&] { request_of(text, assignments); });
}

constexpr const char* two_axes = R"(base: {epochs: 3, output: out}
axes:
  row: {"2.5": {loss: {use_norm: false}}, "2.6": {loss: {use_angle: false}}}
  angle.tau: [0.1, 0.2]
rules:
  - exclude: {row: "2.6", angle.tau: 0.2}
)";

}  // namespace

TEST_CASE("a sweep of pretrainings has a folder for each, whichever of them are asked for", "[pretraining][matrix]") {
  const PretrainRequest all = request_of(two_axes);
  CHECK(outputs_of(all) == Texts{"out/2.5-0.1", "out/2.5-0.2", "out/2.6-0.1"});
  CHECK(all.pretrainings[1].name == "row=2.5 angle.tau=0.2");
  CHECK_FALSE(all.pretrainings[1].config.step.loss.use_norm);
  CHECK(all.pretrainings[1].config.step.loss.angle.tau == 0.2);
  CHECK(all.pretrainings[1].config.settings.epochs == 3);
  CHECK(outputs_of(request_of(two_axes, {"row=2.5", "angle.tau=0.1"})) == Texts{"out/2.5-0.1"});
  CHECK(outputs_of(request_of(two_axes, {"row=2.6", "output=x"})) == Texts{"x/2.6-0.1"});
  const PretrainRequest changed = request_of(two_axes, {"axes.row.2.6.epochs=5", "seed=1,2", "angle.tau=0.1"});
  CHECK(outputs_of(changed) == Texts{"out/2.5-0.1-1", "out/2.5-0.1-2", "out/2.6-0.1-1", "out/2.6-0.1-2"});
  CHECK(changed.pretrainings[0].config.settings.epochs == 3);
  CHECK(changed.pretrainings[3].config.settings.epochs == 5);
}

TEST_CASE("an output with axes in braces is taken as it is", "[pretraining][matrix]") {
  const std::string axes = "axes: {angle.tau: [0.1, 0.2], epochs: [1, 2]}\n";
  CHECK(outputs_of(request_of("base: {output: \"o/{angle.tau}/{epochs}\"}\n" + axes)) ==
        Texts{"o/0.1/1", "o/0.1/2", "o/0.2/1", "o/0.2/2"});
  CHECK(outputs_of(request_of("base: {output: \"o/{angle.tau}/{epochs}\"}\n" + axes, {"epochs=2", "angle.tau=0.1"})) ==
        Texts{"o/0.1/2"});
  CHECK_THAT(error_of("base: {output: \"o/{angle.tau}\"}\n" + axes),
             Contains("output=o/0.1") && Contains("epochs=1") && Contains("epochs=2") && Contains("one folder"));
}

TEST_CASE("a plain configuration is one pretraining, or several where a key has several values",
          "[pretraining][matrix]") {
  CHECK(outputs_of(request_of("output: out\nmilestones: [1, 2]\n")) == Texts{"out"});
  CHECK(outputs_of(request_of("output: out\n", {"seed=1,2"})) == Texts{"out/1", "out/2"});
  CHECK(outputs_of(read_pretrainings("", {"output=a", "rate=1e-3,1e-4"})) == Texts{"a/1e-3", "a/1e-4"});
}

TEST_CASE("what is wrong with a sweep of pretrainings is said with its line", "[pretraining][matrix]") {
  CHECK_THAT(error_of("base: {epoch: 3}\naxes: {angle.tau: [0.1]}\n"),
             Contains("p.yaml:1: unknown key 'epoch': did you mean 'epochs'?"));
  CHECK_THAT(error_of("axes: {angle.tu: [0.1]}\n"), Contains("p.yaml:1: unknown key 'angle.tu'"));
  CHECK_THAT(error_of("axes: {save_every: [1, 2]}\n"), Contains("p.yaml:1: save_every changes no result"));
  CHECK_THAT(error_of("output: out\n", {"output=a,b"}), Contains("output changes no result"));
  CHECK_THAT(error_of("axes: {angle.tau: [0.1, x]}\n"), Contains("p.yaml:1: angle.tau=x"));
  CHECK_THAT(error_of("axes: {detector: [padim]}\n"), Contains("p.yaml:1: unknown key 'detector'"));
}

TEST_CASE("the paper's Table 2a is six pretrainings in one file", "[pretraining][matrix]") {
  const PretrainRequest all =
      read_pretrainings(std::filesystem::path(ADREP_SOURCE_DIR) / "configs/pretrain_table2a.yaml", {});
  std::map<std::string, std::string> shown;
  for (const RequestedPretraining& one : all.pretrainings) {
    const PretrainConfig& config = one.config;
    shown[one.name] = fmt::format("{} {}{}{} {}", config.settings.features, config.step.loss.use_angle ? "angle" : "",
                                  config.step.loss.use_norm ? "norm" : "",
                                  config.settings.train_backbone ? " trained" : "", config.step.projector.architecture);
    CHECK(config.settings.backbone == "imagebind");
    CHECK(config.settings.output == "results/pretrain_table2a/" + one.name.substr(4));
  }
  // the rows of the paper's table
  CHECK(shown == std::map<std::string, std::string>{{"row=2.2", "raw anglenorm learnable"},
                                                    {"row=2.3", "raw anglenorm trained none"},
                                                    {"row=2.5", "residual angle learnable"},
                                                    {"row=2.6", "residual norm learnable"},
                                                    {"row=2.7", "residual anglenorm learnable"},
                                                    {"row=2.8", "residual anglenorm trained none"}});
}
