#include "core/maps/image_scores.h"

#include <algorithm>
#include <cmath>

#include "core/base/atomic_file.h"
#include "core/base/names.h"
#include "core/base/paths.h"
#include "core/io/csv.h"
#include "core/io/damaged.h"
#include "core/maps/array_file.h"
#include "core/maps/number_text.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using Scores = std::vector<std::optional<double>>;

constexpr uint64_t kMaxCsv = uint64_t{256} << 20;

Scores scores_of_array(const ArrayPlace& place, const std::vector<std::string>& names) {
  const std::vector<double> values = vector_of(read_array(place, "image_scores"));
  if (values.size() != names.size())
    throw_input("{}: {} image scores for {} images", place.file.string(), values.size(), names.size());
  for (size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(static_cast<float>(values[i])))
      throw_input("{}: the score of image '{}' is NaN or infinite", place.file.string(), names[i]);
  return {values.begin(), values.end()};
}

Scores scores_of_csv(const fs::path& file, const std::vector<std::string>& names) {
  const std::vector<CsvRecord> records = parse_csv(read_file(file, kMaxCsv), file.string());
  if (records.empty() || records[0].fields != std::vector<std::string>{"name", "score"})
    throw_input("{}: expected a CSV file whose first line is name,score", file.string());
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < names.size(); ++i) places[names[i]] = i;
  Scores scores(names.size());
  for (size_t r = 1; r < records.size(); ++r) {
    const std::string where = fmt::format("{}:{}", file.string(), records[r].line);
    const std::vector<std::string>& fields = records[r].fields;
    if (fields.size() != 2) throw_input("{}: {} fields: expected name,score", where, fields.size());
    const auto place =
        places.find(with_slashes(fields[0], [&](const std::string& name) { return places.contains(name); }));
    if (place == places.end()) {
      const std::string near = nearest_name(fields[0], names);
      throw_input("{}: no image is called '{}'{}", where, printable(fields[0]),
                  near.empty() ? "" : fmt::format(": did you mean '{}'?", near));
    }
    std::optional<double>& score = scores[place->second];
    if (score) throw_input("{}: a second score of image '{}'", where, fields[0]);
    score = finite_number(fields[1]);
    if (!score) throw_input("{}: score '{}' is not a finite number", where, printable(fields[1]));
  }
  for (size_t i = 0; i < names.size(); ++i)
    if (!scores[i]) throw_input("{}: no score of image '{}'", file.string(), names[i]);
  return scores;
}

}  // namespace

Scores read_image_scores(const fs::path& file, const std::vector<std::string>& names) {
  const ArrayPlace place = array_place(file);
  return is_array_name(place.file) ? scores_of_array(place, names) : scores_of_csv(file, names);
}

}  // namespace adrep
