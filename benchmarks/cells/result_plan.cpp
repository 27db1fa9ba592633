#include "benchmarks/cells/result_plan.h"

#include <algorithm>

#include "benchmarks/cells/sealed_lines.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/paths.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int plan_version = 1;
constexpr size_t result_digits = 32, plan_digits = 16;

json identity_of(const PlannedResult& result) {
  return {{"data_set", result.data_set},
          {"class", result.class_name},
          {"detector", result.detector},
          {"features", result.features},
          {"settings", result.settings}};
}

json line_of(const PlannedResult& result) {
  json line = identity_of(result);
  line["planned"] = result.id;
  line["title"] = result.title;
  if (!result.labels.empty()) line["labels"] = result.labels;
  return line;
}

PlannedResult planned_from(const json& line) {
  PlannedResult result;
  result.id = line.at("planned");
  result.data_set = line.at("data_set");
  result.class_name = line.at("class");
  result.detector = line.at("detector");
  result.features = line.at("features");
  result.title = line.at("title");
  result.settings = line.at("settings").get<std::map<std::string, std::string>>();
  if (line.contains("labels")) result.labels = line.at("labels").get<std::map<std::string, std::string>>();
  return result;
}

fs::path plan_file(const fs::path& folder, const std::string& id) {
  return folder / "plans" / (id + ".jsonl");
}

ResultPlan read_plan(const fs::path& file, std::vector<std::string>& notes) {
  ResultPlan plan;
  for_each_sealed_line(file, "plan", notes, [&](const json& line) {
    if (line.contains("adrep_plan")) {
      if (line.at("adrep_plan") != plan_version)
        throw_input("a plan of version {}, this program reads version {}", line.at("adrep_plan").dump(), plan_version);
      plan.id = line.at("plan");
    } else {
      plan.results.push_back(planned_from(line));
    }
  });
  return plan;
}

}  // namespace

std::string title_in(const std::string& data_set, const std::string& title) {
  return title.starts_with(data_set + "/") ? title : data_set + "/" + title;
}

ResultPlan with_ids(ResultPlan plan) {
  std::string ids;
  for (PlannedResult& result : plan.results) {
    result.id = sha256_of(identity_of(result).dump(-1, ' ', false, json::error_handler_t::replace));
    result.id.resize(result_digits);
    ids += result.id + "\n";
  }
  plan.id = sha256_of(ids).substr(0, plan_digits);
  return plan;
}

void store_plan(const fs::path& folder, const ResultPlan& plan) {
  std::vector<std::string> damaged;
  const fs::path file = plan_file(folder, plan.id);
  if (fs::exists(file) && read_plan(file, damaged) == plan && damaged.empty()) return;
  std::string text = sealed_line({{"adrep_plan", plan_version}, {"plan", plan.id}});
  for (const PlannedResult& result : plan.results) text += sealed_line(line_of(result));
  write_file_atomically(file, text);
}

std::vector<ResultPlan> read_plans(const fs::path& folder, std::vector<std::string>& notes) {
  std::vector<ResultPlan> plans;
  for (const fs::path& file : files_ending(folder / "plans", ".jsonl")) {
    ResultPlan plan = read_plan(file, notes);
    if (plan.id.empty()) plan.id = file.stem().string();  // its first line is damaged
    if (!plan.results.empty()) plans.push_back(std::move(plan));
  }
  return plans;
}

}  // namespace adrep
