#include "benchmarks/ledger/ledger.h"

#include <catch2/catch.hpp>

#include "benchmarks/ledger/ledger_formats.h"
#include "benchmarks/plan/cell_keys.h"
#include "core/backbones/backbone.h"
#include "datasets/published_counts.h"
#include "support/method_results.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// All of MPDD as published, each class with these values.
std::vector<StoredResult> mpdd_results(const std::string& detector, const std::string& features, double image,
                                       double pro) {
  std::vector<StoredResult> results;
  for (const PublishedClass& known : published_dataset("mpdd")->classes) {
    results.push_back(test::finished_result("mpdd", std::string(known.name), detector, features,
                                            {{"image_auroc", image}, {"pro", pro}}));
    Cell& cell = *results.back().cell;
    cell.train_images = known.counts->train_normal;
    cell.test_images = known.counts->test_normal + known.counts->test_anomalous;
    cell.anomalous_images = known.counts->test_anomalous;
    cell.key.evaluation["layout"] = "mpdd";
    const nlohmann::json parameters = parameters_of(detector, {});
    for (const auto& [name, value] : parameters.items()) cell.key.fit[detector + "." + name] = value;
    if (detector == "cflow" || detector == "glass") cell.key.scores["selection"] = "oracle";
    if (detector == "glass") cell.key.evaluation["metrics.protocol"] = "glass";
  }
  return results;
}

KnownValue published_value(const std::string& detector, const std::string& features, const std::string& metric,
                           double value) {
  KnownValue known;
  known.table = "1";
  known.place = {{"data", "mpdd"}, {"backbone", "dinov2_base"}, {"detector", detector}, {"features", features}};
  known.metric = metric;
  known.value = value;
  return known;
}

LedgerLine answer(const KnownValue& published, std::vector<StoredResult> results, double tolerance = 0.3) {
  const ResultSet set = ResultSet::of(std::move(results));
  return ledger_of({published}, methods_of(set), tolerance).lines.front();
}

}  // namespace

TEST_CASE("the paper's own numbers agree with themselves, but for what it contradicts", "[ledger]") {
  const std::vector<KnownValue> published = paper_values();
  const Ledger ledger = ledger_of(published, methods_of(published), 0.3);
  const std::map<Outcome, int64_t> expected = {
      {Outcome::agrees, 1030}, {Outcome::misprint, 4}, {Outcome::contradicted, 34}, {Outcome::cited, 88}};
  CHECK((ledger.counts == expected));
  CHECK_THAT(counts_text(ledger),
             Contains("1156 published values: 1030 agrees, 4 misprint, 34 contradicted, 88 cited"));
  std::vector<KnownValue> changed = published;
  changed[0].value += 0.5;
  CHECK(ledger_of(published, methods_of(changed), 0.3).counts.at(Outcome::differs) == 1);
  changed[0].value = published[0].value + 0.3;
  CHECK_FALSE(ledger_of(published, methods_of(changed), 0.3).counts.contains(Outcome::differs));
}

TEST_CASE("the cost of the projectors is computed and agrees to every printed digit", "[ledger]") {
  const Ledger ledger = ledger_of(paper_values(), {}, 0);
  int costs = 0;
  for (const LedgerLine& line : ledger.lines)
    if (line.published.table == "7") {
      ++costs;
      CHECK((line.outcome == Outcome::agrees));
    }
  CHECK(costs == 10);
  CHECK(ledger.counts.at(Outcome::no_data) == 1156 - 10 - 88);
}

TEST_CASE("values that compare agree within the tolerance and half a printed digit", "[ledger]") {
  const auto results = [](double value) { return mpdd_results("padim", "raw", value, 0.9); };
  const KnownValue published = published_value("padim", "raw", "image_auroc", 80.9);
  CHECK((answer(published, results(0.8124)).outcome == Outcome::agrees));
  CHECK((answer(published, results(0.8126)).outcome == Outcome::differs));
  CHECK(*answer(published, results(0.8126)).difference == Approx(0.36));
  CHECK((answer(published, results(0.8096), 0).outcome == Outcome::differs));
  CHECK((answer(published, results(0.8094), 0).outcome == Outcome::agrees));
}

TEST_CASE("every reason why values do not compare is found and named", "[ledger]") {
  const KnownValue pro = published_value("padim", "raw", "pro", 87.8),
                   image = published_value("padim", "raw", "image_auroc", 90);
  auto results = mpdd_results("padim", "raw", 0.9, 0.878);
  results[0].cell->key.evaluation["metrics.protocol"] = "exact";
  CHECK((answer(pro, results).outcome == Outcome::not_run));  // two methods, neither with all classes
  for (StoredResult& result : results) result.cell->key.evaluation["metrics.protocol"] = "exact";
  CHECK((answer(pro, results).outcome == Outcome::other_protocol));
  CHECK_THAT(answer(pro, results).why, Contains("metrics.protocol=exact, published with paper"));
  CHECK((answer(image, results).outcome == Outcome::agrees));

  results = mpdd_results("padim", "raw", 0.9, 0.878);
  results[2].cell->test_images += 1;
  CHECK((answer(image, results).outcome == Outcome::other_data));
  results = mpdd_results("padim", "raw", 0.9, 0.878);
  results.pop_back();
  CHECK_THAT(answer(image, results).why, Contains("1 of 6 classes are missing, tubes first"));
  results = mpdd_results("padim", "raw", 0.9, 0.878);
  results[1].cell.reset();
  results[1].error = "no memory";
  CHECK((answer(image, results).outcome == Outcome::not_run));
  CHECK_THAT(answer(image, results).why, Contains("1 of 6 cells not finished") && Contains("no memory"));

  results = mpdd_results("padim", "raw", 0.9, 0.878);
  KnownValue clip = image;
  clip.place["backbone"] = "clip_base";
  for (StoredResult& result : results) {
    result.cell->key.fit["backbone"] = "clip_base";
    result.cell->key.fit["weights"] = BackboneRegistry::instance().find("clip_base")->weights_sha256;
  }
  CHECK((answer(clip, results).outcome == Outcome::agrees));
  for (StoredResult& result : results) result.cell->key.fit["weights"] = std::string(64, 'a');
  CHECK((answer(clip, results).outcome == Outcome::other_weights));
  results = mpdd_results("padim", "raw", 0.9, 0.878);
  for (StoredResult& result : results) {
    result.cell->key.fit["backbone"] = "vit";
    result.labels = {{{"backbone", "dinov2_base"}}};
  }
  CHECK((answer(image, results).outcome == Outcome::other_weights));
  CHECK_THAT(answer(image, results).why, Contains("computed with the backbone vit"));
  results = mpdd_results("padim", "raw", 0.9, 0.878);
  for (StoredResult& result : results) result.cell->key.fit["padim.ridge"] = 0.5;
  CHECK((answer(image, results).outcome == Outcome::other_settings));
  CHECK_THAT(answer(image, results).why, Contains("padim.ridge=0.5, published with 0.01"));

  const KnownValue cflow = published_value("cflow", "raw", "image_auroc", 90);
  results = mpdd_results("cflow", "raw", 0.9, 0.878);
  CHECK((answer(cflow, results).outcome == Outcome::agrees));
  for (StoredResult& result : results) result.cell->key.fit["cflow.meta_epochs"] = 3;
  CHECK((answer(cflow, results).outcome == Outcome::shortened));
  results = mpdd_results("cflow", "raw", 0.9, 0.878);
  for (StoredResult& result : results) result.cell->key.scores["selection"] = "last";
  CHECK((answer(cflow, results).outcome == Outcome::other_selection));

  CHECK((answer(published_value("patchcore", "raw", "pro", 1), mpdd_results("padim", "raw", 0.9, 0.9)).outcome ==
         Outcome::not_run));
  KnownValue visa = pro;
  visa.place["data"] = "visa";
  CHECK((answer(visa, mpdd_results("padim", "raw", 0.9, 0.9)).outcome == Outcome::no_data));
  KnownValue cited = pro;
  cited.cited = true;
  CHECK((answer(cited, mpdd_results("padim", "raw", 0.9, 0.9)).outcome == Outcome::cited));
}

TEST_CASE("references, geometry and joint models other than published are other settings", "[ledger]") {
  const auto with = [](const std::string& detector, const nlohmann::json& parts, const std::string& table = "1") {
    auto results = mpdd_results(detector, "pretrained", 0.9, 0.9);
    for (StoredResult& result : results) result.cell->key.fit.update(parts);
    KnownValue published = published_value(detector, "pretrained", "image_auroc", 90);
    published.table = table;
    const LedgerLine line = answer(published, results);
    return outcome_text(line.outcome) + ": " + line.why;
  };
  using nlohmann::json;
  const auto references = [](const std::string& select, int shots) {
    return json{{"references.select", select}, {"references.shots", shots}, {"references.match", "cosine"}};
  };
  for (const std::string select : {"random", "list"}) CHECK(with("padim", references(select, 8)) == "agrees: ");
  CHECK_THAT(with("padim", references("random", 4)), Contains("other settings: references.shots=4, published with 8"));
  CHECK_THAT(with("padim", references("kmeans", 8)), Contains("references.select=kmeans, published with random"));
  CHECK_THAT(with("padim", references("aligned", 8)), Contains("references.select=aligned"));
  for (const int shots : {8, 10}) CHECK(with("feature_norm", references("aligned", shots)) == "agrees: ");
  CHECK_THAT(with("feature_norm", references("list", 8)), Contains("references.select=list, published with aligned"));
  CHECK(with("feature_norm", references("list", 4), "8") == "agrees: ");
  json other = references("list", 8);
  other["references.match"] = "l2";
  CHECK_THAT(with("padim", other), Contains("references.match=\"l2\", published with \"cosine\""));

  CHECK_THAT(with("padim", {{"image.crop", 448}}), Contains("image.crop=448, published with 224"));
  CHECK_THAT(with("padim", {{"image.resize", 256}}), Contains("image.resize=256, published with 224"));
  CHECK_THAT(with("padim", {{"layout", "mvtec_ad"}, {"image.resize", 224}}), Contains("published with 256"));
  CHECK_THAT(with("padim", {{"image.fit", "pad"}}), Contains("image.fit=\"pad\""));
  CHECK_THAT(with("padim", {{"precision", "bf16"}}), Contains("precision=\"bf16\""));
  CHECK_THAT(with("padim", {{"classes_together", "abc"}}), Contains("one model for all classes, published with one a"));
  CHECK_THAT(with("uniad", json::object()), Contains("one model a class, published with one for all"));
  CHECK(with("uniad", {{"classes_together", "abc"}}) == "agrees: ");
}

TEST_CASE("shots that a table varies are its own", "[ledger]") {
  KnownValue published = published_value("feature_norm", "pretrained", "image_auroc", 90);
  published.table = "5";
  published.place["shots"] = "2";
  for (const auto& [shots, outcome] : std::map<int, Outcome>{{2, Outcome::agrees}, {8, Outcome::other_settings}}) {
    auto results = mpdd_results("feature_norm", "pretrained", 0.9, 0.9);
    for (StoredResult& result : results) {
      result.labels = {{{"shots", "2"}}};
      result.cell->key.fit.update({{"references.select", "list"}, {"references.shots", shots}});
    }
    CHECK((answer(published, results).outcome == outcome));
  }
}

TEST_CASE("of several methods at a place the one most as published answers", "[ledger]") {
  std::vector<StoredResult> results = mpdd_results("padim", "raw", 0.9, 0.878),
                            others = mpdd_results("padim", "raw", 0.9, 0.5);
  for (StoredResult& result : others) {
    result.cell->key.evaluation["metrics.protocol"] = "exact";
    results.push_back(result);
  }
  const LedgerLine line = answer(published_value("padim", "raw", "pro", 87.8), results);
  CHECK((line.outcome == Outcome::agrees));
  CHECK(*line.ours == Approx(87.8));
}

TEST_CASE("results on an axis of a sweep answer the table with that axis alone", "[ledger]") {
  std::vector<StoredResult> results = mpdd_results("padim", "pretrained", 0.9, 0.8);
  for (StoredResult& result : results) result.labels = {{{"tau", "0.1"}}};
  CHECK((answer(published_value("padim", "pretrained", "pro", 80), results).outcome == Outcome::not_run));
  KnownValue published = published_value("padim", "pretrained", "pro", 80);
  published.place["tau"] = "0.1";
  CHECK((answer(published, results).outcome == Outcome::agrees));
  published.place["tau"] = "0.2";
  CHECK((answer(published, results).outcome == Outcome::not_run));
  for (StoredResult& result : results) result.labels = {{{"reference_sets", "none"}}};
  CHECK((answer(published_value("padim", "pretrained", "pro", 80), results).outcome == Outcome::agrees));
}

TEST_CASE("a data set whose folder has another name counts by its published layout", "[ledger]") {
  std::vector<StoredResult> results = mpdd_results("padim", "raw", 0.9, 0.878);
  for (StoredResult& result : results) result.data_set = "MPDD-2021";
  const ResultSet set = ResultSet::of(results);
  const KnownValue published = published_value("padim", "raw", "pro", 87.8);
  CHECK((ledger_of({published}, methods_of(set), 0.3).lines[0].outcome == Outcome::no_data));
  CHECK((ledger_of({published}, methods_of(set, DataNames::published), 0.3).lines[0].outcome == Outcome::agrees));
}

TEST_CASE("a printed deviation stands beside both of ours", "[ledger]") {
  std::vector<StoredResult> results;
  for (int64_t seed = 0; seed < 3; ++seed)
    for (StoredResult& result : mpdd_results("padim", "pretrained", 0.90 + 0.01 * static_cast<double>(seed), 0.9)) {
      result.cell->key.fit["references.seed"] = seed;
      results.push_back(result);
    }
  KnownValue published = published_value("padim", "pretrained", "image_auroc", 91);
  published.deviation = 0.46;
  CHECK_THAT(answer(published, results).why, Contains("± 0.46 printed; ours 1.00 of a sample, 0.82 of a population"));
}

TEST_CASE("a ledger is shown in every format, results of no place are counted", "[ledger]") {
  std::vector<StoredResult> results = mpdd_results("padim", "raw", 0.9, 0.878);
  for (StoredResult& result : mpdd_results("padim", "residual", 0.9, 0.8)) results.push_back(result);
  const ResultSet set = ResultSet::of(results);
  const Ledger ledger = ledger_of(paper_values(), methods_of(set), 0.3);
  CHECK_THAT(ledger_as_text(ledger),
             Contains("mpdd · dinov2_base · padim · raw") && Contains("80.9    90.00   +9.10  differs") &&
                 Contains("87.8    87.80   +0.00  agrees") && Contains("1 method stands at no place of the paper"));
  CHECK_THAT(ledger_as_markdown(ledger),
             Contains("| 1 | mpdd · dinov2\\_base · padim · raw | image\\_auroc | 80.9 | 90.00 | +9.10 | differs |"));
  CHECK_THAT(ledger_as_csv(ledger), Contains("1,mpdd · dinov2_base · padim · raw,pro,87.8,87.80,+0.00,agrees,"));
  CHECK(nlohmann::json::parse(ledger_as_json(ledger))["lines"].size() == 1156);
  CHECK_THAT(ledger_as_html(ledger), Contains("Table 12") && Contains("winclip"));
}
