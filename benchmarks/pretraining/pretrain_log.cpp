#include "benchmarks/pretraining/pretrain_log.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"

namespace adrep {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// A loss as JSON: null when it is switched off, text when it is not finite (JSON knows no infinity).
json value_of(const at::Tensor& loss) {
  if (!loss.defined()) return nullptr;
  const double value = loss.item<double>();
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/// Three numbers, null when there are none.
json values_of(const at::Tensor& numbers) {
  if (!numbers.defined()) return nullptr;
  json values = json::array();
  for (int64_t i = 0; i < numbers.numel(); ++i) values.push_back(value_of(numbers[i]));
  return values;
}

bool before(const std::string& line, int64_t epoch, int64_t pass) {
  const json entry = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!entry.is_object() || !entry.contains("epoch") || !entry.contains("pass")) return false;  // a half-written line
  const int64_t e = entry["epoch"].get<int64_t>(), p = entry["pass"].get<int64_t>();
  return e < epoch || (e == epoch && p < pass);
}

}  // namespace

PretrainLog::PretrainLog(std::filesystem::path file, int64_t epoch, int64_t pass) : file_(std::move(file)) {
  std::string kept, line;
  if (std::ifstream in(file_); in)
    while (std::getline(in, line))
      if (before(line, epoch, pass)) kept += line + "\n";
  write_file_atomically(file_, kept);
}

void PretrainLog::add(int64_t epoch, int64_t pass, double rate, const PretrainLosses& losses,
                      const std::map<std::string, double>& seconds) {
  ordered_json levels = ordered_json::array();
  for (size_t l = 0; l < losses.levels.size(); ++l) {
    const LevelLoss& level = losses.levels[l];
    levels.push_back({{"angle", value_of(level.angle)},
                      {"angle_left_out", level.angle_left_out},
                      {"norm1", value_of(level.norm1)},
                      {"norm2", value_of(level.norm2)},
                      {"normal_radii", values_of(losses.radii[l].normal)},
                      {"anomalous_radii", values_of(losses.radii[l].anomalous)}});
  }
  append(ordered_json{{"epoch", epoch},
                      {"pass", pass},
                      {"rate", rate},
                      {"total", value_of(losses.total)},
                      {"levels", levels},
                      {"seconds", seconds}}
             .dump());
}

void PretrainLog::add_skipped(int64_t epoch, int64_t pass) {
  append(json{{"epoch", epoch}, {"pass", pass}, {"skipped", "no anomaly"}}.dump());
}

void PretrainLog::append(const std::string& line) {
  std::ofstream out(file_, std::ios::app);
  out << line << "\n" << std::flush;
  if (!out) throw WriteError(file_.string() + ": cannot be written");
}

}  // namespace adrep
