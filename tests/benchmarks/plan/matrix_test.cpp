#include "benchmarks/plan/matrix.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/run_file.h"
#include "core/base/atomic_file.h"
#include "datasets/tree.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

Matrix matrix_of(const std::string& text) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "m.yaml", text);
  const YamlFile file = read_yaml(folder / "m.yaml");
  REQUIRE(is_matrix(file));
  return read_matrix(file, run_matrix_keys());
}

std::string matrix_error(const std::string& text, const std::vector<std::string>& assignments = {}) {
  return test::input_error([&] { static_cast<void>(combinations(matrix_of(text), assignments)); });
}

std::string value_of(const Combination& combination, const std::string& key) {
  const auto place = combination.settings.find(key);
  return place == combination.settings.end() ? "(none)" : place->second.items.at(0);
}

constexpr const char* example = R"(base: {references: {shots: 8}, output: results/x}
axes:
  data: {a: {data: data-a, layout: mvtec_ad}, b: {data: data-b}}
  features: [raw, pretrained]
  detector: [padim, uniad]
rules:
  - when: {features: pretrained}
    set: {projector: "p/{data}/{features}.pth", references: {shots: 4}}
  - when: {features: pretrained, detector: [uniad]}
    set: {references: {shots: 2}}
  - exclude: {data: b, detector: uniad}
)";

}  // namespace

TEST_CASE("a matrix is the product of its axes, with rules of which later ones win", "[matrix]") {
  const std::vector<Combination> all = combinations(matrix_of(example), {});
  std::string order;
  for (const Combination& one : all)
    order += one.labels.at("data") + one.labels.at("features")[0] + one.labels.at("detector")[0] + " ";
  REQUIRE(order == "arp aru app apu brp bpp ");  // the last axis fastest, without b with uniad
  CHECK(value_of(all[0], "references.shots") == "8");
  CHECK(value_of(all[0], "projector") == "(none)");
  CHECK(value_of(all[2], "references.shots") == "4");
  CHECK(value_of(all[2], "projector") == "p/a/pretrained.pth");
  CHECK(value_of(all[3], "references.shots") == "2");
  CHECK(value_of(all[5], "data") == "data-b");
  CHECK(value_of(all[5], "layout") == "(none)");
  CHECK_THAT(all[3].set_by.at("references.shots"), Contains("rule, ") && Contains("m.yaml:9"));
  CHECK_THAT(all[3].set_by.at("data"), Contains("axis data=a, ") && Contains("m.yaml:3"));
  CHECK_FALSE(all[0].set_by.contains("references.shots"));
}

TEST_CASE("the command line keeps labels, changes one, and sets over everything", "[matrix]") {
  const Matrix matrix = matrix_of(example);
  CHECK(combinations(matrix, {"detector=uniad"}).size() == 2);
  const std::vector<Combination> kept = combinations(matrix, {"data=b", "seed=1,2", "references.shots=1"});
  REQUIRE(kept.size() == 2);
  CHECK(kept[1].settings.at("seed").items == std::vector<std::string>{"1", "2"});
  CHECK(value_of(kept[1], "references.shots") == "1");
  CHECK(kept[1].set_by.at("references.shots") == "command line");
  const std::vector<Combination> moved = combinations(matrix, {"axes.data.b.data=/elsewhere"});
  CHECK(value_of(moved[0], "data") == "data-a");
  CHECK(value_of(moved[4], "data") == "/elsewhere");
  CHECK_THAT(matrix_error(example, {"detector=padin"}),
             Contains("axis detector has no value 'padin'") && Contains("padim"));
  CHECK_THAT(matrix_error(example, {"axes.data.c.data=x"}), Contains("axis data has no value 'c'"));
  CHECK_THAT(matrix_error(example, {"axes.data.b=x"}), Contains("axes.AXIS.LABEL.KEY=VALUE"));
  CHECK_THAT(matrix_error(example, {"axes.data.b.dat=x"}), Contains("unknown key 'dat'"));
  CHECK_THAT(matrix_error(example, {"sed=1"}), Contains("unknown key 'sed'") && Contains("seed"));
}

TEST_CASE("what is wrong with a matrix is said with its line", "[matrix]") {
  const std::string axes = "axes:\n  detector: [padim, uniad]\n  seed: [0, 1]\n";
  const auto error = [&](const std::string& rest) { return matrix_error(axes + rest); };
  CHECK_THAT(error("base: {sed: 1}\n"), Contains("m.yaml:4: unknown key 'sed': did you mean 'seed'?"));
  CHECK_THAT(error("rule: []\n"), Contains("m.yaml:4: 'rule' beside base, axes and rules: did you mean 'rules'?"));
  CHECK_THAT(error("device: cpu\n"), Contains("m.yaml:4: 'device' beside") && Contains("stand in base"));
  CHECK_THAT(error("rules:\n  - when: {detectr: padim}\n    set: {seed: 1}\n"),
             Contains("m.yaml:5: 'detectr' is no axis: did you mean 'detector'?"));
  CHECK_THAT(error("rules:\n  - when: {detector: cflow}\n    set: {seed: 1}\n"),
             Contains("m.yaml:5: axis detector has no value 'cflow'"));
  CHECK_THAT(error("rules:\n  - when: {detector: padim}\n    set: {sed: 1}\n"),
             Contains("m.yaml:6: unknown key 'sed'"));
  CHECK_THAT(error("rules:\n  - when: {detector: padim}\n"), Contains("m.yaml:5: a rule has either 'set'"));
  CHECK_THAT(error("rules:\n  - set: {seed: 1}\n    exclude: {detector: padim}\n"), Contains("m.yaml:5: a rule has"));
  CHECK_THAT(error("rules:\n  - unless: {detector: padim}\n"), Contains("m.yaml:5: unknown part 'unless'"));
  CHECK_THAT(error("rules:\n  - exclude: {detector: padim}\n  - when: {detector: padim}\n    set: {seed: 1}\n"),
             Contains("m.yaml:6: this rule never applies"));
  CHECK_THAT(error("rules:\n  - exclude: {}\n"), Contains("no combination is left"));
  CHECK_THAT(error("base: {output: \"{detecto}\"}\n"), Contains("'detecto' is no axis: did you mean 'detector'?"));
  CHECK_THAT(error("axes: {}\n"), Contains("m.yaml:4: 'axes' is given twice"));
  CHECK_THAT(matrix_error("axes:\n  detector: []\n"), Contains("m.yaml:2: axis detector has no values"));
  CHECK_THAT(matrix_error("axes:\n  detector: padim\n"), Contains("m.yaml:2: axis detector: expected a list"));
  CHECK_THAT(matrix_error("axes:\n  detector: [padim, padim]\n"),
             Contains("m.yaml:2: axis detector: 'padim' is given twice"));
  CHECK_THAT(matrix_error("axes:\n  seed: [0, 1]\n  mine: {x: {seed: 2}, y: {seed: 3}}\n"),
             Contains("m.yaml:3: axes seed and mine both set seed"));
  CHECK_THAT(matrix_error("axes:\n  patchcore: {ratio: [0.1, 0.2]}\n"), Contains("patchcore.ratio: [...]"));
  CHECK_THAT(matrix_error("axes:\n  batch: [1, 2]\n"), Contains("m.yaml:2: batch changes no result"));
  CHECK_THAT(error("rules:\n  - when: {detector: []}\n    set: {seed: 1}\n"),
             Contains("m.yaml:5: detector: [] names no value"));
  CHECK_THAT(matrix_error("axes:\n  detecto: [padim]\n"), Contains("m.yaml:2: unknown key 'detecto'"));
  CHECK_THAT(matrix_error("axes:\n  seed: [0]\n  seed: [1]\n"), Contains("m.yaml:3: axis seed is given twice"));
}

TEST_CASE("a matrix of too many combinations is refused before it is made", "[matrix]") {
  std::string values = "[0";
  for (int i = 1; i < 101; ++i) values += ", " + std::to_string(i);
  CHECK_THAT(matrix_error("axes:\n  seed: " + values + "]\n  references.seed: " + values + "]\n"),
             Contains("m.yaml:3: the axes make more than 10000 combinations"));
}

TEST_CASE("braces that name no axis stay where they can be none", "[matrix]") {
  const Matrix matrix = matrix_of("base: {split: {group: \"[0-9]{2}_\"}}\naxes: {seed: [0]}\n");
  CHECK(value_of(combinations(matrix, {})[0], "split.group") == "[0-9]{2}_");
}

TEST_CASE("the printed plan lists differences to the base with what set them", "[matrix]") {
  const Matrix matrix = matrix_of(example);
  const std::string text = plan_text(matrix, combinations(matrix, {"data=a", "detector=padim"}));
  CHECK_THAT(text, Contains("base of all 2 combinations\n  output: results/x\n  references.shots: 8\n"));
  CHECK_THAT(text, Contains("2. data=a features=pretrained detector=padim\n"));
  CHECK_THAT(text, Contains("references.shots: 4") && Contains("m.yaml:7"));
  CHECK(std::count(text.begin(), text.end(), '\n') > 10);
}

TEST_CASE("a configuration without axes is no matrix", "[matrix]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "plain.yaml", "detector: padim\n");
  write_file_atomically(folder / "empty.yaml", "");
  CHECK_FALSE(is_matrix(read_yaml(folder / "plain.yaml")));
  CHECK_FALSE(is_matrix(read_yaml(folder / "empty.yaml")));
}
